"""Public data sets in small: their files, their columns and their names, filled with made-up numbers.

Each function writes one into a folder and returns what `init` is given. Classes differ by the means of their
embeddings, so that a run ends above chance.
"""

from __future__ import annotations

import bz2
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

ITEMS = 48
QUADRANTS = ("Q1", "Q2", "Q3", "Q4")
Rows = Sequence[Sequence[object]]


def write(path: Path, header: Sequence[str], rows: Rows, delimiter: str = ",") -> None:
    """Write a table as delimited text, its numbers as Python prints them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [list(header), *[[str(cell) for cell in row] for row in rows]]
    text = "".join(delimiter.join(line) + "\n" for line in lines)
    path.write_bytes(bz2.compress(text.encode()) if path.suffix == ".bz2" else text.encode())


def embeddings(classes: NDArray[np.int64], dimension: int, seed: int) -> NDArray[np.float32]:
    """Return an embedding of each item, (n, dimension), around its class's centre."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 2, (int(classes.max()) + 1, dimension))
    return (centres[classes] + rng.normal(0, 1, (len(classes), dimension))).astype(np.float32)


def in_turn(n: int, classes: int) -> NDArray[np.int64]:
    """Return classes in turn."""
    return np.arange(n) % classes


def music4all_onion(folder: Path) -> list[str]:
    """Write songs by id, one wide compressed table a feature set, in another order than the songs."""
    label = in_turn(ITEMS, 3)
    ids = [f"{number:016x}"[::-1] for number in range(7, 7 + ITEMS)]
    genres = [("rock", "pop", "metal")[k] for k in label]
    artists = [f"Artist {n // 3}" for n in range(ITEMS)]
    rows = [[i, a, f"Song {n}", g] for n, (i, a, g) in enumerate(zip(ids, artists, genres, strict=True))]
    write(folder / "id_information.csv", ["id", "artist", "song", "genres"], rows, "\t")
    order = np.random.default_rng(0).permutation(ITEMS)
    for name, dimension in (("lyrics_bert", 6), ("blf_correlation", 5)):
        values = embeddings(label, dimension, dimension)
        rows = [[ids[n], *values[n].tolist()] for n in order]
        write(folder / f"id_{name}.tsv.bz2", ["id", *map(str, range(dimension))], rows, "\t")
    return ["id_information.csv", "id_lyrics_bert.tsv.bz2", "id_blf_correlation.tsv.bz2"]


def merge(folder: Path) -> list[str]:
    """Write a table of metadata, lists of 70, 15 and 15 %, and a matrix with its list for each modality."""
    label = in_turn(ITEMS, 4)
    songs = [f"{'AM'[n % 2]}{n:03}" for n in range(ITEMS)]
    header = ["Song", "Quadrant", "AllMusic Id", "Artist", "Title", "Year"]
    rows = [
        [s, QUADRANTS[label[n]], f"MT{n:010}", f"A {n // 2}", f"T {n}", 1990 + n % 9]
        for n, s in enumerate(songs)
    ]
    write(folder / "merge_bimodal_complete_metadata.csv", header, rows)
    rng = np.random.default_rng(1)
    order = rng.permutation(ITEMS)
    for split, part in (("train", order[:32]), ("validate", order[32:40]), ("test", order[40:])):
        path = folder / f"tvt_dataframes/tvt_70_15_15/tvt_70_15_15_{split}_bimodal_complete.csv"
        write(path, ["Song", "Quadrant"], [[songs[n], QUADRANTS[label[n]]] for n in part])
    for name in ("audio", "lyrics"):
        order = rng.permutation(ITEMS)
        np.save(folder / f"{name}.npy", embeddings(label, 5, len(name))[order])
        (folder / f"{name}_ids.txt").write_text("".join(f"{songs[n]}\n" for n in order))
    return [
        "merge_bimodal_complete_metadata.csv", "tvt_dataframes", "audio.npy", "audio_ids.txt", "lyrics.npy",
        "lyrics_ids.txt",
    ]  # fmt: skip


def deam(folder: Path) -> list[str]:
    """Write one table of frames a song, between semicolons, and a table of genres."""
    label = in_turn(ITEMS, 3)
    audio = embeddings(label, 4, 2)
    header = ["song_id", "file_name", "Artist", "Song title", "Genre"]
    genres = ("Blues", "Electronic", "Rock")
    rows = [[n + 2, f"{n + 2}.mp3", f"A {n // 3}", f"T {n}", genres[label[n]]] for n in range(ITEMS)]
    write(folder / "metadata_2013.csv", header, rows)
    names = [
        "F0final_sma_stddev",
        "F0final_sma_amean",
        "voicingFinalUnclipped_sma_stddev",
        "jitterLocal_sma_amean",
    ]
    for n in range(ITEMS):
        frames = [[0.5 * at, *(audio[n] + at - 1).tolist()] for at in range(3)]
        write(folder / f"features/{n + 2}.csv", ["frameTime", *names], frames, ";")
    text = embeddings(label, 5, 3)
    write(
        folder / "lyrics.csv",
        ["song_id", *(f"bert_{i}" for i in range(5))],
        [[n + 2, *text[n].tolist()] for n in range(ITEMS)][::-1],
    )
    return ["metadata_2013.csv", "features", "lyrics.csv"]


