"""Simulated inputs, made once in the working folder and shared by all benchmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.notebook_files import write
from benchmarks.simulate_notebook import ROWS, simulate

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
        work.mkdir(parents=True, exist_ok=True)
        songs = simulate(round(rows * 1.25))
        train = np.flatnonzero(~songs.test)[:rows]
        test = np.flatnonzero(songs.test)
        X = songs.lyrics.astype(np.float32)
        partial = path.with_suffix(".partial.npz")
        np.savez(
            partial,
            X_train=X[train],
            X_test=X[test],
            y_train=songs.label[train],
            y_test=songs.label[test],
            artist_train=songs.artist[train],
        )
        partial.rename(path)
    return path
