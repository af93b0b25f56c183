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
