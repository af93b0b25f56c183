"""Apply a view's SVMs to the test parts of partitions; on the given split, also as the notebook would."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.store.models import load_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import SampleFiles, class_names
    from latefusion.store.tables import read_json
    from latefusion.svm.prediction import decide

    source, made = snakemake.input, snakemake.output
    dataset = read_json(source.dataset)
    classes = class_names(dataset)
    files = SampleFiles.read(source.item_tables, source.features, dataset)
    for place, partition in enumerate(snakemake.params.partitions):
        rows, _ = files.part(source.partitions[place], "test")
        model = load_model(source.model[place], source.facts[place])
        where = (
            f"view {snakemake.wildcards.view}, test part of partition {partition} "
            f"({', '.join([source.model[place], *source.features])})"
        )
        decided = decide(model, rows.X, n_jobs=snakemake.threads, source=where)
        p, vote = decided.probabilities(guarded=True), decided.votes()
        Probabilities(classes, rows.item, rows.label, p, ovo_prediction=vote).write(made.test[place])
        if made.get("replica"):
            if hasattr(model, "replica_"):
                decided = decide(model.replica_, rows.X, n_jobs=snakemake.threads, source=where)
            p, vote = decided.probabilities(guarded=False), decided.votes()
            Probabilities(classes, rows.item, rows.label, p, ovo_prediction=vote).write(made.replica[place])
