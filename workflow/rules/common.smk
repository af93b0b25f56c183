# The only file with functions: the checked configuration, what each job reads, digests, memory.

import os
import sys

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake_interface_executor_plugins.settings import ExecMode

WORKFLOW = Path(str(workflow.current_basedir)).parent
SCRIPTS = WORKFLOW.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from latefusion.core.errors import InputError
from latefusion.core.input_names import input_name
from latefusion.evaluation.names import CURVE_RULES, SELECTED
from latefusion.evaluation.names import TABLES as EVALUATION_TABLES
from latefusion.planning import configuration, plan, resources
from latefusion.planning import rule_catalogue as catalogue
from latefusion.planning.code_digest import code_digest

EXAMPLE_DATA = {
    f"data/{name}/{split}.csv"
    for name in ("demo", "digits")
    for split in ("train", "test")
}
CONFIG_NAME = str(workflow.configfiles[-1]) if workflow.configfiles else "config.yaml"


def checked(config):
    """Complete the configuration, or end with a message that speaks in its keys."""
    schema, rule_options = (
        yaml.safe_load((WORKFLOW / "schemas" / f"{name}.schema.yaml").read_text())
        for name in ("config", "rules")
    )
    try:
        complete = configuration.complete(
            config, schema, file=CONFIG_NAME, rules=rule_options
        )
        configuration.missing_files(complete, file=CONFIG_NAME, built=EXAMPLE_DATA)
        rules = catalogue.read_rules(SCRIPTS / "latefusion" / "rules")
        return complete, rules, plan.make_plan(complete, rules, file=CONFIG_NAME)
    except InputError as error:
        raise WorkflowError(f"the configuration cannot be used:\n{error}") from None


CONFIG, RULES, PLAN = checked(config)
SEED = CONFIG["seed"]

if workflow.exec_mode == ExecMode.DEFAULT:
    if Path(CONFIG["results"]).is_dir() and not os.access(CONFIG["results"], os.W_OK):
        logger.warning(
            f"{CONFIG['results']} may not be written: let `results` in {CONFIG_NAME} name a folder of yours, or "
            f"chmod u+w it. Results that are there can be looked at."
        )
    for absent in PLAN.left_out:
        logger.warning(
            f"{absent.protocol} does without {absent.model}: {absent.reason}."
        )


pathvars:
    results=CONFIG["results"],
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


wildcard_constraints:
    split="train|test|new",
    partition=r"given|all|cross-\d+-\d+",
    protocol="|".join(CONFIG["protocols"]),


def digest(script, *more):
    """Digest of an entry script, of all that it imports, and of further files."""
    return code_digest(SCRIPTS / f"{script}.py", *more, root=SCRIPTS)


def rule_digest(wildcards):
    """Digest of `fuse` and of the one file that it runs."""
    return digest("fuse", SCRIPTS / "latefusion" / "rules" / f"{wildcards.rule}.py")


def names_of(views):
    """Wildcard constraint: one of these names, or nothing at all."""
    return "|".join(views) if views else "(?!)"


def views_from(source):
    return [view.name for view in PLAN.views.values() if view.source == source]


def views_with_replica():
    """Views of which `replica` has a machine of its own beside the one that a grid chose."""
    grids = [view.name for view in PLAN.views.values() if view.has_grid]
    return grids if "replica" in CONFIG["protocols"] else []


def training_table(view, table, replica):
    """A table of training rows; of the notebook's machine under `replica`."""
    own = replica and view.name in views_with_replica()
    return f"{table}_replica" if own else table


def view_of(wildcards):
    return PLAN.views[wildcards.view]


def embedded_modalities():
    """Modalities whose embeddings are columns of the input."""
    return [modality for modality in CONFIG["modalities"] if modality["column"]]


def splits_of(partition, part):
    """Splits that the rows of one part of a partition come from."""
    if partition == "given":
        return ["train"] if part == "train" else ["test"]
    return ["train", "test"]


def features_for(part):
    """Input function: the feature matrices that hold one part of a view's rows."""

    def features(wildcards):
        return [
            f"<results>/features/{split}/{modality}.parquet"
            for modality in view_of(wildcards).modalities
            for split in splits_of(wildcards.partition, part)
        ]

    return features


