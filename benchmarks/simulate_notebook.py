"""Simulate the notebook's two files: their size, their columns, and how hard their songs are to classify.

    python -m benchmarks.simulate_notebook FOLDER [--rows 13588] [--seed 0]

writes FOLDER/LaA_train.csv and FOLDER/LaA_test.csv.

The model. A song's mood is a point in the plane of valence and arousal, its label the quadrant; the
quadrants have exactly the notebook's shares. The mood is the sum of *content*, which each modality shows
dimly, and *noise*, which no modality shows; both are partly the artist's and partly the song's. An
embedding holds a trace of the content, factors of falling strength (how fast they fall decides how much an
SVM memorises), and white noise. Part of the factors is the artist's signature, the same in all of the
artist's songs: whoever recognises it can look up the artist's share of the noise. So there is a leak where
artists straddle a split, and `cross` loses what it was worth. The size of that loss is assumed here; it has
not been measured on the notebook's files.

Sizes of artists follow a logarithmic series (Fisher, Corbet & Williams 1943).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

TRAIN, TEST = 10_870, 2_718
ROWS = TRAIN + TEST
CLASSES = ("Angry", "Happy", "Relaxed", "Sad")
TEST_SUPPORT = (532, 854, 512, 820)
CORRELATION = 0.356  # of valence and arousal, so that a normal plane has the four quadrants' shares


@dataclass(frozen=True)
class Modality:
    """What an embedding is made of, as shares of its variance.

    Attributes
    ----------
    columns, factors : int
    decay : float
        Factor k has variance k^-decay.
    signature : float
        Share of each factor's variance that is the artist's.
    mood : float
        Share of the embedding's variance that comes from the mood's content.
    clarity : float
        Share of the content in what the modality makes of it; the rest is its own error.
    white : float
        Share of the embedding's variance that is independent noise.
    """

    columns: int
    factors: int
    decay: float
    signature: float
    mood: float
    clarity: float
    white: float


@dataclass(frozen=True)
class Settings:
    """What was calibrated; `python -m benchmarks calibration` shows what comes out.

    Attributes
    ----------
    novelty : float
        Parameter of the artists' sizes: sizes s have probability ∝ (1 + novelty)^-s / s.
    content : float
        Share of the mood's variance that embeddings can show.
    artist_content, artist_noise : float
        Share of the artist in the content and in the noise.
    """

    novelty: float = 0.132
    content: float = 0.275
    artist_content: float = 0.30
    artist_noise: float = 0.49
    lyrics: Modality = field(default_factory=lambda: Modality(768, 256, 1.72, 0.65, 0.0265, 0.56, 0.1))
    audio: Modality = field(default_factory=lambda: Modality(498, 128, 1.95, 0.65, 0.028, 0.56, 0.1))


@dataclass(frozen=True)
class Songs:
    """Simulated songs; all arrays have one entry or row for each.

    Attributes
    ----------
    artist : (n,) int array
    label : (n,) int32 array
        0 Angry, 1 Happy, 2 Relaxed, 3 Sad.
    mood : (n, 2) float64 array
        Valence and arousal; their signs give the label.
    test : (n,) bool array
    lyrics, audio : float64 arrays
        Embeddings, standardised over all rows, as the notebook's were.
    """

    artist: NDArray[np.int64]
    label: NDArray[np.int32]
    mood: Float64
    test: NDArray[np.bool_]
    lyrics: Float64
    audio: Float64

    def __len__(self) -> int:
        return len(self.label)


def simulate(rows: int = ROWS, *, seed: int = 0, settings: Settings | None = None) -> Songs:
    """Draw songs, a fifth of them for the test file, stratified by class and at random.

    Parameters
    ----------
    rows : int
    seed : int
    settings : Settings, optional

    Returns
    -------
    Songs
    """
    settings = settings or Settings()
    rng = np.random.default_rng(seed)
    artist = _artists(rows, settings.novelty, rng)
    content = _plane(artist, settings.artist_content, rng)
    noise = _plane(artist, settings.artist_noise, rng)
    mood = np.sqrt(settings.content) * content + np.sqrt(1 - settings.content) * noise
    label, mood = _quadrants(mood)
    test = np.zeros(rows, bool)
    for k in range(len(CLASSES)):
        members = rng.permutation(np.flatnonzero(label == k))
        test[members[: round(len(members) * TEST / ROWS)]] = True
    lyrics = _embedding(settings.lyrics, artist, content, settings.artist_content, rng)
    audio = _embedding(settings.audio, artist, content, settings.artist_content, rng)
    return Songs(artist, label, mood, test, lyrics, audio)


def _artists(rows: int, novelty: float, rng: np.random.Generator) -> NDArray[np.int64]:
    sizes: list[int] = []
    while sum(sizes) < rows:
        sizes += rng.logseries(1 / (1 + novelty), 1000).tolist()
    artist = rng.permutation(np.repeat(np.arange(len(sizes)), sizes)[:rows])
    return np.unique(artist, return_inverse=True)[1].astype(np.int64)


def _plane(artist: NDArray[np.int64], share: float, rng: np.random.Generator) -> Float64:
    """Draw points of unit variance in the plane of valence and arousal, partly the artist's."""
    tilt = np.linalg.cholesky([[1.0, CORRELATION], [CORRELATION, 1.0]]).T
    own = rng.normal(size=(len(artist), 2)) @ tilt
    shared = rng.normal(size=(int(artist.max()) + 1, 2)) @ tilt
    return np.sqrt(share) * shared[artist] + np.sqrt(1 - share) * own


