"""Variance by distance: monotone, right where it is planted, and next to the constant where it is."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from latefusion.regression.residual_variance import LEAST_SHARE, VarianceByDistance, held_out_variance


def errors(n, rng, slope):
    """Distances, and squared errors whose variance grows with them."""
    distance = rng.uniform(size=n)
    variance = 1.0 + slope * distance
    return distance, variance, variance * rng.standard_normal(n) ** 2


def test_planted_variance_is_found():
    rng = np.random.default_rng(0)
    distance, variance, squared = errors(20_000, rng, 8.0)
    found = VarianceByDistance.fit(distance, squared[:, None]).of(distance)[:, 0]
    inner = (distance > 0.06) & (distance < 0.94)
    np.testing.assert_allclose(found[inner], variance[inner], rtol=0.12)


def test_where_variance_is_constant_it_is_hardly_moved():
    rng = np.random.default_rng(1)
    excess = []
    for _ in range(40):
        distance, _, squared = errors(600, rng, 0.0)
        found = VarianceByDistance.fit(distance, squared[:, None]).of(rng.uniform(size=2000))[:, 0]
        # what Gaussian log scores lose on average against the true variance of 1
        excess.append(0.5 * np.mean(np.log(found) + 1.0 / found - 1.0))
    assert np.mean(excess) < 0.01


def test_it_never_falls_and_never_below_a_share_of_the_mean():
    rng = np.random.default_rng(2)
    distance = rng.uniform(size=300)
    squared = np.where(distance < 0.5, 1e-6, 1.0) * rng.uniform(size=300)
    own = VarianceByDistance.fit(distance, squared[:, None])
    found = own.of(np.linspace(-1, 2, 400))[:, 0]
    assert (np.diff(found) >= 0).all()
    assert found.min() == LEAST_SHARE * squared.mean()


def test_pooling_is_that_of_isotonic_regression():
    rng = np.random.default_rng(3)
    distance, _, squared = errors(300, rng, 1.0)
    own = VarianceByDistance.fit(distance, squared[:, None])
    bins = np.array_split(np.argsort(distance), 10)
    means = [squared[rows].mean() for rows in bins]
    theirs = IsotonicRegression().fit_transform(np.arange(10), means, sample_weight=[len(r) for r in bins])
    np.testing.assert_allclose(own.variance[:, 0], theirs)


def test_few_rows_and_rows_at_one_distance_have_one_variance():
    squared = np.arange(40.0)[:, None]
    for distance in (np.linspace(0, 1, 40), np.full(400, 0.5)):
        own = VarianceByDistance.fit(distance, np.resize(squared, (len(distance), 1)))
        np.testing.assert_allclose(own.of(np.array([0.0, 0.5, 1.0])), 19.5)


def test_errors_of_a_fold_have_no_part_in_its_own_variance():
    rng = np.random.default_rng(4)
    distance, _, squared = errors(400, rng, 4.0)
    fold, other = rng.integers(4, size=400), squared.copy()
    other[fold == 1] *= 100.0
    before, after = (held_out_variance(distance, one[:, None], fold) for one in (squared, other))
    np.testing.assert_array_equal(before[fold == 1], after[fold == 1])
    assert (after[fold != 1] > before[fold != 1]).any()


def test_what_the_file_holds_is_the_same_function():
    rng = np.random.default_rng(5)
    distance, _, squared = errors(400, rng, 4.0)
    own = VarianceByDistance.fit(distance, np.stack([squared, 2 * squared], axis=1))
    again = VarianceByDistance.from_facts(own.facts())
    np.testing.assert_array_equal(again.of(distance), own.of(distance))
