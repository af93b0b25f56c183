"""The table `dev_loss`: models that were not trained here on their held-out rows, against test rows.

Rules learn from rows that a model did not see. Where it had seen them, it is far better there than on test
rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from latefusion.core.log_loss import log_losses
from latefusion.evaluation.samples import Items, Known, Row, Sample
from latefusion.evaluation.statistics.group_bootstrap import Array, group_sums, resample

FAR_BELOW: Final = 0.75
"""Part of the loss on test rows below which that on held-out rows is suspect: other items of the same kind
differ by less."""
DRAWS: Final = 1000


def dev_loss_rows(
    sample: Sample, known: Mapping[str, Known], items: Items, rng: np.random.Generator
) -> list[Row]:
    """Return mean losses of each model on held-out and on test rows, and how surely the first is far below.

    Whole groups are resampled; `p` is the share of draws in which the loss on held-out rows is not below
    `FAR_BELOW` of that on test rows (with the data themselves as one draw more, Davison and Hinkley 1997,
    section 4.2). The loss is the log loss, of models without probabilities the error.

    Parameters
    ----------
    sample : Sample
        Test rows.
    known : mapping of str to Known
        Models of which `held_out` is known have rows.
    items : Items
    rng : numpy.random.Generator
    """
    asked = [model for model in sample.models if known[model.name].held_out is not None]
    if not asked or not sample.groups:
        return []
    names, group = np.unique(items.group.astype(str), return_inverse=True)
    test = items.positions(sample.item)
    rows = []
    for model in asked:
        held_out = known[model.name].held_out
        assert held_out is not None
        dev = items.positions(held_out.item)
        on_test = (
            1 - model.correct(sample.label)
            if model.p is None
            else log_losses(model.p, sample.label).mean(axis=0)
        )
        sums = np.concatenate(
            [
                group_sums(np.stack([loss, np.ones(len(loss))], axis=1), group[at], len(names))
                for at, loss in ((dev, held_out.loss), (test, on_test))
            ],
            axis=1,
        )
        drawn = resample(sums, _ratio, draws=DRAWS, rng=rng).draws[:, 0]
        usable = drawn[np.isfinite(drawn)]
        rows.append(
            {
                "model": model.name,
                "kind": model.kind,
                "metric": "accuracy" if model.p is None else "log_loss",
                "dev": float(held_out.loss.mean()),
                "test": float(on_test.mean()),
                "n_dev": len(dev),
                "n_test": len(test),
                "p": float((1 + (usable >= FAR_BELOW).sum()) / (1 + len(usable))),
            }
        )
    return rows


def _ratio(sums: Array) -> Array:
    """Return the mean of the first loss over that of the second, (b, 1), of sums and counts (b, 4)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Array = (sums[:, 0] / sums[:, 1]) / (sums[:, 2] / sums[:, 3])
    return ratio[:, None]
