"""Which views and candidates of a plan are trained by which job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from latefusion.planning.config_types import Config
from latefusion.planning.plan import Plan
from latefusion.planning.views import ConfiguredLearner


@dataclass(frozen=True)
class LearnedViews:
    """Views and candidates by the job that their models come from.

    Parameters
    ----------
    config : Config
    plan : Plan
    """

    config: Config
    plan: Plan

    def views_from(self, source: Literal["trained", "chosen", "pretrained", "external"]) -> list[str]:
        """Return the names of the views of one source."""
        return [view.name for view in self.plan.views.values() if view.source == source]

    @property
    def learners(self) -> list[ConfiguredLearner]:
        """Learners other than the SVM that some view is trained by."""
        views = self.plan.every_view
        return [one for name in self.learner_views if (one := views[name].learner) is not None]

    @property
    def svm_views(self) -> list[str]:
        """Views and candidates for which an SVM is trained."""
        return [name for name, view in self.plan.every_view.items() if view.has_svm]

    @property
    def learner_views(self) -> list[str]:
        """Views and candidates for which another learner is trained."""
        views = self.plan.every_view.items()
        return [name for name, view in views if view.learner is not None and not view.has_svm]

    @property
    def chosen_views(self) -> list[str]:
        """Views for which one of several learners is chosen."""
        return self.views_from("chosen")

    @property
    def views_of_notebook(self) -> list[str]:
        """Views and candidates whose SVM is that of the key `svm`, which `replica` reads."""
        read = {view.replica for view in self.plan.views.values()}
        return [name for name in self.svm_views if name in read]

    @property
    def other_svm_views(self) -> list[str]:
        """Candidates whose SVM has settings of its own, which `replica` does not read."""
        return [name for name in self.svm_views if name not in self.views_of_notebook]

    @property
    def views_without_replica(self) -> list[str]:
        """Views and candidates that are trained here with one SVM for all protocols."""
        return [name for name in self.svm_views if name not in self.views_with_replica]

    @property
    def views_with_replica(self) -> list[str]:
        """Views and candidates of which `replica` has an SVM of its own beside the one that a grid chose."""
        grids = [name for name in self.views_of_notebook if self.plan.every_view[name].has_grid]
        return grids if "replica" in self.config["protocols"] else []
