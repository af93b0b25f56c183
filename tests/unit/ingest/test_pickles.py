"""The lines that convert a pickle are Python that does so; nothing here or there is unpickled by us."""

import pickle

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch

from latefusion.ingest.forms import Kind, recognise

X = np.arange(6, dtype=np.float32).reshape(3, 2) / 8
SONGS = pd.DataFrame({"song": ["a", "b"], "x": [0.5, 1.5]})


def converted(path, monkeypatch):
    """Run the lines that the message holds, in the file's folder."""
    form = recognise(path)
    assert form.kind is Kind.REFUSED
    first, *lines = form.fix.splitlines()
    assert first.endswith("convert it:")
    assert len(lines) == 2
    monkeypatch.chdir(path.parent)
    exec("\n".join(line.strip() for line in lines), {})


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize(
    ("value", "file", "read"),
    [
        (X, "m.npy", np.load),
        ({"a": X[0], "b": X[1]}, "m.npz", lambda file: dict(np.load(file))),
        (SONGS, "m.parquet", lambda file: pq.read_table(file).to_pylist()),
    ],
    ids=["array", "dictionary", "table"],
)
def test_the_lines_of_a_pickle_convert_it(tmp_path, monkeypatch, protocol, value, file, read):
    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    converted(path, monkeypatch)
    result = read(tmp_path / file)
    if isinstance(value, dict):
        assert result["ids"].tolist() == ["a", "b"]
        np.testing.assert_array_equal(result["emb"], X[:2])
    elif isinstance(value, pd.DataFrame):
        assert result == value.to_dict("records")
    else:
        np.testing.assert_array_equal(result, value)


@pytest.mark.parametrize("value", [torch.tensor(X), {"emb": torch.tensor(X)}], ids=["tensor", "dictionary"])
def test_the_lines_of_a_file_of_pytorch_convert_it(tmp_path, monkeypatch, value):
    path = tmp_path / "m.pt"
    torch.save(value, path)
    converted(path, monkeypatch)
    result = np.load(tmp_path / "m.npz")["emb"] if isinstance(value, dict) else np.load(tmp_path / "m.npy")
    np.testing.assert_array_equal(result, X)
