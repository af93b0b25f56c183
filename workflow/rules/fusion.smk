# Needs: the probabilities of every modality. Makes: fusion/{protocol}/{rule}.parquet, .json, .robustness.parquet.

from latefusion.planning import priorities


rule fuse:
    """Fit one fusion rule in every partition of a protocol and pool the test parts."""
    input:
        unpack(
            lambda wildcards: job_inputs.of_rule(
                FILES, wildcards.protocol, wildcards.rule
            )
        ),
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
        rule=names_of(PLAN.rules),
    priority: priorities.of_rule(RULES, PLAN.rules)
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 5),
    params:
        rule=lambda wildcards: PLAN.rules[wildcards.rule].rule,
        rules_path=lambda wildcards: RUN.rules_folder(PLAN.rules[wildcards.rule].rule),
        options=lambda wildcards: PLAN.rules[wildcards.rule].options,
        quality=lambda wildcards: list(PLAN.rules[wildcards.rule].quality),
        partitions=lambda wildcards: PLAN.partitions[wildcards.protocol],
        modalities=lambda wildcards: PLAN.fused[wildcards.protocol],
        seed=SEED,
        digest=lambda wildcards: digest("fuse", PLAN.rules[wildcards.rule].rule),
    script:
        "../../scripts/fuse.py"


rule select_rule:
    """Choose the rule that is best out of fold inside each partition; test plays no part."""
    input:
        tables=lambda wildcards: files.fused_files(
            wildcards.protocol, PLAN.selects[wildcards.protocol], "parquet"
        ),
        learned=lambda wildcards: files.fused_files(
            wildcards.protocol, PLAN.selects[wildcards.protocol], "json"
        ),
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
        criterion=PLAN.criterion,
        digest=digest("select_rule"),
    script:
        "../../scripts/select_rule.py"
