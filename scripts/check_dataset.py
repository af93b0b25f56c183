"""Compare the splits and settle the groups."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.dataset.dataset import check_dataset
    from latefusion.dataset.split_checks import DivisionFiles
    from latefusion.store.schemas import GROUPS
    from latefusion.store.tables import read_json, write_json, write_table

    names, splits = snakemake.params.modalities, snakemake.params.splits
    selection = [Path(path) for path in snakemake.input.get("selection", [])]
    given_folds = [Path(path) for path in snakemake.input.get("given_folds", [])]
    features = [Path(path) for path in snakemake.input.get("features", [])]
    modality_facts = map(read_json, snakemake.input.get("modality_facts", []))
    dataset, groups = check_dataset(
        dict(zip(splits, map(Path, snakemake.input.item_tables), strict=True)),
        dict(zip(splits, map(Path, snakemake.input.facts), strict=True)),
        {
            split: dict(zip(names, features[i * len(names) : (i + 1) * len(names)], strict=True))
            for i, split in enumerate(splits)
        },
        {facts["modality"]: facts for facts in modality_facts},
        folds=snakemake.params.folds,
        cross_folds=snakemake.params.cross_folds,
        group_names=snakemake.params.group_names,
        division=DivisionFiles(*(selection or (None, None)), *given_folds),
    )
    for warning in dataset["warnings"]:
        log.warning(warning["message"])
    write_table(groups, snakemake.output.groups, GROUPS)
    write_json(dataset, snakemake.output.dataset)
