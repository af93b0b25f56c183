"""Predict the targets of a partition's test part by one view's learner."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.learning.learner import extend_learners
    from latefusion.learning.target_training import predict_regression_learner
    from latefusion.store.models import load_model
    from latefusion.store.samples import positions, read_samples, read_targets, target_names
    from latefusion.store.tables import read_json
    from latefusion.store.target_predictions import TargetPredictions

    extend_learners(snakemake.params.learners_path)
    source = snakemake.input
    dataset = read_json(source.dataset)
    targets = target_names(dataset)
    rows = read_samples(source.partition, "test", source.item_tables, source.features, dataset)
    item, values = read_targets(source.item_tables, targets)
    said, variance = predict_regression_learner(
        load_model(source.model, source.facts),
        read_json(source.facts),
        targets,
        rows.X,
        source=f"view {snakemake.wildcards.view}, test part of partition {snakemake.wildcards.partition} "
        f"({', '.join([source.model, *source.features])})",
    )
    y = values[positions(item, rows.item, source.partition)]
    TargetPredictions(targets, rows.item, y, said, variance).write(snakemake.output.test)
