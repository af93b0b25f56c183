"""The pieces of work that are measured, each run in a process of its own.

    python -m benchmarks.tasks NAME '{"argument": value}'

prints one line of JSON. `seconds` is the time of the work alone: imports, reading the arrays and loading
compiled code come before it. Only what a task needs is imported, since some tasks run in the environment
of another library.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

FOLDS = 5
MAX_CELL_BYTES = 16 << 20


def _arrays(path: str) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def _folds(y: np.ndarray) -> np.ndarray:
    """Stratified folds, as `assign_partitions` would hand them to an SVM."""
    rng = np.random.default_rng(0)
    fold = np.empty(len(y), np.int32)
    for k in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == k))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold


def own_view(arrays: str, threads: int, components: int | None = None, memory_mb: int = 0) -> dict[str, Any]:
    """Train and apply one view as the workflow does: probabilities in sample, out of fold and of test."""
    from latefusion.svm.prediction import predict
    from latefusion.svm.settings import SvmSettings
    from latefusion.svm.training import LabelledRows, Limits, train

    data = _arrays(arrays)
    fold = _folds(data["y_train"])
    settings = SvmSettings(approximation=None if components is None else {"components": components})

    def work(rows: slice) -> dict[str, Any]:
        began, processor = time.perf_counter(), time.process_time()
        trained = train(
            LabelledRows([data["X_train"][rows]], data["y_train"][rows], fold[rows], 4),
            settings if rows.stop is None else SvmSettings(),
            limits=Limits(n_jobs=threads, memory_mb=memory_mb or None),
            replica=True,
            rng=np.random.default_rng(0),
        )
        fitted = time.perf_counter()
        p, _ = predict(trained.model, [data["X_test"]], guarded=True, n_jobs=threads, source="benchmark")
        ended = time.perf_counter()
        return {
            "seconds": ended - began,
            "seconds_processor": time.process_time() - processor,
            "fit": fitted - began,
            "predict": ended - fitted,
            "accuracy": float((p.argmax(1) == data["y_test"]).mean()),
            "log_loss": _log_loss(p, data["y_test"]),
            "accuracy_out_of_fold": float(
                (trained.rows.out_of_fold_p.argmax(1) == data["y_train"][rows]).mean()
            ),
        }

    work(slice(0, 100))
    return work(slice(None))


def floor(arrays: str, threads: int) -> dict[str, Any]:
    """Do the least that an exact kernel can cost: product and exp of the training half and the test block.

    The blocks and threads are the engine's own; every block is thrown away.
    """
    from latefusion.core.parallel import blocks, one_blas_thread, run
    from latefusion.svm.estimator import COLUMNS, ROWS
    from latefusion.svm.kernels import BLOCK

    data = _arrays(arrays)
    # all exponents are small and negative, as those of a kernel are
    X = data["X_train"] / np.float32(np.sqrt(data["X_train"].shape[1]))
    other = -data["X_test"] / np.float32(np.sqrt(data["X_train"].shape[1]))
    spans = blocks(len(X), BLOCK)

    def train_tile(pair: tuple[tuple[int, int], tuple[int, int]]) -> None:
        (a, b), (c, d) = pair
        tile = X[a:b] @ X[c:d].T
        np.exp(tile, out=tile)

    def test_tile(pair: tuple[tuple[int, int], tuple[int, int]]) -> None:
        (a, b), (c, d) = pair
        tile = other[a:b] @ X[c:d].T
        np.exp(tile, out=tile)

    half = [(one, two) for i, one in enumerate(spans) for two in spans[i:]]
    block = [(one, two) for one in blocks(len(other), ROWS) for two in blocks(len(X), COLUMNS)]
    with one_blas_thread():
        run(train_tile, half[:2], threads)
        began, processor = time.perf_counter(), time.process_time()
        run(train_tile, half, threads)
        run(test_tile, block, threads)
        return {
            "seconds": time.perf_counter() - began,
            "seconds_processor": time.process_time() - processor,
        }


def svc_probability(arrays: str) -> dict[str, Any]:
    """`SVC(probability=True)`: fit, and probabilities of test."""
    import warnings

    from sklearn.svm import SVC

    warnings.filterwarnings("ignore", category=FutureWarning)
    return _peer(SVC(gamma="auto", probability=True, random_state=0), arrays, "float64")


def calibrated_svc(arrays: str, threads: int) -> dict[str, Any]:
    """`CalibratedClassifierCV(SVC(), ensemble=False)`, its folds side by side."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    return _peer(
        CalibratedClassifierCV(SVC(gamma="auto"), ensemble=False, cv=FOLDS, n_jobs=threads), arrays, "float64"
    )


