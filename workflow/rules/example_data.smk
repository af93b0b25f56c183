# Needs: the packages of envs/example-data.txt, or scikit-learn. Makes: the bundled data sets, where a configuration points there.


localrules:
    build_demo,
    build_digits,
    build_digit_halves,


rule build_demo:
    """Draw 2,000 real songs and split them at random, as the notebook did."""
    output:
        train="data/demo/train.csv",
        test="data/demo/test.csv",
    log:
        "<logs>/build_demo.log",
    benchmark:
        "<benchmarks>/build_demo.tsv"
    conda:
        "../../envs/latefusion.yaml"
    params:
        seed=0,
        digest=digest("build_demo"),
    script:
        "../../scripts/build_demo.py"


rule build_digits:
    """Join the six feature sets of 2,000 handwritten digits."""
    output:
        train="data/digits/train.csv",
        test="data/digits/test.csv",
    log:
        "<logs>/build_digits.log",
    benchmark:
        "<benchmarks>/build_digits.tsv"
    conda:
        "../../envs/latefusion.yaml"
    params:
        seed=0,
        digest=digest("build_digits"),
    script:
        "../../scripts/build_digits.py"


rule build_digit_halves:
    """Cut scikit-learn's handwritten digits into an upper and a lower half."""
    output:
        train="data/digit_halves/train.csv",
        test="data/digit_halves/test.csv",
    log:
        "<logs>/build_digit_halves.log",
    benchmark:
        "<benchmarks>/build_digit_halves.tsv"
    conda:
        "../../envs/latefusion.yaml"
    params:
        seed=0,
        digest=digest("build_digit_halves"),
    script:
        "../../scripts/build_digit_halves.py"
