"""Divide the items into one of the partitions that every view uses."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.dataset.partitions import assign, read_labelled_items
    from latefusion.store.schemas import PARTITION
    from latefusion.store.tables import read_json, write_table

    dataset = read_json(snakemake.input.dataset)
    given_folds = snakemake.input.get("given_folds", [])
    table = assign(
        read_labelled_items(
            snakemake.input.item_tables,
            snakemake.input.groups,
            dataset,
            given_folds[0] if given_folds else None,
        ),
        snakemake.wildcards.partition,
        folds=snakemake.params.folds,
        cross_folds=snakemake.params.cross_folds,
        given_grouped=dataset["groups"]["given_grouped"],
        cross_grouped=dataset["groups"]["cross_grouped"],
        seed=snakemake.params.seed,
    )
    write_table(table, snakemake.output.partition, PARTITION)
