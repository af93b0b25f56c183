"""Choose, inside each partition, the fusion rule that was best out of fold."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.fusion.selection import select
    from latefusion.store.tables import read_json, read_table, write_json, write_table

    names = snakemake.params.candidates
    table, choice = select(
        {name: read_table(path) for name, path in zip(names, snakemake.input.tables, strict=True)},
        {name: read_json(path) for name, path in zip(names, snakemake.input.learned, strict=True)},
        snakemake.params.criterion,
    )
    for partition, made in choice["partitions"].items():
        log.info("%s: %s", partition, made["chosen"])
    write_table(table, snakemake.output.table, table.schema)
    write_json(choice, snakemake.output.learned)
