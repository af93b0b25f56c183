"""Take over a table of probabilities that another system made."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.external.probabilities import TableColumns, expected_rows, import_probabilities
    from latefusion.store.tables import read_json

    dataset = read_json(snakemake.input.dataset)
    table, partition = snakemake.wildcards.table, snakemake.wildcards.partition
    expected = expected_rows(
        Path(snakemake.input.partition),
        [Path(path) for path in snakemake.input.item_tables],
        Path(snakemake.input.groups),
        dataset,
        "train" if table.startswith("train") else "test",
    )
    probabilities = import_probabilities(
        snakemake.input.table,
        expected,
        dataset["classes"],
        table=table,
        grouped=dataset["groups"]["given_grouped" if partition == "given" else "cross_grouped"],
        columns=TableColumns(**snakemake.params.columns),
    )
    log.info("%s rows", len(probabilities.item))
    probabilities.write(snakemake.output.table)
