# Needs: features and a partition. Makes: what svm.smk makes, by other learners, and by the one that is best out-of-fold.

from latefusion.planning import learner_resources, priorities


rule train_learner:
    """Train one view's learner on a partition's training part; it searches its grid and holds out on the folds."""
    input:
        features=lambda wildcards: FILES.features(
            wildcards.view, wildcards.partition, "train"
        ),
        item_tables=lambda wildcards: files.items_of(
            *FILES.splits_of(wildcards.partition, "train")
        ),
        partition="<results>/partitions/{partition}.parquet",
        dataset="<results>/dataset.json",
    output:
        model="<results>/{partition}/models/{view}.joblib",
        facts="<results>/{partition}/models/{view}.json",
        in_sample="<results>/{partition}/probabilities/{view}/train_in_sample.parquet",
        out_of_fold="<results>/{partition}/probabilities/{view}/train_out_of_fold.parquet",
    log:
        "<logs>/train_learner/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/train_learner/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.learner_views),
    priority: priorities.of_view(PLAN.every_view)
    conda:
        "../../envs/latefusion.yaml"
    threads: threads_of(learner_resources.learner_threads)
    resources:
        mem_mb=asks_of_view(learner_resources.learner_memory_mb, folds=CONFIG["folds"]),
        runtime=asks_of_view(learner_resources.learner_runtime_minutes),
    params:
        learner=lambda wildcards: view_of(wildcards).learner.learner,
        options=lambda wildcards: dict(view_of(wildcards).learner.options),
        seed=SEED,
        learners_path=lambda wildcards: RUN.learners_folder(
            [view_of(wildcards).learner]
        ),
        digest=lambda wildcards: digest(
            "train_learner", learners=[view_of(wildcards).learner]
        ),
    script:
        "../../scripts/train_learner.py"


rule predict_learner:
    """Apply a partition's learner to its test part."""
    input:
        features=lambda wildcards: FILES.features(
            wildcards.view, wildcards.partition, "test"
        ),
        item_tables=lambda wildcards: files.items_of(
            *FILES.splits_of(wildcards.partition, "test")
        ),
        partition="<results>/partitions/{partition}.parquet",
        dataset="<results>/dataset.json",
        model="<results>/{partition}/models/{view}.joblib",
        facts="<results>/{partition}/models/{view}.json",
    output:
        test="<results>/{partition}/probabilities/{view}/test.parquet",
    log:
        "<logs>/predict_learner/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/predict_learner/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.learner_views),
        partition=r"given|cross-\d+-\d+",
    priority: priorities.of_applied_view(PLAN.every_view)
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=asks_of_view(learner_resources.learner_memory_mb, folds=CONFIG["folds"]),
        runtime=asks_of_view(learner_resources.learner_runtime_minutes),
    params:
        learners_path=lambda wildcards: RUN.learners_folder(
            [view_of(wildcards).learner]
        ),
        digest=lambda wildcards: digest(
            "predict_learner", learners=[view_of(wildcards).learner]
        ),
    script:
        "../../scripts/predict_learner.py"


rule choose_learner:
    """Choose the learner with the least out-of-fold log loss inside a training part; its tables are the view's."""
    input:
        unpack(learner_inputs.choosing(FILES, ["in_sample", "out_of_fold", "test"])),
    output:
        model="<results>/{partition}/models/{view}.joblib",
        facts="<results>/{partition}/models/{view}.json",
        in_sample="<results>/{partition}/probabilities/{view}/train_in_sample.parquet",
        out_of_fold="<results>/{partition}/probabilities/{view}/train_out_of_fold.parquet",
        test="<results>/{partition}/probabilities/{view}/test.parquet",
    log:
        "<logs>/choose_learner/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/choose_learner/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.chosen_views),
        partition=r"given|cross-\d+-\d+",
    priority: priorities.of_view(PLAN.every_view)
    conda:
        "../../envs/latefusion.yaml"
    params:
        candidates=lambda wildcards: list(view_of(wildcards).candidates),
        digest=digest("choose_learner"),
    script:
        "../../scripts/choose_learner.py"


# All labelled items have no test part.
use rule choose_learner as choose_learner_of_all with:
    input:
        unpack(learner_inputs.choosing(FILES, ["in_sample", "out_of_fold"])),
    output:
        model="<results>/{partition}/models/{view}.joblib",
        facts="<results>/{partition}/models/{view}.json",
        in_sample="<results>/{partition}/probabilities/{view}/train_in_sample.parquet",
        out_of_fold="<results>/{partition}/probabilities/{view}/train_out_of_fold.parquet",
    wildcard_constraints:
        view=names_of(FILES.chosen_views),
        partition="all",
