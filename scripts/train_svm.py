"""Train a view's SVM on training parts, and note what it says of their rows, in sample and out of fold."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from dataclasses import asdict
    from pathlib import Path

    from latefusion.core.seeds import stream
    from latefusion.store.models import save_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import SampleFiles, class_names
    from latefusion.store.tables import read_json
    from latefusion.svm.labelled_rows import LabelledRows
    from latefusion.svm.settings import SvmSettings
    from latefusion.svm.shared_distances import SharedDistances
    from latefusion.svm.training import Limits, train

    source, made = snakemake.input, snakemake.output
    view, partitions = snakemake.wildcards.view, snakemake.params.partitions
    dataset = read_json(source.dataset)
    classes = class_names(dataset)
    files = SampleFiles.read(source.item_tables, source.features, dataset)
    settings = SvmSettings.of(snakemake.params.settings, dataset["classes"])
    limits = Limits(n_jobs=snakemake.threads, memory_mb=snakemake.resources.mem_mb or None)
    shared = None
    if len(partitions) > 1:
        shared = SharedDistances.of(files.X, settings, n_classes=len(classes), **asdict(limits))
    for place, partition in enumerate(partitions):
        rows, chosen = files.part(source.partitions[place], "train")
        trained = train(
            LabelledRows(
                rows.X,
                rows.label,
                rows.fold,
                len(classes),
                source=f"view {view}, training part of partition {partition} "
                f"({', '.join([source.partitions[place], *source.features])})",
                modalities=tuple(dict.fromkeys(Path(path).stem for path in source.features)),
            ),
            settings,
            limits=limits,
            replica=snakemake.params.replica,
            # of several learners the SVM is drawn for as if it were the only one
            rng=stream(snakemake.params.seed, "train_svm", partition, view.partition(".")[0]),
            drawn=None if shared is None else shared.drawn(chosen),
        )
        for said, suffix in ((trained.rows, ""), (trained.replica_rows, "_replica")):
            if not made.get(f"in_sample{suffix}"):
                continue
            p, ovo_prediction = said.in_sample_p, said.in_sample_ovo_prediction
            Probabilities(classes, rows.item, rows.label, p, ovo_prediction=ovo_prediction).write(
                made[f"in_sample{suffix}"][place]
            )
            p, ovo_prediction = said.out_of_fold_p, said.out_of_fold_ovo_prediction
            Probabilities(
                classes, rows.item, rows.label, p, fold=rows.fold, ovo_prediction=ovo_prediction
            ).write(made[f"out_of_fold{suffix}"][place])
        facts = {**trained.facts, "grid": trained.grid}
        save_model(trained.model, made.model[place], made.facts[place], facts)
