"""Divide the items into the partitions that every view uses."""

from pathlib import Path

from latefusion.job import job
from latefusion.partitions import assign, read_items
from latefusion.tables import PARTITION, read_json, write_table

with job(snakemake.log[0]):
    dataset = read_json(snakemake.input.dataset)
    wanted = {Path(path).stem: path for path in snakemake.output.partitions}
    tables = assign(
        read_items(snakemake.input.item_tables, snakemake.input.groups, dataset),
        folds=snakemake.params.folds,
        cross_folds=snakemake.params.cross["folds"],
        cross_repeats=snakemake.params.cross["repeats"],
        given_grouped=dataset["groups"]["given_grouped"],
        cross_grouped=dataset["groups"]["cross_grouped"],
        seed=snakemake.params.seed,
    )
    for name, table in tables:
        if name in wanted:
            write_table(table, wanted[name], PARTITION)
