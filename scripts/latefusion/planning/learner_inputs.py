"""Files that the choice among several learners reads, and those that say what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from latefusion.core.input_names import input_name
from latefusion.planning.files import ROOT, Files, Kind
from latefusion.planning.job_inputs import Named


class Wildcards(Protocol):
    """View and partition of a job."""

    view: str
    partition: str


def choosing(files: Files, kinds: Sequence[Kind]) -> Callable[[Wildcards], Named]:
    """Return what the choice of a view's learner reads, as a function of the view and the partition."""

    def named(wildcards: Wildcards) -> Named:
        found = Named()
        for name in files.plan.views[wildcards.view].candidates:
            model = f"{ROOT}/{wildcards.partition}/models/{name}"
            found |= {
                input_name("model", name): f"{model}.joblib",
                input_name("facts", name): f"{model}.json",
            }
            for kind in kinds:
                table = files.table(files.plan.candidates[name], wildcards.partition, kind, replica=False)
                found[input_name(kind, name)] = table
        return found

    return named


def curve_choices(files: Files, partition: str) -> Named:
    """Return which learner was chosen of each view that has several."""
    return {
        input_name("choice", name): f"{ROOT}/{partition}/models/{name}.json" for name in files.chosen_views
    }
