"""Apply one view's learner to a partition's test part."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.learning.learner import extend_learners
    from latefusion.learning.training import predict_learner
    from latefusion.store.models import load_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_samples
    from latefusion.store.tables import read_json

    extend_learners(snakemake.params.learners_path)
    source = snakemake.input
    dataset = read_json(source.dataset)
    rows = read_samples(source.partition, "test", source.item_tables, source.features, dataset)
    p = predict_learner(
        load_model(source.model, source.facts),
        rows.X,
        source=f"view {snakemake.wildcards.view}, test part of partition {snakemake.wildcards.partition} "
        f"({', '.join([source.model, *source.features])})",
    )
    Probabilities(class_names(dataset), rows.item, rows.label, p).write(snakemake.output.test)
