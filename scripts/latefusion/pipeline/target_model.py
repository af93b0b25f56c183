"""The regressor of a view, kernel ridge regression or another learner, asked about items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latefusion.learning.classifier import Array
from latefusion.learning.regression_learner import RegressionLearner
from latefusion.learning.target_training import predict_regression_learner
from latefusion.regression.regressor import KernelRidge
from latefusion.regression.training import predict_ridge
from latefusion.store.samples import Features


def said_by_regressor(
    model: KernelRidge | RegressionLearner,
    facts: Mapping[str, Any],
    targets: Sequence[str],
    X: Sequence[Features],
    *,
    n_jobs: int,
    source: str,
) -> tuple[Array, Array]:
    """Return what is predicted of items and the variance of its errors, (n, T); NaN without a modality.

    Parameters
    ----------
    model : KernelRidge or RegressionLearner
    facts : mapping
        The model's JSON file.
    targets : sequence of str
        In the model's order.
    X : sequence of (n, d_m) arrays
        One for each modality.
    n_jobs : int
        Threads; changes no bit of the result.
    source : str
        Of the rows, for messages.

    Raises
    ------
    InputError
        If a learner fails or says what is no number.
    """
    if isinstance(model, RegressionLearner):
        return predict_regression_learner(model, facts, targets, X, source=source)
    return predict_ridge(model, facts, targets, X, n_jobs)
