"""Any classifier or regressor of scikit-learn, or of what keeps to its contract."""

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from itertools import product
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.grid import as_list
from latefusion.learning.classifier import Array, Features, Labels
from latefusion.learning.learner import Learner
from latefusion.learning.regression_learner import RegressionLearner
from latefusion.learning.regressor import OneEach


class ScikitLearn(Learner):
    """A classifier by its dotted name, such as sklearn.ensemble.ExtraTreesClassifier.

    It is given `random_state` where it takes one. One without `predict_proba` is calibrated out of fold.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Passed on as a seed.
    estimator : str
        Module and class.
    options : mapping
        Arguments of the class.
    grid : mapping
        Values to choose from, by argument: each combination is tried.
    scale : {'none', 'standard'}
        Whether columns are standardised.

    Notes
    -----
    :formula: that of the estimator
    :source: Pedregosa et al. 2011, and what the estimator names
    """

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        estimator: str = "sklearn.ensemble.ExtraTreesClassifier",
        options: Mapping[str, Any] | None = None,
        grid: Mapping[str, Any] | None = None,
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.estimator, self.options, self.grid = estimator, options, grid

    def _points(self) -> list[dict[str, Any]]:
        return _points(self.grid)

    def _train(self, X: Features, y: Labels, **point: Any) -> Any:  # noqa: ANN401 - whatever it is
        model = _made(self.estimator, {**(self.options or {}), **point}, self._seed)
        if not is_classifier(model):
            allowed = "a classifier, with fit and predict_proba or decision_function"
            raise _not_one(self.estimator, "classifier", allowed, "targets")
        return model.fit(X, y)


class ScikitLearnOfTargets(RegressionLearner):
    """A regressor by its dotted name, such as sklearn.ensemble.ExtraTreesRegressor, one for each target.

    It is given `random_state` where it takes one, and targets in standard deviations from their means.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Passed on as a seed.
    estimator : str
        Module and class.
    options : mapping
        Arguments of the class.
    grid : mapping
        Values to choose from, by argument: each combination is tried.
    scale : {'none', 'standard'}
        Whether columns are standardised.

    Notes
    -----
    :formula: that of the estimator
    :source: Pedregosa et al. 2011, and what the estimator names
    """

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        estimator: str = "sklearn.ensemble.ExtraTreesRegressor",
        options: Mapping[str, Any] | None = None,
        grid: Mapping[str, Any] | None = None,
        scale: str = "none",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.estimator, self.options, self.grid = estimator, options, grid

    def _points(self) -> list[dict[str, Any]]:
        return _points(self.grid)

    def _train(self, X: Features, Z: Array, **point: Any) -> OneEach:  # noqa: ANN401 - whatever it is
        def trained(z: Array) -> Any:  # noqa: ANN401 - whatever it is
            model = _made(self.estimator, {**(self.options or {}), **point}, self._seed)
            if not is_regressor(model):
                raise _not_one(self.estimator, "regressor", "a regressor, with fit and predict", "classes")
            return model.fit(X, z)

        return OneEach.fit(trained, Z)


def _points(grid: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    grid = grid or {}
    return [
        dict(zip(grid, point, strict=True)) for point in product(*(as_list(one) for one in grid.values()))
    ]


def _made(name: str, arguments: Mapping[str, Any], seed: int) -> Any:  # noqa: ANN401 - whatever it is
    """Return an estimator with its arguments, and a seed where it takes one.

    Raises
    ------
    InputError
        If there is none, or it takes no such arguments.
    """
    kind = _estimator(name)
    known = list(signature(kind).parameters)
    if "random_state" in known:
        arguments = {"random_state": seed, **arguments}
    try:
        return kind(**arguments)
    except TypeError as error:
        unknown = next((argument for argument in arguments if argument not in known), "")
        close = nearest(unknown, known)
        fix = f"write {close!r}" if close else "correct its options"
        raise InputError([_problem(f"{name}: {error}", ", ".join(known), fix, "options")]) from None


def _not_one(name: str, kind: str, allowed: str, other: str) -> InputError:
    """Return the error that says what an estimator is not, and how a run of both keeps it for the others."""
    found = f"{name}, which is no {kind}"
    fix = f"name a class that is one; where a run is of both, write `task: {other}` beside it"
    return InputError([_problem(found, allowed, fix, "estimator")])


def _estimator(name: str) -> Any:  # noqa: ANN401 - a class
    """Return a class by its dotted name.

    Raises
    ------
    InputError
        If there is none.
    """
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        allowed = "module and class of an estimator, such as sklearn.ensemble.ExtraTreesClassifier"
        fix = "correct the name, or install the library that has it into this environment"
        raise InputError([_problem(f"{shorten(name)}: {error}", allowed, fix, "estimator")]) from None


def _problem(found: str, allowed: str, fix: str, key: str) -> Problem:
    return Problem("the configuration", found, allowed, fix, column=f"learners.{key}")
