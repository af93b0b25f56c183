"""Bring the protocols of numbers together: the checks, the summary and its ranking."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.core.input_names import input_name
    from latefusion.evaluation.targets.checks import run_target_checks
    from latefusion.evaluation.targets.names import TARGET_TABLES
    from latefusion.evaluation.targets.schemas import SCHEMAS
    from latefusion.evaluation.targets.summary import (
        as_columns,
        ranking_markdown,
        ranking_text,
        summarise_targets,
    )
    from latefusion.store.atomic import atomic
    from latefusion.store.csv_export import write_csv
    from latefusion.store.tables import read_json, read_table, write_json

    tables = {
        protocol: {
            name: read_table(snakemake.input.get(input_name(protocol, name)), SCHEMAS[name])
            for name in TARGET_TABLES
        }
        for protocol in snakemake.params.protocols
    }
    checks = run_target_checks(tables, read_json(snakemake.input.dataset), snakemake.params.left_out)
    write_json(checks, snakemake.output.checks)
    rows = summarise_targets(tables)
    write_csv(as_columns(rows), snakemake.output.summary)
    for text, path in (
        (ranking_text(rows, checks), snakemake.output.text),
        (ranking_markdown(rows), snakemake.output.ranking),
    ):
        with atomic(path) as file:
            file.write(text.encode())
