"""Evaluate every model of numbers of a protocol: metrics, comparisons, calibration, the bridge."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.evaluation.names import LEARNER
    from latefusion.evaluation.targets.evaluate import evaluate_targets
    from latefusion.evaluation.targets.names import TARGET_TABLES
    from latefusion.evaluation.targets.reading import (
        read_quadrants,
        read_target_items,
        read_target_models,
    )
    from latefusion.evaluation.targets.schemas import SCHEMAS
    from latefusion.store.tables import read_json, read_table, write_table

    params, source = snakemake.params, snakemake.input
    dataset, cut = read_json(source.dataset), params.quadrants
    items = read_target_items(source.item_tables, source.groups, dataset, params.describe)
    count, views = len(params.partitions), []
    for place, (name, kind) in enumerate(params.views):
        own = slice(place * count, (place + 1) * count)
        views.append((name, kind, source.test[own], source.out_of_fold[own]))
    for place, name in enumerate(params.candidates):
        own = slice(place * count, (place + 1) * count)
        views.append((name, LEARNER, source.candidates[own], ()))
    models, centers = read_target_models(
        views,
        list(zip(params.rules, source.fused, source.fused_out_of_fold, strict=True)),
        list(zip(params.partitions, source.partition_tables, strict=True)),
        items,
        dataset,
    )
    classifiers = source.get("classifiers", [])
    tables = evaluate_targets(
        models,
        items=items,
        protocol=snakemake.wildcards.protocol,
        centers=centers,
        by=params.by,
        draws=params.draws,
        seed=params.seed,
        n_jobs=snakemake.threads,
        quadrants=None if cut is None else read_quadrants(cut["cut"], cut["label"], items),
        classifiers=read_table(classifiers[0]) if classifiers else None,
    )
    for name, path in zip(TARGET_TABLES, snakemake.output, strict=True):
        write_table(tables[name], path, SCHEMAS[name])
