"""Apply a saved SVM of the user's, after its hash was checked, to both parts of the given split."""

from latefusion.core.job import job

with job(snakemake.log[0]):
    import numpy as np

    from latefusion.external.pretrained_svm import load_pretrained
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_features, read_labels
    from latefusion.store.tables import read_json, write_json
    from latefusion.svm.training import decide

    dataset = read_json(snakemake.input.dataset)
    parts = {}
    for split, table in zip(("train", "test"), snakemake.input.item_tables, strict=True):
        paths = snakemake.input.features[("train", "test").index(split) :: 2]
        parts[split] = (*read_labels([table], dataset), [read_features(path) for path in paths])
    model, facts = load_pretrained(
        snakemake.input.model,
        snakemake.params.sha256,
        labels=[entry["label"] for entry in dataset["classes"]],
        counts=np.bincount(parts["train"][1], minlength=len(dataset["classes"])).tolist(),
        columns=[X.shape[1] for X in parts["train"][2]],
        key=f"pretrained of {snakemake.wildcards.view}",
    )
    for split, outputs in (("train", {"in_sample": False}), ("test", {"test": True, "replica": False})):
        item, label, X = parts[split]
        decided = decide(model, X, n_jobs=snakemake.threads)
        for output, guarded in outputs.items():
            p = decided.probabilities(guarded=guarded)
            Probabilities(class_names(dataset), item, label, p, ovo_prediction=decided.votes()).write(
                snakemake.output[output]
            )
    write_json({**facts, "sha256": snakemake.params.sha256}, snakemake.output.facts)
