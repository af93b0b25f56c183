"""The verdict on finished predictions in memory: ranking, comparisons, checks and the page."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

import pandas as pd
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from latefusion.api.arguments import refuse_quality, rule_names
from latefusion.api.judging import Judging, Told, plan
from latefusion.api.prediction_arrays import DEV, TEST, Part, prediction_set
from latefusion.dataset.groups import ARTISTS
from latefusion.evaluation.names import ALL
from latefusion.external.prediction_files import write_predictions
from latefusion.external.prediction_set import PredictionSet
from latefusion.report.components import Answer
from latefusion.report.reading import read_results
from latefusion.report.results import Results
from latefusion.report.sections import answer
from latefusion.store.atomic import atomic
from latefusion.store.tables import read_table

logger = logging.getLogger(__name__)

NAME: Final = "latefusion.compare"
EVERY: Final = "all"
SHOWN: Final = 10
"""Models that a notebook shows."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """What is known of several models and of the rules that fuse them.

    Attributes
    ----------
    ranking : pandas.DataFrame
        A row for each model, the best first: the metrics with the ends of their 95 % intervals, the paired
        difference from the best single model, its p-value by Holm, and whether the model is in the confidence
        set. The rows of `summary` on all items.
    comparisons : pandas.DataFrame
        Paired comparisons with the best single model, for each metric and subset of the items.
    checks : pandas.DataFrame
        What went wrong or is to be distrusted, errors first.
    answer : tuple of str
        Three sentences: which rule to use, whether fusion helps, what to distrust.
    summary : pandas.DataFrame
        The table summary.csv of a run.
    results : latefusion.report.results.Results
        Everything that the page shows.
    """

    ranking: pd.DataFrame
    comparisons: pd.DataFrame
    checks: pd.DataFrame
    answer: tuple[str, str, str]
    summary: pd.DataFrame
    results: Results
    text: str

    def to_html(self, path: str | Path) -> Path:
        """Write the page of the comparison, one file that needs no network, and return where it is."""
        # here, since drawing loads libraries that numbers do not need
        from latefusion.report.page import render

        with atomic(path) as file:
            file.write(render(self.results).encode())
        return Path(path)

    def __repr__(self) -> str:
        """Return the ranking as the terminal shows it."""
        return self.text

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{escape(one)}</p>" for one in self.answer)
        metric = self.results.metric
        shown = self.ranking[[metric.name, f"{metric.name}_low", f"{metric.name}_high", "in_confidence_set"]]
        return f"{sentences}{shown.head(SHOWN).to_html(float_format='{:.4f}'.format)}"


def compare(
    predictions: Mapping[str, ArrayLike],
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    dev: Sequence[Any] | None = None,
    folds: ArrayLike | None = None,
    classes: Sequence[Any] | None = None,
    rules: str | Sequence[str | Mapping[str, Any]] = EVERY,
    metric: str = "accuracy",
    draws: int = 2000,
    seed: int = 0,
    group_names: str = ARTISTS,
    n_jobs: int = 2,
    progress: bool | Told = True,
) -> Comparison:
    """Judgement of several models' predictions and of the rules that fuse them, as a run judges them.

    Parameters
    ----------
    predictions : mapping of str to (n, K) array
        What each model says: probabilities of the classes, a row of NaN where it says nothing of an item. Of
        two classes (n,) probabilities of the second will do. Data frames must have one index, and columns
        that are named after the labels.
    y : (n,) array
        Labels, integers or texts.
    groups : (n,) array, optional
        What items have in common (a speaker, an artist); intervals are over groups.
    dev : tuple, optional
        Other items, on which the rules that learn do so: predictions of each model, which must not have seen
        them in training, their labels, and, as a third entry, their groups.
    folds : (n,) array, optional
        Fold of each item, where `predictions` are those of cross-validation: rules that judge a fold learn
        from the others. Without this and `dev` only fixed rules are judged.
    classes : sequence, optional
        Label of each column; by default the sorted labels, as scikit-learn's `classes_`.
    rules : 'all' or sequence
        Names of rules, or mappings of `name` and options as in a configuration.
    metric : {'accuracy', 'balanced_accuracy', 'macro_f1', 'log_loss', 'auroc'}
        By which models are ranked and compared.
    draws, seed : int
        Of the group bootstrap; of everything random.
    group_names : {'artists', 'exact'}
        How names of groups are compared: those of artists are taken apart at "feat." and the like.
    n_jobs : int
        Processes, on which no number depends.
    progress : bool or callable
        Whether a bar shows how far it is; or what is told steps done, of how many, and the last one.

    Raises
    ------
    latefusion.core.errors.InputError
        If the predictions, or a rule's name or option, cannot be used.
    """
    parts = Part(TEST, predictions, y, groups), None if dev is None else _dev(dev)
    found = prediction_set(*parts, folds=folds, classes=classes, group_names=group_names)
    written = _configuration(folds is not None, dev is not None, found.grouped, group_names)
    written |= {"rules": _entries(rules), "evaluation": {"metric": metric, "draws": draws}, "seed": seed}
    return _judged(found, written, n_jobs, _listener(progress))


def _listener(progress: bool | Told) -> Told:
    if callable(progress):
        return progress
    return _bar if progress and (sys.stderr.isatty() or "ipykernel" in sys.modules) else _logged


def _configuration(folds: bool, dev: bool, grouped: bool, group_names: str) -> dict[str, Any]:
    """Return what a configuration says of the predictions; its columns are those of nothing."""
    named = {"group": grouped, "role": dev, "fold": folds}
    entry = {"file": NAME, "label": "label", **{key: key if there else None for key, there in named.items()}}
    return {"predictions": entry, "data": {"group_names": group_names}}


def _judged(found: PredictionSet, written: Mapping[str, Any], n_jobs: int, told: Told) -> Comparison:
    folds = None if found.fold is None else int(found.fold.max()) + 1
    run = plan(written, {name: name for name in found.p}, folds, name=NAME)
    with tempfile.TemporaryDirectory(prefix="latefusion-") as folder, threadpool_limits(limits=1):
        write_predictions(found, Path(folder), folds=run.config["folds"], seed=run.config["seed"])
        judging = Judging(run, Path(folder), n_jobs)
        judging.judge(told)
        return _comparison(judging)


def _dev(dev: Sequence[Any]) -> Part:
    if not 2 <= len(dev) <= 3:
        raise ValueError(f"dev holds predictions, labels and perhaps groups, not {len(dev)} things")
    return Part(DEV, *dev)


def _entries(rules: str | Sequence[str | Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    if rules == EVERY:
        return None
    several = [rules] if isinstance(rules, str) else rules
    entries = [{"name": one} if isinstance(one, str) else dict(one) for one in several]
    for place, entry in enumerate(entries):
        name = entry.get("rule") or entry.get("name")
        if isinstance(name, str) and name in rule_names():
            refuse_quality(name, f"rules[{place}]")
    return entries


def _comparison(judging: Judging) -> Comparison:
    """Read what was written of a run."""
    results = read_results(judging.sources(), judging.config)
    metric = results.metric
    folder, protocol = judging.results, judging.protocol
    summary = pd.read_csv(folder / "summary.csv", encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    ranking = summary[summary["subset"] == ALL].drop(columns=["subset", "protocol"])
    ranking = ranking.set_index("model").sort_values(
        metric.name, ascending=metric.lower_is_better, kind="stable", na_position="last"
    )
    comparisons = read_table(folder / "evaluation" / protocol / "comparisons.parquet").to_pandas()
    which, helps, distrust = (_told(one) for one in answer.section(results).facts["answers"])
    return Comparison(
        ranking,
        comparisons,
        pd.DataFrame(results.checks),
        (which, helps, distrust),
        summary,
        results,
        (folder / "summary.txt").read_text(encoding="utf-8"),
    )


def _told(one: Answer) -> str:
    return f"{one.label}: {one.verdict} {one.text}".rstrip()


def _bar(done: int, steps: int, name: str) -> None:
    """Show how far it is on one line, which the next step writes over."""
    width = 24
    full = width * done // steps
    sys.stderr.write(f"\r[{'=' * full}{' ' * (width - full)}] {done}/{steps} {name[:32]:<32}")
    sys.stderr.write("\n" if done == steps else "")
    sys.stderr.flush()


def _logged(done: int, steps: int, name: str) -> None:
    logger.info("%d of %d: %s", done, steps, name)
