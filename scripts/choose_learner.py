"""Choose the learner of a view that is best out of fold in a training part."""

from latefusion.core.job import job

with job(snakemake.log[0]) as log:
    from pathlib import Path

    from latefusion.core.input_names import input_name
    from latefusion.learning.choice import choose_learner
    from latefusion.store.atomic import atomic
    from latefusion.store.probabilities import Probabilities
    from latefusion.store.tables import read_json, write_json

    names, source = snakemake.params.candidates, snakemake.input
    choice = choose_learner(
        {name: Probabilities.read(source.get(input_name("out_of_fold", name))) for name in names},
        {name: read_json(source.get(input_name("facts", name))) for name in names},
    )
    log.info("%s: %s", snakemake.wildcards.view, choice.chosen)
    for kind in ("model", "in_sample", "out_of_fold", "test"):
        if snakemake.output.get(kind):
            with atomic(snakemake.output[kind]) as file:
                file.write(Path(source.get(input_name(kind, choice.chosen))).read_bytes())
    write_json(choice.facts, snakemake.output.facts)
