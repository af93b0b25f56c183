"""What is better, what is negligible, and how values are written."""

import pytest

from latefusion.core.metric_facts import (
    BETTER,
    HEADLINES,
    TITLE,
    amount,
    criterion,
    gain,
    negligible,
    written,
)


def test_rules_are_chosen_by_the_headline_metric_and_by_log_loss_for_accuracy():
    assert [criterion(name) for name in HEADLINES] == [
        "log_loss",
        "balanced_accuracy",
        "macro_f1",
        "log_loss",
        "auroc",
    ]


def test_less_log_loss_is_a_gain_and_more_of_any_other():
    assert {name: gain(name, 0.1) for name in HEADLINES} == {
        name: -0.1 if name == "log_loss" else 0.1 for name in HEADLINES
    }
    assert set(HEADLINES) <= set(BETTER) & set(TITLE)


@pytest.mark.parametrize(
    ("metric", "reference", "margin"),
    [
        ("accuracy", 0.5, 0.02),
        ("accuracy", 0.9, 0.01),
        ("log_loss", 0.05, 0.005),
        ("log_loss", 1.2, 0.02),
        ("auroc", 0.95, 0.005),
    ],
)
def test_a_gain_is_negligible_under_two_points_or_a_tenth_of_what_the_reference_lacks(
    metric, reference, margin
):
    assert negligible(metric, reference) == pytest.approx(margin)


def test_shares_of_items_are_written_in_per_cent_and_other_metrics_plainly():
    assert (written("accuracy", 0.4412), amount("balanced_accuracy", 0.018)) == ("44.1 %", "1.8 points")
    assert (written("log_loss", 1.2345), amount("log_loss", -0.0123)) == ("1.234", "-0.012 nats")
    assert (written("macro_f1", 0.5), amount("auroc", 0.0456)) == ("0.500", "0.046")
