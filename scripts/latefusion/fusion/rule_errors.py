"""Mistakes of a fusion rule or a learner, told with file and line, or with the item and what it said."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten

logger = logging.getLogger(__name__)

Array = NDArray[np.float64]

SUM_TOLERANCE: Final = 1e-6
"""How far the probabilities of an item may be from a sum of one."""

OWN: Final = ("latefusion.fusion.", "latefusion.learning.")
"""Modules whose classes are the contract, not the rule."""


class RuleError(InputError):
    """A fusion rule that breaks its contract; shown without a traceback."""

    what = "the rule"


class LearnerError(InputError):
    """A learner that breaks its contract; shown without a traceback."""

    what = "the learner"


class ScoresError(ValueError):
    """Scores of a rule that are none.

    Parameters
    ----------
    found : str
    row : int, optional
        Position of the item whose scores they are.
    """

    def __init__(self, found: str, row: int | None = None) -> None:
        super().__init__(found, row)
        self.found, self.row = found, row


def imported(name: str, kind: type[RuleError] | type[LearnerError]) -> ModuleType:
    """Return the module of a rule or a learner.

    Parameters
    ----------
    name : str
        Dotted name.
    kind : type of exception

    Raises
    ------
    RuleError or LearnerError
        If it imports what is not there.
    """
    try:
        return import_module(name)
    except ImportError as error:
        if error.name == name:
            raise
        package = name.rpartition(".")[0]
        file = getattr(find_spec(name), "origin", name)
        fix = f"install what brings it; a file beside {kind.what} is found as `from {package} import …`"
        raise kind([Problem(str(file), str(error), "imports that are found", fix)]) from error


def check_scores(scores: object, rows: NDArray[np.intp], classes: int) -> Array:
    """Scores of a rule, (n, K) float64, once they are finite numbers >= 0.

    Parameters
    ----------
    scores : object
        What the rule returned.
    rows : (n,) int array
        Positions of the items that it was asked for, for the message.
    classes : int
        K.

    Raises
    ------
    ScoresError
    """
    array = _as_array(scores, len(rows), classes)
    _check_finite(array, rows)
    return array


def check_probabilities(p: object, known: NDArray[np.bool_], classes: int) -> Array:
    """Probabilities of a rule, (n, K) float64, once each row is finite, >= 0, and sums to one within 1e-6.

    Parameters
    ----------
    p : object
        What the rule returned.
    known : (n,) bool array
        Items that have a modality; of others nothing is asked, they get the class shares.
    classes : int
        K.

    Raises
    ------
    ScoresError
    """
    rows = np.flatnonzero(known)
    array = _as_array(p, len(known), classes)
    _check_finite(array[rows], rows)
    total = array.sum(axis=1)
    wrong = rows[~(np.abs(total[rows] - 1) <= SUM_TOLERANCE)]
    if len(wrong):
        row = int(wrong[0])
        raise ScoresError(f"{shorten(array[row].tolist(), 200)}, which sum to {total[row]:.6g}", row)
    return array


def _as_array(scores: object, items: int, classes: int) -> Array:
    if scores is None:
        raise ScoresError("None")
    try:
        array = np.asarray(scores, np.float64)
    except (TypeError, ValueError):
        raise ScoresError(f"{type(scores).__name__} {shorten(scores)}, no array of numbers") from None
    if array.shape != (items, classes):
        raise ScoresError(f"an array of shape {array.shape} for {items} items and {classes} classes")
    return array


def _check_finite(array: Array, rows: NDArray[np.intp]) -> None:
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0)).all(axis=1))
    if len(wrong):
        raise ScoresError(shorten(array[wrong[0]].tolist(), 200), int(rows[wrong[0]]))


def no_probabilities(error: ScoresError, rule: type, *, where: str, lacking: Sequence[str]) -> RuleError:
    """Return the error that says whose scores are no probabilities, and what to do.

    Parameters
    ----------
    error : ScoresError
    rule : type
    where : str
        The item and the partition.
    lacking : sequence of str
        Modalities that this item lacks.
    """
    if lacking:
        fix = (
            f"P is NaN where {', '.join(lacking)} is missing: leave that out, as np.nanmean and "
            "latefusion.fusion.aggregation.weighted_mean do"
        )
    else:
        fix = (
            "return a number >= 0 for each item and class from _combine, whose rows Rule divides by their sum"
        )
    allowed = "finite numbers >= 0, one for each class, that sum to 1 (within 1e-6)"
    return RuleError([Problem(file_of(rule), f"{error.found}, {where}", allowed, fix)])


@contextmanager
def blamed(rule: type, error_of: type[RuleError | LearnerError] = RuleError) -> Iterator[None]:
    """Turn an error that the own file of a rule, or a learner, raises into one that names its line.

    What is raised elsewhere, by the workflow around the rule, passes as it is.

    Raises
    ------
    RuleError or LearnerError
    """
    what = error_of.what.removeprefix("the ")
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        mine = [i for i, frame in enumerate(frames) if frame.filename in files_of(rule)]
        if not mine:
            raise
        inside = "".join(traceback.format_list(frames[mine[0] :]))
        logger.error("in the %s, outermost call first:\n%s", what, inside)  # noqa: TRY400 - its own part is enough
        last = frames[mine[-1]]
        problem = Problem(
            last.filename,
            f"{type(error).__name__}: {shorten(str(error), 200)} (in {last.name})",
            f"a {what} that fits and predicts without an error",
            f"correct the line, or the {what}'s options in the configuration",
            row=last.lineno,
        )
        raise error_of([problem]) from error


@contextmanager
def blamed_learner(learner: type, source: str, *, allowed: str, fix: str) -> Iterator[None]:
    """Turn what a learner raises, and scores of it that are none, into an error that names its file.

    Parameters
    ----------
    learner : type
    source : str
        Of the rows that it was given.
    allowed, fix : str
        What its scores have to be, and how they come to be that.

    Raises
    ------
    LearnerError
    """
    try:
        with blamed(learner, LearnerError):
            yield
    except ScoresError as error:
        where = "" if error.row is None else f", of row {error.row} of those it was given"
        found = f"{error.found}{where}, in {source}"
        raise LearnerError([Problem(file_of(learner), found, allowed, fix)]) from error


def file_of(rule: type) -> str:
    """Return the file that defines a rule."""
    return str(getattr(sys.modules[rule.__module__], "__file__", rule.__module__))


def files_of(rule: type) -> set[str]:
    """Return the files of a rule and of the rules that it inherits from."""
    own: list[type[Any]] = [
        base for base in rule.__mro__ if base is not object and not base.__module__.startswith(OWN)
    ]
    return {file_of(base) for base in own}