def _quadrants(mood: Float64) -> tuple[NDArray[np.int32], Float64]:
    """Return labels, and moods moved so that the quadrants have exactly the notebook's shares."""
    angry, happy, relaxed, sad = np.array(TEST_SUPPORT) / sum(TEST_SUPPORT)
    mood = mood.copy()
    _split_at(mood[:, 1], angry + happy)
    excited = mood[:, 1] > 0
    for half, share in ((excited, happy / (angry + happy)), (~excited, relaxed / (relaxed + sad))):
        valence = mood[half, 0]
        _split_at(valence, share)
        mood[half, 0] = valence
    pleasant = mood[:, 0] > 0
    label = np.where(excited, np.where(pleasant, 1, 0), np.where(pleasant, 2, 3))
    return label.astype(np.int32), mood


def _split_at(values: Float64, share: float) -> None:
    """Shift values in place so that the largest `share` of them, to the nearest count, is positive."""
    ordered = np.sort(values)
    cut = len(values) - round(len(values) * share)
    if 0 < cut < len(values):
        values -= (ordered[cut - 1] + ordered[cut]) / 2
    elif len(values):
        values -= ordered[0] - 1e-6 if cut == 0 else ordered[-1] + 1e-6


def _embedding(
    modality: Modality,
    artist: NDArray[np.int64],
    content: Float64,
    artist_content: float,
    rng: np.random.Generator,
) -> Float64:
    n, d = len(artist), modality.columns
    strength = np.arange(1, modality.factors + 1.0) ** -modality.decay
    strength = np.sqrt(strength / strength.sum())
    signature = rng.normal(size=(int(artist.max()) + 1, modality.factors))[artist]
    factors = np.sqrt(modality.signature) * signature
    factors += np.sqrt(1 - modality.signature) * rng.normal(size=factors.shape)
    seen = np.sqrt(modality.clarity) * content
    seen += np.sqrt(1 - modality.clarity) * _plane(artist, artist_content, rng)
    x = (factors * strength) @ rng.normal(size=(modality.factors, d))
    x *= np.sqrt(1 - modality.white - modality.mood)
    x += np.sqrt(modality.mood / 2) * seen @ rng.normal(size=(2, d))
    for start in range(0, n, 4096):
        block = x[start : start + 4096]
        block += np.sqrt(modality.white) * rng.normal(size=block.shape)
    x -= x.mean(axis=0)
    x /= x.std(axis=0)
    return x


def look_up(songs: Songs) -> tuple[float, float]:
    """Return the accuracy of the artist's most frequent training class, and the share of artists seen.

    Ties, and artists that train does not know, take the class that is most frequent in train.
    """
    known, test = ~songs.test, songs.test
    count = np.zeros((int(songs.artist.max()) + 1, len(CLASSES)))
    np.add.at(count, (songs.artist[known], songs.label[known]), 1)
    prior = count.sum(axis=0) / count.sum()
    guess = (count + 0.5 * prior).argmax(axis=1)[songs.artist[test]]
    seen = count.sum(axis=1)[songs.artist[test]] > 0
    return float((guess == songs.label[test]).mean()), float(seen.mean())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Simulate the notebook's files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS, help="songs in both files")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    from benchmarks.notebook_files import write

    songs = simulate(given.rows, seed=given.seed)
    for path in write(songs, given.folder, seed=given.seed):
        print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
