"""Apply a saved SVM of the user's, after its hash was checked, to both parts of the given split."""

from latefusion.core.job import job

OUTPUTS = {"train": {"in_sample": False}, "test": {"test": True, "replica": False}}
"""Tables of each part, and whether their sigmoids are guarded."""

with job(snakemake.log[0]):
    import numpy as np

    from latefusion.core.input_names import input_name
    from latefusion.external.pretrained_file import load_pretrained
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.samples import class_names, read_features, read_labels
    from latefusion.store.tables import read_json, write_json
    from latefusion.svm.prediction import decide

    source, params = snakemake.input, snakemake.params
    dataset = read_json(source.dataset)
    parts = {
        split: (
            *read_labels([source.get(f"{split}_items")], dataset),
            [read_features(source.get(input_name("features", split, name))) for name in params.modalities],
        )
        for split in OUTPUTS
    }
    _, label, X = parts["train"]
    model, facts = load_pretrained(
        source.model,
        params.sha256,
        labels=[entry["label"] for entry in dataset["classes"]],
        counts=np.bincount(label, minlength=len(dataset["classes"])).tolist(),
        columns=[matrix.shape[1] for matrix in X],
        key=f"pretrained of {snakemake.wildcards.view}",
    )
    for split, outputs in OUTPUTS.items():
        item, label, X = parts[split]
        files = [source.get(input_name("features", split, name)) for name in params.modalities]
        decided = decide(
            model,
            X,
            n_jobs=snakemake.threads,
            source=f"view {snakemake.wildcards.view}, {split} part of partition "
            f"{snakemake.wildcards.partition} ({', '.join([source.model, *files])})",
        )
        for output, guarded in outputs.items():
            p = decided.probabilities(guarded=guarded)
            Probabilities(class_names(dataset), item, label, p, ovo_prediction=decided.votes()).write(
                snakemake.output[output]
            )
    write_json({**facts, "sha256": params.sha256}, snakemake.output.facts)
