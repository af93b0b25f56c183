"""Files of public data sets, and others, are taken for what they are; what they leave open is asked."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from latefusion.core.errors import InputError
from latefusion.schema_inference.config_text import config_text
from latefusion.schema_inference.files import look
from latefusion.schema_inference.proposal import propose
from layouts import LAYOUTS, write

TVT = "tvt_dataframes/tvt_70_15_15/tvt_70_15_15_{}_bimodal_complete.csv"
MOOD = "split-0/autotagging_moodtheme-{}.tsv"
EXPECTED = {
    "Music4All-Onion": {
        "data": {
            "items": "id_information.csv",
            "split": None,
            "label": "genres",
            "group": "artist",
            "item": "id",
            "describe": ["artist", "song"],
        },
        "modalities": [
            {"name": "lyrics_bert", "file": "id_lyrics_bert.tsv.bz2"},
            {"name": "blf_correlation", "file": "id_blf_correlation.tsv.bz2"},
        ],
    },
    "MERGE": {
        "data": {
            "items": "merge_bimodal_complete_metadata.csv",
            "split": {
                "lists": {
                    "train": [TVT.format("train"), TVT.format("validate")],
                    "test": TVT.format("test"),
                }
            },
            "label": "Quadrant",
            "group": "Artist",
            "item": "Song",
            "describe": ["Song", "Artist", "Title", "Year"],
        },
        "modalities": [
            {"name": "audio", "file": "audio.npy", "items": "audio_ids.txt"},
            {"name": "lyrics", "file": "lyrics.npy", "items": "lyrics_ids.txt"},
        ],
    },
    "DEAM": {
        "data": {
            "items": "metadata_2013.csv",
            "split": None,
            "label": "Genre",
            "group": "Artist",
            "item": "song_id",
            "describe": ["Artist", "Song title"],
        },
        "modalities": [
            {
                "name": "features",
                "files": "features/{item}.csv",
                "columns": ["*", "!frameTime"],
                "pool": "mean",
            },
            {"name": "lyrics", "file": "lyrics.csv"},
        ],
    },
    "ESC-50": {
        "data": {
            "items": "meta/esc50.csv",
            "split": None,
            "label": "target",
            "class_name": "category",
            "group": "src_file",
            "group_names": "exact",
            "item": "filename",
        },
        "modalities": [
            {"name": "openl3", "files": "openl3/{stem}.npy", "pool": "mean"},
            {"name": "yamnet", "files": "yamnet/{stem}.npy", "pool": "mean"},
        ],
        "cross": {"column": "fold"},
    },
    "MTG-Jamendo": {
        "data": {
            "train": [MOOD.format("train"), MOOD.format("validation")],
            "test": MOOD.format("test"),
            "label": "TAGS",
            "group": "ARTIST_ID",
            "group_names": "exact",
            "item": "TRACK_ID",
            "describe": ["DURATION"],
        },
        "modalities": [
            {"name": "effnet", "file": "effnet.npz", "array": "embeddings", "items": "track_ids"},
            {"name": "musicnn", "file": "musicnn.npz", "array": "embeddings", "items": "track_ids"},
        ],
    },
    "Hugging Face": {
        "data": {
            "train": "data/train*.parquet",
            "test": "data/test*.parquet",
            "label": "label",
            "item": "file",
        },
        "modalities": [
            {"name": "text", "column": "text_embedding"},
            {"name": "audio", "column": "audio_embedding"},
        ],
    },
    "nkululeko": {
        "data": {
            "train": "emodb_train.csv",
            "test": "emodb_test.csv",
            "label": "emotion",
            "group": "speaker",
            "group_names": "exact",
            "item": "file",
            "describe": ["speaker", "gender"],
        },
        "modalities": [
            {"name": "features", "file": "features.csv"},
            {"name": "wav2vec2", "file": "wav2vec2.csv"},
        ],
    },
}
LABELS = ("sad", "happy")


def proposed(folder, names):
    return propose([sample for name in names for sample in look(name, folder)])


def configuration(proposal):
    return yaml.safe_load(config_text(proposal))


def songs(folder, *, header=("track", "mood"), n=12, **columns):
    """Write a table of items and return their identifiers."""
    ids = [f"s{number}" for number in range(n)]
    rows = [
        [name, LABELS[number % 2], *(make(number) for make in columns.values())]
        for number, name in enumerate(ids)
    ]
    write(folder / "songs.csv", [*header, *columns], rows)
    return ids


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_public_layout_is_taken_for_what_it_is(tmp_path, name):
    proposal = proposed(tmp_path, LAYOUTS[name](tmp_path))
    assert configuration(proposal) == EXPECTED[name]
    assert proposal.questions == []
    assert proposal.unused == []


def test_the_order_of_the_files_makes_no_difference(tmp_path):
    names = LAYOUTS["MERGE"](tmp_path)
    one, other = (configuration(proposed(tmp_path, order)) for order in (names, names[::-1]))
    assert one["data"] == {**other["data"], "split": one["data"]["split"]}
    assert sorted(one["modalities"], key=str) == sorted(other["modalities"], key=str)


def test_a_matrix_without_identifiers_is_a_question(tmp_path):
    songs(tmp_path)
    np.save(tmp_path / "clap.npy", np.eye(12, dtype=np.float32))
    proposal = proposed(tmp_path, ["songs.csv", "clap.npy"])
    assert configuration(proposal)["modalities"] == [{"name": "clap", "file": "clap.npy", "items": "rows"}]
    (question,) = proposal.questions
    assert "clap.npy: is row i of the i-th item?" in question
    assert f"# QUESTION: {question}" in config_text(proposal)


def test_a_matrix_of_other_rows_than_any_list_is_not_used_and_said(tmp_path):
    songs(tmp_path, mfcc_1=float, mfcc_2=lambda n: n / 8, mfcc_3=lambda n: -n / 3, mfcc_4=lambda n: n * 2)
    np.save(tmp_path / "clap.npy", np.eye(11, dtype=np.float32))
    (tmp_path / "ids.txt").write_text("".join(f"s{n}\n" for n in range(9)))
    proposal = proposed(tmp_path, ["songs.csv", "clap.npy", "ids.txt"])
    assert configuration(proposal)["modalities"] == [{"name": "mfcc", "columns": "mfcc_*"}]
    assert [text.partition(":")[0] for text in proposal.unused] == ["clap.npy", "ids.txt"]


def test_an_array_of_identifiers_and_a_header_in_a_list_are_seen(tmp_path):
    ids = songs(tmp_path)
    np.save(tmp_path / "clap.npy", np.eye(12, dtype=np.float32))
    np.save(tmp_path / "clap_ids.npy", np.array(ids[::-1]))
    np.save(tmp_path / "bert.npy", np.eye(12, dtype=np.float32))
    (tmp_path / "bert.txt").write_text("\n".join(["song", *ids]) + "\n")
    found = configuration(
        proposed(tmp_path, ["songs.csv", "clap.npy", "clap_ids.npy", "bert.npy", "bert.txt"])
    )
    assert found["modalities"] == [
        {"name": "clap", "file": "clap.npy", "items": "clap_ids.npy"},
        {"name": "bert", "file": "bert.npy", "items": "bert.txt", "key": "song"},
    ]


def test_items_that_a_file_lacks_are_counted(tmp_path):
    ids = songs(tmp_path)
    np.savez(tmp_path / "vgg.npz", emb=np.eye(9, dtype=np.float32), ids=np.array(ids[3:]))
    text = config_text(proposed(tmp_path, ["songs.csv", "vgg.npz"]))
    assert "{name: vgg, file: vgg.npz, array: emb, items: ids, missing: true}" in text
    assert "3 of 12 items are not there" in text


def test_what_the_table_of_the_items_has_is_no_feature(tmp_path):
    songs(tmp_path, header=("track", "mood"), year=lambda n: 1990 + n % 7)
    rows = [[f"s{n}", n % 2, 1990 + n % 7, n / 8, -n / 4] for n in range(12)]
    write(tmp_path / "egemaps.csv", ["track", "mood", "year", "loudness", "jitter"], rows)
    (modality,) = configuration(proposed(tmp_path, ["songs.csv", "egemaps.csv"]))["modalities"]
    assert modality == {"name": "egemaps", "file": "egemaps.csv", "columns": ["loudness", "jitter"]}


@pytest.mark.parametrize(
    ("values", "split"),
    [
        (("train", "val", "test"), {"column": "subset", "train": ["train", "val"], "test": "test"}),
        (("Training", "Testing"), {"column": "subset", "train": "Training", "test": "Testing"}),
        (("train", "dev"), {"column": "subset", "train": "train", "test": "dev"}),
        (("a", "b"), None),
    ],
)
def test_a_split_column_is_told_by_its_values(tmp_path, values, split):
    songs(tmp_path, subset=lambda n: values[n % len(values)], x=lambda n: f'"[{n}, 1.5]"')
    proposal = proposed(tmp_path, ["songs.csv"])
    assert configuration(proposal)["data"]["split"] == split
    assert any("validation items" in question for question in proposal.questions) == ("dev" in values)


def test_several_columns_that_could_be_the_class_are_a_question(tmp_path):
    songs(tmp_path, genre=lambda n: "rp"[n % 2], x=lambda n: f'"[{n}, 1.5]"')
    proposal = proposed(tmp_path, ["songs.csv"])
    assert configuration(proposal)["data"]["label"] == "mood"
    assert proposal.questions == ["which column is the class? Also possible: genre"]


def test_files_without_classes_give_no_configuration(tmp_path):
    np.save(tmp_path / "clap.npy", np.eye(3, dtype=np.float32))
    with pytest.raises(InputError, match="no column of classes"):
        proposed(tmp_path, ["clap.npy"])
    with pytest.raises(InputError, match="no such file"):
        proposed(tmp_path, ["songs.csv"])


def test_only_the_beginning_of_a_large_table_is_looked_at(tmp_path, monkeypatch):
    from latefusion.schema_inference import samples

    songs(tmp_path, n=40, x=lambda n: f'"[{n}, 1.5]"')
    monkeypatch.setattr(samples, "MOST_ROWS", 10)
    proposal = proposed(tmp_path, ["songs.csv"])
    assert "more than 10 rows" in config_text(proposal)
    assert configuration(proposal)["data"]["label"] == "mood"


def test_parts_of_embeddings_that_are_called_train_are_no_list_of_training_items(tmp_path):
    keys = [f"trk_{number}" for number in range(40)]
    write(tmp_path / "tracks.csv", ["track_id", "mood"], [[key, "ab"[at % 2]] for at, key in enumerate(keys)])
    for split, part in (("train", keys[:30]), ("test", keys[30:])):
        (tmp_path / f"{split}_ids.txt").write_text("".join(f"{key}\n" for key in part))
    (tmp_path / "hf").mkdir()
    for number in range(2):
        part = keys[20 * number : 20 * number + 20]
        table = pa.table({"track_id": part, "embedding": [[float(at), 1.5] for at in range(20)]})
        pq.write_table(table, tmp_path / f"hf/train-{number:05}-of-00002.parquet")
    sources = ("tracks.csv", "hf", "train_ids.txt", "test_ids.txt")
    proposal = propose([sample for source in sources for sample in look(source, tmp_path)])
    config = yaml.safe_load(config_text(proposal))
    assert config["data"]["split"] == {"lists": {"train": "train_ids.txt", "test": "test_ids.txt"}}
    assert config["modalities"] == [{"name": "hf", "file": "hf/train*.parquet", "column": "embedding"}]


def test_a_table_of_all_items_is_no_list_of_one_split(tmp_path):
    keys = [f"trk_{number}" for number in range(40)]
    write(tmp_path / "tracks.csv", ["track_id", "mood"], [[key, "ab"[at % 2]] for at, key in enumerate(keys)])
    for split, part in (("train", keys[:30]), ("test", keys[30:])):
        (tmp_path / f"{split}_ids.txt").write_text("".join(f"{key}\n" for key in part))
    rows = [[key, *np.random.default_rng(at).normal(size=3).tolist()] for at, key in enumerate(keys)]
    write(tmp_path / "test_bert.csv", ["track_id", "b0", "b1", "b2"], rows)
    sources = ("tracks.csv", "test_bert.csv", "train_ids.txt", "test_ids.txt")
    proposal = propose([sample for source in sources for sample in look(source, tmp_path)])
    config = yaml.safe_load(config_text(proposal))
    assert config["data"]["split"] == {"lists": {"train": "train_ids.txt", "test": "test_ids.txt"}}
    assert [one["file"] for one in config["modalities"]] == ["test_bert.csv"]


NUMBERED = [f"TR{row:05}" for row in range(20)]
NAMED = [f"Song {row}" for row in range(20)] + ["The Clash - Train in Vain", "Test Tube Baby"]


@pytest.mark.parametrize("keys", [NUMBERED, NAMED])
def test_items_whose_names_hold_the_word_of_a_split_are_items(tmp_path, keys):
    rows = [f"{key},{'sad' if at % 2 else 'happy'}" for at, key in enumerate(keys)]
    (tmp_path / "songs.csv").write_text("\n".join(["track,mood", *rows]) + "\n")
    for key in keys:
        (tmp_path / "wav").mkdir(exist_ok=True)
        np.save(tmp_path / "wav" / f"{key}.npy", np.ones((3, 2)))
    found = configuration(proposed(tmp_path, ["songs.csv", "wav"]))
    assert [entry["files"] for entry in found["modalities"]] == ["wav/{item}.npy"]


def test_matrices_that_are_called_after_splits_are_no_items(tmp_path):
    (tmp_path / "npy").mkdir()
    for name, rows in (
        ("train", 4),
        ("test", 3),
        ("train_ids", 4),
        ("test_ids", 3),
        ("scale", 9),
        ("mean", 9),
    ):
        np.save(tmp_path / "npy" / f"{name}.npy", np.ones((rows, 2)))
    assert {sample.source for sample in look("npy", tmp_path)} > {"npy/train.npy", "npy/test.npy"}