def learning_rows(wildcards):
    """Each modality's table that rules learn from: in-sample as the notebook does, otherwise out-of-fold.

    Where a modality has only the other one, `plan` admits no rule that learns; the rest need just the class shares.
    """
    replica = wildcards.protocol == "replica"
    return {
        input_name(
            "learn", partition, name
        ): f"<results>/{partition}/probabilities/{name}/train_{learning_table(PLAN.views[name], replica)}.parquet"
        for partition in PLAN.partitions[wildcards.protocol]
        for name in PLAN.modalities
    }


def learning_table(view, replica):
    if replica:
        table = "in_sample" if view.has_in_sample else "out_of_fold"
    else:
        table = "out_of_fold" if view.has_out_of_fold else "in_sample"
    return training_table(view, table, replica)


def test_rows(wildcards):
    table = "test_replica" if wildcards.protocol == "replica" else "test"
    return {
        input_name(
            "test", partition, name
        ): f"<results>/{partition}/probabilities/{name}/{table}.parquet"
        for partition in PLAN.partitions[wildcards.protocol]
        for name in PLAN.modalities
    }


def new_item_files(wildcards):
    """What is known of each modality of items without labels."""
    of = {
        "new": "features/new/{}.parquet",
        "train": "features/train/{}.parquet",
        "test": "features/test/{}.parquet",
        "model": "all/models/{}.joblib",
        "facts": "all/models/{}.json",
        "learn": "all/probabilities/{}/train_out_of_fold.parquet",
    }
    return {
        input_name(kind, name): f"<results>/{file.format(name)}"
        for name in PLAN.modalities
        for kind, file in of.items()
    }


def embedding_files(modalities):
    """The features of some modalities in both splits."""
    return {
        input_name(
            "features", split, modality
        ): f"<results>/features/{split}/{modality}.parquet"
        for modality in modalities
        for split in ("train", "test")
    }


def partition_tables(wildcards):
    return [
        f"<results>/partitions/{partition}.parquet"
        for partition in PLAN.partitions[wildcards.protocol]
    ]


def candidate_files(wildcards, extension):
    return [
        f"<results>/fusion/{wildcards.protocol}/{rule}.{extension}"
        for rule in PLAN.selects[wildcards.protocol]
    ]


def brought_table(wildcards):
    """The user's table for one of ours; `replica` differs from the others only for machines trained here."""
    external = view_of(wildcards).probabilities
    table = "test" if wildcards.table == "test_replica" else wildcards.table
    if wildcards.partition == "given":
        return external[table]
    return external["cross"].format(partition=wildcards.partition, table=table)


def columns_of(split):
    """The columns that `ingest` reads; items without labels have neither label nor class."""
    keys = ("label", "class_name", "group", "group_names", "item", "describe")
    columns = {key: CONFIG["data"][key] for key in (*keys, "max_cell_bytes")}
    return {**columns, "label": None, "class_name": None} if split == "new" else columns


def kept(file):
    """An output whose earlier version comes back where the job refuses its input; before a first run there is none."""
    earlier = any(Path(CONFIG["results"], "items").glob("*.json"))
    return update(file) if earlier else file


def training_file(wildcards):
    """What `ingest` compares a file with: the identifiers of the training file, or the lengths of its embeddings."""
    if wildcards.split == "new":
        return ["<results>/items/train.json"]
    return (
        ["<results>/items/train.parquet"]
        if wildcards.split == "test" and CONFIG["data"]["item"]
        else []
    )


def data_size(input, modalities=()):
    """Rows, columns of some modalities and the number of classes; a plan without data assumes few.

    Snakemake asks again when a job's input is there.
    """
    import json

    if not Path(input.dataset).exists():
        return 2000, 1000, 4
    with open(input.dataset) as file:
        dataset = json.load(file)
    columns = sum(dataset["modalities"][name]["dimension"] for name in modalities)
    return sum(dataset["n"].values()), columns, len(dataset["classes"])


def table_memory(least):
    """Resource function of a job that holds tables of all items."""
    return lambda wildcards, input, attempt: attempt * resources.table_memory_mb(
        data_size(input)[0], least
    )


def table_runtime(least):
    return lambda wildcards, input, attempt: attempt * resources.table_runtime_minutes(
        data_size(input)[0], least
    )


