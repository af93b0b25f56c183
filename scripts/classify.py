"""Classify items without labels with a rule learned on all labelled ones."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    import numpy as np

    from latefusion.core.seeds import stream
    from latefusion.fusion.fuse import PartitionInput, fuse
    from latefusion.pipeline.new_items import best_rule, novelty_mask, prediction_columns
    from latefusion.store.csv_export import write_csv
    from latefusion.store.models import load_model
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_features
    from latefusion.store.tables import read_json, read_table, write_json
    from latefusion.svm.training import predict

    modalities, seed = snakemake.params.modalities, snakemake.params.seed
    classes = class_names(read_json(snakemake.input.dataset))
    items = read_table(snakemake.input.item_table)
    item = items["item"].to_numpy(zero_copy_only=False)
    said, far = {}, {}
    for index, name in enumerate(modalities):
        new = read_features(snakemake.input.features[index])
        model = load_model(snakemake.input.models[index], snakemake.input.facts[index])
        p, ovo_prediction = predict(model, [new], guarded=True, n_jobs=snakemake.threads)
        said[name] = Probabilities(
            classes, item, np.full(len(item), -1, np.int32), p, ovo_prediction=ovo_prediction
        )
        seen = np.concatenate(
            [read_features(path) for path in snakemake.input.seen[2 * index : 2 * index + 2]]
        )
        far[name] = novelty_mask(seen, new, rng=stream(seed, "classify", name))
    learn = {
        name: Probabilities.read(path) for name, path in zip(modalities, snakemake.input.learn, strict=True)
    }
    part = PartitionInput("all", learn, said, items["group"].to_numpy(zero_copy_only=False))
    fused = {
        name: fuse(name, options, [part], protocol="cross", seed=seed, robustness=False)
        for name, options in snakemake.params.rules.items()
    }
    chosen = best_rule({name: one.learned["cross_validated"]["all"] for name, one in fused.items()})
    log.info("%d items classified by the rule %s", len(item), chosen)
    table = fused[chosen].table.slice(0, len(item))
    decided = table["predicted"].fill_null(-1).to_numpy()
    columns = prediction_columns(items, Probabilities.from_table(table), decided, said, far)
    write_csv(columns, snakemake.output.table)
    write_json({"rule": chosen, "learned": fused[chosen].learned}, snakemake.output.learned)
