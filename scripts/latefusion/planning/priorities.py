"""Priorities of jobs that could start at the same time: the longest chain of jobs first.

What is long and starts last is done alone, while other cores have nothing left to do. No job imports this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.rule_catalogue import RuleFacts
from latefusion.planning.views import View

LONGEST: Final = 100
"""What trains many times over, with several threads: more than what two jobs count together that would take
its threads one by one."""

PARTITIONS: Final = 50
"""A tenth of a second each, and every view of theirs waits for it."""

FIRST: Final = 30
"""Views that the fusion rules wait for."""

SEVERAL: Final = 12
"""More for a view that is trained on several partitions one after another: the start of the longest chain."""

STOCHASTIC: Final = 20
"""Rules that are fitted once a seed: forests, networks."""

LEARNING: Final = 15
"""Rules that are fitted once."""

APPLIED: Final = 17
"""Views that evaluation alone waits for, when they are applied: a second or two that would come last."""

EARLY: Final = 10
"""Views that evaluation alone waits for."""

FIXED: Final = 0
"""Rules that learn nothing take no time to speak of, and fill what is left."""


class OfView(Protocol):
    """Wildcards that name a view."""

    view: str


class OfRule(Protocol):
    """Wildcards that name a rule as results call it."""

    rule: str


def of_view(views: Mapping[str, View], *, several: bool = False) -> Callable[[OfView], int]:
    """Return the priority of a job that trains or chooses a view, as a function of its wildcards.

    Parameters
    ----------
    views : mapping of str to View
    several : bool
        Whether it trains the view on several partitions.
    """
    return lambda wildcards: _of_view(views[wildcards.view]) + several * SEVERAL


def of_applied_view(views: Mapping[str, View]) -> Callable[[OfView], int]:
    """Return the priority of a job that applies a trained view, as a function of its wildcards."""
    return lambda wildcards: max(_of_view(views[wildcards.view]), APPLIED)


def _of_view(view: View) -> int:
    if view.learner is not None and view.learner.learner == COOPERATIVE:
        return LONGEST
    return FIRST if view.kind == "single" else EARLY


def of_rule(rules: Mapping[str, RuleFacts], configured: Mapping[str, Any]) -> Callable[[OfRule], int]:
    """Return the priority of a job that fits a rule, as a function of its wildcards.

    Parameters
    ----------
    rules : mapping of str to RuleFacts
        Every rule that there is.
    configured : mapping of str to ConfiguredRule
        Those of the configuration by the name that results call them.
    """
    return lambda wildcards: _of_rule(rules[configured[wildcards.rule].rule])


def _of_rule(rule: RuleFacts) -> int:
    if rule.stochastic:
        return STOCHASTIC
    return LEARNING if rule.learns else FIXED
