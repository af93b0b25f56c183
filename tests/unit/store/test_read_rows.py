"""Rows of feature matrices, read without holding these whole."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latefusion.store import samples
from latefusion.store.samples import read_features, read_rows
from latefusion.store.schemas import features_schema
from latefusion.store.tables import TableError, write_table


def write(path, X, missing=(), *, double=False):
    schema = features_schema(X.shape[1], double=double)
    rows = [None if i in missing else row for i, row in enumerate(X.tolist())]
    columns = [[str(i) for i in range(len(X))], pa.array(rows, schema.field("embedding").type)]
    write_table(pa.table(columns, schema=schema), path, schema)
    return path


@pytest.fixture(scope="module")
def matrices(tmp_path_factory):
    """Two matrices one below another, (12, 3), and their files; the second row lacks its embedding."""
    folder = tmp_path_factory.mktemp("matrices")
    X = np.random.default_rng(0).standard_normal((12, 3)).astype(np.float32)
    paths = [write(folder / "a.parquet", X[:7], missing=[1]), write(folder / "b.parquet", X[7:])]
    X[1] = np.nan
    return X, paths


@given(chosen=st.lists(st.integers(0, 11)), batch=st.integers(1, 8))
def test_rows_are_those_chosen_in_their_order_however_they_are_read(matrices, chosen, batch):
    X, paths = matrices
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "_BATCH_ROWS", batch)
        found = read_rows(paths, np.array(chosen, np.int64))
    np.testing.assert_array_equal(found, X[chosen])
    assert found.dtype == np.float32


def test_a_whole_matrix_is_all_of_its_rows(matrices):
    X, paths = matrices
    np.testing.assert_array_equal(read_features(paths[0]), X[:7])


def test_rows_are_in_double_precision_where_one_file_is(tmp_path):
    X = np.array([[1 / 3], [2 / 3]])
    paths = [write(tmp_path / "a.parquet", X), write(tmp_path / "b.parquet", X, double=True)]
    found = read_rows(paths, np.array([3, 0]))
    assert found.dtype == np.float64
    assert found.ravel().tolist() == [2 / 3, float(np.float32(1 / 3))]


def test_what_is_not_parquet_is_named(tmp_path):
    path = tmp_path / "features.parquet"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(TableError, match=r"features\.parquet: not a Parquet file"):
        read_features(path)
