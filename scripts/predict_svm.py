"""Apply one view's SVM to a partition's test part; on the given split, also as the notebook would."""

from latefusion.artefacts import load_model
from latefusion.job import job
from latefusion.probabilities import Probabilities
from latefusion.rows import class_names, read_rows
from latefusion.tables import read_json
from latefusion.training import predict

with job(snakemake.log[0]):
    dataset = read_json(snakemake.input.dataset)
    rows = read_rows(
        snakemake.input.partition, "test", snakemake.input.item_tables, snakemake.input.features, dataset
    )
    model = load_model(snakemake.input.model, snakemake.input.facts)
    for output, machine, guarded in (("test", model, True), ("replica", model.replica, False)):
        if output in snakemake.output.keys():
            p, voted = predict(machine, rows.X, guarded=guarded, n_jobs=snakemake.threads)
            Probabilities(class_names(dataset), rows.item, rows.label, p, voted=voted).write(
                snakemake.output[output]
            )
