# Needs: features and partitions. Makes: {partition}/models/{view}.joblib and {partition}/probabilities/{view}/.

from functools import partial

from latefusion.planning import priorities, repeats

FOLDS_OF_CROSS = CONFIG["cross"]["folds"]
of_repeat = partial(repeats.paths, folds=FOLDS_OF_CROSS)


rule train_svm:
    """Train one view's SVM on a partition's training part, and its calibration on the folds."""
    input:
        features=lambda wildcards: FILES.features(
            wildcards.view, wildcards.partition, "train"
        ),
        item_tables=lambda wildcards: files.items_of(
            *FILES.splits_of(wildcards.partition, "train")
        ),
        partitions=["<results>/partitions/{partition}.parquet"],
        dataset="<results>/dataset.json",
    output:
        model=["<results>/{partition}/models/{view}.joblib"],
        facts=["<results>/{partition}/models/{view}.json"],
        in_sample=["<results>/{partition}/probabilities/{view}/train_in_sample.parquet"],
        out_of_fold=[
            "<results>/{partition}/probabilities/{view}/train_out_of_fold.parquet"
        ],
    log:
        "<logs>/train_svm/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/train_svm/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.views_without_replica),
        partition="given|all",
    priority: priorities.of_view(PLAN.every_view)
    conda:
        "../../envs/latefusion.yaml"
    threads: threads_of(resources.view_threads)
    resources:
        mem_mb=asks_of_view(resources.view_memory_mb, folds=CONFIG["folds"]),
        runtime=asks_of_view(resources.view_runtime_minutes),
    params:
        partitions=lambda wildcards: [wildcards.partition],
        settings=lambda wildcards: view_of(wildcards).svm,
        replica=lambda wildcards: wildcards.partition == "given"
        and "replica" in CONFIG["protocols"]
        and wildcards.view in FILES.views_of_notebook,
        seed=SEED,
        digest=digest("train_svm"),
    script:
        "../../scripts/train_svm.py"


use rule train_svm as train_svm_grid with:
    wildcard_constraints:
        view=names_of(FILES.views_with_replica),
        partition="all",


# Beside a grid the notebook's C and gamma are kept for `replica`, and what that machine says of the training part.
use rule train_svm as train_svm_replica with:
    output:
        model=["<results>/{partition}/models/{view}.joblib"],
        facts=["<results>/{partition}/models/{view}.json"],
        in_sample=["<results>/{partition}/probabilities/{view}/train_in_sample.parquet"],
        out_of_fold=[
            "<results>/{partition}/probabilities/{view}/train_out_of_fold.parquet"
        ],
        in_sample_replica=[
            "<results>/{partition}/probabilities/{view}/train_in_sample_replica.parquet"
        ],
        out_of_fold_replica=[
            "<results>/{partition}/probabilities/{view}/train_out_of_fold_replica.parquet"
        ],
    wildcard_constraints:
        view=names_of(FILES.views_with_replica),
        partition="given",


# The partitions of a repeat draw from the same items: what is computed for two items once serves all of them.
use rule train_svm as train_svm_cross with:
    input:
        features=lambda wildcards: FILES.features(wildcards.view, "cross", "train"),
        item_tables=FILES.item_tables,
        partitions=of_repeat("<results>/partitions/{partition}.parquet"),
        dataset="<results>/dataset.json",
    output:
        model=of_repeat("<results>/{partition}/models/{view}.joblib"),
        facts=of_repeat("<results>/{partition}/models/{view}.json"),
        in_sample=of_repeat(
            "<results>/{partition}/probabilities/{view}/train_in_sample.parquet"
        ),
        out_of_fold=of_repeat(
            "<results>/{partition}/probabilities/{view}/train_out_of_fold.parquet"
        ),
    log:
        "<logs>/train_svm/{repeat}/{view}.log",
    benchmark:
        "<benchmarks>/train_svm/{repeat}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.svm_views),
        repeat=r"cross-\d+",
    priority: priorities.of_view(PLAN.every_view, several=True)
    resources:
        mem_mb=asks_of_view(
            resources.view_memory_mb, partitions=FOLDS_OF_CROSS, folds=CONFIG["folds"]
        ),
        runtime=asks_of_view(resources.view_runtime_minutes, partitions=FOLDS_OF_CROSS),
    params:
        partitions=repeats.named(FOLDS_OF_CROSS),
        settings=lambda wildcards: view_of(wildcards).svm,
        replica=False,
        seed=SEED,
        digest=digest("train_svm"),


rule predict_svm:
    """Apply the SVMs of a repeat's partitions to their test parts."""
    input:
        features=lambda wildcards: FILES.features(wildcards.view, "cross", "test"),
        item_tables=FILES.item_tables,
        partitions=of_repeat("<results>/partitions/{partition}.parquet"),
        dataset="<results>/dataset.json",
        model=of_repeat("<results>/{partition}/models/{view}.joblib"),
        facts=of_repeat("<results>/{partition}/models/{view}.json"),
    output:
        test=of_repeat("<results>/{partition}/probabilities/{view}/test.parquet"),
    log:
        "<logs>/predict_svm/{repeat}/{view}.log",
    benchmark:
        "<benchmarks>/predict_svm/{repeat}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.svm_views),
        repeat=r"cross-\d+",
    priority: priorities.of_applied_view(PLAN.every_view)
    conda:
        "../../envs/latefusion.yaml"
    threads: threads_of(resources.view_threads)
    resources:
        mem_mb=asks_of_view(resources.view_predict_memory_mb),
        runtime=asks_of_view(resources.view_runtime_minutes),
    params:
        partitions=repeats.named(FOLDS_OF_CROSS),
        digest=digest("predict_svm"),
    script:
        "../../scripts/predict_svm.py"


# On the split of the files, the notebook's variant as well: sigmoids as libsvm leaves them, no grid.
use rule predict_svm as predict_svm_given with:
    input:
        features=lambda wildcards: FILES.features(
            wildcards.view, wildcards.partition, "test"
        ),
        item_tables=lambda wildcards: files.items_of(
            *FILES.splits_of(wildcards.partition, "test")
        ),
        partitions=["<results>/partitions/{partition}.parquet"],
        dataset="<results>/dataset.json",
        model=["<results>/{partition}/models/{view}.joblib"],
        facts=["<results>/{partition}/models/{view}.json"],
    output:
        test=["<results>/{partition}/probabilities/{view}/test.parquet"],
        replica=["<results>/{partition}/probabilities/{view}/test_replica.parquet"],
    log:
        "<logs>/predict_svm/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/predict_svm/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(FILES.views_of_notebook),
        partition="given",
    params:
        partitions=lambda wildcards: [wildcards.partition],
        digest=digest("predict_svm"),


# An SVM with settings of its own among the learners is none that the notebook has.
use rule predict_svm_given as predict_svm_learner with:
    output:
        test=["<results>/{partition}/probabilities/{view}/test.parquet"],
    wildcard_constraints:
        view=names_of(FILES.other_svm_views),
        partition="given",
