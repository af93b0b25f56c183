"""Metrics as the page writes them."""

import pytest

from latefusion.report.metrics import METRICS


@pytest.mark.parametrize(
    ("name", "value", "interval", "short", "difference", "size"),
    [
        ("accuracy", "51.2\u00a0%", "40.0 to 60.0\u00a0%", "40.0–60.0", "−2.1", "2.1"),
        ("macro_f1", "0.512", "0.400 to 0.600", "0.400–0.600", "−0.021", "0.021"),
        ("log_loss", "0.512", "0.400 to 0.600", "0.400–0.600", "−0.021", "0.021"),
    ],
)
def test_shares_are_written_in_per_cent_and_the_rest_as_numbers(
    name, value, interval, short, difference, size
):
    metric = METRICS[name]
    assert metric.written(0.512) == value
    assert metric.interval(0.4, 0.6) == interval
    assert metric.short_interval(0.4, 0.6) == short
    assert metric.difference(-0.021) == difference
    assert metric.size(-0.021) == size


def test_less_is_a_gain_where_less_is_better():
    assert METRICS["accuracy"].gain(0.1) == 0.1
    assert METRICS["log_loss"].gain(0.1) == -0.1


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_what_is_not_known_is_a_dash(metric):
    assert metric.written(None) == metric.interval(None, None) == metric.difference_interval(None, 1) == "–"
