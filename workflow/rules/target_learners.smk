# Needs: features, items with numbers, a partition. Makes: what kernel ridge regression makes, by other learners.

from latefusion.planning import learner_resources, target_files


rule train_target_learner:
    """Train one view's learner of numbers on a training part; it searches its grid and holds out on the folds."""
    input:
        features=lambda wildcards: TARGETS.features(
            wildcards.view, wildcards.partition, "train"
        ),
        item_tables=lambda wildcards: TARGETS.item_tables(wildcards.partition, "train"),
        partition="<results>/partitions/{partition}.parquet",
        dataset="<results>/dataset.json",
    output:
        model=f"{NUMBERS}/{{partition}}/models/{{view}}.joblib",
        facts=f"{NUMBERS}/{{partition}}/models/{{view}}.json",
        in_sample=f"{NUMBERS}/{{partition}}/predictions/{{view}}/train_in_sample.parquet",
        out_of_fold=f"{NUMBERS}/{{partition}}/predictions/{{view}}/train_out_of_fold.parquet",
    log:
        "<logs>/train_target_learner/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/train_target_learner/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(TARGETS.learner_views),
    conda:
        "../../envs/latefusion.yaml"
    threads: TARGET_REQUESTS.threads(learner_resources.target_learner_threads)
    resources:
        mem_mb=TARGET_REQUESTS.of_view(learner_resources.target_learner_memory_mb),
        runtime=TARGET_REQUESTS.of_view(
            learner_resources.target_learner_runtime_minutes
        ),
    params:
        learner=lambda wildcards: TARGETS.learner(wildcards.view).learner,
        options=lambda wildcards: dict(TARGETS.learner(wildcards.view).options),
        targets=list(TARGETS.plan.targets),
        seed=SEED,
        learners_path=lambda wildcards: RUN.learners_folder(
            [TARGETS.learner(wildcards.view)]
        ),
        digest=lambda wildcards: digest(
            "train_target_learner", learners=[TARGETS.learner(wildcards.view)]
        ),
    script:
        "../../scripts/train_target_learner.py"


rule predict_target_learner:
    """Apply a partition's learner of numbers to its test part."""
    input:
        features=lambda wildcards: TARGETS.features(
            wildcards.view, wildcards.partition, "test"
        ),
        item_tables=lambda wildcards: TARGETS.item_tables(wildcards.partition, "test"),
        partition="<results>/partitions/{partition}.parquet",
        dataset="<results>/dataset.json",
        model=f"{NUMBERS}/{{partition}}/models/{{view}}.joblib",
        facts=f"{NUMBERS}/{{partition}}/models/{{view}}.json",
    output:
        test=f"{NUMBERS}/{{partition}}/predictions/{{view}}/test.parquet",
    log:
        "<logs>/predict_target_learner/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/predict_target_learner/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(TARGETS.learner_views),
        partition=r"given|cross-\d+-\d+",
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=TARGET_REQUESTS.of_view(learner_resources.target_learner_memory_mb),
        runtime=TARGET_REQUESTS.of_view(
            learner_resources.target_learner_runtime_minutes
        ),
    params:
        learners_path=lambda wildcards: RUN.learners_folder(
            [TARGETS.learner(wildcards.view)]
        ),
        digest=lambda wildcards: digest(
            "predict_target_learner", learners=[TARGETS.learner(wildcards.view)]
        ),
    script:
        "../../scripts/predict_target_learner.py"


rule choose_target_learner:
    """Choose the learner with the least squared error out of fold in a training part; its tables are the view's."""
    input:
        unpack(
            lambda wildcards: TARGETS.choosing(
                wildcards.view, wildcards.partition, target_files.KINDS
            )
        ),
    output:
        model=f"{NUMBERS}/{{partition}}/models/{{view}}.joblib",
        facts=f"{NUMBERS}/{{partition}}/models/{{view}}.json",
        train_in_sample=f"{NUMBERS}/{{partition}}/predictions/{{view}}/train_in_sample.parquet",
        train_out_of_fold=f"{NUMBERS}/{{partition}}/predictions/{{view}}/train_out_of_fold.parquet",
        test=f"{NUMBERS}/{{partition}}/predictions/{{view}}/test.parquet",
    log:
        "<logs>/choose_target_learner/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/choose_target_learner/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(TARGETS.chosen_views),
        partition=r"given|cross-\d+-\d+",
    conda:
        "../../envs/latefusion.yaml"
    params:
        candidates=lambda wildcards: list(TARGETS.plan.views[wildcards.view].candidates),
        digest=digest("choose_target_learner"),
    script:
        "../../scripts/choose_target_learner.py"


# All labelled items have no test part.
use rule choose_target_learner as choose_target_learner_of_all with:
    input:
        unpack(
            lambda wildcards: TARGETS.choosing(
                wildcards.view, wildcards.partition, target_files.KINDS[:2]
            )
        ),
    output:
        model=f"{NUMBERS}/{{partition}}/models/{{view}}.joblib",
        facts=f"{NUMBERS}/{{partition}}/models/{{view}}.json",
        train_in_sample=f"{NUMBERS}/{{partition}}/predictions/{{view}}/train_in_sample.parquet",
        train_out_of_fold=f"{NUMBERS}/{{partition}}/predictions/{{view}}/train_out_of_fold.parquet",
    wildcard_constraints:
        view=names_of(TARGETS.chosen_views),
        partition="all",
