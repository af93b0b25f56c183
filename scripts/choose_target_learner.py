"""Choose the learner of numbers of a view that is best out of fold in a training part."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    from latefusion.core.input_names import input_name
    from latefusion.learning.target_choice import choose_regression_learner
    from latefusion.store.atomic import atomic
    from latefusion.store.tables import read_json, write_json
    from latefusion.store.target_predictions import TargetPredictions

    names, source = snakemake.params.candidates, snakemake.input
    choice = choose_regression_learner(
        {name: TargetPredictions.read(source.get(input_name("train_out_of_fold", name))) for name in names},
        {name: read_json(source.get(input_name("facts", name))) for name in names},
    )
    log.info("%s: %s", snakemake.wildcards.view, choice.chosen)
    for kind in ("model", "train_in_sample", "train_out_of_fold", "test"):
        if snakemake.output.get(kind):
            with atomic(snakemake.output[kind]) as file:
                file.write(Path(source.get(input_name(kind, choice.chosen))).read_bytes())
    write_json(choice.facts, snakemake.output.facts)
