# Needs: models or probability tables that the user brings. Makes: the same files as svm.smk, as far as they exist.


rule predict_pretrained:
    """Apply a saved SVM, after its hash was checked, to the rows of the given split."""
    input:
        unpack(
            lambda wildcards: job_inputs.embeddings(
                FILES, view_of(wildcards).modalities
            )
        ),
        model=lambda wildcards: view_of(wildcards).pretrained["file"],
        train_items="<results>/items/train.parquet",
        test_items="<results>/items/test.parquet",
        dataset="<results>/dataset.json",
    output:
        facts="<results>/{partition}/models/{view}.json",
        in_sample="<results>/{partition}/probabilities/{view}/train_in_sample.parquet",
        test="<results>/{partition}/probabilities/{view}/test.parquet",
        replica="<results>/{partition}/probabilities/{view}/test_replica.parquet",
    log:
        "<logs>/predict_pretrained/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/predict_pretrained/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.views_from("pretrained")),
        partition="given",
    conda:
        "../../envs/latefusion.yaml"
    threads: threads_of(resources.view_threads)
    resources:
        mem_mb=asks(resources.table_memory_mb, 2000),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        sha256=lambda wildcards: view_of(wildcards).pretrained["sha256"],
        modalities=lambda wildcards: list(view_of(wildcards).modalities),
        digest=digest("predict_pretrained"),
    script:
        "../../scripts/predict_pretrained.py"


rule import_probabilities:
    """Check a table of another system against the items and the groups, and take it over."""
    input:
        table=lambda wildcards: job_inputs.external_table(FILES, **wildcards),
        item_tables=FILES.item_tables,
        groups="<results>/groups.parquet",
        partition="<results>/partitions/{partition}.parquet",
        dataset="<results>/dataset.json",
    output:
        table="<results>/{partition}/probabilities/{view}/{table}.parquet",
    log:
        "<logs>/import_probabilities/{partition}/{view}.{table}.log",
    benchmark:
        "<benchmarks>/import_probabilities/{partition}/{view}.{table}.tsv"
    wildcard_constraints:
        view=names_of(FILES.imported),
        table="train_out_of_fold|train_in_sample|test|test_replica",
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks(resources.table_memory_mb, 1000),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        columns=lambda wildcards: dict(view_of(wildcards).probabilities["columns"]),
        digest=digest("import_probabilities"),
    script:
        "../../scripts/import_probabilities.py"
