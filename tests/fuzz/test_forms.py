"""Files in order give their very numbers in every form; damaged ones are refused, or read as others do."""

from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings

from fuzz.forms import cases, damaged_cases, ingested, plain_read
from latefusion.core.errors import InputError

THOROUGH = settings.get_current_profile_name() == "fuzz"
CASES = settings(
    max_examples=5000 if THOROUGH else 60,
    derandomize=not THOROUGH,
    deadline=timedelta(seconds=20) if THOROUGH else None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def assert_same(found, expected):
    for key, row in found.items():
        other = expected.get(key)
        if row is None:
            assert other is None
        else:
            assert other is not None
            assert row.astype(np.float64).tobytes() == other.astype(row.dtype).astype(np.float64).tobytes()


@CASES
@given(case=cases())
def test_a_file_in_order_gives_the_very_numbers(case, tmp_path):
    assert_same(ingested(case, tmp_path), case.rows)


@CASES
@given(case=damaged_cases())
def test_a_damaged_file_gives_no_traceback_and_no_wrong_number(case, tmp_path):
    try:
        found = ingested(case, tmp_path)
    except InputError:
        return
    assert_same(found, plain_read(case))
