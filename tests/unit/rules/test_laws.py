"""What holds of every fusion rule, or of every one of a kind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.fusion.aggregation import class_shares, decide
from latefusion.fusion.rule import rule_class
from worlds import NAMES, world

UNSETTLED = ("random_forest", "gradient_boosting", "mlp", "mlp_log")  # whatever the order of columns
ORDERLY = [name for name in NAMES if name not in UNSETTLED]
FIXED = [name for name in NAMES if not rule_class(name).learns]
KEEPS_ONE = ("mean", "product", "geometric_mean", "power_mean", "min", "median", "max_confidence")
QUICK = {
    "random_forest": {"trees": 5},
    "mlp": {"epochs": 2},
    "mlp_log": {"epochs": 2},
    "gradient_boosting": {"max_iter": 5},
}

laws = settings(max_examples=12, deadline=None, derandomize=True, database=None)
worlds = st.builds(
    world,
    n=st.integers(40, 90),
    M=st.integers(1, 4),
    K=st.integers(2, 5),
    seed=st.integers(0, 2**16),
    strength=st.sampled_from([0.0, 1.0, 3.0]),
)
# any table at all, zeros and ties among them
tables = st.integers(2, 4).flatmap(
    lambda K: st.integers(1, 4).flatmap(
        lambda M: st.lists(
            st.lists(st.lists(st.integers(0, 3), min_size=K, max_size=K).filter(any), min_size=M, max_size=M),
            min_size=1,
            max_size=6,
        ).map(lambda rows: np.array(rows, float) / np.array(rows, float).sum(axis=2, keepdims=True))
    )
)


def fitted(name, P, y, fold=None, **options):
    return rule_class(name)(random_state=0, **QUICK.get(name, {}), **options).fit(P, y, fold=fold)


def tolerance(name):
    return 1e-3 if name == "logistic_regression" else 1e-9


@pytest.mark.parametrize("name", NAMES)
@settings(parent=laws, max_examples=4)
@given(worlds)
def test_rows_sum_to_one_and_nothing_is_negative(name, drawn):
    P, y, fold, T, _ = drawn
    fused = fitted(name, P, y, fold).predict_proba(T)
    assert fused.shape == (len(T), P.shape[2])
    assert (fused >= 0).all()
    assert np.abs(fused.sum(axis=1) - 1).max() < 1e-12


@pytest.mark.parametrize("name", FIXED)
@laws
@given(tables)
def test_a_fixed_rule_takes_any_table(name, P):
    y = np.zeros(len(P), np.int32)
    fused = fitted(name, P, y).predict_proba(P)
    assert (fused >= 0).all()
    assert np.abs(fused.sum(axis=1) - 1).max() < 1e-12


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*UNSETTLED, "logistic_regression")])
@laws
@given(tables, st.randoms(use_true_random=False))
def test_a_rule_learns_from_any_table(name, P, random):
    K = P.shape[2]
    y = np.array([random.randrange(K) for _ in P], np.int32)
    fused = fitted(name, P, y).predict_proba(P)
    assert (fused >= 0).all()
    assert np.abs(fused.sum(axis=1) - 1).max() < 1e-12


@pytest.mark.parametrize("name", ORDERLY)
@settings(parent=laws, max_examples=8)
@given(worlds, st.randoms(use_true_random=False))
def test_classes_permuted_permute_the_output(name, drawn, random):
    P, y, fold, T, _ = drawn
    K = P.shape[2]
    order = np.array(random.sample(range(K), K))
    new_of = np.argsort(order).astype(np.int32)
    plain = fitted(name, P, y, fold).predict_proba(T)
    permuted = fitted(name, P[:, :, order], new_of[y], fold).predict_proba(T[:, :, order])
    assert np.abs(permuted - plain[:, order]).max() < tolerance(name)


@pytest.mark.parametrize("name", ORDERLY)
@settings(parent=laws, max_examples=8)
@given(worlds, st.randoms(use_true_random=False))
def test_modalities_permuted_change_nothing(name, drawn, random):
    P, y, fold, T, _ = drawn
    order = random.sample(range(P.shape[1]), P.shape[1])
    plain = fitted(name, P, y, fold).predict_proba(T)
    permuted = fitted(name, P[:, order], y, fold).predict_proba(T[:, order])
    assert np.abs(permuted - plain).max() < tolerance(name)


@pytest.mark.parametrize("name", KEEPS_ONE)
@laws
@given(st.integers(0, 2**16), st.integers(2, 6))
def test_one_modality_alone_is_returned(name, seed, K):
    P, y, _, T, _ = world(30, 1, K, seed)
    assert fitted(name, P, y).predict_proba(T) == pytest.approx(T[:, 0], abs=1e-12)


@pytest.mark.parametrize("name", ["majority_vote", "borda"])
@laws
@given(st.integers(0, 2**16), st.integers(2, 6))
def test_one_modality_alone_decides(name, seed, K):
    P, y, _, T, _ = world(30, 1, K, seed)
    scores = fitted(name, P, y).predict_proba(T)
    assert (decide(scores, T, class_shares(y, K)) == T[:, 0].argmax(axis=1)).all()


def with_constant(P, p):
    return np.concatenate([P, np.broadcast_to(p, (len(P), 1, P.shape[2]))], axis=1)


@laws
@given(worlds)
def test_a_modality_that_says_the_prior_leaves_the_product_unchanged(drawn):
    P, y, _, T, _ = drawn
    prior = class_shares(y, P.shape[2])
    plain = fitted("product", P, y).predict_proba(T)
    more = fitted("product", with_constant(P, prior), y).predict_proba(with_constant(T, prior))
    assert more == pytest.approx(plain, abs=1e-9)


@pytest.mark.parametrize(("name", "options"), [("product", {"prior": "none"}), ("log_linear_pool", {})])
@laws
@given(drawn=worlds)
def test_a_modality_that_says_nothing_changes_nothing(name, options, drawn):
    P, y, _, T, _ = drawn
    nothing = 1 / P.shape[2]
    plain = fitted(name, P, y, **options).predict_proba(T)
    more = fitted(name, with_constant(P, nothing), y, **options).predict_proba(with_constant(T, nothing))
    assert np.abs(more - plain).max() < 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_a_row_does_not_depend_on_which_others_are_asked_for(name):
    P, y, fold, T, _ = world(150, 2, 3, seed=5)
    T[::7, 0] = np.nan
    rule = fitted(name, P, y, fold)
    whole = rule.predict_proba(T)
    some = np.flatnonzero(np.random.default_rng(0).random(len(T)) < 0.4)
    assert rule.predict_proba(T[some]).tobytes() == whole[some].tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_bits(name):
    P, y, fold, T, _ = world(150, 2, 3, seed=6)
    once, again = (fitted(name, P, y, fold).predict_proba(T) for _ in range(2))
    assert once.tobytes() == again.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_only_a_stochastic_rule_heeds_the_seed(name):
    P, y, fold, T, _ = world(150, 2, 3, seed=7)
    rule = rule_class(name)
    one, other = (
        rule(random_state=seed, **QUICK.get(name, {})).fit(P, y, fold=fold).predict_proba(T)
        for seed in (1, np.random.default_rng(2))
    )
    assert np.array_equal(one, other) != rule.stochastic


@pytest.mark.parametrize("name", NAMES)
def test_a_fixed_rule_reads_no_more_than_class_shares(name):
    P, y, fold, T, _ = world(150, 2, 3, seed=8)
    plain = fitted(name, P, y, fold).predict_proba(T)
    shuffled = fitted(name, P, np.random.default_rng(0).permutation(y), fold).predict_proba(T)
    assert np.array_equal(plain, shuffled) != rule_class(name).learns


@pytest.mark.parametrize("name", NAMES)
def test_a_class_without_training_rows_is_survived(name):
    P, y, fold, T, _ = world(120, 2, 4, seed=9)
    y = np.where(y == 2, 3, y).astype(np.int32)
    P[:, :, 2] = T[:, :, 2] = 0
    P, T = (one / one.sum(axis=2, keepdims=True) for one in (P, T))
    fused = fitted(name, P, y, fold).predict_proba(T)
    assert np.abs(fused.sum(axis=1) - 1).max() < 1e-12
    assert (fused.argmax(axis=1) != 2).all()


@pytest.mark.parametrize("name", [name for name in NAMES if rule_class(name).learns])
def test_a_single_class_is_survived(name):
    P, _, fold, T, _ = world(60, 2, 3, seed=10)
    fused = fitted(name, P, np.ones(60, np.int32), fold).predict_proba(T)
    assert np.isfinite(fused).all()
    assert np.abs(fused.sum(axis=1) - 1).max() < 1e-12
