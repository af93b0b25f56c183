"""Classification of items without labels by the fusion rule that did best out of fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.core.seeds import stream
from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import PartitionInput
from latefusion.fusion.quality_columns import NO_QUALITY, QualityColumns, quality_names, quality_of
from latefusion.fusion.selection import best_rule
from latefusion.learning.learner import Learner
from latefusion.pipeline.new_items import prediction_columns
from latefusion.pipeline.novelty import novelty_mask
from latefusion.pipeline.view_model import said_by_model
from latefusion.store.models import load_model
from latefusion.store.probabilities import Probabilities
from latefusion.store.samples import Features, read_features
from latefusion.store.schemas import SPLITS
from latefusion.svm.estimator import SVM

EVERYTHING: Final = "all"
"""The partition that trains on every labelled item."""


@dataclass(frozen=True)
class NewModality:
    """One modality of the new items, and what was learned of it from all labelled ones.

    Attributes
    ----------
    name : str
        Of one of several learners `{modality}.{learner}`.
    new, seen : (n, d) and (m, d) float32 or float64 arrays
        Embeddings of the new and of the labelled items; rows of NaN lack the modality.
    model : SVM or Learner
        Trained on all labelled items.
    learn : Probabilities
        Out-of-fold probabilities of the labelled items.
    source : str
        Modality and files, for messages.
    """

    name: str
    new: Features
    seen: Features
    model: SVM | Learner
    learn: Probabilities
    source: str


def read_modalities(names: Sequence[str], files: NamedFiles) -> Iterator[NewModality]:
    """Modalities of the new items, each read when it is asked for.

    Parameters
    ----------
    names : sequence of str
    files : NamedFiles
        For each name ``new:``, its embeddings, and those of each split, ``train:`` and ``test:`` or
        ``all:``; ``model:`` and ``facts:``, its model on all labelled items; ``learn:``, what that says of
        them out of fold.
    """
    for name in names:
        new, model, facts, learn = (
            files.get(input_name(kind, name)) for kind in ("new", "model", "facts", "learn")
        )
        there = {*files.keys()}
        seen = [files.get(one) for split in SPLITS if (one := input_name(split, name)) in there]
        yield NewModality(
            name,
            read_features(new),
            np.concatenate([read_features(path) for path in seen]),
            load_model(model, facts),
            Probabilities.read(learn),
            f"modality {name} of the items to classify ({new}, {model})",
        )


@dataclass(frozen=True)
class Classification:
    """Predictions of new items: the columns of predictions.csv, the rule that made them, what it learned."""

    columns: dict[str, Sequence[Any]]
    rule: str
    learned: dict[str, Any]


def classify(
    modalities: Iterable[NewModality],
    items: pa.Table,
    rules: Mapping[str, Mapping[str, Any]],
    labelled: QualityColumns = NO_QUALITY,
    *,
    criterion: str = "log_loss",
    seed: int,
    n_jobs: int,
) -> Classification:
    """Classes of items without labels, with what to distrust of each.

    Parameters
    ----------
    modalities : iterable of NewModality
        Each is let go of before the next is asked for, so that one matrix at a time is in memory.
    items : pyarrow.Table
        `item`, `group` and the describing columns of the new items.
    rules : mapping of str to mapping
        `rule`, its file, `options` and the columns of `quality` of each candidate, by the name that results
        call it; the one that is best out of fold is taken.
    labelled : QualityColumns
        Quality of the labelled items, where a candidate reads it.
    criterion : str
        The metric in which it is best, as in `latefusion.fusion.selection.best_rule`.
    seed, n_jobs : int
        The configured seed; threads of the SVMs, which change no number.
    """
    item = items["item"].to_numpy(zero_copy_only=False)
    unknown = np.full(len(item), -1, np.int32)
    learn, said, far = {}, {}, {}
    for one in modalities:
        p, ovo = said_by_model(one.model, [one.new], n_jobs=n_jobs, source=one.source)
        learn[one.name] = one.learn
        said[one.name] = Probabilities(one.learn.classes, item, unknown, p, ovo_prediction=ovo)
        modality = one.name.partition(".")[0]
        if modality not in far:
            far[modality] = novelty_mask(one.seen, one.new, rng=stream(seed, "classify", modality))
    measured = quality_of(items, quality_names(rules), "the items to classify")
    known = labelled.of(next(iter(learn.values())).item)
    group = items["group"].to_numpy(zero_copy_only=False)
    part = PartitionInput(EVERYTHING, learn, said, group, known, measured)
    fused = {
        name: fuse(one["rule"], one["options"], [part], protocol="cross", seed=seed, robustness=False)
        for name, one in rules.items()
    }
    validated = {name: one.learned["cross_validated"][EVERYTHING] for name, one in fused.items()}
    chosen = best_rule(validated, criterion)
    table = fused[chosen].table.slice(0, len(item))
    decided = table["predicted"].fill_null(-1).to_numpy()
    columns = prediction_columns(items, Probabilities.from_table(table), decided, said, far)
    return Classification(columns, chosen, fused[chosen].learned)
