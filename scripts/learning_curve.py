"""Train every view and three rules on shares of a partition's groups."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.core.seeds import stream
    from latefusion.fusion.inputs import read_group_of
    from latefusion.pipeline.learning_curve import CurveView, learning_curve
    from latefusion.store.samples import class_names, read_rows
    from latefusion.store.tables import read_json, write_json

    source, params = snakemake.input, snakemake.params
    dataset = read_json(source.dataset)
    matrices = iter(source.features)
    views = []
    for view in params.views:
        paths = {modality: [next(matrices), next(matrices)] for modality in view["modalities"]}
        every = [path for pair in paths.values() for path in pair]
        train, test = (
            read_rows(source.partition, part, source.item_tables, every, dataset)
            for part in ("train", "test")
        )
        views.append(CurveView(view["name"], view["kind"], train, test, view["svm"]))
    rows = learning_curve(
        views,
        read_group_of(source.groups, views[0].train.item),
        read_group_of(source.groups, views[0].test.item),
        class_names(dataset),
        params.rules,
        partition=snakemake.wildcards.partition,
        draws=params.draws,
        seed=params.seed,
        n_jobs=snakemake.threads,
        rng=stream(params.seed, "learning_curve", snakemake.wildcards.partition),
    )
    write_json({"rows": rows}, snakemake.output.curve)
