"""A target that was left among the features."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.dataset.target_columns import target_columns
from latefusion.store.schemas import features_schema
from latefusion.store.tables import write_table


def write(path, X, lacking=()):
    rows = [None if row in lacking else values for row, values in enumerate(X.tolist())]
    table = pa.table({"item": [f"{path.stem}:{i}" for i in range(len(X))], "embedding": rows})
    schema = features_schema(X.shape[1])
    write_table(table.cast(schema), path, schema)
    return path


@pytest.fixture
def world(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 5)), rng.normal(size=300)

    def columns(X, y, **options):
        parts = {"train": X[:200], "test": X[200:]}
        return target_columns(
            [write(tmp_path / f"{name}.parquet", part, **options) for name, part in parts.items()], y
        )

    return X, y, columns


@pytest.mark.parametrize(("unit", "shift"), [(1.0, 0.0), (-1e4, 7.0), (1e-3, 0.5)])
def test_a_column_that_is_the_target_in_some_unit_is_found(world, unit, shift):
    X, y, columns = world
    X[:, 3] = unit * y + shift
    assert columns(X, y).tolist() == [3]
    assert columns(X, 1e6 * y - 3.0, lacking=(4, 7)).tolist() == [3]


def test_columns_that_only_resemble_the_target_or_do_not_vary_are_not(world):
    X, y, columns = world
    X[:, 0], X[:, 1] = y + 0.01 * X[:, 0], 2.0
    assert columns(X, y).tolist() == []
