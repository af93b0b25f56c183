# Needs: features, items with numbers, a partition. Makes: the regressor of each view, and what it predicts.

from latefusion.planning import target_resources

TARGET_REQUESTS = resources.Requests(TARGETS.plan.every_view, TARGETS.trained)
OF_TARGETS = {"targets": len(TARGETS.plan.targets), "folds": CONFIG["folds"]}


rule train_kernel_ridge:
    """Train one view's kernel ridge regressor: every target and penalty on one kernel matrix, every fold held out."""
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
        "<logs>/train_kernel_ridge/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/train_kernel_ridge/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(TARGETS.ridge_views),
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=TARGET_REQUESTS.of_view(target_resources.ridge_memory_mb, **OF_TARGETS),
        runtime=TARGET_REQUESTS.of_view(
            target_resources.ridge_runtime_minutes, **OF_TARGETS
        ),
    params:
        settings=lambda wildcards: TARGETS.settings(wildcards.view),
        targets=list(TARGETS.plan.targets),
        digest=digest("train_kernel_ridge"),
    script:
        "../../scripts/train_kernel_ridge.py"


rule predict_kernel_ridge:
    """Predict the targets of a partition's test part."""
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
        "<logs>/predict_kernel_ridge/{partition}/{view}.log",
    benchmark:
        "<benchmarks>/predict_kernel_ridge/{partition}/{view}.tsv"
    wildcard_constraints:
        view=names_of(TARGETS.ridge_views),
        partition=r"given|cross-\d+-\d+",
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=TARGET_REQUESTS.of_view(
            target_resources.ridge_predict_memory_mb, **OF_TARGETS
        ),
        runtime=asks(resources.table_runtime_minutes, 10),
    params:
        digest=digest("predict_kernel_ridge"),
    script:
        "../../scripts/predict_kernel_ridge.py"
