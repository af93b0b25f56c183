# Needs: data.new and the SVMs trained on all labelled items. Makes: predictions.csv.


rule classify:
    """Say what class items are of without labels, and which of them are unlike everything seen."""
    input:
        item_table="<results>/items/new.parquet",
        features=[f"<results>/features/new/{name}.parquet" for name in PLAN.modalities],
        seen=[
            f"<results>/features/{split}/{name}.parquet"
            for name in PLAN.modalities
            for split in ("train", "test")
        ],
        models=[f"<results>/all/models/{name}.joblib" for name in PLAN.modalities],
        facts=[f"<results>/all/models/{name}.json" for name in PLAN.modalities],
        learn=[
            f"<results>/all/probabilities/{name}/train_out_of_fold.parquet"
            for name in PLAN.modalities
        ],
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
        mem_mb=table_memory(2000),
        runtime=table_runtime(30),
    params:
        rules=rules_to_predict_with(),
        modalities=PLAN.modalities,
        seed=SEED,
        digest=digest(
            "classify",
            *(
                SCRIPTS / "latefusion" / "rules" / f"{name}.py"
                for name in rules_to_predict_with()
            ),
        ),
    script:
        "../../scripts/classify.py"
