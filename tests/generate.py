"""Small generated data sets with the notebook's columns, for every test that needs no real songs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLASS_NAMES = ("Angry", "Happy", "Relaxed", "Sad")


def write_dataset(
    folder: Path,
    *,
    n_train: int = 120,
    n_test: int = 40,
    dims: Mapping[str, int] | None = None,
    classes: int = 4,
    groups: int | None = None,
    straddle: bool = True,
    signal: float = 1.0,
    missing: Mapping[str, float] | None = None,
    seed: int = 0,
) -> tuple[Path, Path]:
    """Write `train.csv` and `test.csv` into `folder` and return their paths.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    n_train, n_test : int
        Rows of the two files.
    dims : mapping, optional
        Length of the embedding of each modality; `{"text": 6, "audio": 5}` by default. The columns are
        called `{modality}_embedding`.
    classes : int
        Number of classes; their names are those of the quadrants, then `Class 4` and so on.
    groups : int, optional
        Number of artists; a third of the items by default. An artist leans to one class.
    straddle : bool
        Whether artists are in both files. If not, the last quarter of the artists make up the test file.
    signal : float
        Distance between the classes' centres, in standard deviations of a feature. 0 makes pure noise.
    missing : mapping, optional
        Share of the items whose embedding of a modality is empty.
    seed : int
    """
    dims = {"text": 6, "audio": 5} if dims is None else dict(dims)
    rng = np.random.default_rng(seed)
    n = n_train + n_test
    groups = max(2, n // 3) if groups is None else groups
    part = np.r_[np.zeros(n_train, int), np.ones(n_test, int)]
    if straddle:
        group = rng.integers(0, groups, n)
    else:
        border = max(1, groups - max(1, groups // 4))
        group = np.where(part == 0, rng.integers(0, border, n), rng.integers(border, groups, n))
    favourite = np.arange(groups) % classes
    label = np.where(rng.random(n) < 0.4, favourite[group], rng.integers(0, classes, n))
    label[:classes] = np.arange(classes)  # every class is in train
    features = {}
    for name, dimension in dims.items():
        centres = rng.normal(0, signal, (classes, dimension))
        features[name] = centres[label] + rng.normal(0, 1, (n, dimension))
    empty = {name: rng.random(n) < share for name, share in (missing or {}).items()}
    angle = (label + 0.5) * (2 * np.pi / classes)
    valence, arousal = np.cos(angle) + rng.normal(0, 0.1, n), np.sin(angle) + rng.normal(0, 0.1, n)
    names = [*CLASS_NAMES[:classes], *(f"Class {k}" for k in range(len(CLASS_NAMES), classes))]

    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "train.csv", folder / "test.csv")
    for which, path in enumerate(paths):
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            columns = "Unnamed: 0.1,Unnamed: 0,artist_name,track_name,valence,arousal,lyrics"
            writer.writerow(
                [
                    *columns.split(","),
                    "audio_url",
                    "search_method",
                    "emotion",
                    *(f"{name}_embedding" for name in dims),
                    "label",
                ]
            )
            for row, i in enumerate(np.flatnonzero(part == which)):
                writer.writerow(
                    [row, i, f"Artist {group[i]}", f"Song {i}", repr(float(valence[i]))]
                    + [repr(float(arousal[i])), _lyrics(i, rng), f"https://example.org/{i}.mp3"]
                    + ["artist, track", names[label[i]]]
                    + [
                        "" if name in empty and empty[name][i] else format_embedding(features[name][i])
                        for name in dims
                    ]
                    + [label[i]]
                )
    return paths


def format_embedding(values: NDArray[np.float64]) -> str:
    """Return a list of numbers as a notebook writes it."""
    return "[" + ", ".join(repr(float(value)) for value in values) + "]"


def _lyrics(i: int, rng: np.random.Generator) -> str:
    lines = [f'She said "line {k}, of song {i}"' for k in range(int(rng.integers(0, 4)))]
    return "\n".join(lines)
