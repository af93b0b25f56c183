# Needs: what every model says of the test items. Makes: evaluation/{protocol}/*.parquet, summary.csv, checks.json.


rule evaluate:
    """Measure every model of a protocol, with intervals over groups, and compare them."""
    input:
        test=evaluated_files("test"),
        in_sample=evaluated_files("in_sample"),
        out_of_fold=evaluated_files("out_of_fold"),
        facts=evaluated_files("facts"),
        fused=fused_files("parquet"),
        learned=fused_files("json"),
        partition_tables=partition_tables,
        item_tables=expand("<results>/items/{split}.parquet", split=["train", "test"]),
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
        curve=learning_curve_of,
    output:
        evaluation_files("{protocol}"),
    log:
        "<logs>/evaluate/{protocol}.log",
    benchmark:
        "<benchmarks>/evaluate/{protocol}.tsv"
    conda:
        "../../envs/latefusion.yaml"
    # the largest, and the last to have all that it needs; the others run beside each other
    threads: lambda wildcards: 2 if wildcards.protocol == "cross" else 1
    resources:
        mem_mb=table_memory(2000),
        runtime=table_runtime(20),
    params:
        views=lambda wildcards: evaluated_views(wildcards.protocol),
        rules=lambda wildcards: evaluated_rules(wildcards.protocol),
        partitions=lambda wildcards: PLAN.partitions[wildcards.protocol],
        describe=CONFIG["data"]["describe"],
        by=CONFIG["evaluation"]["by"],
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        digest=digest("evaluate"),
    script:
        "../../scripts/evaluate.py"


rule learning_curve:
    """Train every view and three rules on 10, 25, 50 and 100 % of a partition's groups; off by default."""
    input:
        unpack(
            lambda wildcards: embedding_files(
                modality for view in curve_views() for modality in view["modalities"]
            )
        ),
        item_tables=expand("<results>/items/{split}.parquet", split=["train", "test"]),
        partition="<results>/partitions/{partition}.parquet",
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
    output:
        curve="<results>/{partition}/learning_curve.json",
    log:
        "<logs>/learning_curve/{partition}.log",
    benchmark:
        "<benchmarks>/learning_curve/{partition}.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=curve_memory,
        runtime=curve_runtime,
    params:
        views=curve_views(),
        rules=curve_rules(),
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        digest=digest(
            "learning_curve",
            *(
                SCRIPTS / "latefusion" / "rules" / f"{name}.py"
                for name in curve_rules()
            ),
        ),
    script:
        "../../scripts/learning_curve.py"


rule summarise:
    """Bring the protocols together: what leaks were worth, the checks, and the ranking of the models."""
    input:
        tables=[
            file
            for protocol in CONFIG["protocols"]
            for file in evaluation_files(protocol)
        ],
        dataset="<results>/dataset.json",
    output:
        leaks="<results>/evaluation/leaks.parquet",
        checks=report(
            "<results>/checks.json",
            caption="../report/checks.rst",
            category="Tables",
            labels={"table": "what is wrong, and what to do"},
        ),
        summary=report(
            "<results>/summary.csv",
            caption="../report/summary.rst",
            category="Tables",
            labels={"table": "every model, every metric"},
        ),
        text="<results>/summary.txt",
    log:
        "<logs>/summarise.log",
    benchmark:
        "<benchmarks>/summarise.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=table_memory(1000),
        runtime=table_runtime(10),
    params:
        protocols=CONFIG["protocols"],
        weighted_by_test=[
            name for name, facts in RULES.items() if facts.replica_source == "test"
        ],
        external={
            name: view.has_out_of_fold
            for name, view in PLAN.views.items()
            if view.source != "trained"
        },
        assignments=CONFIG["cross"]["repeats"],
        left_out=[
            {"protocol": one.protocol, "model": one.model, "reason": one.reason}
            for one in PLAN.left_out
        ],
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        digest=digest("summarise"),
    script:
        "../../scripts/summarise.py"
