"""Evaluate every model of a protocol: metrics with intervals, comparisons, calibration, who is right."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.evaluation.evaluate import evaluate
    from latefusion.evaluation.names import TABLES
    from latefusion.evaluation.reading import read_items, read_models
    from latefusion.evaluation.schemas import SCHEMAS
    from latefusion.evaluation.tables.detection import Detection
    from latefusion.evaluation.view_files import view_files
    from latefusion.store.tables import read_json, write_table

    params, source = snakemake.params, snakemake.input
    dataset = read_json(source.dataset)
    items = read_items(source.item_tables, source.groups, dataset, params.describe)
    views = view_files(
        params.views,
        params.partitions,
        test=source.test,
        in_sample=source.in_sample,
        out_of_fold=source.out_of_fold,
        facts=source.facts,
        replica=snakemake.wildcards.protocol == "replica",
    )
    models, known, shares = read_models(
        views,
        list(zip(params.rules, source.fused, source.learned, strict=True)),
        list(zip(params.partitions, source.partition_tables, strict=True)),
        items,
        dataset,
        params.metric,
    )
    tables = evaluate(
        models,
        protocol=snakemake.wildcards.protocol,
        items=items,
        dataset=dataset,
        known=known,
        shares=shares,
        by=params.by,
        metric=params.metric,
        detection=Detection.of(params.detection),
        draws=params.draws,
        seed=params.seed,
        n_jobs=snakemake.threads,
        learning_curve=[row for path in source.get("curve", []) for row in read_json(path)["rows"]],
    )
    for name, path in zip(TABLES, snakemake.output, strict=True):
        write_table(tables[name], path, SCHEMAS[name])
