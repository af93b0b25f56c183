"""Any classifier of scikit-learn, or of what keeps to its contract."""

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from itertools import product
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.grid import as_list
from latefusion.learning.classifier import Features, Labels
from latefusion.learning.learner import Learner


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
        grid = self.grid or {}
        return [
            dict(zip(grid, point, strict=True)) for point in product(*(as_list(one) for one in grid.values()))
        ]

    def _train(self, X: Features, y: Labels, **point: Any) -> Any:  # noqa: ANN401 - whatever it is
        kind = _estimator(self.estimator)
        arguments = {**(self.options or {}), **point}
        known = list(signature(kind).parameters)
        if "random_state" in known:
            arguments = {"random_state": self._seed, **arguments}
        try:
            model = kind(**arguments)
        except TypeError as error:
            unknown = next((name for name in arguments if name not in known), "")
            close = nearest(unknown, known)
            fix = f"write {close!r}" if close else "correct its options"
            problem = _problem(f"{self.estimator}: {error}", ", ".join(known), fix, "options")
            raise InputError([problem]) from None
        if not is_classifier(model):
            allowed = "a classifier, with fit and predict_proba or decision_function"
            found = f"{self.estimator}, which is no classifier"
            raise InputError([_problem(found, allowed, "name a class that is one", "estimator")])
        return model.fit(X, y)


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
        allowed = "module and class of a classifier, such as sklearn.ensemble.ExtraTreesClassifier"
        fix = "correct the name, or install the library that has it into this environment"
        raise InputError([_problem(f"{shorten(name)}: {error}", allowed, fix, "estimator")]) from None


def _problem(found: str, allowed: str, fix: str, key: str) -> Problem:
    return Problem("the configuration", found, allowed, fix, column=f"learners.{key}")
