"""The verdict on finished predictions in memory: ranking, comparisons, checks and the page."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from latefusion.api.arguments import fuses_classes, refusal, refuse_quality, rule_names
from latefusion.api.judging import Judging, Told, plan
from latefusion.api.prediction_arrays import DEV, TEST, Part, prediction_set, refuse_numbers
from latefusion.api.target_arrays import target_prediction_set
from latefusion.api.target_judging import TargetJudging
from latefusion.api.verdicts import Comparison, comparison_of, target_comparison_of
from latefusion.core.errors import shorten
from latefusion.dataset.groups import ARTISTS
from latefusion.external.prediction_files import write_predictions
from latefusion.external.prediction_set import PredictionSet
from latefusion.external.target_prediction_set import TargetPredictionSet

logger = logging.getLogger(__name__)

NAME: Final = "latefusion.compare"
EVERY: Final = "all"


def compare(
    predictions: Mapping[str, ArrayLike],
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    dev: Sequence[Any] | None = None,
    folds: ArrayLike | None = None,
    targets: str | Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
    rules: str | Sequence[str | Mapping[str, Any]] = EVERY,
    metric: str | None = None,
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
        that are named after the labels. With `targets` numbers, (n, T), or (n,) of one.
    y : (n,) array
        Labels, integers or texts. With `targets` the true numbers, (n, T), or (n,) of one.
    groups : (n,) array, optional
        What items have in common; intervals are over groups.
    dev : tuple, optional
        Other items, unseen by the models, for rules to learn from: predictions, `y`, perhaps groups.
    folds : (n,) array, optional
        Fold of each item, where `predictions` are those of cross-validation: rules that judge a fold learn
        from the others. Without this and `dev` only fixed rules are judged.
    targets : str or sequence of str, optional
        Names of the numbers that are predicted. Without, `y` holds labels: it is never guessed.
    classes : sequence, optional
        Label of each column; by default the sorted labels, as scikit-learn's `classes_`.
    rules : 'all' or sequence
        Names of rules, or mappings of `name` and options.
    metric : {'accuracy', 'balanced_accuracy', 'macro_f1', 'log_loss', 'auroc'}, optional
        By which models are ranked and compared; by default accuracy. Numbers are ranked by R².
    draws, seed : int
        Of the group bootstrap; of everything random.
    group_names : {'artists', 'exact'}
        How names of groups are compared: those of artists are taken apart at "feat." and the like.
    n_jobs, progress
        Processes; a bar, or who is told steps done, of how many, and the last. No number depends on them.

    Raises
    ------
    latefusion.core.errors.InputError
        If the predictions, or a rule's name or option, cannot be used.
    """
    parts = Part(TEST, predictions, y, groups), None if dev is None else _dev(dev)
    names = None if targets is None else _targets(targets, metric, classes)
    found = _predictions(*parts, names, folds, classes, group_names)
    written = _configuration(found, rules, metric, folds is not None, dev is not None) | {"seed": seed}
    written["evaluation"]["draws"], written["data"] = draws, {"group_names": group_names}
    return _judged(found, written, n_jobs, _listener(progress))


def _predictions(
    test: Part,
    dev: Part | None,
    targets: Sequence[str] | None,
    folds: ArrayLike | None,
    classes: Sequence[Any] | None,
    group_names: str,
) -> PredictionSet | TargetPredictionSet:
    if targets is not None:
        return target_prediction_set(test, dev, folds=folds, targets=targets, group_names=group_names)
    refuse_numbers((test, dev), classes)
    return prediction_set(test, dev, folds=folds, classes=classes, group_names=group_names)


def _listener(progress: bool | Told) -> Told:
    if callable(progress):
        return progress
    return _bar if progress and (sys.stderr.isatty() or "ipykernel" in sys.modules) else _logged


def _configuration(
    found: PredictionSet | TargetPredictionSet,
    rules: str | Sequence[str | Mapping[str, Any]],
    metric: str | None,
    folds: bool,
    dev: bool,
) -> dict[str, Any]:
    """Return what a configuration says of the predictions; its columns are those of nothing."""
    true: dict[str, Any] = {"label": "label"}
    evaluation: dict[str, Any] = {"metric": metric or "accuracy"}
    if of_numbers := isinstance(found, TargetPredictionSet):
        true, evaluation = {"target": list(found.targets)}, {}
    named = {"group": found.grouped, "role": dev, "fold": folds}
    entry = {"file": NAME, **true, **{key: key if there else None for key, there in named.items()}}
    return {"predictions": entry, "rules": _entries(rules, of_numbers=of_numbers), "evaluation": evaluation}


def _judged(
    found: PredictionSet | TargetPredictionSet, written: Mapping[str, Any], n_jobs: int, told: Told
) -> Comparison:
    folds = None if found.fold is None else int(found.fold.max()) + 1
    run = plan(written, {name: name for name in found.models}, folds, name=NAME)
    with tempfile.TemporaryDirectory(prefix="latefusion-") as folder, threadpool_limits(limits=1):
        write_predictions(found, Path(folder), folds=run.config["folds"], seed=run.config["seed"])
        if run.targets is None:
            judging = Judging(run, Path(folder), n_jobs)
            judging.judge(told)
            return comparison_of(judging)
        of_numbers = TargetJudging(run, Path(folder), n_jobs)
        of_numbers.judge(told)
        return target_comparison_of(of_numbers)


def _targets(targets: str | Sequence[str], metric: str | None, classes: Sequence[Any] | None) -> list[str]:
    """Return the names of the numbers that are predicted."""
    if metric is not None or classes is not None:
        what = "metric" if metric is not None else "classes"
        found = f"{what}, which is of classes, and targets, which are numbers"
        raise refusal(what, found, "targets alone: numbers are ranked by R²", f"leave {what} out")
    names = [targets] if isinstance(targets, str) else list(targets)
    if not names or not all(isinstance(name, str) and name for name in names) or len({*names}) < len(names):
        found, fix = shorten(names), "write targets=['valence', 'arousal']"
        raise refusal("targets", found, "a name for each number that is predicted, each once", fix)
    return names


def _dev(dev: Sequence[Any]) -> Part:
    if not 2 <= len(dev) <= 3:
        raise ValueError(f"dev holds predictions, labels and perhaps groups, not {len(dev)} things")
    return Part(DEV, *dev)


def _entries(
    rules: str | Sequence[str | Mapping[str, Any]], *, of_numbers: bool = False
) -> list[dict[str, Any]] | None:
    if rules == EVERY:
        return None
    several = [rules] if isinstance(rules, str) else rules
    entries = [{"name": one} if isinstance(one, str) else dict(one) for one in several]
    if of_numbers:
        return entries
    for place, entry in enumerate(entries):
        name = entry.get("rule") or entry.get("name")
        if isinstance(name, str) and name in rule_names() and fuses_classes(name):
            refuse_quality(name, f"rules[{place}]")
    return entries


def _bar(done: int, steps: int, name: str) -> None:
    """Show how far it is on one line, which the next step writes over."""
    width = 24
    full = width * done // steps
    sys.stderr.write(f"\r[{'=' * full}{' ' * (width - full)}] {done}/{steps} {name[:32]:<32}")
    sys.stderr.write("\n" if done == steps else "")
    sys.stderr.flush()


def _logged(done: int, steps: int, name: str) -> None:
    logger.info("%d of %d: %s", done, steps, name)
