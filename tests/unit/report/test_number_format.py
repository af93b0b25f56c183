"""Numbers as people read them."""

import math

import pytest

from latefusion.report import number_format


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number_format.percent(0.441), "44.1\u00a0%"),
        (number_format.percent(None), "–"),
        (number_format.percent(math.nan), "–"),
        (number_format.points(0.018), "+1.8"),
        (number_format.points(-0.0004), "0.0"),
        (number_format.points(-0.021), "−2.1"),
        (number_format.signed(0.00001), "0.000"),
        (number_format.percent_interval(0.4, 0.5), "40.0 to 50.0\u00a0%"),
        (number_format.points_interval(-0.003, 0.021), "−0.3 to +2.1"),
        (number_format.span(0.29, 0.42, 1, 2), "0.29–0.42"),
        (number_format.span(-0.01, 0.04, 1, 2), "−0.01 to 0.04"),
        (number_format.count(13588), "13\u202f588"),
        (number_format.count(2718), "2718"),
        (number_format.count(-3), "−3"),
        (number_format.probability(0.0004), "< 0.001"),
        (number_format.probability(0.04), "0.040"),
        (number_format.duration(0.42), "0.4\u00a0s"),
        (number_format.duration(59.6), "1\u00a0min 00\u00a0s"),
        (number_format.duration(3900), "1\u00a0h 05\u00a0min"),
        (number_format.memory(230), "230\u00a0MB"),
        (number_format.memory(4200), "4.2\u00a0GB"),
    ],
)
def test_numbers_carry_unit_sign_and_sensible_digits(written, expected):
    assert written == expected
