"""`latefusion.compare` on predictions of the notebook's size, beside a bootstrap with scikit-learn's metrics.

    python -m benchmarks.compare '{"items": 13588, "processes": 2, "folds": false}'

judges once and prints one line of JSON; `seconds` and `processor_all` leave out the making of the
predictions, and count the processes that fuse.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import child, save
from benchmarks.simulate_notebook import CLASSES, ROWS, TRAIN
from benchmarks.words import Result, best, busy, prose, seconds, table, times

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

MODELS = {"lyrics": 0.8, "audio": 0.7, "artwork": 0.4}
"""How clearly each model sees the class, in standard deviations of its noise."""
ARTISTS = 2600
DRAWS = 2000
FEW_DRAWS = 20
WAYS = {
    "dev": "rules learn from 10,870 items and are judged on 2,718, two processes",
    "alone": "the same, one process",
    "folds": "five folds over all items, two processes",
}


@dataclass(frozen=True)
class Simulated:
    """Predictions of several models, with labels and artists of the items."""

    p: dict[str, Float64]
    y: Int64
    artist: Int64

    def rows(self, chosen: slice) -> Simulated:
        """Return some of the items."""
        p = {name: own[chosen] for name, own in self.p.items()}
        return Simulated(p, self.y[chosen], self.artist[chosen])


def simulate(items: int, seed: int = 0) -> Simulated:
    """Predictions that are calibrated: posteriors of classes seen through each model's own noise."""
    rng = np.random.default_rng(seed)
    y = rng.integers(len(CLASSES), size=items)
    artist = rng.integers(max(1, ARTISTS * items // ROWS), size=items)
    p = {}
    for name, clarity in MODELS.items():
        scores = clarity * (rng.normal(size=(items, len(CLASSES))) + clarity * np.eye(len(CLASSES))[y])
        powers = np.exp(scores)
        p[name] = powers / powers.sum(axis=1, keepdims=True)
    return Simulated(p, y, artist)


def judge(items: int, processes: int, *, folds: bool, rules: str | list[str] = "all") -> dict[str, Any]:
    """Compare three models and the rules once, and return what that cost."""
    from joblib.externals.loky import get_reusable_executor

    import latefusion

    made = simulate(items)
    cut = items * TRAIN // ROWS
    test = made if folds else made.rows(slice(cut, None))
    dev = made.rows(slice(0, cut))
    taught: dict[str, Any] = {"folds": made.artist % 5} if folds else {"dev": (dev.p, dev.y, dev.artist)}
    began, before = time.perf_counter(), os.times()
    found = latefusion.compare(
        test.p,
        test.y,
        groups=test.artist,
        rules=rules,
        draws=DRAWS,
        n_jobs=processes,
        progress=False,
        **taught,
    )
    ended = time.perf_counter()
    get_reusable_executor().shutdown(wait=True)  # only processes that have ended are counted
    own, others = (
        sum(after[i] - start[i] for i in places)
        for after, start, places in ((os.times(), before, (0, 1)), (os.times(), before, (2, 3)))
    )
    return {"seconds": ended - began, "processor_all": own + others, "models": len(found.ranking)}


def naive(items: int) -> dict[str, Any]:
    """Resample the test rows of one model by artist with scikit-learn's metrics, a few draws of them."""
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, log_loss, roc_auc_score

    test = simulate(items).rows(slice(items * TRAIN // ROWS, None))
    p = test.p["lyrics"]
    said = p.argmax(axis=1)
    artists = np.unique(test.artist)
    rows_of = {artist: np.flatnonzero(test.artist == artist) for artist in artists.tolist()}
    rng = np.random.default_rng(0)
    values = []
    began = time.process_time()
    for _ in range(FEW_DRAWS):
        rows = np.concatenate([rows_of[one] for one in rng.choice(artists, len(artists)).tolist()])
        y = test.y[rows]
        values.append(
            [
                accuracy_score(y, said[rows]),
                balanced_accuracy_score(y, said[rows]),
                f1_score(y, said[rows], average="macro"),
                log_loss(y, p[rows]),
                roc_auc_score(y, p[rows], multi_class="ovr"),
            ]
        )
    return {"a_draw": (time.process_time() - began) / FEW_DRAWS, "spread": np.std(values, axis=0).tolist()}


def run(work: Path, items: int = ROWS, repeats: int = 3) -> dict[str, Any]:
    """Measure each way in fresh processes."""
    work.mkdir(parents=True, exist_ok=True)
    asked = {
        "dev": ({"items": items, "processes": 2, "folds": False}, repeats),
        "alone": ({"items": items, "processes": 1, "folds": False}, 1),
        "folds": ({"items": items, "processes": 2, "folds": True}, 1),
    }
    runs = {name: [_fresh(given) for _ in range(count)] for name, (given, count) in asked.items()}
    measured = {"items": items, "runs": runs, "naive": naive(items)}
    save("compare", measured)
    return measured


def _fresh(given: dict[str, Any]) -> dict[str, Any]:
    cost = child([sys.executable, "-m", "benchmarks.compare", json.dumps(given)])
    del cost["stderr"]
    own = json.loads(cost.pop("stdout").splitlines()[-1])
    return {**cost, **own}


def section(result: Result) -> list[str]:
    """Show what judging costs, and what a bootstrap alone costs with scikit-learn's metrics."""
    runs = result["runs"]
    rows = [
        (
            WAYS[name],
            seconds(best(each)),
            seconds(best(each, "processor_all")),
            f"{max(one['together_mb'] for one in each):,.0f}",
        )
        for name, each in runs.items()
    ]
    models = runs["dev"][0]["models"]
    loop = result["naive"]["a_draw"] * DRAWS * models
    own = best(runs["dev"], "processor_all")
    return [
        "## Judging finished predictions",
        prose(
            f"""
            `latefusion.compare` on simulated predictions of {len(MODELS)} models for {result["items"]:,}
            items, with every rule that needs no further column ({models} models and rules in all) and
            {DRAWS:,} draws of artists, each in a fresh process whose start is left out. *Together* is the
            most memory that all processes held. Load before:
            {busy([one for each in runs.values() for one in each])}.
            """
        ),
        table(["", "seconds", "processor s", "together MB"], rows),
        prose(
            f"""
            A loop over the draws with scikit-learn's accuracy, balanced accuracy, macro-F1, log loss and
            AUROC takes {1000 * result["naive"]["a_draw"]:.1f} ms a draw and model (mean of {FEW_DRAWS}), so
            {seconds(loop)} processor seconds for as many draws and models: {times(loop / own)} times the
            first line with its fits, tests and checks.
            """
        ),
    ]


if __name__ == "__main__":
    print(json.dumps(judge(**json.loads(sys.argv[1]))))
