# Needs: the configuration. Makes: what is said on the terminal, before a run, during it and at its end.

from launcher import outcome, progress
from launcher.child import LAUNCHED
from launcher.neighbours import lock_message
from launcher.terminal import say

if workflow.exec_mode == ExecMode.DEFAULT:
    if "--unlock" not in sys.argv and (
        message := lock_message(Path.cwd(), CONFIG["results"])
    ):
        logger.warning(message)
    JOBS = progress.follow(
        logger,
        lines=workflow.modifier.is_main_snakefile()
        and not workflow.output_settings.verbose
        and not workflow.output_settings.printshellcmds
        and not workflow.output_settings.dryrun,
        aims=lambda: {rule.name for rule in workflow.rules if not rule.output},
    )


onsuccess:
    settings = workflow.dag_settings
    if LAUNCHED not in os.environ and not settings.until and not settings.omit_from:
        said = outcome.ending(Path(CONFIG["results"]).absolute(), settings.targets)
        if said:
            say(f"\n{said}\n")


onerror:
    said = outcome.failures(JOBS.list_failed())
    if said:
        say(f"\n{said}", file=sys.stderr)
