"""Items whose embeddings coincide."""

import numpy as np
import pyarrow as pa

from latefusion.dataset.duplicates import duplicate_sets, fingerprints
from latefusion.store.schemas import features_schema
from latefusion.store.tables import write_table


def write(path, rows):
    dimension = next(len(row) for row in rows if row is not None)
    schema = features_schema(dimension)
    columns = [[str(i) for i in range(len(rows))], pa.array(rows, schema.field("embedding").type)]
    write_table(pa.table(columns, schema=schema), path, schema)
    return path


def sets_of(*paths):
    return [rows.tolist() for rows in duplicate_sets(*fingerprints(paths))]


def test_rows_coincide_where_every_modality_is_equal(tmp_path):
    one = write(tmp_path / "a.parquet", [[1, 2], [3, 4], [1, 2], [1, 2], [3, 4]])
    two = write(tmp_path / "b.parquet", [[5], [6], [5], [7], [6]])
    assert sets_of(one) == [[0, 2, 3], [1, 4]]
    assert sets_of(one, two) == [[0, 2], [1, 4]]


def test_modalities_are_not_exchangeable(tmp_path):
    one = write(tmp_path / "a.parquet", [[1], [2]])
    two = write(tmp_path / "b.parquet", [[2], [1]])
    assert sets_of(one, two) == []


def test_both_zeros_are_equal_and_rows_of_nothing_else_coincide_with_none(tmp_path):
    one = write(tmp_path / "a.parquet", [[0.0, 1], [-0.0, 1], [0, 0], [0, -0.0]])
    assert sets_of(one) == [[0, 1]]


def test_missing_rows_coincide_only_with_the_help_of_another_modality(tmp_path):
    one = write(tmp_path / "a.parquet", [None, None, [1, 2], None])
    two = write(tmp_path / "b.parquet", [[5], [5], [5], None])
    assert sets_of(one) == []
    assert sets_of(one, two) == [[0, 1]]


def test_neighbouring_numbers_differ(tmp_path):
    value = np.float32(1.5)
    one = write(tmp_path / "a.parquet", [[value], [np.nextafter(value, np.float32(2))], [value]])
    assert sets_of(one) == [[0, 2]]


def test_nothing_coincides_where_there_is_nothing():
    assert duplicate_sets(*fingerprints([])) == []
