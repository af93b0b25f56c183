"""Turn finished predictions into items, partitions and tables of probabilities."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.external.prediction_files import write_predictions
    from latefusion.external.prediction_item_table import read_item_table
    from latefusion.external.prediction_source import PredictionSource
    from latefusion.external.predictions import read_predictions
    from latefusion.external.target_predictions import read_target_predictions

    params, output = snakemake.params, snakemake.output
    tables = [Path(path) for path in snakemake.input.get("item_table", [])]
    source = PredictionSource.of(params.source, params.targets)
    truth = () if source.truth else params.targets
    item_table = read_item_table(params.data, tables, truth) if tables else None
    read = read_target_predictions if params.targets else read_predictions
    found = read(source, item_table, group_names=params.data["group_names"])
    dataset = write_predictions(
        found,
        Path(output.dataset).parent,
        item_table=item_table,
        files=[Path(path) for path in snakemake.input.predictions],
        folds=params.folds,
        seed=params.seed,
    )
    log.info("%s items, %s models", len(found.item), len(found.models))
    for warning in dataset["warnings"]:
        log.warning(warning["message"])
