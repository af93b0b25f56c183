# Needs: what regressors predict of data.target, partitions. Makes: what the rules for classes make, of numbers.

TARGETS = RUN.targets
NUMBERS = TARGETS.root
OF_NUMBERS = "|".join(TARGETS.plan.protocols)


rule fuse_targets:
    """Fit one rule for numbers in every partition of a protocol, and pool the test parts."""
    input:
        unpack(lambda wildcards: TARGETS.of_rule(wildcards.protocol)),
        dataset="<results>/dataset.json",
    output:
        table=f"{NUMBERS}/fusion/{{protocol}}/{{rule}}.parquet",
        out_of_fold=f"{NUMBERS}/fusion/{{protocol}}/{{rule}}.out_of_fold.parquet",
        learned=f"{NUMBERS}/fusion/{{protocol}}/{{rule}}.json",
    log:
        "<logs>/fuse_targets/{protocol}/{rule}.log",
    benchmark:
        "<benchmarks>/fuse_targets/{protocol}/{rule}.tsv"
    wildcard_constraints:
        rule=names_of(TARGETS.plan.rules),
        protocol=OF_NUMBERS,
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 5),
    params:
        rule=lambda wildcards: TARGETS.rule(wildcards.rule).rule,
        rules_path=lambda wildcards: RUN.rules_folder(TARGETS.rule(wildcards.rule).rule),
        options=lambda wildcards: dict(TARGETS.rule(wildcards.rule).options),
        partitions=lambda wildcards: TARGETS.plan.partitions[wildcards.protocol],
        modalities=TARGETS.plan.fused,
        held_out=TARGETS.plan.held_out,
        seed=SEED,
        digest=lambda wildcards: digest(
            "fuse_targets", TARGETS.rule(wildcards.rule).rule
        ),
    script:
        "../../scripts/fuse_targets.py"


rule select_target_rule:
    """Choose the rule for numbers that is best out of fold inside each partition; test plays no part."""
    input:
        tables=lambda wildcards: TARGETS.fused(
            wildcards.protocol, "parquet", chosen=False
        ),
        out_of_fold=lambda wildcards: TARGETS.fused(
            wildcards.protocol, "out_of_fold.parquet", chosen=False
        ),
        learned=lambda wildcards: TARGETS.fused(
            wildcards.protocol, "json", chosen=False
        ),
    output:
        table=f"{NUMBERS}/fusion/{{protocol}}/selected.parquet",
        out_of_fold=f"{NUMBERS}/fusion/{{protocol}}/selected.out_of_fold.parquet",
        learned=f"{NUMBERS}/fusion/{{protocol}}/selected.json",
    log:
        "<logs>/select_target_rule/{protocol}.log",
    benchmark:
        "<benchmarks>/select_target_rule/{protocol}.tsv"
    wildcard_constraints:
        protocol=OF_NUMBERS,
    conda:
        "../../envs/latefusion.yaml"
    params:
        candidates=list(TARGETS.plan.rules),
        digest=digest("select_target_rule"),
    script:
        "../../scripts/select_target_rule.py"


rule evaluate_targets:
    """Measure every model of numbers of a protocol, with intervals over groups, and compare them."""
    input:
        test=lambda wildcards: TARGETS.of_views(wildcards.protocol, "test"),
        out_of_fold=lambda wildcards: TARGETS.of_views(
            wildcards.protocol, "train_out_of_fold"
        ),
        candidates=lambda wildcards: TARGETS.of_candidates(wildcards.protocol),
        fused=lambda wildcards: TARGETS.fused(wildcards.protocol, "parquet"),
        fused_out_of_fold=lambda wildcards: TARGETS.fused(
            wildcards.protocol, "out_of_fold.parquet"
        ),
        partition_tables=lambda wildcards: [
            f"<results>/partitions/{partition}.parquet"
            for partition in TARGETS.plan.partitions[wildcards.protocol]
        ],
        item_tables=FILES.item_tables,
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
        classifiers=lambda wildcards: TARGETS.outcomes(wildcards.protocol),
    output:
        TARGETS.tables("{protocol}"),
    log:
        "<logs>/evaluate_targets/{protocol}.log",
    benchmark:
        "<benchmarks>/evaluate_targets/{protocol}.tsv"
    wildcard_constraints:
        protocol=OF_NUMBERS,
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 2000),
        runtime=asks(resources.table_runtime_minutes, 20),
    params:
        views=[[view.name, view.kind] for view in TARGETS.plan.views.values()],
        candidates=list(TARGETS.plan.candidates),
        rules=TARGETS.plan.models_of_rules,
        partitions=lambda wildcards: TARGETS.plan.partitions[wildcards.protocol],
        describe=CONFIG["data"]["describe"],
        by=CONFIG["evaluation"]["by"],
        quadrants=CONFIG["quadrants"],
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        digest=digest("evaluate_targets"),
    script:
        "../../scripts/evaluate_targets.py"


rule summarise_targets:
    """Bring the protocols of numbers together: the checks, and the ranking of the models."""
    input:
        unpack(lambda wildcards: TARGETS.summarised()),
        dataset="<results>/dataset.json",
    output:
        checks=f"{NUMBERS}/checks.json",
        summary=f"{NUMBERS}/summary.csv",
        text=f"{NUMBERS}/summary.txt",
        ranking=f"{NUMBERS}/ranking.md",
    log:
        "<logs>/summarise_targets.log",
    benchmark:
        "<benchmarks>/summarise_targets.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        protocols=TARGETS.plan.protocols,
        left_out=TARGETS.left_out(),
        digest=digest("summarise_targets"),
    script:
        "../../scripts/summarise_targets.py"


rule report_targets:
    """Put all tables of numbers on one page that needs no network."""
    input:
        dataset="<results>/dataset.json",
        groups="<results>/groups.parquet",
        summary=f"{NUMBERS}/summary.csv",
        checks=f"{NUMBERS}/checks.json",
        item_tables=FILES.item_tables,
        evaluation=[
            file
            for protocol in TARGETS.plan.protocols
            for file in TARGETS.tables(protocol)
        ],
        fusion=[
            file
            for protocol in TARGETS.plan.protocols
            for file in TARGETS.fused(protocol, "json")
        ],
        models=[
            file
            for protocol in TARGETS.plan.protocols
            for file in TARGETS.model_facts(protocol)
        ],
    output:
        page=f"{NUMBERS}/report.html",
    log:
        "<logs>/report_targets.log",
    benchmark:
        "<benchmarks>/report_targets.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        config=files.in_any_order(CONFIG),
        protocols=TARGETS.plan.protocols,
        digest=digest(
            "report_targets",
            more=sorted((PACKAGE / "report" / "templates").iterdir()),
        ),
    script:
        "../../scripts/report_targets.py"
