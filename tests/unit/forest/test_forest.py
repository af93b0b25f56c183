"""Forests are those of scikit-learn, tree for tree and to the last bit."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from latefusion.forest.forest import MOST_CLASSES, bootstrap, fit
from worlds import world


def shares(n, columns, classes, seed):
    """Columns that know something of the classes, all of which are there."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(classes), rng.integers(classes, size=n - classes)]).astype(np.int32)
    return rng.normal(size=(n, columns)) + (y[:, None] == np.arange(columns) % classes), y


def ordinary():
    P, y, _, _, _ = world(500, 3, 4, seed=1)
    return P.reshape(500, -1), y


def two_classes():
    return shares(300, 2, 2, 3)


def five_classes():
    return shares(400, 9, 5, 4)


def one_column():
    return shares(100, 1, 3, 5)


def many_columns():
    return shares(60, 50, 3, 6)


def ties():
    X, y = shares(400, 6, 3, 7)
    return np.round(X), y


def repeated_rows():
    X, y = shares(50, 6, 3, 8)
    return np.tile(X, (6, 1)), np.concatenate([y] * 5 + [(y + 1) % 3]).astype(np.int32)


def constant_columns():
    X, y = shares(300, 12, 4, 9)
    X[:, [0, 3, 4, 7, 11]] = [0.0, 1.0, -2.0, 1e-30, 1e30]
    return X, y


def columns_that_are_constant_where_another_is_large():
    X, y = shares(400, 8, 3, 10)
    X[:, 2:] = np.where(X[:, :1] > 0.2, 0.5, X[:, 2:])
    return X, y


def nothing_but_constants():
    X, y = shares(40, 4, 2, 11)
    return np.ones_like(X), y


def values_that_are_hardly_apart():
    """Steps around 1e-7, which one value may lie under and two together above."""
    X, y = shares(600, 6, 3, 12)
    return np.round(X * 30) * 6e-8 + (np.arange(6) > 3) * 0.25, y


def huge_and_tiny_values():
    X, y = shares(300, 4, 3, 13)
    return np.sign(X) * 10.0 ** np.clip(X * 10, -30, 30), y


def two_rows():
    return np.array([[0.2, 0.8], [0.7, 0.3]]), np.array([0, 1], np.int32)


def more_values_than_sixteen_bits_count():
    rng = np.random.default_rng(14)
    X = rng.normal(size=(70_000, 1))
    return X, (X[:, 0] + rng.normal(size=70_000) * 0.01 > 0).astype(np.int32)


def a_class_of_one_row():
    X, y = shares(200, 6, 3, 15)
    return X, np.where(np.arange(200) == 0, 3, y).astype(np.int32)


WORLDS = (
    *(ordinary, two_classes, five_classes, one_column, many_columns, ties, repeated_rows, constant_columns),
    *(columns_that_are_constant_where_another_is_large, nothing_but_constants, values_that_are_hardly_apart),
    *(huge_and_tiny_values, two_rows, more_values_than_sixteen_bits_count, a_class_of_one_row),
)


@pytest.mark.parametrize("made", WORLDS)
def test_trees_importance_and_predictions_are_those_of_scikit_learn(made):
    X, y = made()
    trees = 3 if len(y) > 10_000 else 20
    ours = fit(X, y, y.max() + 1, seed=7, trees=trees)
    theirs = RandomForestClassifier(trees, random_state=7).fit(X, y)
    for own, other in zip(ours.trees, theirs.estimators_, strict=True):
        tree, inner = other.tree_, other.tree_.children_left >= 0
        assert np.array_equal(own.feature, np.where(inner, tree.feature, -1))
        assert np.array_equal(own.threshold[inner], tree.threshold[inner])
        assert np.array_equal(own.right[inner], tree.children_right[inner])
        assert np.array_equal(tree.children_left[inner], np.flatnonzero(inner) + 1)
        assert np.array_equal(own.shares[own.right[~inner]], tree.value[~inner, 0])
    assert ours.importance.tobytes() == theirs.feature_importances_.tobytes()
    asked = np.concatenate([X[:2000], X[:2000] + np.random.default_rng(0).normal(size=X[:2000].shape) * 0.1])
    assert ours.predict(asked).tobytes() == theirs.predict_proba(asked).tobytes()


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 2, 2**32 - 1])
def test_every_seed_grows_the_trees_that_it_grows_there(seed):
    X, y = two_classes()
    theirs = RandomForestClassifier(5, random_state=seed).fit(X, y).predict_proba(X)
    assert fit(X, y, 2, seed=seed, trees=5).predict(X).tobytes() == theirs.tobytes()


def test_a_bootstrap_sample_has_as_many_rows_as_there_are():
    chance = np.random.RandomState(5)
    drawn, state = bootstrap(1000, 3, chance)
    assert drawn.sum() == 1000
    assert 0.5 < (drawn > 0).mean() < 0.75
    assert 0 <= state < 2**31 - 1
    assert np.array_equal(bootstrap(1000, 3, chance)[0], drawn)


def test_what_is_given_stays_as_it_is():
    X, y = five_classes()
    before = X.copy(), y.copy()
    fit(X, y, 5, seed=1, trees=2).predict(X)
    assert np.array_equal(X, before[0])
    assert np.array_equal(y, before[1])


@pytest.mark.parametrize("gap", [np.nan, np.inf, 1e300])
def test_columns_that_are_no_number_of_32_bits_are_refused(gap):
    X, y = two_classes()
    forest = fit(X, y, 2, seed=1, trees=1)
    X[5, 1] = gap
    with pytest.raises(ValueError, match="finite"):
        fit(X, y, 2, seed=1, trees=1)
    with pytest.raises(ValueError, match="finite"):
        forest.predict(X)


def test_a_forest_without_a_tree_or_of_too_many_classes_is_refused():
    X, y = two_classes()
    with pytest.raises(ValueError, match="1 tree or more, not 0"):
        fit(X, y, 2, seed=1, trees=0)
    with pytest.raises(ValueError, match="65536 classes apart at most, not 65537"):
        fit(X, y, MOST_CLASSES + 1, seed=1, trees=1)
