"""Decide which rows of the items' tables are kept, and which split each is of."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.ingest.columns import Columns
    from latefusion.ingest.readers.opening import open_table
    from latefusion.ingest.selection import Wanted, select_items
    from latefusion.store.schemas import GIVEN_FOLDS, SELECTION
    from latefusion.store.tables import write_json, write_table

    wanted = dict(snakemake.params.wanted)
    cells = wanted["max_cell_bytes"], wanted["delimiter"]
    columns = Columns.of(wanted.pop("columns"), wanted.pop("modalities"))
    selected = select_items(
        {name: open_table(source, *cells) for name, source in snakemake.params.tables.items()},
        Wanted(columns=columns, **wanted),
    )
    log.info("kept: %s", selected.facts["kept"])
    for warning in selected.facts["warnings"]:
        log.warning(warning["message"])
    write_table(selected.rows, snakemake.output.rows, SELECTION)
    write_json(selected.facts, snakemake.output.facts)
    if selected.folds is not None:
        write_table(selected.folds, snakemake.output.folds[0], GIVEN_FOLDS)
