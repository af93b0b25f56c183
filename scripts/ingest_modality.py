"""Join the files of one modality to the items."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.ingest.modality_file import ingest_modality, item_names
    from latefusion.ingest.readers.modality_source import open_modality
    from latefusion.ingest.selection import table_order
    from latefusion.store.tables import read_json

    params, splits = snakemake.params, snakemake.params.splits
    tables = dict(zip(splits, map(Path, snakemake.input.item_tables), strict=True))
    labelled = snakemake.input.get("labelled")
    known = read_json(labelled) if labelled else {}
    selection = snakemake.input.get("selection", [])
    facts = ingest_modality(
        open_modality(
            {**params.entry, "order": known.get("wide")},
            item=params.item,
            keys=lambda: item_names(tables),
            max_cell_bytes=params.max_cell_bytes,
        ),
        params.entry["name"],
        tables,
        dict(zip(splits, map(Path, snakemake.output.features), strict=True)),
        Path(snakemake.output.facts),
        missing=params.entry["missing"],
        dimension=known.get("dimension"),
        table_order=table_order(*selection) if selection else None,
    )
    log.info("%s", facts.match)
    for warning in facts.warnings:
        log.warning(warning["message"])
