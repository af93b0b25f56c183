# The only file with functions: loads the configuration, and hands typed plans to the rules as wildcards ask for them.

import os
import sys

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake_interface_executor_plugins.settings import ExecMode

WORKFLOW = Path(str(workflow.current_basedir)).parent
SCRIPTS = WORKFLOW.parent / "scripts"
PACKAGE, ELSEWHERE = SCRIPTS / "latefusion", {}
if not PACKAGE.is_dir():  # installed, the workflow lies in the package
    PACKAGE = WORKFLOW.parents[1]
    ELSEWHERE["latefusion"] = PACKAGE
sys.path.insert(0, str(SCRIPTS))

from latefusion.core.errors import InputError
from latefusion.planning import (
    config_layers,
    files,
    interactions,
    job_inputs,
    learner_inputs,
    resources,
)
from latefusion.core.table_files import table_files
from latefusion.planning.code_digest import Code
from latefusion.planning.item_sources import item_table
from latefusion.planning.modality_sources import files_of, listing, modality_entry
from latefusion.planning.run_plan import plan_run
from launcher import forked_jobs
from launcher.terminal import settle_encoding

# one that is named on the command line stands alone
CONFIGFILE = Path("config.yaml")
if not CONFIGFILE.exists():
    CONFIGFILE = WORKFLOW.parent / "config.yaml"


def layers():
    """The configurations that lie over one another: an importer's, or files and then keys of the command line."""
    if workflow.modifier.skip_configfile:
        own = config_layers.Layer("the importer's configuration", config)
        files = config_layers.extended(config, Path.cwd(), own.name)
    else:
        keys = workflow.config_settings.config
        own = config_layers.Layer("the command line", keys, is_file=False)
        files = workflow.overwrite_configfiles or [CONFIGFILE]
    return [*config_layers.read_layers(map(Path, files), load_configfile), own]


def read_folds(settled):
    """Return the folds that came with the data; only where there are any is a table read so early."""
    from latefusion.ingest.remembered_folds import remembered_folds

    return remembered_folds(settled["data"], settled["cross"]["column"])


def planned():
    """Plan the run, or end with a message that speaks in the keys of the configuration."""
    folders = {
        "schemas": WORKFLOW / "schemas",
        "rules": PACKAGE / "rules",
        "learners": PACKAGE / "learners",
    }
    try:
        written = layers()
        if workflow.exec_mode == ExecMode.DEFAULT and (
            refusal := settle_encoding(config_layers.merged(written))
        ):
            raise WorkflowError(refusal)
        return plan_run(written, **folders, read_folds=read_folds)
    except InputError as error:
        raise WorkflowError(f"the configuration cannot be used:\n{error}") from None


RUN = planned()
if not workflow.overwrite_configfiles:

    configfile: str(CONFIGFILE)


CONFIG, RULES, PLAN, FILES = RUN.config, RUN.every_rule, RUN.plan, RUN.files
# what the captions of Snakemake's report quote, defaults included; an importer's own is left as it is
config = CONFIG
SEED = CONFIG["seed"]
CODE = Code(SCRIPTS, ELSEWHERE | RUN.own_code)

if workflow.exec_mode == ExecMode.DEFAULT:
    forked_jobs.install(SCRIPTS, CODE.distributions)
    if Path(CONFIG["results"]).is_dir() and not os.access(CONFIG["results"], os.W_OK):
        logger.warning(
            f"{CONFIG['results']} may not be written: let `results` in {RUN.name} name a folder of yours, or "
            f"chmod u+w it. Results that are there can be looked at."
        )
    for absent in RUN.left_out:
        logger.warning(
            f"{absent.protocol} does without {absent.model}: {absent.reason}."
        )
    for sentence in RUN.warnings():
        logger.warning(f"{sentence}.")


pathvars:
    results=CONFIG["results"],
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


wildcard_constraints:
    split="train|test|all|new",
    partition=r"given|all|cross-\d+-\d+",
    protocol="|".join(CONFIG["protocols"]),


def digest(script, *rules, learners=(), more=()):
    """Digest of an entry script, of all that it imports, of rules and learners loaded by name, and of further files."""
    loaded = [RULES[rule].file for rule in rules]
    loaded += [RUN.learners[one.learner].file for one in learners]
    return CODE.digest(SCRIPTS / f"{script}.py", *loaded, *more)


def names_of(views):
    """Wildcard constraint: one of these names, or nothing at all."""
    return "|".join(views) if views else "(?!)"


def view_of(wildcards):
    return PLAN.every_view[wildcards.view]


def kept(file):
    """An output whose earlier version comes back where the job refuses its input; before a first run there is none."""
    earlier = any(Path(CONFIG["results"], "items").glob("*.json"))
    return update(file) if earlier else file


REQUESTS = resources.Requests(
    PLAN.every_view, [view.name for view in PLAN.views.values() if view.learned_here]
)
asks, asks_of_view = REQUESTS.of_data, REQUESTS.of_view
asks_of_curve, threads_of = REQUESTS.of_curve, REQUESTS.threads


def prediction_targets(wildcards):
    """What `snakemake predict` makes, or a message about what it lacks."""
    try:
        return RUN.predicted()
    except InputError as error:
        raise WorkflowError(f"there is nothing to predict:\n{error}") from None


def pipeline_targets(wildcards):
    """What `snakemake pipeline` makes, or a message about what it lacks."""
    try:
        return RUN.saved()
    except InputError as error:
        raise WorkflowError(f"there is no pipeline to save:\n{error}") from None
