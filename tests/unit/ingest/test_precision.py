"""What single precision would change, and what is kept in double precision because of it."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generate import format_embedding, write_dataset
from latefusion.core.errors import InputError
from latefusion.ingest.precision import TOLERANCE, Spread
from latefusion.store.samples import read_features
from refusals.pair import Pair, checked


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_the_spread_of_pieces_is_that_of_all_rows(shift):
    X = shift + np.random.default_rng(0).normal(size=(60, 3))
    whole = Spread.of(X)
    pieces = Spread.of(X[:7]) + Spread.of(X[7:8]) + Spread.of(X[8:])
    for name in ("n", "low", "high", "error"):
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name))
    np.testing.assert_allclose(pieces.mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(pieces.squares / 60), X.std(axis=0), rtol=1e-9)


@pytest.mark.parametrize(
    ("centre", "deviation", "lossy"),
    [
        (0.0, 1.0, False),
        (0.1, 0.0, False),  # the same number in every row tells nothing apart
        (1.7e9, 60.0, True),  # seconds of a clock
        (1.0, 1e-3, False),
        (1.0, 1e-5, True),
        (0.0, 1e20, False),
        (0.0, 1e-25, False),
        (0.0, 1e-44, True),  # below what single precision holds
        (0.0, 1e-60, True),
    ],
)
def test_a_column_needs_double_precision_where_single_changes_it_beside_its_spread(centre, deviation, lossy):
    X = centre + deviation * np.random.default_rng(1).normal(size=(400, 1))
    change = np.abs(X - X.astype(np.float32)).max()
    assert lossy == bool(X.std() and change > TOLERANCE * X.std())
    assert Spread.of(X).lossy().tolist() == ([0] if lossy else [])


def _seconds(pair, step=60.0):
    for k, split in enumerate(("train", "test")):
        for i, row in enumerate(pair.rows[split]):
            clock = 1.7e9 + step * (2 * i + k)
            row["text_embedding"] = format_embedding(np.array([0.5 * (i % 5), clock, 0.1]))


def _as_parquet(pair, kind):
    for split, path in pair.paths.items():
        table = {name: [row[name] for row in pair.rows[split]] for name in pair.rows[split][0]}
        for name in ("text_embedding", "audio_embedding"):
            cells = [[float(x) for x in cell.strip("[]").split(",")] for cell in table[name]]
            table[name] = pa.array(cells, pa.list_(kind))
        pq.write_table(pa.table(table), path.with_suffix(".parquet"))
        pair.paths[split] = path.with_suffix(".parquet")
    pair.write = lambda: None


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_seconds_of_a_clock_are_kept_to_the_digit_and_that_is_said(tmp_path, form):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    _seconds(pair)
    if form == "parquet":
        _as_parquet(pair, pa.float64())
    dataset, _ = checked(pair, tmp_path)
    for k, split in enumerate(("train", "test")):
        X = read_features(tmp_path / f"results/features/{split}/text.parquet")
        assert X.dtype == np.float64
        np.testing.assert_array_equal(X[:, 1], 1.7e9 + 60.0 * (2 * np.arange(len(X)) + k))
        assert read_features(tmp_path / f"results/features/{split}/audio.parquet").dtype == np.float32
    assert dataset["modalities"]["text"]["double_precision"] == ["train", "test"]
    assert "double_precision" not in dataset["modalities"]["audio"]
    said = [warning["message"] for warning in dataset["warnings"] if "precision" in warning["code"]]
    found = "text: single precision would change 1 of 3 numbers (2) by more than 0.001 of their standard"
    for message in said:
        assert f"{found} deviation; they are kept in double precision" in message
    assert len(said) == 2
    assert dataset["duplicates"]["across"] == dataset["duplicates"]["train"] == 0


def test_what_came_in_single_precision_stays_in_it(tmp_path):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    _seconds(pair, step=600.0)
    _as_parquet(pair, pa.float32())
    dataset, _ = checked(pair, tmp_path)
    assert "double_precision" not in dataset["modalities"]["text"]
    assert read_features(tmp_path / "results/features/train/text.parquet").dtype == np.float32


def test_rows_that_differ_in_double_precision_alone_are_not_the_same(tmp_path):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    for k, split in enumerate(("train", "test")):
        for i, row in enumerate(pair.rows[split]):
            for name in ("text_embedding", "audio_embedding"):
                row[name] = format_embedding(np.array([1.0, 1 + 1e-9 * (2 * i + k)]))
    facts = checked(pair, tmp_path)[0]["duplicates"]
    assert (facts["train"], facts["test"], facts["across"]) == (0, 0, 0)


def test_one_file_in_double_precision_is_compared_in_single_and_named(tmp_path):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    for split in ("train", "test"):
        for i, row in enumerate(pair.rows[split]):
            clock = 1.7e9 + 60.0 * i if split == "train" else 1e5 * i
            row["text_embedding"] = format_embedding(np.array([0.5, clock]))
    pair.rows["test"][3] = dict(pair.rows["train"][4])
    pair.rows["test"][5]["text_embedding"] = format_embedding(np.array([0.25, -1e5]))
    dataset, _ = checked(pair, tmp_path)
    assert dataset["modalities"]["text"]["double_precision"] == ["train"]
    assert dataset["duplicates"]["across"] == 1
    (message,) = [warning["message"] for warning in dataset["warnings"] if warning["code"] == "precision"]
    assert "train.csv is kept in double precision" in message


def test_magnitudes_beyond_single_precision_are_refused(tmp_path):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    pair.rows["train"][7]["text_embedding"] = "[1e39, 0, 0, 0, 0, 0]"
    with pytest.raises(InputError, match="beyond float32"):
        checked(pair, tmp_path)


@pytest.mark.parametrize("unit", [1e20, 1e-25, 1e-50])
def test_no_magnitude_is_lost_in_silence(tmp_path, unit):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    numbers = {}
    for split in ("train", "test"):
        for row in pair.rows[split]:
            values = unit * np.array([float(x) for x in row["text_embedding"].strip("[]").split(",")])
            row["text_embedding"] = format_embedding(values)
            numbers.setdefault(split, []).append(values)
    checked(pair, tmp_path)
    for split in ("train", "test"):
        X = read_features(tmp_path / f"results/features/{split}/text.parquet")
        assert X.dtype == (np.float64 if unit < 1e-40 else np.float32)
        np.testing.assert_allclose(X, np.array(numbers[split]), rtol=1e-7, atol=0)
