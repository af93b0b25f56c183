# Needs: regressors trained on all labelled items, and data.new. Makes: pipeline.json and predictions.csv of numbers.


rule save_target_pipeline:
    """Choose the rule for new items on all labelled ones, and note the hashes of what predicts their numbers."""
    input:
        unpack(lambda wildcards: TARGETS.of_pipeline()),
        dataset="<results>/dataset.json",
    output:
        pipeline=f"{NUMBERS}/pipeline.json",
    log:
        "<logs>/save_target_pipeline.log",
    benchmark:
        "<benchmarks>/save_target_pipeline.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 30),
    params:
        rules=TARGETS.prediction_rules(),
        rules_path=RUN.rules_folder(
            *(one["rule"] for one in TARGETS.prediction_rules().values())
        ),
        modalities=TARGETS.plan.fused,
        results=lambda wildcards, output: str(Path(output.pipeline).parent),
        seed=SEED,
        digest=digest(
            "save_target_pipeline",
            *(one["rule"] for one in TARGETS.prediction_rules().values()),
        ),
    script:
        "../../scripts/save_target_pipeline.py"


rule predict_targets:
    """Say what numbers items have that come without them, and which of them are unlike everything seen."""
    input:
        unpack(lambda wildcards: TARGETS.of_new_items()),
        item_table="<results>/items/new.parquet",
        dataset="<results>/dataset.json",
        pipeline=f"{NUMBERS}/pipeline.json",
    output:
        table=f"{NUMBERS}/predictions.csv",
        learned=f"{NUMBERS}/predictions.json",
    log:
        "<logs>/predict_targets.log",
    benchmark:
        "<benchmarks>/predict_targets.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=asks(resources.table_memory_mb, 2000),
        runtime=asks(resources.table_runtime_minutes, 30),
    params:
        rules=TARGETS.prediction_rules(),
        rules_path=RUN.rules_folder(
            *(one["rule"] for one in TARGETS.prediction_rules().values())
        ),
        modalities=TARGETS.plan.fused,
        learners_path=RUN.learners_folder(TARGETS.learners_of_new_items()),
        seed=SEED,
        digest=digest(
            "predict_targets",
            *(one["rule"] for one in TARGETS.prediction_rules().values()),
            learners=TARGETS.learners_of_new_items(),
        ),
    script:
        "../../scripts/predict_targets.py"
