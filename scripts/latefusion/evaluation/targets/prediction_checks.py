"""Checks of finished predictions of numbers: whether what rules learn from can be believed."""

from __future__ import annotations

import math
from typing import Final

from latefusion.core.wording import listed, verb
from latefusion.evaluation.checks.finding import WARNING, Evidence, Finding, Findings
from latefusion.evaluation.tables.dev_loss import FAR_BELOW
from latefusion.evaluation.targets.found_rows import metric_of
from latefusion.evaluation.targets.names import MEAN

SURE: Final = 2.33
"""The 99 % quantile of a normal distribution: standard errors that an error on dev rows is raised by."""


def dev_rows_seen(evidence: Evidence) -> Findings:
    """A model is far better on the rows that teach the rules than on test rows: it was trained on them.

    Both errors are mean squared ones in units of the spread around the same mean: 1 − R². That on test rows
    is the least that the 95 % interval of R² leaves; that on dev rows is raised by `SURE` standard errors of
    a mean of squared Gaussian errors of as many groups, of which √(2/G) is one (relative).
    """
    if not evidence.is_of_predictions:
        return
    groups = evidence.dataset["groups"]["train"]
    for protocol, tables in evidence.protocols():
        if protocol == "cross" or not groups:
            continue
        tested = metric_of(evidence, protocol, MEAN, "r2")
        errors = {}
        for row in tables["models"]:
            dev, test = row["out_of_fold_error"], tested.get(row["model"])
            if row["kind"] not in ("single", "early") or dev is None or test is None or test["high"] is None:
                continue
            if dev * (1 + SURE * math.sqrt(2 / groups)) < FAR_BELOW * (1 - test["high"]):
                errors[row["model"]] = (dev, 1 - test["value"])
        if not errors:
            continue
        names = list(errors)
        values = listed([f"R² {1 - dev:.3f} against {1 - test:.3f}" for dev, test in errors.values()])
        yield Finding(
            "dev_rows_seen",
            WARNING,
            f"{listed(names)} {verb(len(names), 'is', 'are')} far better on the rows that teach the rules "
            f"than on test rows ({values}), as a model is on rows that it was trained on. Rules that learn "
            f"trust {verb(len(names), 'it', 'them')} too much and may rank lower than they could, and "
            "prediction intervals are too short.",
            {name: dev / test for name, (dev, test) in errors.items()},
            "Bring out-of-fold predictions (`cross_val_predict`), or those of items that the model was not "
            "trained on; until then believe single models and rules that learn nothing (mean, median), which "
            "these rows do not touch.",
            protocol,
            names,
        )
