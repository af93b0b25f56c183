"""Train one view's SVM on a training part, and note what it says of these rows, in sample and out of fold."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from pathlib import Path

    from latefusion.core.seeds import stream
    from latefusion.store.models import save_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_samples
    from latefusion.store.tables import read_json
    from latefusion.svm.labelled_rows import LabelledRows
    from latefusion.svm.settings import SvmSettings
    from latefusion.svm.training import Limits, train

    features = snakemake.input.features
    dataset = read_json(snakemake.input.dataset)
    classes = class_names(dataset)
    rows = read_samples(snakemake.input.partition, "train", snakemake.input.item_tables, features, dataset)
    trained = train(
        LabelledRows(
            rows.X,
            rows.label,
            rows.fold,
            len(classes),
            source=f"view {snakemake.wildcards.view}, training part of partition "
            f"{snakemake.wildcards.partition} ({', '.join([snakemake.input.partition, *features])})",
            modalities=tuple(dict.fromkeys(Path(path).stem for path in features)),
        ),
        SvmSettings.of(snakemake.params.settings, dataset["classes"]),
        limits=Limits(n_jobs=snakemake.threads, memory_mb=snakemake.resources.mem_mb or None),
        replica=snakemake.params.replica,
        # of several learners the SVM is drawn for as if it were the only one
        rng=stream(
            snakemake.params.seed,
            "train_svm",
            snakemake.wildcards.partition,
            snakemake.wildcards.view.partition(".")[0],
        ),
    )
    for said, suffix in ((trained.rows, ""), (trained.replica_rows, "_replica")):
        if snakemake.output.get(f"in_sample{suffix}"):
            Probabilities(
                classes, rows.item, rows.label, said.in_sample_p, ovo_prediction=said.in_sample_ovo_prediction
            ).write(snakemake.output[f"in_sample{suffix}"])
            Probabilities(
                classes,
                rows.item,
                rows.label,
                said.out_of_fold_p,
                fold=rows.fold,
                ovo_prediction=said.out_of_fold_ovo_prediction,
            ).write(snakemake.output[f"out_of_fold{suffix}"])
    facts = {**trained.facts, "grid": trained.grid}
    save_model(trained.model, snakemake.output.model, snakemake.output.facts, facts)
