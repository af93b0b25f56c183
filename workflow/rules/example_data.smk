# Needs: the packages of envs/example-data.txt. Makes: the two bundled data sets, where a configuration points there.


localrules:
    build_demo,
    build_digits,


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
