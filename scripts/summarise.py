"""Bring the protocols together: what leaks were worth, the checks, the summary and its ranking."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.core.input_names import input_name
    from latefusion.evaluation.checks.finding import gather
    from latefusion.evaluation.checks.suite import run_checks
    from latefusion.evaluation.names import LEAKS, TABLES
    from latefusion.evaluation.schemas import SCHEMAS
    from latefusion.evaluation.tables.leaks import leaks
    from latefusion.evaluation.tables.ranking_files import write_rankings
    from latefusion.evaluation.tables.summary import as_columns, ranking, summarise
    from latefusion.store.atomic import atomic
    from latefusion.store.csv_export import write_csv
    from latefusion.store.tables import read_json, read_table, write_json, write_table

    params = snakemake.params
    tables = {
        protocol: {
            name: read_table(snakemake.input.get(input_name(protocol, name)), SCHEMAS[name])
            for name in TABLES
        }
        for protocol in params.protocols
    }
    dataset = read_json(snakemake.input.dataset)
    found = leaks(
        tables,
        fused=params.fused,
        relearned=params.relearned,
        draws=params.draws,
        seed=params.seed,
        n_jobs=snakemake.threads,
    )
    write_table(found, snakemake.output.leaks, SCHEMAS[LEAKS])
    evidence = gather(
        tables,
        dataset,
        weighted_by_test=params.weighted_by_test,
        external=params.external,
        assignments=params.assignments,
        left_out=params.left_out,
        leaks=found,
        modalities=params.modalities,
        fused=params.fused,
        metric=params.metric,
    )
    checks = run_checks(evidence)
    write_json(checks, snakemake.output.checks)
    rows = summarise(tables, params.metric)
    write_csv(as_columns(rows), snakemake.output.summary)
    with atomic(snakemake.output.text) as file:
        file.write(ranking(rows, tables, checks, params.metric).encode())
    write_rankings(
        rows,
        params.metric,
        as_markdown=snakemake.output.ranking_markdown,
        as_latex=snakemake.output.ranking_latex,
        as_csv=snakemake.output.ranking_csv,
    )
