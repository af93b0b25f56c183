"""Numbers as people read them."""

import math

import pytest

from latefusion.report import text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (text.percent(0.441), "44.1\u00a0%"),
        (text.percent(None), "–"),
        (text.percent(math.nan), "–"),
        (text.points(0.018), "+1.8"),
        (text.points(-0.0004), "0.0"),
        (text.points(-0.021), "−2.1"),
        (text.signed(0.00001), "0.000"),
        (text.percent_interval(0.4, 0.5), "40.0 to 50.0\u00a0%"),
        (text.points_interval(-0.003, 0.021), "−0.3 to +2.1"),
        (text.span(0.29, 0.42, 1, 2), "0.29–0.42"),
        (text.span(-0.01, 0.04, 1, 2), "−0.01 to 0.04"),
        (text.count(13588), "13\u202f588"),
        (text.count(2718), "2718"),
        (text.count(-3), "−3"),
        (text.probability(0.0004), "< 0.001"),
        (text.probability(0.04), "0.040"),
        (text.duration(0.42), "0.4\u00a0s"),
        (text.duration(59.6), "1\u00a0min 00\u00a0s"),
        (text.duration(3900), "1\u00a0h 05\u00a0min"),
        (text.memory(230), "230\u00a0MB"),
        (text.memory(4200), "4.2\u00a0GB"),
        (text.listed(["a"]), "a"),
        (text.listed(["a", "b", "c"]), "a, b and c"),
        (text.plural(1, "item"), "1\u00a0item"),
        (text.plural(2, "class", "classes"), "2\u00a0classes"),
        (text.article("artist"), "an artist"),
        (text.capitalised("a Song"), "A Song"),
    ],
)
def test_numbers_carry_unit_sign_and_sensible_digits(written, expected):
    assert written == expected
