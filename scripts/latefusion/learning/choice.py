"""Choice of a view's learner by what each says out of fold; nothing but the training part takes part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from latefusion.core.log_loss import log_losses
from latefusion.store.probabilities import Probabilities


@dataclass(frozen=True)
class LearnerChoice:
    """The chosen learner of a view.

    Attributes
    ----------
    chosen : str
        Name of the candidate.
    facts : dict
        What is known of its model, `chosen`, and under `candidates` the out-of-fold `log_loss` and `accuracy`
        of each.
    """

    chosen: str
    facts: dict[str, Any]


def choose_learner(
    out_of_fold: Mapping[str, Probabilities], facts: Mapping[str, Mapping[str, Any]]
) -> LearnerChoice:
    """Choose the candidate with the least out-of-fold log loss, the first on a tie.

    Parameters
    ----------
    out_of_fold : mapping of str to Probabilities
        Of the same training rows, by candidate.
    facts : mapping of str to mapping
        What training noted of each.
    """
    candidates = {name: _measured(said) for name, said in out_of_fold.items()}
    chosen = min(candidates, key=lambda name: candidates[name]["log_loss"])
    of_model = {key: value for key, value in facts[chosen].items() if key != "grid"}
    return LearnerChoice(chosen, {**of_model, "chosen": chosen, "candidates": candidates})


def _measured(said: Probabilities) -> dict[str, float]:
    known = (said.label >= 0) & (said.predicted >= 0)
    right = said.predicted[known] == said.label[known]
    losses = log_losses(said.p[known], said.label[known])
    return {"log_loss": float(losses.mean()), "accuracy": float(right.mean())}
