"""`latefusion.KernelRidgeCV` beside scikit-learn's `KernelRidge` doing the same, and its own floor."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.files import lyrics_arrays
from benchmarks.measure import save
from benchmarks.words import Result, prose, seconds, table, times

ROWS = 10_870
FOLDS = 5
THREADS = 2


def run(work: Path, rows: int = ROWS) -> Mapping[str, Any]:
    """Fit two targets with eight penalties, on all rows and without each of five folds."""
    from latefusion import KernelRidgeCV

    with np.load(lyrics_arrays(work, rows)) as file:
        X, label = file["X_train"].astype(np.float64), file["y_train"]
    rng = np.random.default_rng(0)
    # the quadrants' signs, buried in noise as valence and arousal are
    Y = np.stack([label % 2, label // 2], axis=1) * 2.0 - 1.0 + 2.0 * rng.standard_normal((len(X), 2))
    fold = rng.integers(FOLDS, size=len(X))
    KernelRidgeCV(n_jobs=THREADS).fit(X[:200], Y[:200])
    model, ours = _timed(lambda: KernelRidgeCV(n_jobs=THREADS).fit(X, Y, fold=fold))
    _, floor = _timed(lambda: _floor(X, int(model.n_steps_.sum()), 2 * (1 + FOLDS)))
    (in_sample, out_of_fold), theirs = _timed(lambda: _scikit_learn(X, Y, fold, model.alphas))
    path = _every_penalty(X, Y, fold, model.alphas)
    measured = {
        "rows": len(X),
        "columns": X.shape[1],
        "alphas": list(model.alphas),
        "chosen": model.alpha_.tolist(),
        "steps": model.n_steps_.tolist(),
        "seconds": {"ours": ours, "theirs": theirs, "floor": floor},
        "apart": {
            name: float(np.abs(own / other - 1).max())
            for name, own, other in (
                ("in_sample", path.in_sample, in_sample),
                ("out_of_fold", path.out_of_fold, out_of_fold),
            )
        },
        "of_spread": max(
            float((np.abs(own - other) / other.std(axis=1, keepdims=True)).max())
            for own, other in ((path.in_sample, in_sample), (path.out_of_fold, out_of_fold))
        ),
    }
    save("kernel_ridge", measured)
    return measured


def _every_penalty(
    X: NDArray[np.float64], Y: NDArray[np.float64], fold: NDArray[np.int64], alphas: tuple[float, ...]
) -> Any:
    """Return the predictions with each penalty, of which the estimator keeps those of the chosen one."""
    from latefusion.kernel_ridge.path import fit_path

    weights = [(1.0,)] * (1 + FOLDS)
    return fit_path([X - X.mean(axis=0)], Y, fold, alphas, (1 / X.shape[1],), weights, THREADS)


def _timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    began, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, {"clock": time.perf_counter() - began, "processor": time.process_time() - processor}


def _scikit_learn(
    X: NDArray[np.float64], Y: NDArray[np.float64], fold: NDArray[np.int64], alphas: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what `KernelRidge` predicts of each row, in sample and out of fold, for each penalty."""
    from sklearn.kernel_ridge import KernelRidge
    from threadpoolctl import threadpool_limits

    in_sample, out_of_fold = (np.empty((len(alphas), *Y.shape)) for _ in range(2))

    def predicted(alpha: float, rows: NDArray[np.bool_], of: NDArray[np.bool_]) -> NDArray[np.float64]:
        level = Y[rows].mean(axis=0)
        machine = KernelRidge(alpha=alpha, kernel="rbf", gamma=1 / X.shape[1])
        found: NDArray[np.float64] = machine.fit(X[rows], Y[rows] - level).predict(X[of]) + level
        return found

    with threadpool_limits(THREADS):
        every = np.ones(len(X), bool)
        for place, alpha in enumerate(alphas):
            in_sample[place] = predicted(alpha, every, every)
            for k in range(FOLDS):
                out_of_fold[place, fold == k] = predicted(alpha, fold != k, fold == k)
    return in_sample, out_of_fold


def _floor(X: NDArray[np.float64], steps: int, columns: int) -> None:
    """Do the kernel and one product for each step, and nothing else."""
    from latefusion.core.parallel import one_blas_thread
    from latefusion.kernel_ridge.conjugate_gradients import product
    from latefusion.kernel_ridge.gram import gram

    with one_blas_thread():
        K = gram([X - X.mean(axis=0)], [1 / X.shape[1]], [1.0], THREADS)
        V = np.ones((len(X), columns, 1))
        for _ in range(steps):
            product(K, V, THREADS)


def section(result: Result) -> list[str]:
    """Say how long both take, and how far their predictions are apart."""
    took = result["seconds"]
    names = {
        "ours": "`KernelRidgeCV`, 2 threads",
        "theirs": "`KernelRidge`, once for each penalty and fold, 2 threads",
        "floor": "floor: the kernel, and one product a step",
    }
    body = [
        (
            name,
            seconds(took[who]["clock"]),
            seconds(took[who]["processor"]),
            times(took[who]["clock"] / took["ours"]["clock"]),
        )
        for who, name in names.items()
    ]
    apart, alphas = result["apart"], result["alphas"]
    # measurements from before every penalty was looked at have no share of the spread
    which = f"With the chosen penalties ({', '.join(f'{alpha:g}' for alpha in result['chosen'])})"
    if "of_spread" in result:
        which = (
            f"With every penalty, predictions are within {result['of_spread']:.0e} of their standard "
            "deviation of scikit-learn's; with every penalty and for each prediction by itself"
        )
    return [
        "## Kernel ridge regression",
        prose(
            f"""
            {result["rows"]:,} rows of {result["columns"]} columns, two targets, {len(alphas)} penalties from
            {min(alphas):g} to {max(alphas):g}, {FOLDS} folds, predictions in sample and out of fold.
            {which} the largest relative difference of a prediction from scikit-learn's is
            {apart["in_sample"]:.0e} in sample and {apart["out_of_fold"]:.0e} out of fold. Steps of conjugate
            gradients by penalty: {", ".join(map(str, result["steps"]))}.
            """
        ),
        table(["way", "seconds", "processor seconds", "ratio"], body),
    ]