def calibrated_intelex(arrays: str, dtype: str) -> dict[str, Any]:
    """scikit-learn-intelex's `SVC`, which uses all cores, inside `CalibratedClassifierCV`."""
    from importlib.metadata import version

    import sklearnex.svm
    from sklearn.calibration import CalibratedClassifierCV

    estimator = CalibratedClassifierCV(sklearnex.svm.SVC(gamma="auto"), ensemble=False, cv=FOLDS)
    versions = {
        name: version(name) for name in ("scikit-learn-intelex", "scikit-learn", "numpy", "daal", "tbb")
    }
    inner = sklearnex.svm.SVC(gamma="auto").fit(np.eye(8), np.arange(8) % 4)
    # oneDAL's fit leaves its own model behind; a fall-back to scikit-learn leaves none
    return {
        **_peer(estimator, arrays, dtype),
        "versions": versions,
        "onedal": hasattr(inner, "_onedal_estimator"),
    }


def _peer(estimator: Any, arrays: str, dtype: str) -> dict[str, Any]:
    data = _arrays(arrays)
    X_train, X_test = data["X_train"].astype(dtype), data["X_test"].astype(dtype)
    began, processor = time.perf_counter(), time.process_time()
    estimator.fit(X_train, data["y_train"])
    fitted = time.perf_counter()
    p = estimator.predict_proba(X_test)
    ended = time.perf_counter()
    return {
        "seconds": ended - began,
        "seconds_processor": time.process_time() - processor,
        "fit": fitted - began,
        "predict": ended - fitted,
        "accuracy": float((p.argmax(1) == data["y_test"]).mean()),
        "log_loss": _log_loss(p, data["y_test"]),
    }


def _log_loss(p: np.ndarray, y: np.ndarray) -> float:
    return float(-np.log(np.maximum(p[np.arange(len(y)), y], 1e-6)).mean())


def own_ingest(folder: str, out: str, threads: int) -> dict[str, Any]:
    """Both files to Parquet, one after the other."""
    return _ingested(folder, out, threads, ("train", "test"))


def own_ingest_one(folder: str, out: str, threads: int) -> dict[str, Any]:
    """Ingest one large file."""
    return _ingested(folder, out, threads, ("train",))


def _ingested(folder: str, out: str, threads: int, splits: Sequence[str]) -> dict[str, Any]:
    from latefusion.ingest.columns import Columns
    from latefusion.ingest.ingest import SplitFiles, ingest
    from latefusion.ingest.readers.opening import open_table

    names, into = ("lyrics", "audio"), Path(out)
    into.mkdir(parents=True, exist_ok=True)
    data = {
        "label": "label",
        "class_name": "emotion",
        "group": "artist_name",
        "describe": ["artist_name", "track_name", "valence", "arousal"],
    }
    columns = Columns.of(data, [{"name": name, "column": f"{name}_embedding"} for name in names])
    began = time.perf_counter()
    for split in splits:
        files = SplitFiles(
            features={name: into / f"{split}-{name}.parquet" for name in names},
            items=into / f"items-{split}.parquet",
            facts=into / f"items-{split}.json",
        )
        table = open_table(Path(folder) / f"LaA_{split}.csv", MAX_CELL_BYTES)
        ingest(table, split, columns, files, threads=threads)
    return {"seconds": time.perf_counter() - began}


