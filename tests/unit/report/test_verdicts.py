"""Verdicts: what a paired difference shows, and what it leaves open."""

import pytest

from latefusion.report import verdicts


def comparison(difference, low, high, p, metric="accuracy", reference=0.5, **more):
    return {
        "metric": metric,
        "difference": difference,
        "low": low,
        "high": high,
        "p": p,
        "p_holm": None,
        "reference_value": reference,
        "detectable": 0.05,
    } | more


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (comparison(0.04, 0.01, 0.07, 0.01), "better"),
        (comparison(0.043, 0.005, 0.082, 0.03, p_holm=0.31), "not shown"),
        (comparison(-0.04, -0.07, -0.01, 0.01), "worse"),
        (comparison(0.0, -0.05, 0.05, 0.9), "not shown"),
        (comparison(0.0, -0.015, 0.014, 0.9), "negligible"),
        (comparison(0.0, -0.032, 0.032, 1.0, discordance=0.0), "same"),
        (comparison(0.0, -0.032, 0.032, 1.0, discordance=0.1), "not shown"),
        (comparison(0.0, 0.0, 0.0, 1.0, "log_loss", 1.1, se=0.0), "same"),
        (comparison(0.02, None, None, 1.0), "not shown"),
        # of a reference that lacks little, little is a lot
        (comparison(0.0, -0.005, 0.005, 0.9, reference=0.98), "not shown"),
        (comparison(0.0, -0.001, 0.001, 0.9, reference=0.98), "negligible"),
        # groups that can show nothing exclude nothing
        (comparison(0.0, -0.001, 0.001, 0.9, reference=0.98, detectable=None), "not shown"),
        (comparison(-0.05, -0.08, -0.02, 0.01, "log_loss", 1.1), "better"),
        (comparison(0.05, 0.02, 0.08, 0.01, "log_loss", 1.1), "worse"),
        (comparison(0.05, -0.01, 0.11, 0.2, "log_loss", 1.1), "negligible"),
        (comparison(-0.05, -0.11, 0.01, 0.2, "log_loss", 1.1), "not shown"),
    ],
)
def test_what_is_not_shown_is_not_called_absent(row, verdict):
    assert verdicts.of_comparison(row) == verdict


@pytest.mark.parametrize(
    ("metric", "difference", "verdict"),
    [("accuracy", 0.1, "flatters"), ("accuracy", -0.1, "harms"), ("log_loss", -0.1, "flatters")],
)
def test_a_protocol_flatters_where_the_next_one_leaves_less(metric, difference, verdict):
    ends = sorted((difference / 2, 2 * difference))
    assert verdicts.of_leak(comparison(difference, *ends, 0.01, metric)) == verdict


@pytest.mark.parametrize(("p_holm", "tests", "least"), [(0.2, 25, 0.06), (0.2, 1, 0.04), (None, 1, 0.04)])
def test_power_is_that_of_the_correction_beside_it(p_holm, tests, least):
    row = {"detectable": 0.04, "detectable_holm": 0.06, "p_holm": p_holm, "tests": tests}
    assert verdicts.detectable(row) == least


def test_a_rule_that_never_differs_has_no_power_to_speak_of():
    assert verdicts.detectable({"detectable": 0.0, "detectable_holm": 0.0, "p_holm": 1.0, "tests": 3}) is None


@pytest.mark.parametrize(
    ("low", "high", "small"),
    [(-0.001, 0.0, True), (-0.03, -0.01, False), (0.01, 0.03, False), (None, None, False)],
)
def test_a_difference_is_small_where_its_interval_has_room_for_nothing_else_on_either_side(low, high, small):
    assert verdicts.is_small(comparison(low or 0.0, low, high, 0.01, "log_loss", 1.1)) is small


def test_what_three_digits_cannot_tell_from_a_perfect_reference_is_small():
    assert verdicts.is_small(comparison(1e-9, 1e-10, 1e-8, 0.001, "log_loss", reference=0.0))
    assert not verdicts.is_small(comparison(0.03, 0.01, 0.05, 0.001, "log_loss", reference=0.0))
