"""Train every view and three rules on shares of a partition's groups."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.core.input_names import input_name
    from latefusion.core.seeds import stream
    from latefusion.learning.learner import extend_learners
    from latefusion.pipeline.learning_curve import CurveData, CurveView, learning_curve
    from latefusion.pipeline.view_model import LearnerSettings
    from latefusion.store.samples import class_names, read_group_of, read_samples
    from latefusion.store.tables import read_json, write_json
    from latefusion.svm.training import Limits

    source, params, partition = snakemake.input, snakemake.params, snakemake.wildcards.partition
    extend_learners(params.learners_path)
    dataset = read_json(source.dataset)
    views = []
    for view in params.views:
        matrices = [
            source.get(input_name("features", split, modality))
            for modality in view["modalities"]
            for split in params.splits
        ]
        train, test = (
            read_samples(source.partition, part, source.item_tables, matrices, dataset)
            for part in ("train", "test")
        )
        choice = source.get(input_name("choice", view["name"]))
        chosen = read_json(choice)["chosen"] if choice else None
        settings = LearnerSettings.of(view, chosen, dataset["classes"])
        views.append(CurveView(view["name"], view["kind"], train, test, settings, matrices))
    group, test_group = (read_group_of(source.groups, rows.item) for rows in (views[0].train, views[0].test))
    rows = learning_curve(
        CurveData(partition, class_names(dataset), views, group, test_group),
        params.rules,
        draws=params.draws,
        seed=params.seed,
        limits=Limits(n_jobs=snakemake.threads, memory_mb=snakemake.resources.mem_mb or None),
        rng=stream(params.seed, "learning_curve", partition),
    )
    write_json({"rows": rows}, snakemake.output.curve)
