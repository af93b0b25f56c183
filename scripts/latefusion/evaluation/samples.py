"""What is evaluated: items, what models say of them, and what is known of each model besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.core.metrics import Array, Labels
from latefusion.evaluation.names import LEARNER

Row = dict[str, Any]
Names = NDArray[np.object_]
Mask = NDArray[np.bool_]

KINDS: Final = ("baseline", "single", "early", "rule", LEARNER)


class NamedModel(Protocol):
    """A model, whatever it predicts."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def kind(self) -> str:
        """One of `KINDS`."""


class Listed:
    """Items in an order."""

    item: Names

    def positions(self, wanted: Names) -> NDArray[np.int64]:
        """Return where some items stand among all of them."""
        place = {item: index for index, item in enumerate(self.item.tolist())}
        return np.array([place[item] for item in wanted.tolist()], np.int64)


class Grouped:
    """Items in groups, coded 0 … G − 1."""

    group: NDArray[np.int64]

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    @property
    def grouped(self) -> bool:
        """Whether some group has more than one item."""
        return self.groups < len(self.group)


@dataclass(frozen=True)
class Items(Listed):
    """All items of both files, in their order.

    Attributes
    ----------
    item : (N,) object array of str
    label : (N,) int32 array
        Class index; −1 where unknown.
    group : (N,) object array of str
    split : (N,) object array of str
        'train' or 'test'.
    described : mapping of str to sequence
        Descriptive columns.
    """

    item: Names
    label: Labels
    group: Names
    split: Names
    described: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """What a model said of the test rows of a protocol.

    Attributes
    ----------
    name : str
    kind : {'baseline', 'single', 'early', 'rule', 'learner'}
    probabilistic : bool
        Whether `p` is an estimate of probabilities.
    item : (r,) object array of str
        Several times the same where a rule or the fold assignment is repeated.
    label, predicted : (r,) int32 arrays
        Class indices; −1 where nothing could be predicted.
    p : (r, K) float64 array, optional
        NaN where nothing could be predicted.
    partition : (r,) object array of str
    repeat : (r,) int32 array
    """

    name: str
    kind: str
    probabilistic: bool
    item: Names
    label: Labels
    predicted: Labels
    p: Array | None
    partition: Names
    repeat: Labels


@dataclass(frozen=True)
class Aligned:
    """A model on the items of a sample: R replicates, each of which has every item once.

    Attributes
    ----------
    name, kind : str
    probabilistic : bool
    predicted : (R, n) int32 array
    p : (R, n, K) array or None
        None where the model is not probabilistic.
    partition : (R, n) int32 array
        Code of the partition that each row is from.
    key : (R, 2) int64 array
        Fold assignment and repeat of each replicate.
    filled : int
        Rows in which the model had nothing to go by and says the class shares of the training part.
    """

    name: str
    kind: str
    probabilistic: bool
    predicted: Labels
    p: Array | None
    partition: Labels
    key: NDArray[np.int64]
    filled: int

    @property
    def replicates(self) -> int:
        """How often each item is predicted."""
        return len(self.predicted)

    def correct(self, label: Labels) -> Array:
        """Return how often each item is predicted rightly, a share, (n,)."""
        shares: Array = (self.predicted == label).mean(axis=0)
        return shares

    def loss(self, label: Labels) -> Array | None:
        """Return the mean log loss of each item, (n,); None where the model is not probabilistic."""
        return None if self.p is None else log_losses(self.p, label).mean(axis=0)


@dataclass(frozen=True)
class Sample(Grouped):
    """The items of a protocol, or a subset of them, and what the models say.

    Attributes
    ----------
    item : (n,) object array
    label : (n,) int32 array
    group : (n,) int64 array
        Code of the item's group, 0 … G − 1.
    classes : tuple of str
    prior : (K,) array
        Class shares in train.
    models : tuple of Aligned
    """

    item: Names
    label: Labels
    group: NDArray[np.int64]
    classes: tuple[str, ...]
    prior: Array
    models: tuple[Aligned, ...]

    def of(self, name: str) -> Aligned:
        """Return a model by name."""
        return next(model for model in self.models if model.name == name)

    def position(self, name: str) -> int:
        """Return where a model stands."""
        return [model.name for model in self.models].index(name)

    def where(self, chosen: Mask) -> Sample:
        """Return the sample of the chosen items, groups counted anew."""
        return replace(
            self,
            item=self.item[chosen],
            label=self.label[chosen],
            group=np.unique(self.group[chosen], return_inverse=True)[1].astype(np.int64),
            models=tuple(
                replace(
                    model,
                    predicted=model.predicted[:, chosen],
                    p=None if model.p is None else model.p[:, chosen],
                    partition=model.partition[:, chosen],
                )
                for model in self.models
            ),
        )


@dataclass(frozen=True)
class HeldOut:
    """What a model said of rows that it is said not to have seen.

    Attributes
    ----------
    item : (n,) object array of str
    loss : (n,) array
        Log loss, or, of a model without probabilities, 1 where it errs.
    """

    item: Names
    loss: Array


@dataclass(frozen=True)
class Known:
    """What is known of a model besides its test rows; None where there is none.

    Attributes
    ----------
    in_sample, out_of_fold : mapping of str to float
        Accuracy and log loss on training rows.
    n_train, partitions : int
        Training rows over all partitions, and how many these are.
    approximated : bool
    inverted_sigmoids : int
    kernel_distance : float, optional
        Median distance of kernel values from one, the least over the partitions.
    scored_by : {'predicted', 'ovo_prediction'}
    note : str, optional
    grid : sequence of dict
        Rows of the table `grid` without the model: what was tried in each partition.
    held_out : HeldOut, optional
        Losses on the rows that rules learn from, of a model that was not trained here.
    points : sequence of dict
        Rows of the table `learner_grid`, likewise.
    along_rho : sequence of dict
        Rows of the table `cooperative`, likewise.
    chosen : sequence of str
        The candidate that was taken in each partition, where there are several.
    """

    in_sample: Mapping[str, float | None] = field(default_factory=dict)
    out_of_fold: Mapping[str, float | None] = field(default_factory=dict)
    n_train: int = 0
    partitions: int = 1
    approximated: bool = False
    inverted_sigmoids: int = 0
    kernel_distance: float | None = None
    scored_by: str = "predicted"
    note: str | None = None
    grid: Sequence[Row] = ()
    held_out: HeldOut | None = None
    points: Sequence[Row] = ()
    along_rho: Sequence[Row] = ()
    chosen: Sequence[str] = ()
