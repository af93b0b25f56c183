"""The simulated files have the notebook's shape, and the structure that the benchmarks rely on."""

import ast
import csv

import numpy as np
import pytest
from benchmarks.notebook_files import COLUMNS
from benchmarks.simulate_notebook import CLASSES, ROWS, look_up, main, simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    main([str(folder), "--rows", "60"])
    return folder


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_files_have_the_notebooks_columns_and_split(folder):
    train, test = read(folder / "LaA_train.csv"), read(folder / "LaA_test.csv")
    assert tuple(train[0]) == tuple(test[0]) == COLUMNS
    assert (len(train), len(test)) == (48, 12)


def test_embeddings_are_those_that_were_drawn_to_the_last_bit(folder):
    songs = simulate(60)
    for row in read(folder / "LaA_test.csv"):
        drawn = int(row["Unnamed: 0"])
        assert songs.test[drawn]
        assert ast.literal_eval(row["lyrics_embedding"]) == songs.lyrics[drawn].tolist()
        assert ast.literal_eval(row["audio_embedding"]) == songs.audio[drawn].tolist()
        assert len(songs.lyrics[drawn]) == 768
        assert len(songs.audio[drawn]) == 498


def test_lyrics_are_hard_to_read(folder):
    lyrics = [row["lyrics"] for row in read(folder / "LaA_train.csv")]
    assert all("\n" in text and '"' in text and "," in text for text in lyrics)


def test_labels_are_the_quadrants_of_the_written_moods(folder):
    quadrant = {(False, True): 0, (True, True): 1, (True, False): 2, (False, False): 3}
    for row in read(folder / "LaA_train.csv"):
        label = quadrant[float(row["valence"]) > 0, float(row["arousal"]) > 0]
        assert int(row["label"]) == label
        assert row["emotion"] == CLASSES[label]


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    main([str(tmp_path), "--rows", "60", "--seed", "0"])
    for name in ("LaA_train.csv", "LaA_test.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert not np.array_equal(simulate(60, seed=1).label, simulate(60).label)


def test_at_full_size_split_shares_and_artists_are_the_notebooks():
    songs = simulate(ROWS)
    assert np.bincount(songs.label[songs.test]).tolist() == [532, 854, 512, 820]
    assert (~songs.test).sum() == 10_870
    accuracy, seen = look_up(songs)
    assert accuracy == pytest.approx(0.455, abs=0.015)
    assert seen == pytest.approx(0.86, abs=0.015)
    np.testing.assert_allclose(songs.lyrics.std(axis=0), 1.0)
    np.testing.assert_allclose(songs.audio.mean(axis=0), 0.0, atol=1e-9)
