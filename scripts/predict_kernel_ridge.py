"""Predict the targets of a partition's test part by one view's kernel ridge regressor."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.regression.training import predict_ridge
    from latefusion.store.models import load_model
    from latefusion.store.samples import positions, read_samples, read_targets, target_names
    from latefusion.store.tables import read_json
    from latefusion.store.target_predictions import TargetPredictions

    source = snakemake.input
    dataset = read_json(source.dataset)
    targets = target_names(dataset)
    rows = read_samples(source.partition, "test", source.item_tables, source.features, dataset)
    item, values = read_targets(source.item_tables, targets)
    model = load_model(source.model, source.facts)
    said, variance = predict_ridge(model, read_json(source.facts), targets, rows.X, snakemake.threads)
    y = values[positions(item, rows.item, source.partition)]
    TargetPredictions(targets, rows.item, y, said, variance).write(snakemake.output.test)
