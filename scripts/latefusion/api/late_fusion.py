"""Late fusion as scikit-learn's classifiers are: `latefusion.LateFusionClassifier`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from latefusion.api.arguments import refusal, require_known, rule_candidate, seed_of
from latefusion.api.labels import class_labels
from latefusion.api.modality_columns import read_matrices, resolve_columns
from latefusion.api.modality_models import LearnerChoice, modality_proba
from latefusion.core.errors import shorten
from latefusion.core.metric_facts import HEADLINES
from latefusion.core.seeds import stream
from latefusion.dataset.partitions import GIVEN, training_folds
from latefusion.fusion.choice import ChosenRule, choose_rule
from latefusion.store.probabilities import Probabilities
from latefusion.svm.inputs import Float64

SELECTED: Final = "selected"
CANDIDATES: Final = ("mean", "product", "linear_pool", "log_linear_pool", "logistic_regression")


class LateFusionClassifier(TransformerMixin, ClassifierMixin, BaseEstimator):
    """Late fusion of several modalities: one model each, and a rule that joins their probabilities.

    The same functions as the workflow's: with equal rows, folds and seed it gives the numbers of
    `honest` on the given split. A rule that learns does so from out-of-fold probabilities.

    Parameters
    ----------
    modalities : mapping of str to columns, sequence of str, or None
        Columns of each modality in an array or data frame: a slice, positions, a mask, or names. Where `X` is
        a dict of arrays, None for all of them, or the names of those to use.
    learner : str or mapping
        `"svm"`, another learner, or a mapping with options as in the configuration:
        `{"name": "svm", "C": [0.1, 1, 10]}`. A list is a grid, chosen by out-of-fold log loss.
    rule : str or mapping
        A fusion rule, likewise: `"product"`, `{"name": "mlp", "epochs": 5}`; or `"selected"`, the best of
        `candidates` out of fold.
    candidates : sequence of str or mapping, optional
        What `"selected"` chooses from; by default `CANDIDATES`, which are quick to fit.
    metric : {'accuracy', 'balanced_accuracy', 'macro_f1', 'log_loss', 'auroc'}
        The metric that it chooses by.
    folds : int
        Out-of-fold, 2 or more.
    n_jobs : int
        Threads of a model. The result does not depend on it.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Of folds and of rules that draw.

    Attributes
    ----------
    classes_ : (K,) array
    modalities_ : tuple of str
    modality_proba_ : dict of str to (n, K) array
        Out-of-fold probabilities of the training rows; NaN in rows that lack the modality.
    models_ : dict of str to model
        Trained on all rows that have the modality.
    fold_ : (n,) int array
    rule_ : str
        The fusion rule, also where it was selected.
    cross_validated_ : dict of str to dict
        Out-of-fold metrics of each candidate rule.
    n_features_in_ : int
        Columns; of a dict of arrays those of all.
    feature_names_in_ : array of str
        Where `X` is a data frame whose columns are all named by strings.
    """

    def __init__(
        self,
        modalities: Any = None,  # noqa: ANN401 - kept as it was given, as scikit-learn wants it
        *,
        learner: str | Mapping[str, Any] = "svm",
        rule: str | Mapping[str, Any] = "product",
        candidates: Sequence[str | Mapping[str, Any]] | None = None,
        metric: str = "log_loss",
        folds: int = 5,
        n_jobs: int = 1,
        random_state: Any = None,  # noqa: ANN401
    ) -> None:
        self.modalities = modalities
        self.learner = learner
        self.rule = rule
        self.candidates = candidates
        self.metric = metric
        self.folds = folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(
        self,
        X: Any,  # noqa: ANN401 - an array, a data frame, or a dict of arrays
        y: ArrayLike,
        groups: ArrayLike | None = None,
        *,
        fold: ArrayLike | None = None,
    ) -> LateFusionClassifier:
        """Train a model of each modality, and fit the rule on what they say out of fold.

        Parameters
        ----------
        X : (n, d) array or data frame, or dict of str to (n, d_m) array
            A row of NaN in a modality is an item that lacks it.
        y : (n,) array
            Classes, of any kind.
        groups : (n,) array, optional
            Items of one group are in one fold: artists, speakers, patients.
        fold : (n,) int array, optional
            Folds of one's own, in place of those that are dealt here.

        Raises
        ------
        ArgumentError
            If an argument cannot be used; it is a ValueError.
        ValueError
            As scikit-learn's checks of input do.
        """
        candidates, learner = self._rules(), LearnerChoice.of(self.learner)
        columns = resolve_columns(self, X, self.modalities)
        matrices = read_matrices(self, X, columns, reset=True)
        classes, label = class_labels(y, len(matrices[0]))
        seed = seed_of(self.random_state)
        self.classes_, self.modalities_, self._columns = classes, columns.names, columns
        self.fold_ = self._folds(label, groups, fold, seed)
        self.models_, self.modality_proba_ = {}, {}
        for name, matrix in zip(columns.names, matrices, strict=True):
            self.models_[name], self.modality_proba_[name] = learner.train(
                name, matrix, label, self.fold_, classes, seed=seed, n_jobs=self.n_jobs
            )
        self._label, self._by, self._seed = label, self.metric, seed
        self._chosen = self._fit_rule(candidates)
        self.rule_, self.cross_validated_ = self._chosen.name, self._chosen.validated
        self._candidate = {self.rule_: candidates[self.rule_]}
        return self

    def predict_proba(self, X: Any) -> Float64:  # noqa: ANN401
        """Return the fused class probabilities, (n, K); the class shares of items without any modality.

        Of a rule that is not probabilistic, such as `majority_vote`, they are its scores, which
        `{"name": "majority_vote", "calibrate": True}` turns into probabilities.
        """
        return self._predict(X)[0]

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401
        """Return the class of each item by the rule's own decision, which also breaks ties, (n,)."""
        decided = self._predict(X)[1]
        predicted: NDArray[Any] = self.classes_[decided]
        return predicted

    def predict_modality_proba(self, X: Any) -> dict[str, Float64]:  # noqa: ANN401
        """Return what the model of each modality says, (n, K) each; NaN in rows that lack it."""
        check_is_fitted(self)
        matrices = read_matrices(self, X, self._columns, reset=False)
        return {
            name: modality_proba(
                self.models_[name], matrix, n_jobs=self.n_jobs, source=f"the modality {name}"
            )
            for name, matrix in zip(self.modalities_, matrices, strict=True)
        }

    def transform(self, X: Any) -> Float64:  # noqa: ANN401
        """Return the modalities' probabilities side by side, (n, M · K), as `StackingClassifier` does."""
        return np.hstack(list(self.predict_modality_proba(X).values()))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the names of what `transform` returns: `lyrics_happy`, …

        Parameters
        ----------
        input_features : ignored
            There for scikit-learn's pipelines.
        """
        check_is_fitted(self)
        names = [f"{name}_{label}" for name in self.modalities_ for label in self.classes_]
        return np.array(names, object)

    @property
    def _n_features_out(self) -> int:
        return len(self.modalities_) * len(self.classes_)

    def _rules(self) -> dict[str, dict[str, Any]]:
        """Return the candidate rules."""
        require_known(self.metric, HEADLINES, "metric", kind="metric")
        if self.rule != SELECTED:
            name, candidate = rule_candidate(self.rule, "rule")
            return {name: candidate}
        wanted = CANDIDATES if self.candidates is None else self.candidates
        if isinstance(wanted, (str, Mapping)) or not len(wanted):
            raise refusal("candidates", shorten(wanted), "a list of rules", "name two rules or more")
        found = [rule_candidate(one, f"candidates[{place}]") for place, one in enumerate(wanted)]
        candidates = dict(found)
        if len(candidates) < len(found):
            names = ", ".join(name for name, _ in found)
            raise refusal("candidates", names, "each rule once", "leave one of two out")
        return candidates

    def _folds(
        self, label: NDArray[np.int32], groups: ArrayLike | None, fold: ArrayLike | None, seed: int
    ) -> NDArray[np.int32]:
        if fold is not None:
            if groups is not None:
                raise refusal("fold, groups", "both", "one of them", "leave groups out: folds are yours")
            given = np.asarray(fold)
            check_consistent_length(given, label)
            own: NDArray[np.int32] = np.unique(given, return_inverse=True)[1].astype(np.int32)
            if own.max() < 1:
                raise refusal("fold", "one fold", "two or more", "leave it out")
            return own
        if isinstance(self.folds, bool) or not isinstance(self.folds, (int, np.integer)) or self.folds < 2:
            raise refusal("folds", shorten(self.folds), "a whole number of 2 or more", "write folds=5")
        codes = None
        if groups is not None:
            check_consistent_length(groups, label)
            codes = np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.int64)
        return training_folds(label, codes, int(self.folds), stream(seed, "folds", GIVEN))

    def _fit_rule(self, candidates: Mapping[str, Mapping[str, Any]]) -> ChosenRule:
        names = tuple(map(str, self.classes_))
        item = np.array([f"row {row}" for row in range(len(self._label))], object)
        learn = {
            name: Probabilities(names, item, self._label, p, self.fold_)
            for name, p in self.modality_proba_.items()
        }
        return choose_rule(
            candidates, learn, partition=GIVEN, protocol="honest", by=self._by, seed=self._seed
        )

    def _predict(self, X: Any) -> tuple[Float64, NDArray[np.int32]]:  # noqa: ANN401
        P = np.stack(list(self.predict_modality_proba(X).values()), axis=1)
        if not hasattr(self, "_chosen"):
            self._chosen = self._fit_rule(self._candidate)
        return self._chosen.predict(P)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: rules may hold what cannot be, and are fitted again from the same rows."""
        state = dict(super().__getstate__())
        state.pop("_chosen", None)
        return state


__all__ = ["LateFusionClassifier"]