def esc50(folder: Path) -> list[str]:
    """Write clips with their folds, and an array a clip, called after the clip without its suffix."""
    n = np.arange(60)
    fold, target = n % 5 + 1, n // 5 % 3
    rows = []
    for at in n:
        take = "ABCDE"[at // 30]
        source = 100_000 + int(at) % 30
        name = f"{fold[at]}-{source}-{take}-{target[at]}.wav"
        rows.append(
            [name, fold[at], target[at], ("dog", "rain", "siren")[target[at]], target[at] < 2, source, take]
        )
    header = ["filename", "fold", "target", "category", "esc10", "src_file", "take"]
    write(folder / "meta/esc50.csv", header, rows)
    for name, dimension in (("openl3", 5), ("yamnet", 4)):
        (folder / name).mkdir(parents=True)
        for row, values in zip(rows, embeddings(target, dimension, dimension), strict=True):
            stem = str(row[0]).removesuffix(".wav")
            np.save(folder / name / f"{stem}.npy", np.stack([values - 1, values + 1]))
    return ["meta/esc50.csv", "openl3", "yamnet"]


def jamendo(folder: Path) -> list[str]:
    """Write the tables of the mood split, tracks of one tag each, and archives with identifiers inside."""
    label = in_turn(ITEMS, 2)
    tags = ("mood/theme---happy", "mood/theme---dark")
    ids = [f"track_{n:07}" for n in range(948, 948 + ITEMS)]
    header = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
    rows = [
        [i, f"artist_{n // 4:06}", f"album_{n // 2:06}", f"{n % 100:02}/{n}.mp3", 200.5 + n, tags[label[n]]]
        for n, i in enumerate(ids)
    ]
    for split, part in (("train", rows[:28]), ("validation", rows[28:36]), ("test", rows[36:])):
        write(folder / f"split-0/autotagging_moodtheme-{split}.tsv", header, part, "\t")
    order = np.random.default_rng(0).permutation(ITEMS)
    for name in ("effnet", "musicnn"):
        values = embeddings(label, 5, len(name))
        np.savez(folder / f"{name}.npz", embeddings=values[order], track_ids=np.array(ids)[order])
    return ["split-0", "effnet.npz", "musicnn.npz"]


def hugging_face(folder: Path) -> list[str]:
    """Write the shards of a data set in two splits, lists in columns beside what is no embedding."""
    label = in_turn(ITEMS, 3)
    text, audio = embeddings(label, 5, 1), embeddings(label, 4, 2)
    table = pa.table(
        {
            "file": [f"clip_{n}.wav" for n in range(ITEMS)],
            "audio": pa.array([{"bytes": b"RIFF", "path": f"clip_{n}.wav"} for n in range(ITEMS)]),
            "text_embedding": text.tolist(),
            "audio_embedding": audio.tolist(),
            "label": pa.array(label),
        }
    )
    (folder / "data").mkdir(parents=True)
    for split, start, stop in (("train", 0, 36), ("test", 36, ITEMS)):
        middle = (start + stop) // 2
        for shard, rows in enumerate((table[start:middle], table[middle:stop])):
            pq.write_table(rows, folder / f"data/{split}-{shard:05}-of-00002.parquet")
    return ["data"]


def nkululeko(folder: Path) -> list[str]:
    """Write tables of recordings by speaker, and the features of their segments as pandas indexes them."""
    label = in_turn(ITEMS, 3)
    emotions = ("anger", "happiness", "neutral")
    files = [f"./wav/{n // 6:02}a{n:02}.wav" for n in range(ITEMS)]
    rows = [[files[n], f"speaker {n // 6}", "fm"[n // 6 % 2], emotions[label[n]]] for n in range(ITEMS)]
    for split, part in (("train", rows[:36]), ("test", rows[36:])):
        write(folder / f"emodb_{split}.csv", ["file", "speaker", "gender", "emotion"], part)
    segment = ["0 days", "0 days 00:00:01.898250"]
    for name, dimension in (("features", 4), ("wav2vec2", 5)):
        values = embeddings(label, dimension, dimension)
        names = [
            f"F0semitoneFrom27.5Hz_sma3nz_{i}" if name == "features" else f"{i}" for i in range(dimension)
        ]
        body = [[files[n], *segment, *values[n].tolist()] for n in range(ITEMS)][::-1]
        write(folder / f"{name}.csv", ["file", "start", "end", *names], body)
    return ["emodb_train.csv", "emodb_test.csv", "features.csv", "wav2vec2.csv"]


LAYOUTS: Mapping[str, Callable[[Path], list[str]]] = {
    "Music4All-Onion": music4all_onion,
    "MERGE": merge,
    "DEAM": deam,
    "ESC-50": esc50,
    "MTG-Jamendo": jamendo,
    "Hugging Face": hugging_face,
    "nkululeko": nkululeko,
}
