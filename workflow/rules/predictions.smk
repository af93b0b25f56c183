# Needs: finished predictions. Makes: items, dataset.json, groups, partitions and what the models say, and trains nothing.


rule ingest_predictions:
    """Match finished predictions to the items and check them, or refuse them with a message that mends it."""
    input:
        predictions=table_files(CONFIG["predictions"]["file"]),
        item_table=lambda wildcards: FILES.prediction_items(),
    output:
        item_tables=[kept(f"<results>/items/{split}.parquet") for split in FILES.splits],
        provenance=[
            kept(f"<results>/items/{split}.source.json") for split in FILES.splits
        ],
        dataset="<results>/dataset.json",
        groups="<results>/groups.parquet",
        partitions=FILES.predicted_partitions(),
        said=RUN.predicted_tables(),
    log:
        "<logs>/ingest_predictions.log",
    benchmark:
        "<benchmarks>/ingest_predictions.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=lambda wildcards, input, attempt: (1000 + 20 * input.size_mb) * attempt,
        runtime=lambda wildcards, input, attempt: (10 + input.size_mb // 20) * attempt,
    params:
        source=CONFIG["predictions"],
        targets=RUN.target_names,
        data=CONFIG["data"],
        folds=CONFIG["folds"],
        seed=SEED,
        digest=digest("ingest_predictions"),
    script:
        "../../scripts/ingest_predictions.py"
