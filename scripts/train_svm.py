"""Train one view's SVM on a training part, and note what it says of these rows, in and out of sample."""

from latefusion.artefacts import save_model
from latefusion.job import job
from latefusion.probabilities import Probabilities
from latefusion.rows import class_names, read_rows
from latefusion.seeds import stream
from latefusion.tables import read_json
from latefusion.training import SvmSettings, train

with job(snakemake.log[0]):
    dataset = read_json(snakemake.input.dataset)
    classes = class_names(dataset)
    rows = read_rows(
        snakemake.input.partition, "train", snakemake.input.item_tables, snakemake.input.features, dataset
    )
    trained = train(
        rows.X,
        rows.label,
        rows.fold,
        SvmSettings(**snakemake.params.settings),
        n_classes=len(classes),
        n_jobs=snakemake.threads,
        memory_mb=snakemake.resources.mem_mb,
        replica=snakemake.params.replica,
        rng=stream(
            snakemake.params.seed, "train_svm", snakemake.wildcards.partition, snakemake.wildcards.view
        ),
    )
    Probabilities(classes, rows.item, rows.label, trained.in_sample_p, voted=trained.in_sample_voted).write(
        snakemake.output.in_sample
    )
    Probabilities(
        classes, rows.item, rows.label, trained.out_of_fold_p, fold=rows.fold, voted=trained.out_of_fold_voted
    ).write(snakemake.output.out_of_fold)
    facts = {**trained.facts, "grid": trained.grid}
    save_model(trained.model, snakemake.output.model, snakemake.output.facts, facts)
