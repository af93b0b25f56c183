"""Simulated inputs, made once in the working folder and shared by all benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.notebook_files import write
from benchmarks.simulate_notebook import ROWS, Songs, simulate

GROWTH_COLUMNS = 768


def notebook_files(work: Path, rows: int = ROWS) -> Path:
    """Return the folder that holds LaA_train.csv and LaA_test.csv."""
    folder = work / f"laa-{rows}"
    done = folder / "complete"
    if not done.exists():
        write(simulate(rows), folder)
        done.touch()
    return folder


def lyrics_arrays(work: Path, rows: int) -> Path:
    """Return an .npz with float32 embeddings (X_train, X_test), labels, artists of train; `rows` in train."""
    path = work / f"lyrics-{rows}.npz"
    if not path.exists():
        songs, train, test = _songs(rows)
        X = songs.lyrics.astype(np.float32)
        _save(
            path,
            X_train=X[train],
            X_test=X[test],
            y_train=songs.label[train],
            y_test=songs.label[test],
            artist_train=songs.artist[train],
        )
    return path


def modality_arrays(work: Path, rows: int) -> Path:
    """Return an .npz with float32 embeddings, `{modality}_train` and `_test`, and labels of train."""
    path = work / f"modalities-{rows}.npz"
    if not path.exists():
        songs, train, test = _songs(rows)
        X = {"lyrics": songs.lyrics.astype(np.float32), "audio": songs.audio.astype(np.float32)}
        of_train = {f"{name}_train": x[train] for name, x in X.items()}
        _save(
            path, **of_train, **{f"{name}_test": x[test] for name, x in X.items()}, y_train=songs.label[train]
        )
    return path


def _songs(rows: int) -> tuple[Songs, NDArray[np.intp], NDArray[np.intp]]:
    """Return songs and the places of those of train, `rows` of them, and of test."""
    songs = simulate(round(rows * 1.25))
    return songs, np.flatnonzero(~songs.test)[:rows], np.flatnonzero(songs.test)


def _save(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays, and the file under its name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.rename(path)
