"""Train one view's learner on a training part, and note what it says of these rows."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from latefusion.core.seeds import stream
    from latefusion.learning.learner import extend_learners
    from latefusion.learning.training import train_learner
    from latefusion.store.models import save_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_samples
    from latefusion.store.tables import read_json
    from latefusion.svm.labelled_rows import LabelledRows

    extend_learners(snakemake.params.learners_path)
    view, partition = snakemake.wildcards.view, snakemake.wildcards.partition
    features = snakemake.input.features
    dataset = read_json(snakemake.input.dataset)
    classes = class_names(dataset)
    rows = read_samples(snakemake.input.partition, "train", snakemake.input.item_tables, features, dataset)
    learner = snakemake.params.learner
    trained = train_learner(
        learner,
        snakemake.params.options,
        LabelledRows(
            rows.X,
            rows.label,
            rows.fold,
            len(classes),
            source=f"view {view}, training part of partition {partition} "
            f"({', '.join([snakemake.input.partition, *features])})",
        ),
        # the same whether it is the only learner or one of several, and by whatever name
        rng=stream(snakemake.params.seed, "train_learner", partition, f"{view.partition('.')[0]}.{learner}"),
        n_jobs=snakemake.threads,
    )
    Probabilities(classes, rows.item, rows.label, trained.in_sample_p).write(snakemake.output.in_sample)
    Probabilities(classes, rows.item, rows.label, trained.out_of_fold_p, fold=rows.fold).write(
        snakemake.output.out_of_fold
    )
    save_model(trained.model, snakemake.output.model, snakemake.output.facts, trained.facts)
