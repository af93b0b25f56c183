"""Choice of a view's learner of numbers by its errors out of fold; the training part alone takes part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from latefusion.learning.choice import LearnerChoice
from latefusion.store.target_predictions import TargetPredictions


def choose_regression_learner(
    out_of_fold: Mapping[str, TargetPredictions], facts: Mapping[str, Mapping[str, Any]]
) -> LearnerChoice:
    """Choose the candidate with the least squared error out of fold, the first on a tie.

    The error is the mean over targets of the mean squared error, each as a share of the variance of its
    target among the rows that have the modality: 1 − the mean R² out of fold.

    Parameters
    ----------
    out_of_fold : mapping of str to TargetPredictions
        Of the same training rows, by candidate.
    facts : mapping of str to mapping
        What training noted of each.

    Returns
    -------
    LearnerChoice
        Its facts are those of the chosen model, `chosen`, and under `candidates` the `error` of each and the
        `mse` of each target.
    """
    candidates = {name: _measured(said) for name, said in out_of_fold.items()}
    chosen = min(candidates, key=lambda name: candidates[name]["error"])
    of_model = {key: value for key, value in facts[chosen].items() if key != "grid"}
    return LearnerChoice(chosen, {**of_model, "chosen": chosen, "candidates": candidates})


def _measured(said: TargetPredictions) -> dict[str, Any]:
    known = ~np.isnan(said.predicted).any(axis=1)
    y = said.y[known]
    mse = np.square(said.predicted[known] - y).mean(axis=0)
    return {
        "error": float((mse / y.var(axis=0)).mean()),
        "mse": dict(zip(said.targets, mse.tolist(), strict=True)),
    }
