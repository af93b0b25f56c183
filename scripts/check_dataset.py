"""Compare the splits and settle the groups."""

from pathlib import Path

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from latefusion.dataset.dataset import SPLITS, check_dataset
    from latefusion.store.schemas import GROUPS
    from latefusion.store.tables import read_json, write_json, write_table

    names = snakemake.params.modalities
    features = [Path(path) for path in snakemake.input.get("features", [])]
    modality_facts = map(read_json, snakemake.input.get("modality_facts", []))
    dataset, groups = check_dataset(
        dict(zip(SPLITS, map(Path, snakemake.input.item_tables), strict=True)),
        dict(zip(SPLITS, map(Path, snakemake.input.facts), strict=True)),
        {
            split: dict(zip(names, features[i * len(names) : (i + 1) * len(names)], strict=True))
            for i, split in enumerate(SPLITS)
        },
        {facts["modality"]: facts for facts in modality_facts},
        folds=snakemake.params.folds,
        cross_folds=snakemake.params.cross_folds,
        group_names=snakemake.params.group_names,
    )
    for warning in dataset["warnings"]:
        log.warning(warning["message"])
    write_table(groups, snakemake.output.groups, GROUPS)
    write_json(dataset, snakemake.output.dataset)