def pandas_ingest(folder: str, out: str) -> dict[str, Any]:
    """`read_csv` + `ast.literal_eval` + `np.stack` of both files; the arrays are kept to compare."""
    import ast

    import pandas as pd

    began = time.perf_counter()
    seconds = {"read": 0.0, "literal_eval": 0.0, "stack": 0.0}
    kept: dict[str, np.ndarray] = {}
    for split in ("train", "test"):
        start = time.perf_counter()
        frame = pd.read_csv(Path(folder) / f"LaA_{split}.csv")
        seconds["read"] += time.perf_counter() - start
        for name in ("lyrics", "audio"):
            start = time.perf_counter()
            lists = frame[f"{name}_embedding"].apply(ast.literal_eval)
            seconds["literal_eval"] += time.perf_counter() - start
            start = time.perf_counter()
            kept[f"{split}-{name}"] = np.stack([np.array(values) for values in lists])
            seconds["stack"] += time.perf_counter() - start
    total = time.perf_counter() - began
    Path(out).mkdir(parents=True, exist_ok=True)
    np.savez(Path(out) / "pandas.npz", **{name: X.astype(np.float32) for name, X in kept.items()})
    return {"seconds": total, "parts": seconds}


def calibrate(seed: int, threads: int) -> dict[str, Any]:
    """Measure on simulated songs what the notebook measured on its own."""
    from benchmarks.simulate_notebook import look_up, simulate
    from latefusion.svm.estimator import SVM

    songs = simulate(seed=seed)
    known, test, y = ~songs.test, songs.test, songs.label
    fold = np.random.default_rng(seed).integers(0, FOLDS, int(songs.artist.max()) + 1)[songs.artist]
    figures: dict[str, float] = {}
    P, held_out = [], []
    for name in ("lyrics", "audio"):
        X = getattr(songs, name).astype(np.float32)
        svm = SVM(n_jobs=threads, random_state=seed).fit(X[known], y[known])
        P.append(svm.predict_proba(X[test], guarded=False))
        figures[f"{name} alone"] = float((P[-1].argmax(1) == y[test]).mean())
        in_sample = svm.vote_of_decision(svm.in_sample_decision_)
        figures[f"{name}, on train"] = float((in_sample == y[known]).mean())
        # each artist's songs in one fold: what `cross` does, on the songs of the test file
        grouped = SVM(n_jobs=threads, random_state=seed).fit(X, y, fold=fold)
        held_out.append(grouped.out_of_fold_proba_[test])
        figures[f"{name}, artists held out"] = float((held_out[-1].argmax(1) == y[test]).mean())
    figures["mean of both"] = float((sum(P).argmax(1) == y[test]).mean())
    figures["mean, artists held out"] = float((sum(held_out).argmax(1) == y[test]).mean())
    figures["either right"] = float(np.any([p.argmax(1) == y[test] for p in P], axis=0).mean())
    both = np.hstack([songs.audio, songs.lyrics]).astype(np.float32)
    svm = SVM(n_jobs=threads, random_state=seed).fit(both[known], y[known])
    figures["early"] = float((svm.predict(both[test]) == y[test]).mean())
    figures["artist look-up"], figures["test songs by seen artists"] = look_up(songs)
    return {"figures": figures}


def measured(module: str, **arguments: Any) -> dict[str, Any]:
    """Return what the function `measure` of a benchmark's own module gives."""
    found: dict[str, Any] = import_module(f"benchmarks.{module}").measure(**arguments)
    return found


def main(arguments: list[str]) -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    tasks: dict[str, Callable[..., dict[str, Any]]] = {
        function.__name__: function
        for function in (
            calibrate,
            own_view,
            floor,
            svc_probability,
            calibrated_svc,
            calibrated_intelex,
            own_ingest,
            own_ingest_one,
            pandas_ingest,
            measured,
        )
    }
    print(json.dumps(tasks[arguments[0]](**json.loads(arguments[1]))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
