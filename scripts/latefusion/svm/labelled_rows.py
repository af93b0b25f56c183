"""Labelled rows of a view: what an SVM or another learner is trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.svm.inputs import Features, Int32, present_rows


@dataclass(frozen=True)
class LabelledRows:
    """The rows of a view to train on.

    Attributes
    ----------
    X : list of (n, d_m) float32 or float64 arrays
        One for each modality of the view; a row of NaN where an item lacks it.
    y : (n,) int32 array
        Class indices.
    fold : (n,) int32 array
    n_classes : int
        Classes of the data set; those without rows get probability 0.
    source : str
        View, partition and files, for messages.
    modalities : tuple of str
        Names of the modalities, for messages.
    """

    X: Sequence[Features]
    y: Int32
    fold: Int32
    n_classes: int
    source: str = "a training part"
    modalities: tuple[str, ...] = ()


def require_two_classes(rows: LabelledRows, known: NDArray[np.bool_]) -> None:
    """Refuse a training part of one class.

    Parameters
    ----------
    rows : LabelledRows
    known : (n,) bool array
        Rows that have all modalities.

    Raises
    ------
    InputError
    """
    y = rows.y[known]
    found = len(np.unique(y))
    if found >= 2:
        return
    classes = "1 class" if found == 1 else f"{found} classes"
    having = ", ".join(
        f"{name}: {int(present_rows([x]).sum()):,}"
        for name, x in zip(rows.modalities, rows.X, strict=len(rows.modalities) > 0)
    )
    raise InputError(
        [
            Problem(
                file=rows.source,
                found=f"{classes} among the {len(y):,} of {len(known):,} items with"
                f" all modalities{having and f' (items that have {having})'}",
                allowed="two classes or more",
                fix="bring more items, or take the modality that most of them lack out of the view",
            )
        ]
    )
