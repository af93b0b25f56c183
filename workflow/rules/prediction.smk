# Needs: the models trained on all labelled items, and data.new. Makes: pipeline.json, predictions.csv.


rule save_pipeline:
    """Choose the rule for new items on all labelled ones, and note the hashes of what predicts."""
    input:
        unpack(lambda wildcards: job_inputs.of_pipeline(FILES)),
    output:
        pipeline="<results>/pipeline.json",
    log:
        "<logs>/save_pipeline.log",
    benchmark:
        "<benchmarks>/save_pipeline.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        rules=job_inputs.prediction_rules(FILES),
        rules_path=RUN.rules_folder(
            *(one["rule"] for one in job_inputs.prediction_rules(FILES).values())
        ),
        criterion=PLAN.criterion,
        modalities=job_inputs.classified_views(FILES),
        results=lambda wildcards, output: str(Path(output.pipeline).parent),
        seed=SEED,
        digest=digest(
            "save_pipeline",
            *(one["rule"] for one in job_inputs.prediction_rules(FILES).values()),
        ),
    script:
        "../../scripts/save_pipeline.py"


rule classify:
    """Say what class items are of without labels, and which of them are unlike everything seen."""
    input:
        unpack(lambda wildcards: job_inputs.classified(FILES)),
        item_table="<results>/items/new.parquet",
        dataset="<results>/dataset.json",
        pipeline="<results>/pipeline.json",
    output:
        table="<results>/predictions.csv",
        learned="<results>/predictions.json",
    log:
        "<logs>/classify.log",
    benchmark:
        "<benchmarks>/classify.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=asks(resources.table_memory_mb, 2000),
        runtime=asks(resources.table_runtime_minutes, 30),
    params:
        rules=job_inputs.prediction_rules(FILES),
        rules_path=RUN.rules_folder(
            *(one["rule"] for one in job_inputs.prediction_rules(FILES).values())
        ),
        modalities=job_inputs.classified_views(FILES),
        seed=SEED,
        learners_path=RUN.learners_folder(FILES.learners),
        digest=digest(
            "classify",
            *(one["rule"] for one in job_inputs.prediction_rules(FILES).values()),
            learners=FILES.learners,
        ),
    script:
        "../../scripts/classify.py"
