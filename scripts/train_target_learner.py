"""Train one view's learner of numbers on a training part, and note what it says of these rows."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from pathlib import Path

    import numpy as np

    from latefusion.core.seeds import stream
    from latefusion.learning.learner import extend_learners
    from latefusion.learning.target_training import train_regression_learner
    from latefusion.regression.target_rows import TargetRows
    from latefusion.store.models import save_model
    from latefusion.store.samples import positions, read_samples, read_targets, target_names
    from latefusion.store.tables import read_json
    from latefusion.store.target_predictions import TargetPredictions

    extend_learners(snakemake.params.learners_path)
    view, part = snakemake.wildcards.view, snakemake.wildcards.partition
    features, partition = snakemake.input.features, snakemake.input.partition
    dataset = read_json(snakemake.input.dataset)
    targets = target_names(dataset)
    rows = read_samples(partition, "train", snakemake.input.item_tables, features, dataset)
    item, values = read_targets(snakemake.input.item_tables, targets)
    y = values[positions(item, rows.item, partition)]
    learner = snakemake.params.learner
    trained = train_regression_learner(
        learner,
        snakemake.params.options,
        TargetRows(
            rows.X,
            y,
            rows.fold,
            targets,
            source=f"view {view}, training part of partition {part} ({', '.join([partition, *features])})",
            modalities=tuple(dict.fromkeys(Path(path).stem for path in features)),
        ),
        # the same whether it is the only learner or one of several, and by whatever name
        rng=stream(
            snakemake.params.seed, "train_target_learner", part, f"{view.partition('.')[0]}.{learner}"
        ),
        n_jobs=snakemake.threads,
    )
    for said, fold, path in (
        (trained.in_sample, None, snakemake.output.in_sample),
        (trained.out_of_fold, rows.fold, snakemake.output.out_of_fold),
    ):
        variance = np.where(np.isnan(said), np.nan, trained.variance)
        held_out = {} if fold is None else {"fold": fold}
        TargetPredictions(targets, rows.item, y, said, variance, **held_out).write(path)
    save_model(trained.model, snakemake.output.model, snakemake.output.facts, trained.facts)
