# Needs: items and features of all splits. Makes: dataset.json, groups.parquet, partitions/{partition}.parquet.

from latefusion.planning import priorities


rule check_dataset:
    """Compare the splits; count classes, groups, duplicates and what is missing."""
    input:
        item_tables=FILES.item_tables,
        facts=[f"<results>/items/{split}.json" for split in FILES.splits],
        features=[
            f"<results>/features/{split}/{name}.parquet"
            for split in FILES.splits
            for name in FILES.embedded
        ],
        modality_facts=[f"<results>/features/{name}.json" for name in FILES.with_files],
        selection=FILES.selection(FILES.splits[0]),
        given_folds=FILES.given_folds,
    output:
        dataset="<results>/dataset.json",
        groups="<results>/groups.parquet",
    log:
        "<logs>/check_dataset.log",
    benchmark:
        "<benchmarks>/check_dataset.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        modalities=FILES.embedded,
        splits=FILES.splits,
        group_names=CONFIG["data"]["group_names"],
        folds=CONFIG["folds"],
        cross_folds=CONFIG["cross"]["folds"],
        digest=digest("check_dataset"),
    script:
        "../../scripts/check_dataset.py"


rule assign_partitions:
    """Divide the items, once for all views: every group on one side, every row in one fold.

    One job a partition, so that another repeat of cross leaves those of the others as they are.
    """
    input:
        item_tables=FILES.item_tables,
        dataset="<results>/dataset.json",
        groups="<results>/groups.parquet",
        given_folds=lambda wildcards: FILES.folds_of(wildcards.partition),
    output:
        partition="<results>/partitions/{partition}.parquet",
    log:
        "<logs>/assign_partitions/{partition}.log",
    benchmark:
        "<benchmarks>/assign_partitions/{partition}.tsv"
    priority: priorities.PARTITIONS
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 500 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        folds=CONFIG["folds"],
        cross_folds=CONFIG["cross"]["folds"],
        seed=SEED,
        digest=digest("assign_partitions"),
    script:
        "../../scripts/assign_partitions.py"
