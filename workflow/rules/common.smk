# The only file with functions: the checked configuration, what each job reads, digests, memory.

import sys

import yaml
from snakemake.exceptions import WorkflowError

WORKFLOW = Path(str(workflow.current_basedir)).parent
SCRIPTS = WORKFLOW.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from latefusion import catalogue, configuration, plan, resources
from latefusion.digest import code_digest
from latefusion.errors import InputError

EXAMPLE_DATA = {
    f"data/{name}/{split}.csv" for name in ("demo", "digits") for split in ("train", "test")
}
CONFIG_NAME = str(workflow.configfiles[-1]) if workflow.configfiles else "config.yaml"


def checked(config):
    """Complete the configuration, or end with a message that speaks in its keys."""
    schema = yaml.safe_load((WORKFLOW / "schemas" / "config.schema.yaml").read_text())
    try:
        complete = configuration.complete(config, schema, file=CONFIG_NAME)
        configuration.missing_files(complete, file=CONFIG_NAME, built=EXAMPLE_DATA)
        rules = catalogue.read_rules(SCRIPTS / "latefusion" / "rules")
        return complete, plan.make_plan(complete, rules, file=CONFIG_NAME)
    except InputError as error:
        raise WorkflowError(f"the configuration cannot be used:\n{error}") from None


CONFIG, PLAN = checked(config)
SEED = CONFIG["seed"]


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
    """Digest of `fuse` and of the one fusion rule that the job runs."""
    return digest("fuse", SCRIPTS / "latefusion" / "rules" / f"{wildcards.rule}.py")


def names_of(views):
    """Wildcard constraint: one of these names, or nothing at all."""
    return "|".join(views) if views else "(?!)"


def views_from(source):
    return [view.name for view in PLAN.views.values() if view.source == source]


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


def probabilities(wildcards, table):
    """Probabilities of every modality in every partition of a protocol."""
    return [
        f"<results>/{partition}/probabilities/{view}/{table}.parquet"
        for partition in PLAN.partitions[wildcards.protocol]
        for view in PLAN.modalities
    ]


def learning_rows(wildcards):
    """The tables a rule learns from: in-sample as the notebook does, or out-of-fold; none where there are none."""
    return probabilities(wildcards, "train_in_sample" if wildcards.protocol == "replica" else "train_out_of_fold")


def test_rows(wildcards):
    return probabilities(wildcards, "test_replica" if wildcards.protocol == "replica" else "test")


def partition_tables(wildcards):
    return [f"<results>/partitions/{partition}.parquet" for partition in PLAN.partitions[wildcards.protocol]]


def rows(dataset):
    """Number of items, read from dataset.json once it is there."""
    import json

    with open(dataset) as file:
        return sum(json.load(file)["n"].values())


def candidate_files(wildcards, extension):
    return [
        f"<results>/fusion/{wildcards.protocol}/{rule}.{extension}" for rule in PLAN.selects[wildcards.protocol]
    ]


def brought_table(wildcards):
    """The user's table for one of ours; `replica` differs from the others only for machines trained here."""
    brought = view_of(wildcards).probabilities
    table = "test" if wildcards.table == "test_replica" else wildcards.table
    if wildcards.partition == "given":
        return brought[table]
    return brought["cross"].format(partition=wildcards.partition, table=table)
