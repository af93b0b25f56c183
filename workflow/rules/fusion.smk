# Needs: the probabilities of every modality. Makes: fusion/{protocol}/{rule}.parquet, .json, .robustness.parquet.


rule fuse:
    """Fit one fusion rule in every partition of a protocol and pool the test parts."""
    input:
        unpack(learning_rows),
        unpack(test_rows),
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
    output:
        table="<results>/fusion/{protocol}/{rule}.parquet",
        learned="<results>/fusion/{protocol}/{rule}.json",
        robustness="<results>/fusion/{protocol}/{rule}.robustness.parquet",
    log:
        "<logs>/fuse/{protocol}/{rule}.log",
    benchmark:
        "<benchmarks>/fuse/{protocol}/{rule}.tsv"
    wildcard_constraints:
        rule=names_of([rule["name"] for rule in CONFIG["rules"]]),
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=table_memory(1000),
        runtime=table_runtime(5),
    params:
        options=lambda wildcards: plan.rule_options(CONFIG, wildcards.rule),
        partitions=lambda wildcards: PLAN.partitions[wildcards.protocol],
        modalities=PLAN.modalities,
        seed=SEED,
        digest=rule_digest,
    script:
        "../../scripts/fuse.py"


rule select_rule:
    """Choose the rule with the lowest out-of-fold log loss inside each partition; test plays no part."""
    input:
        tables=lambda wildcards: candidate_files(wildcards, "parquet"),
        learned=lambda wildcards: candidate_files(wildcards, "json"),
    output:
        table="<results>/fusion/{protocol}/selected.parquet",
        learned="<results>/fusion/{protocol}/selected.json",
    log:
        "<logs>/select_rule/{protocol}.log",
    benchmark:
        "<benchmarks>/select_rule/{protocol}.tsv"
    conda:
        "../../envs/latefusion.yaml"
    params:
        candidates=lambda wildcards: PLAN.selects[wildcards.protocol],
        digest=digest("select_rule"),
    script:
        "../../scripts/select_rule.py"
