"""Read one input table into feature matrices and items."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.ingest.facts import TrainingFile
    from latefusion.ingest.ingest import ingest

    columns = snakemake.params.columns
    names = [modality["name"] for modality in snakemake.params.modalities]
    facts = ingest(
        snakemake.input.table,
        split=snakemake.wildcards.split,
        label=columns["label"],
        class_name=columns["class_name"],
        group=columns["group"],
        group_names=columns["group_names"],
        item=columns["item"],
        describe=columns["describe"],
        modalities=snakemake.params.modalities,
        features=dict(zip(names, map(Path, snakemake.output.features), strict=True)),
        items=Path(snakemake.output.item_tables),
        facts=Path(snakemake.output.facts),
        provenance=Path(snakemake.output.provenance),
        training=TrainingFile.read(snakemake.input.training),
        max_cell_bytes=columns["max_cell_bytes"],
        threads=snakemake.threads,
    )
    log.info("%s rows", facts.rows)
    for warning in facts.warnings:
        log.warning(warning["message"])