def svm_threads(wildcards, input):
    """Threads that the rows and columns of a view are worth."""
    view = view_of(wildcards)
    rows, columns, _ = data_size(input, view.modalities)
    return resources.svm_threads(rows, columns, models=grid_size(view))


def as_list(value):
    return value if isinstance(value, list) else [value]


def grid_size(view):
    """Number of machines of one view that differ in C or gamma."""
    return len(as_list(view.svm["C"])) * len(as_list(view.svm["gamma"]))


def view_memory(view, input):
    rows, columns, classes = data_size(input, view.modalities)
    gammas = len(as_list(view.svm["gamma"]))
    own_kernels = view.svm["combine"].startswith("kernel_")
    return resources.svm_memory_mb(
        rows,
        columns,
        view.svm["approximation"],
        classes=classes,
        folds=CONFIG["folds"],
        models=grid_size(view) + 1,
        kernels=gammas
        * (1 + CONFIG["folds"] * (view.svm["combine"] == "kernel_aligned")),
        parts=len(view.modalities) if own_kernels else 1,
    )


def svm_memory(wildcards, input, attempt):
    return attempt * view_memory(view_of(wildcards), input)


def svm_runtime(wildcards, input, attempt):
    view = view_of(wildcards)
    rows, columns, _ = data_size(input, view.modalities)
    return attempt * resources.svm_runtime_minutes(
        rows, columns, models=grid_size(view)
    )


def predict_memory(wildcards, input, attempt):
    rows, columns, _ = data_size(input, view_of(wildcards).modalities)
    # Snakemake itself, twice on a node, takes as much as a small prediction.
    return attempt * max(1000, resources.predict_memory_mb(rows, columns, support=rows))


def probability_files(partition, views, replica=False):
    """Every probability table that a partition's views have."""
    for name in views:
        view = PLAN.views[name]
        folder = f"<results>/{partition}/probabilities/{name}"
        tables = ["test"]
        if view.has_in_sample and (view.source != "external" or partition == "given"):
            tables.append("train_in_sample")
        if view.has_out_of_fold:
            tables.append("train_out_of_fold")
        if replica and name in views_with_replica():
            tables += ["train_in_sample_replica", "train_out_of_fold_replica"]
        if replica:
            tables.append("test_replica")
        yield from (f"{folder}/{table}.parquet" for table in tables)


def model_files(partition, views):
    for name in views:
        if PLAN.views[name].source == "trained":
            yield f"<results>/{partition}/models/{name}.joblib"
        if PLAN.views[name].source != "external":
            yield f"<results>/{partition}/models/{name}.json"


def model_facts():
    """What is known of every model that some protocol has."""
    files = (
        file
        for protocol in CONFIG["protocols"]
        for partition in PLAN.partitions[protocol]
        for file in model_files(partition, PLAN.protocol_views[protocol])
    )
    return list(dict.fromkeys(file for file in files if file.endswith(".json")))


def in_any_order(config):
    """The configuration with its fusion rules sorted: their order changes nothing."""
    return {**config, "rules": sorted(config["rules"], key=lambda entry: entry["name"])}


def ingest_targets():
    modalities = [modality["name"] for modality in embedded_modalities()]
    for split in ("train", "test"):
        yield f"<results>/items/{split}.parquet"
        yield f"<results>/items/{split}.json"
        yield f"<results>/items/{split}.source.json"
        yield from (
            f"<results>/features/{split}/{modality}.parquet" for modality in modalities
        )


def fusion_files(protocol):
    folder = f"<results>/fusion/{protocol}"
    for name in PLAN.protocol_rules[protocol]:
        yield from (
            f"{folder}/{name}.{kind}"
            for kind in ("parquet", "json", "robustness.parquet")
        )
    if PLAN.selects[protocol]:
        yield from (f"{folder}/selected.{kind}" for kind in ("parquet", "json"))


def targets():
    """Every file that the workflow promises, so that a deleted one comes back."""
    files = [*ingest_targets(), "<results>/dataset.json", "<results>/groups.parquet"]
    for protocol in CONFIG["protocols"]:
        views = PLAN.protocol_views[protocol]
        for partition in PLAN.partitions[protocol]:
            files.append(f"<results>/partitions/{partition}.parquet")
            files += probability_files(partition, views, replica=protocol == "replica")
            files += model_files(partition, views)
        files += fusion_files(protocol)
        files += evaluation_files(protocol)
    files += [
        "<results>/evaluation/leaks.parquet",
        "<results>/summary.csv",
        "<results>/checks.json",
        "<results>/summary.txt",
        "<results>/report.html",
    ]
    return list(dict.fromkeys(files))


