# Needs: the user's tables. Makes: features/{split}/{modality}.parquet, items/{split}.parquet and what was noticed.


rule ingest:
    """Turn one table into feature matrices and items, or refuse it with a message that mends it."""
    input:
        table=lambda wildcards: CONFIG["data"][wildcards.split],
        training=lambda wildcards: FILES.training_file(wildcards.split),
    output:
        features=[
            kept(f"<results>/features/{{split}}/{modality['name']}.parquet")
            for modality in FILES.embedded
        ],
        item_tables=kept("<results>/items/{split}.parquet"),
        facts=kept("<results>/items/{split}.json"),
        # read by no job but the report's, and not as its input: an equal table is an equal result
        provenance=kept("<results>/items/{split}.source.json"),
    log:
        "<logs>/ingest/{split}.log",
    benchmark:
        "<benchmarks>/ingest/{split}.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, input, attempt: (10 + input.size_mb // 100) * attempt,
    params:
        columns=lambda wildcards: FILES.columns_of(wildcards.split),
        modalities=[
            {key: modality[key] for key in ("name", "column", "missing")}
            for modality in FILES.embedded
        ],
        digest=digest("ingest"),
    script:
        "../../scripts/ingest.py"
