"""Apply one view's SVM to a partition's test part; on the given split, also as the notebook would."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.store.models import load_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_samples
    from latefusion.store.tables import read_json
    from latefusion.svm.prediction import decide

    dataset = read_json(snakemake.input.dataset)
    classes = class_names(dataset)
    rows = read_samples(
        snakemake.input.partition, "test", snakemake.input.item_tables, snakemake.input.features, dataset
    )
    model = load_model(snakemake.input.model, snakemake.input.facts)
    source = (
        f"view {snakemake.wildcards.view}, test part of partition {snakemake.wildcards.partition} "
        f"({', '.join([snakemake.input.model, *snakemake.input.features])})"
    )
    decided = decide(model, rows.X, n_jobs=snakemake.threads, source=source)
    p = decided.probabilities(guarded=True)
    Probabilities(classes, rows.item, rows.label, p, ovo_prediction=decided.votes()).write(
        snakemake.output.test
    )
    if snakemake.output.get("replica"):
        if hasattr(model, "replica_"):
            decided = decide(model.replica_, rows.X, n_jobs=snakemake.threads, source=source)
        p = decided.probabilities(guarded=False)
        Probabilities(classes, rows.item, rows.label, p, ovo_prediction=decided.votes()).write(
            snakemake.output.replica
        )