def rules_to_predict_with():
    """The rule that the configuration names for new items, or all that `selected` chooses from."""
    wanted = CONFIG["predict"]["rule"]
    names = plan.selectable(CONFIG, RULES) if wanted == SELECTED else [wanted]
    return {name: plan.rule_options(CONFIG, name) for name in names}


def prediction_targets(wildcards):
    """What `snakemake predict` makes, or a message about what it lacks."""
    if CONFIG["data"]["new"] is None:
        raise WorkflowError(
            "snakemake predict needs items to classify: name their file in data.new"
        )
    external = [
        name for name in PLAN.modalities if PLAN.views[name].source != "trained"
    ]
    if external:
        raise WorkflowError(
            f"snakemake predict trains every modality on all labelled items; {', '.join(external)} is brought from outside"
        )
    return ["<results>/predictions.csv", "<results>/predictions.json"]


def evaluation_files(protocol):
    return [
        f"<results>/evaluation/{protocol}/{table}.parquet"
        for table in EVALUATION_TABLES
    ]


def evaluated_views(protocol):
    """The views of a protocol, and which of their tables there are."""
    return [
        {
            "name": view.name,
            "kind": view.kind,
            "test": True,
            "in_sample": view.has_in_sample
            and (view.source != "external" or protocol != "cross"),
            "out_of_fold": view.has_out_of_fold,
            "facts": view.source != "external",
        }
        for view in (PLAN.views[name] for name in PLAN.protocol_views[protocol])
    ]


def evaluated_files(kind):
    """Input function: one kind of file of every view that has it, view by view and then partition by partition."""

    def files(wildcards):
        replica = wildcards.protocol == "replica"

        def place(name):
            if kind == "facts":
                return f"models/{name}.json"
            if kind == "test":
                table = "test_replica" if replica else "test"
            else:
                table = f"train_{training_table(PLAN.views[name], kind, replica)}"
            return f"probabilities/{name}/{table}.parquet"

        return [
            f"<results>/{partition}/{place(view['name'])}"
            for view in evaluated_views(wildcards.protocol)
            if view[kind]
            for partition in PLAN.partitions[wildcards.protocol]
        ]

    return files


def evaluated_rules(protocol):
    return PLAN.protocol_rules[protocol] + (
        [SELECTED] if PLAN.selects[protocol] else []
    )


def fused_files(extension):
    def files(wildcards):
        return [
            f"<results>/fusion/{wildcards.protocol}/{name}.{extension}"
            for name in evaluated_rules(wildcards.protocol)
        ]

    return files


def curve_views():
    """The views that are trained here, for the learning curve."""
    return [
        {
            "name": view.name,
            "kind": view.kind,
            "modalities": list(view.modalities),
            "svm": view.svm,
        }
        for view in PLAN.views.values()
        if view.source == "trained"
    ]


def curve_rules():
    """The rules of the learning curve, with their options where the configuration has the rule."""
    configured = {entry["name"] for entry in CONFIG["rules"]}
    return {
        name: plan.rule_options(CONFIG, name) if name in configured else {}
        for name in CURVE_RULES
    }


def curve_memory(wildcards, input, attempt):
    views = [PLAN.views[view["name"]] for view in curve_views()]
    return attempt * max((view_memory(view, input) for view in views), default=1000)


def curve_runtime(wildcards, input, attempt):
    """Of four fits of each view the largest takes most."""
    rows, columns, _ = data_size(input, PLAN.modalities)
    fit = resources.svm_runtime_minutes(rows, columns)
    return attempt * (60 + 2 * fit * len(curve_views()))


def learning_curve_of(wildcards):
    """The learning curve on a protocol's first partition, where the configuration asks for one."""
    wanted = CONFIG["evaluation"]["learning_curve"] and wildcards.protocol != "replica"
    external = any(PLAN.views[name].source != "trained" for name in PLAN.modalities)
    if not wanted or external:
        return []
    return [f"<results>/{PLAN.partitions[wildcards.protocol][0]}/learning_curve.json"]
