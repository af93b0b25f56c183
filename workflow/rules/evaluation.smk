# Needs: what every model says of the test items. Makes: evaluation/{protocol}/*.parquet, summary.csv, checks.json.

from latefusion.planning import learner_resources, priorities


rule evaluate:
    """Measure every model of a protocol, with intervals over groups, and compare them."""
    input:
        test=lambda wildcards: FILES.evaluated_files(wildcards.protocol, "test"),
        in_sample=lambda wildcards: FILES.evaluated_files(
            wildcards.protocol, "in_sample"
        ),
        out_of_fold=lambda wildcards: FILES.evaluated_files(
            wildcards.protocol, "out_of_fold"
        ),
        facts=lambda wildcards: FILES.evaluated_files(wildcards.protocol, "facts"),
        fused=lambda wildcards: files.fused_files(
            wildcards.protocol, FILES.evaluated_rules(wildcards.protocol), "parquet"
        ),
        learned=lambda wildcards: files.fused_files(
            wildcards.protocol, FILES.evaluated_rules(wildcards.protocol), "json"
        ),
        partition_tables=lambda wildcards: [
            f"<results>/partitions/{partition}.parquet"
            for partition in PLAN.partitions[wildcards.protocol]
        ],
        item_tables=FILES.item_tables,
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
        curve=lambda wildcards: job_inputs.learning_curve(FILES, wildcards.protocol),
    output:
        files.evaluation_tables("{protocol}"),
    log:
        "<logs>/evaluate/{protocol}.log",
    benchmark:
        "<benchmarks>/evaluate/{protocol}.tsv"
    conda:
        "../../envs/latefusion.yaml"
    # the largest, and the last to have all that it needs; the others run beside each other
    threads: lambda wildcards: 2 if wildcards.protocol == "cross" else 1
    resources:
        mem_mb=asks(resources.table_memory_mb, 2000),
        runtime=asks(resources.table_runtime_minutes, 20),
    params:
        views=lambda wildcards: FILES.evaluated_views(wildcards.protocol),
        rules=lambda wildcards: FILES.evaluated_rules(wildcards.protocol),
        partitions=lambda wildcards: PLAN.partitions[wildcards.protocol],
        describe=CONFIG["data"]["describe"],
        by=CONFIG["evaluation"]["by"],
        metric=CONFIG["evaluation"]["metric"],
        detection=CONFIG["evaluation"]["detection"],
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        digest=digest("evaluate"),
    script:
        "../../scripts/evaluate.py"


rule learning_curve:
    """Train every view and three rules on 10, 25, 50 and 100 % of a partition's groups; off by default."""
    input:
        unpack(
            lambda wildcards: job_inputs.embeddings(
                FILES, job_inputs.curve_modalities(FILES)
            )
            | learner_inputs.curve_choices(FILES, wildcards.partition)
        ),
        item_tables=FILES.item_tables,
        partition="<results>/partitions/{partition}.parquet",
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
    output:
        curve="<results>/{partition}/learning_curve.json",
    log:
        "<logs>/learning_curve/{partition}.log",
    benchmark:
        "<benchmarks>/learning_curve/{partition}.tsv"
    priority: priorities.LONGEST
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=asks_of_curve(learner_resources.curve_memory_mb, folds=CONFIG["folds"]),
        runtime=asks_of_curve(learner_resources.curve_runtime_minutes, PLAN.modalities),
    params:
        views=job_inputs.curve_views(FILES),
        splits=FILES.splits,
        rules=job_inputs.curve_rules(FILES),
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        learners_path=RUN.learners_folder(FILES.learners),
        digest=digest(
            "learning_curve", *job_inputs.curve_rules(FILES), learners=FILES.learners
        ),
    script:
        "../../scripts/learning_curve.py"


EMAP_PARTITION = interactions.partition(CONFIG, PLAN)


rule measure_interactions:
    """Compare an early view with its additive projection: what interactions between modalities add."""
    input:
        features=lambda wildcards: FILES.features(
            wildcards.view, EMAP_PARTITION, "test"
        ),
        item_tables=lambda wildcards: files.items_of(
            *FILES.splits_of(EMAP_PARTITION, "test")
        ),
        partition=f"<results>/partitions/{EMAP_PARTITION}.parquet",
        groups="<results>/groups.parquet",
        dataset="<results>/dataset.json",
        model=f"<results>/{EMAP_PARTITION}/models/{{view}}.joblib",
        facts=f"<results>/{EMAP_PARTITION}/models/{{view}}.json",
    output:
        table="<results>/evaluation/emap/{view}.parquet",
    log:
        "<logs>/measure_interactions/{view}.log",
    benchmark:
        "<benchmarks>/measure_interactions/{view}.tsv"
    wildcard_constraints:
        view=names_of(interactions.views(CONFIG, PLAN)),
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks_of_view(resources.view_predict_memory_mb),
        runtime=asks_of_view(resources.view_runtime_minutes),
    params:
        partition=EMAP_PARTITION,
        seed=SEED,
        digest=digest("measure_interactions"),
    script:
        "../../scripts/measure_interactions.py"


rule summarise:
    """Bring the protocols together: what leaks were worth, the checks, and the ranking of the models."""
    input:
        unpack(lambda wildcards: job_inputs.summarised(FILES)),
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
        ranking_markdown="<results>/ranking.md",
        ranking_latex="<results>/ranking.tex",
        ranking_csv="<results>/ranking.csv",
    log:
        "<logs>/summarise.log",
    benchmark:
        "<benchmarks>/summarise.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        protocols=CONFIG["protocols"],
        weighted_by_test=[
            name
            for name, rule in PLAN.rules.items()
            if RULES[rule.rule].replica_source == "test"
        ],
        external=job_inputs.external_views(FILES),
        metric=CONFIG["evaluation"]["metric"],
        assignments=CONFIG["cross"]["repeats"],
        left_out=job_inputs.left_out(FILES),
        fused=(
            {protocol: PLAN.fused_modalities(protocol) for protocol in PLAN.fused}
            if PLAN.rules
            else {}
        ),
        relearned=[
            view.name for view in PLAN.views.values() if view.replica != view.name
        ],
        modalities=PLAN.modalities,
        draws=CONFIG["evaluation"]["draws"],
        seed=SEED,
        digest=digest("summarise"),
    script:
        "../../scripts/summarise.py"
