"""Tables in order give their very numbers; damaged ones are refused or give what a plain reader gives."""

from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings

from fuzz.tables import Table, damaged, damaged_parquet, plain_read, read, tables
from latefusion.core.errors import InputError

THOROUGH = settings.get_current_profile_name() == "fuzz"
# a case that takes seconds is a hang
CASES = settings(
    max_examples=5000 if THOROUGH else 150,
    derandomize=not THOROUGH,
    deadline=timedelta(seconds=10),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def assert_same(X, expected):
    """The very numbers; in single precision only where that changes little beside a column's spread."""
    assert X.tobytes() == expected.astype(X.dtype).tobytes()
    if X.dtype == np.float32:
        varied = expected[:, np.ptp(expected, axis=0) > 0]
        change = np.abs(varied - varied.astype(np.float32)).max(axis=0, initial=0)
        assert (change <= 1.001e-3 * varied.std(axis=0)).all()


@CASES
@given(table=tables())
def test_a_table_in_order_gives_the_very_numbers(table, tmp_path):
    X, _ = read(table, tmp_path)
    assert_same(X, np.array(table.numbers, np.float64))


@CASES
@given(table=damaged())
def test_a_damaged_table_gives_no_traceback_and_no_wrong_number(table, tmp_path):
    try:
        X, labels = read(table, tmp_path)
    except InputError:
        return
    expected, texts = plain_read(table)
    assert_same(X, expected)
    for label, text in zip(labels, texts, strict=True):
        assert label == text or str(label) == text.strip()


@CASES
@given(data=damaged_parquet())
def test_a_damaged_parquet_file_gives_no_traceback(data, tmp_path):
    try:
        X, labels = read(Table(data, 1 << 20, 1 << 20, [], "train.parquet"), tmp_path)
    except InputError:
        return
    assert len(X) == len(labels)
    assert np.isfinite(X).all()
