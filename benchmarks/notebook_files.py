"""Simulated songs written as the notebook's two files are: the same columns, quoted texts and lists."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulate_notebook import CLASSES, Songs

COLUMNS = (
    "Unnamed: 0.1",
    "Unnamed: 0",
    "artist_name",
    "track_name",
    "valence",
    "arousal",
    "lyrics",
    "audio_url",
    "search_method",
    "emotion",
    "lyrics_embedding",
    "audio_embedding",
    "label",
)
ROWS_A_CHUNK = 500


def write(songs: Songs, folder: Path, *, seed: int = 0, processes: int | None = None) -> tuple[Path, Path]:
    """Write the notebook's two files and return their paths.

    Parameters
    ----------
    songs : Songs
    folder : Path
    seed : int
        For the words of the lyrics.
    processes : int, optional
        How many format numbers at a time; changes no byte.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "LaA_train.csv", folder / "LaA_test.csv")
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for path, rows in zip(paths, (~songs.test, songs.test), strict=True):
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerow(COLUMNS)
                file.writelines(pool.map(_format, _chunks(songs, np.flatnonzero(rows), seed)))
    return paths


Chunk = tuple[int, NDArray[np.int64], Songs, int]


def _chunks(songs: Songs, rows: NDArray[np.int64], seed: int) -> Iterator[Chunk]:
    for start in range(0, len(rows), ROWS_A_CHUNK):
        some = rows[start : start + ROWS_A_CHUNK]
        part = Songs(
            songs.artist[some],
            songs.label[some],
            songs.mood[some],
            songs.test[some],
            songs.lyrics[some],
            songs.audio[some],
        )
        yield start, some, part, seed


def _format(chunk: Chunk) -> str:
    start, source, songs, seed = chunk
    rng = np.random.default_rng([seed, int(source[0])])
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for i, row in enumerate(source.tolist()):
        by_artist = f"track {row} by artist {songs.artist[i]}"
        writer.writerow(
            [
                start + i,
                row,
                f"Artist {songs.artist[i]}",
                f"Track {row}",
                f"{songs.mood[i, 0]:.6f}",
                f"{songs.mood[i, 1]:.6f}",
                _lyrics(by_artist, rng),
                f"https://example.org/preview/{row:08d}.mp3",
                "artist_and_song",
                CLASSES[songs.label[i]],
                str(songs.lyrics[i].tolist()),
                str(songs.audio[i].tolist()),
                int(songs.label[i]),
            ]
        )
    return text.getvalue()


_SYLLABLES = ("la", "na", "hey", "oh", "doo", "mm", "yeah", "sha", "ba", "whoa", "tra", "ooh")


def _lyrics(title: str, rng: np.random.Generator) -> str:
    """Return twenty to fifty lines of nonsense; some are quoted, most hold a comma."""
    n_lines = int(rng.integers(20, 51))
    picks = rng.integers(0, len(_SYLLABLES), (n_lines, 6))
    lines = []
    for k, pick in enumerate(picks):
        words = [_SYLLABLES[p] for p in pick]
        line = f"{' '.join(words[:3])}, {' '.join(words[3:])}"
        lines.append(f'"{line}"' if k % 7 == 3 else line)
        if k % 8 == 7:
            lines.append("")
    return "\n".join([f'[Verse of "{title}"]', *lines])
