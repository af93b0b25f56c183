# latefusion: which way of fusing several embeddings per item is best, by how much, and can it be believed?

from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/environment.smk"  #   the Python and the character set of this process
include: "workflow/rules/common.smk"  #        the configuration, paths, and what a run makes
include: "workflow/rules/terminal.smk"  #      what is said on the terminal, during a run and at its end
include: "workflow/rules/example_data.smk"  #  the bundled songs and digits


if CONFIG["predictions"] is None:

    include: "workflow/rules/ingest.smk"  #        CSV files -> feature matrices and items
    include: "workflow/rules/dataset.smk"  #       both splits -> classes, groups, partitions and folds

else:

    include: "workflow/rules/predictions.smk"  #   finished predictions -> all of these, and probabilities


if RUN.has_classes:

    include: "workflow/rules/svm.smk"  #         feature matrices -> SVMs -> probabilities
    include: "workflow/rules/fusion.smk"  #      probabilities -> each fusion rule -> the selected one
    include: "workflow/rules/evaluation.smk"  #  predictions -> metrics, comparisons, checks, summary
    include: "workflow/rules/report.smk"  #      tables -> one page
    include: "workflow/rules/prediction.smk"  #  items without labels -> classes

    if FILES.learner_views or FILES.chosen_views:

        include: "workflow/rules/learners.smk"  # what svm.smk makes by other learners, and the best of several

    if FILES.views_from("pretrained") or FILES.imported:

        include: "workflow/rules/external.smk"  # the same of models and probabilities that the user brings


if RUN.targets is not None:

    include: "workflow/rules/regression.smk"  #         predictions of numbers -> each fusion rule -> tables -> one page
    include: "workflow/rules/kernel_ridge.smk"  #       feature matrices -> kernel ridge regressors -> predictions
    include: "workflow/rules/target_prediction.smk"  #  items without numbers -> numbers

    if RUN.targets.learner_views or RUN.targets.chosen_views:

        include: "workflow/rules/target_learners.smk"  # what kernel_ridge.smk makes by other learners, and the best


rule all:
    input:
        RUN.promised(),


rule ingest_all:
    input:
        FILES.ingested(),


rule predict:
    input:
        prediction_targets,


rule pipeline:
    input:
        pipeline_targets,
