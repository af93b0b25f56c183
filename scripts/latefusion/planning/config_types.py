"""Types of a complete configuration, key by key as in config.schema.yaml: a test holds them equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypedDict

Protocol: TypeAlias = Literal["replica", "honest", "cross"]
RuleEntry: TypeAlias = Mapping[str, Any]
"""`name`, `rule`, and the rule's options."""
LearnerEntry: TypeAlias = Mapping[str, Any]
"""`name`, `learner`, and the learner's options."""


class SplitLists(TypedDict):
    """Files of identifiers."""

    train: str | list[str]
    test: str | list[str]


class Split(TypedDict):
    """What divides one table into training and test items."""

    column: str | None
    train: str | int | list[str | int] | None
    test: str | int | list[str | int] | None
    lists: SplitLists | None


class NewItems(TypedDict):
    """Items without labels, with files of their own."""

    items: str | list[str]
    modalities: dict[str, Any]


class Data(TypedDict):
    """Input tables and the meaning of their columns."""

    train: str | list[str] | None
    test: str | list[str] | None
    items: str | list[str] | None
    split: Split | None
    keep: Literal["all", "complete"]
    new: str | list[str] | NewItems | None
    delimiter: str | None
    label: str | None
    target: str | list[str] | None
    class_name: str | None
    group: str | None
    group_names: Literal["artists", "exact"]
    item: str | None
    describe: list[str]
    max_cell_bytes: int


class Pretrained(TypedDict):
    """A saved SVM."""

    file: str
    sha256: str


class ProbabilityColumns(TypedDict):
    """What tables of probabilities call their columns."""

    item: str
    fold: str
    label: str | None
    prefix: str


class Probabilities(TypedDict):
    """Probability tables of another system."""

    train_out_of_fold: str | None
    test: str
    train_in_sample: str | None
    cross: str | None
    columns: ProbabilityColumns


class Approximation(TypedDict):
    """Nyström approximation of the kernel."""

    components: int


class SvmOverride(TypedDict, total=False):
    """Settings of one SVM that differ from those of all."""

    C: float | list[float] | None
    gamma: float | str | list[float | str] | None
    scale: Literal["none", "standard"] | None
    class_weight: str | dict[str, float] | None
    approximation: Approximation | None
    max_iter: int | None


class Svm(TypedDict):
    """Settings of every SVM."""

    C: float | list[float]
    gamma: float | str | list[float | str]
    scale: Literal["none", "standard"]
    class_weight: str | dict[str, float]
    approximation: Approximation | None
    max_iter: int | None


class Modality(TypedDict):
    """One embedding of every item."""

    name: str
    column: str | None
    columns: str | list[str] | None
    file: str | list[str] | None
    files: str | None
    array: str | None
    items: str | None
    key: str | None
    pool: Literal["mean", "max", "first"] | None
    delimiter: str | None
    missing: bool
    svm: SvmOverride
    pretrained: Pretrained | None
    probabilities: Probabilities | None


class ClassColumns(TypedDict):
    """Columns of numbers, one for each class or target."""

    prefix: str | None
    columns: list[str] | None


class Predictions(TypedDict):
    """Finished predictions of several models."""

    file: str | list[str]
    items: str | list[str] | None
    item: str | None
    model: str | None
    label: str | None
    target: str | list[str] | None
    group: str | None
    role: str | None
    fold: str | None
    classes: ClassColumns
    scores: ClassColumns | None
    predicted: str | ClassColumns | None
    variance: ClassColumns | None
    positive: str | int | bool | None
    header: list[str]
    delimiter: str | None
    missing: bool


class EarlyView(TypedDict):
    """What is learned from several modalities at once."""

    name: str
    modalities: list[str]
    combine: Literal["concatenate", "balanced", "kernel_mean", "kernel_aligned", "cooperative"]
    cooperative: dict[str, Any]
    svm: SvmOverride
    pretrained: Pretrained | None


class Cross(TypedDict):
    """Partitions of the cross protocol."""

    column: str | None
    folds: int
    repeats: int


class Detection(TypedDict):
    """The operating point of two-class data."""

    target: str | int | None
    prior: float
    cost_miss: float
    cost_false_alarm: float


class Evaluation(TypedDict):
    """What the evaluation looks at."""

    by: list[str]
    metric: Literal["accuracy", "balanced_accuracy", "macro_f1", "log_loss", "auroc"]
    draws: int
    detection: Detection
    learning_curve: bool
    emap: bool


class Predict(TypedDict):
    """How new items are classified."""

    rule: str


class KernelRidgeSettings(TypedDict):
    """Settings of the kernel ridge regression of each view."""

    alphas: float | list[float]
    gamma: float | str
    scale: Literal["none", "standard"]
    variance: Literal["constant", "distance"]
    approximation: Approximation | None


class QuadrantCut(TypedDict):
    """Classes that numbers are cut into."""

    cut: list[float]
    label: str | None


class Config(TypedDict):
    """A configuration with every key."""

    extends: str | None
    results: str
    data: Data
    modalities: list[Modality]
    predictions: Predictions | None
    compare: str | list[str]
    views: list[EarlyView]
    svm: Svm
    learners: list[LearnerEntry]
    fuse: str
    kernel_ridge: KernelRidgeSettings
    quadrants: QuadrantCut | None
    protocols: list[Protocol]
    folds: int
    cross: Cross
    rules: list[RuleEntry]
    rules_path: str | None
    learners_path: str | None
    evaluation: Evaluation
    predict: Predict
    seed: int
