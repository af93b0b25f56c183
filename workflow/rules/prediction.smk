# Needs: data.new and the SVMs trained on all labelled items. Makes: predictions.csv.


rule classify:
    """Say what class items are of without labels, and which of them are unlike everything seen."""
    input:
        unpack(lambda wildcards: job_inputs.classified(FILES)),
        item_table="<results>/items/new.parquet",
        dataset="<results>/dataset.json",
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
        criterion=PLAN.criterion,
        modalities=PLAN.modalities,
        seed=SEED,
        digest=digest(
            "classify",
            *(one["rule"] for one in job_inputs.prediction_rules(FILES).values()),
        ),
    script:
        "../../scripts/classify.py"
