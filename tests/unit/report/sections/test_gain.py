"""Whether fusion helps: shown, not shown, shown to be next to nothing."""

import pytest

from latefusion.report.metrics import METRICS
from latefusion.report.sections.gain import bound, helps


@pytest.mark.parametrize(
    ("accuracy", "log_loss", "verdict", "tone"),
    [
        ("better", "not shown", "Yes, by ", "yes"),
        ("not shown", "not shown", "Not shown.", "unsure"),
        ("negligible", "not shown", "Hardly: less than ", "no"),
        ("not shown", "better", "In its probabilities; a gain in accuracy is not shown.", "yes"),
        ("worse", "not shown", "No, it harms, by ", "no"),
        ("same", "not shown", "No: its accuracy is that of ", "no"),
    ],
)
def test_the_verdict_is_what_the_comparison_shows(results, ended, accuracy, log_loss, verdict, tone):
    tables = ended(accuracy, log_loss)
    answer = helps(results, tables)
    assert answer.verdict.startswith(verdict)
    assert answer.tone == tone
    assert f"Against {tables.reference} alone, fusion changes accuracy by" in answer.text


def test_power_is_told_where_nothing_was_shown_and_nowhere_else(results, ended):
    assert "minimum detectable difference (80 % power" in helps(results, ended("not shown")).text
    for verdict in ("better", "worse", "same", "negligible"):
        assert "minimum detectable" not in helps(results, ended(verdict)).text


def test_no_rule_is_called_better_and_none_worse_where_none_is(results, ended):
    assert "none is shown to be better" in helps(results, ended("not shown")).text
    assert "and none worse." in helps(results, ended("not shown")).text


@pytest.mark.parametrize(
    ("metric", "low", "high", "told"),
    [
        ("accuracy", -0.02, 0.0101, "less than 1.1 percentage points, if anything"),
        ("accuracy", -0.02, 0.00001, "less than 0.1 percentage points, if anything"),
        ("log_loss", -0.0101, 0.02, "less than 0.011 nats, if anything"),
        ("accuracy", -0.02, -0.001, "nothing: the whole 95 % interval is on the side of harm"),
    ],
)
def test_a_bound_is_rounded_up_so_that_it_holds(metric, low, high, told):
    assert bound(METRICS[metric], {"metric": metric, "low": low, "high": high}) == told
