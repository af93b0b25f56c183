"""Read one input table into feature matrices and items."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.ingest.columns import Columns
    from latefusion.ingest.facts import TrainingFile
    from latefusion.ingest.ingest import SplitFiles, ingest
    from latefusion.ingest.readers.kept_rows import KeptRows
    from latefusion.ingest.readers.opening import open_table
    from latefusion.ingest.selection import kept_rows

    columns = snakemake.params.columns
    table = open_table(snakemake.input.table, columns["max_cell_bytes"], columns["delimiter"])
    selection = snakemake.input.get("selection", [])
    names = [modality["name"] for modality in snakemake.params.modalities]
    facts = ingest(
        KeptRows(table, kept_rows(selection[0], snakemake.wildcards.split)) if selection else table,
        snakemake.wildcards.split,
        Columns.of(columns, snakemake.params.modalities),
        SplitFiles(
            features=dict(zip(names, map(Path, snakemake.output.features), strict=True)),
            items=Path(snakemake.output.item_tables),
            facts=Path(snakemake.output.facts),
            provenance=Path(snakemake.output.provenance),
        ),
        training=TrainingFile.read(snakemake.input.training),
        threads=snakemake.threads,
    )
    log.info("%s rows", facts.rows)
    for warning in facts.warnings:
        log.warning(warning["message"])
