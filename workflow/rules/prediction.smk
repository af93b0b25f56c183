# Needs: data.new and the SVMs trained on all labelled items. Makes: predictions.csv.


rule classify:
    """Say what class items are of without labels, and which of them are unlike everything seen."""
    input:
        unpack(new_item_files),
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
