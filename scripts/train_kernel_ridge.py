"""Train one view's kernel ridge regressor on a training part, and note what it says of these rows."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    from pathlib import Path

    from latefusion.regression.target_rows import TargetRows
    from latefusion.regression.training import RidgeSettings, train_ridge
    from latefusion.store.models import save_model
    from latefusion.store.samples import positions, read_samples, read_targets, target_names
    from latefusion.store.tables import read_json
    from latefusion.store.target_predictions import TargetPredictions

    features, partition = snakemake.input.features, snakemake.input.partition
    dataset = read_json(snakemake.input.dataset)
    targets = target_names(dataset)
    rows = read_samples(partition, "train", snakemake.input.item_tables, features, dataset)
    item, values = read_targets(snakemake.input.item_tables, targets)
    y = values[positions(item, rows.item, partition)]
    trained = train_ridge(
        TargetRows(
            rows.X,
            y,
            rows.fold,
            targets,
            source=f"view {snakemake.wildcards.view}, training part of partition "
            f"{snakemake.wildcards.partition} ({', '.join([partition, *features])})",
            modalities=tuple(dict.fromkeys(Path(path).stem for path in features)),
        ),
        RidgeSettings.of(snakemake.params.settings),
        n_jobs=snakemake.threads,
        memory_mb=snakemake.resources.mem_mb or None,
    )
    for said, fold, path in (
        (trained.in_sample, None, snakemake.output.in_sample),
        (trained.out_of_fold, rows.fold, snakemake.output.out_of_fold),
    ):
        held_out = {} if fold is None else {"fold": fold}
        TargetPredictions(targets, rows.item, y, said, trained.variance, **held_out).write(path)
    save_model(trained.model, snakemake.output.model, snakemake.output.facts, trained.facts)
