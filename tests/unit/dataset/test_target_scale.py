"""Targets in two units, or of codes: what is warned of, and what is not."""

import numpy as np
import pytest

from latefusion.dataset.target_scale import odd_targets


def said(*parts):
    names = ("train.csv", "test.csv")
    of = [(name, np.asarray(values, float)[:, None]) for name, values in zip(names, parts, strict=False)]
    return dict(odd_targets(["valence"], of))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
def test_a_share_of_the_items_in_another_unit_is_counted_by_file(share):
    rng = np.random.default_rng(1)
    y = rng.uniform(1, 2, 300)
    y[: int(share * 300)] *= 1e6
    (message,) = said(y[::2], y[1::2]).values()
    assert f"has {int(share * 300)} of 300 numbers of a size of {y[y > 10].min():g} or more" in message
    assert f"{(y[::2] > 10).sum()} in train.csv and {(y[1::2] > 10).sum()} in test.csv" in message


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("n", [40, 4000])
def test_numbers_of_one_unit_say_nothing_whatever_their_tails(scale, n):
    rng = np.random.default_rng(2)
    for y in (
        rng.normal(size=n),
        rng.exponential(size=n),
        np.exp(2 * rng.normal(size=n)),
        rng.standard_t(3, size=n),
        5e6 + rng.normal(size=n),
        np.where(rng.random(n) < 0.5, 0.0, rng.uniform(1, 2, n)),
    ):
        assert said(scale * y) == {}


def test_whole_numbers_of_few_values_could_be_codes_and_a_rating_with_halves_is_none():
    assert said([0, 1, 2] * 3, [0, 1, 2] * 2) == {
        "coded_target": "the target 'valence' has 3 values, whole numbers all: 0, 1 and 2; if they stand "
        "for classes, name the column in data.label"
    }
    assert said([0.5, 1, 1.5] * 5) == {}
    assert said(np.tile(np.arange(11), 9)) == {}
    assert said([3, 1, 2] * 4) == {}
