"""Rules for continuous targets: planted weights, formulas by hand, laws, gaps, and leaks."""

import numpy as np
import pytest
from joblib import parallel_config

from latefusion.fusion.regression_rule import regression_rule_class
from latefusion.planning.rule_catalogue import read_rules
from worlds import RULES, TARGET_NAMES

LEARN = [name for name in TARGET_NAMES if regression_rule_class(name).learns]
# forests split between two values of a column, and what rounds to one side there may round to the other
EXACT = [name for name in TARGET_NAMES if name != "random_forest"]
STACKED = ("nnls_stacking", "ridge_stacking", "random_forest", "mlp")
QUICK = {"random_forest": {"trees": 10}, "mlp": {"epochs": 5}}


def world(n, M=3, T=2, seed=0, noise=1.0):
    """What M modalities say of T targets, the later ones with more noise; targets and folds."""
    rng = np.random.default_rng(seed)
    Y = rng.normal(size=(n, T))
    spread = noise * (1 + np.arange(M))[:, None]
    F = 0.5 * Y[:, None] + 0.5 * spread * rng.normal(size=(n, M, T))
    return F, Y, (np.arange(n) % 5).astype(np.int32)


def fitted(name, F, Y, fold=None, **more):
    variance = more.pop("variance", None)
    rule = regression_rule_class(name)(random_state=0, **QUICK.get(name, {}), **more)
    return rule.fit(F, Y, fold=fold, variance=variance)


def correlated_errors(n, covariance, seed):
    """Predictions of one target whose errors have a covariance, and the target."""
    rng = np.random.default_rng(seed)
    Y = rng.normal(size=(n, 1))
    E = rng.multivariate_normal(np.zeros(len(covariance)), covariance, size=n)
    return (Y - E)[:, :, None], Y


def test_bates_granger_recovers_the_weights_of_the_planted_covariance():
    S = np.array([[1.0, 0.3, 0.1], [0.3, 0.6, 0.2], [0.1, 0.2, 2.0]])
    best = np.linalg.solve(S, np.ones(3)) / np.linalg.solve(S, np.ones(3)).sum()
    weights = fitted("bates_granger", *correlated_errors(40_000, S, 1)).learned()["weights"][0]
    assert weights == pytest.approx(best, abs=0.02)
    assert best.min() > 0.09


def test_bates_granger_by_hand():
    F, Y = np.array([[[1.0], [0.0]], [[-1.0], [0.0]], [[0.0], [2.0]]]), np.zeros((3, 1))
    # products of errors: 2/3, 4/3 on the diagonal, 0 beside it
    rule = fitted("bates_granger", F, Y, shrinkage=0.0)
    assert rule.learned()["weights"] == [pytest.approx([2 / 3, 1 / 3], abs=1e-8)]
    assert rule.predict(np.array([[[3.0], [0.0]]])) == pytest.approx(np.array([[2.0]]), abs=1e-7)


def test_whole_shrinkage_makes_bates_granger_the_inverse_mean_squared_error():
    F, Y, _fold = world(300)
    whole, inverse = fitted("bates_granger", F, Y, shrinkage=1.0), fitted("inverse_mse", F, Y)
    assert whole.predict(F) == pytest.approx(inverse.predict(F), abs=1e-7)


def test_nnls_recovers_planted_weights_and_leaves_the_negative_one_out():
    rng = np.random.default_rng(2)
    F = rng.normal(size=(20_000, 3, 1))
    Y = 0.4 + F[:, 0] * 0.7 + F[:, 1] * 0.6 - F[:, 2] * 0.3 + rng.normal(size=(20_000, 1))
    rule = fitted("nnls_stacking", F, Y)
    unit = rule.predict(np.concatenate([np.zeros((1, 3, 1)), np.eye(3)[:, :, None]]))[:, 0]
    assert unit[0] == pytest.approx(0.4, abs=0.03)
    assert unit[1:] - unit[0] == pytest.approx([0.7, 0.6, 0.0], abs=0.03)
    assert unit[3] == unit[0]


def test_nnls_is_what_scipy_finds():
    from scipy.optimize import nnls

    F, Y, _fold = world(400, M=4, T=1, seed=3)
    centred, level = F[:, :, 0] - F[:, :, 0].mean(axis=0), Y[:, 0] - Y.mean()
    expected = Y.mean() + centred @ nnls(centred, level)[0]
    assert fitted("nnls_stacking", F, Y).predict(F)[:, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["bates_granger", "nnls_stacking"])
def test_a_modality_of_noise_has_a_weight_below_five_hundredths(name):
    """Kernel ridge on noise says the mean, more or less: its error is about the target's variance."""
    rng = np.random.default_rng(4)
    n = 4_000
    known, rest = rng.normal(size=(2, n, 1))
    Y = np.sqrt(0.3) * known + np.sqrt(0.7) * rest
    noise = 0.1 * rng.normal(size=(n, 1))
    F = np.stack([np.sqrt(0.3) * known, noise], axis=1)
    rule = fitted(name, F, Y)
    base, one = rule.predict(np.array([[[0.0], [0.0]], [[0.0], [1.0]]]))[:, 0]
    assert abs(one - base) < 0.05


def test_gaussian_experts_by_hand():
    rng = np.random.default_rng(5)
    Y = rng.normal(size=(500, 1)) + 2.0
    F = Y[:, None] + rng.normal(size=(500, 2, 1)) * np.array([0.6, 0.3])[:, None]
    V = rng.uniform(0.5, 2.0, size=(500, 2, 1))
    rule = fitted("gaussian_experts", F, Y, variance=V)
    factor = ((Y[:, None] - F) ** 2 / V).mean(axis=0)[:, 0]
    v, mu = Y.var(), Y.mean()
    own = np.minimum(factor * np.array([1.0, 0.7]), v)
    expected = ((2.5 / own[0] + 1.5 / own[1]) - mu / v) / ((1 / own).sum() - 1 / v)
    said = rule.predict(np.array([[[2.5], [1.5]]]), np.array([[[1.0], [0.7]]]))
    assert said[0, 0] == pytest.approx(expected, rel=1e-12)
    plain = fitted("gaussian_experts", F, Y, variance=V, prior="none")
    said = plain.predict(np.array([[[2.5], [1.5]]]), np.array([[[1.0], [0.7]]]))
    assert said[0, 0] == pytest.approx((2.5 / own[0] + 1.5 / own[1]) / (1 / own).sum(), rel=1e-12)


def test_gaussian_experts_undo_the_shrinkage_of_independent_views():
    """Two views that each know a part: the mean of the best predictions is shrunk, their product is not."""
    rng = np.random.default_rng(6)
    n = 20_000
    y = rng.normal(size=n)
    views = y[:, None] + rng.normal(size=(n, 2))
    F, Y = 0.5 * views[:, :, None], y[:, None]
    mse = {name: ((fitted(name, F, Y).predict(F) - Y) ** 2).mean() for name in ("mean", "gaussian_experts")}
    assert mse["gaussian_experts"] == pytest.approx(1 / 3, abs=0.02)
    assert mse["mean"] > 0.36


def test_best_single_takes_the_best_modality_of_each_target():
    F, Y, _fold = world(200, M=2, T=2, seed=7)
    F[:, :, 1] = F[:, ::-1, 1]
    rule = fitted("best_single", F, Y)
    assert rule.predict(F) == pytest.approx(np.stack([F[:, 0, 0], F[:, 1, 1]], axis=1))


def test_inverse_mse_by_hand():
    F, Y = np.array([[[1.0], [2.0]], [[-1.0], [-2.0]]]), np.zeros((2, 1))
    assert fitted("inverse_mse", F, Y).learned() == {"weights": [pytest.approx([0.8, 0.2])]}


@pytest.mark.parametrize(("F", "expected"), [([1.0, 2.0, 6.0], 2.0), ([1.0, np.nan, 6.0], 3.5)])
def test_the_median_of_the_modalities_present(F, expected):
    F = np.array(F)[None, :, None]
    assert fitted("median", F, np.zeros((1, 1))).predict(F)[0, 0] == expected


def test_ridge_uses_what_is_said_of_the_other_target():
    rng = np.random.default_rng(8)
    F = rng.normal(size=(2_000, 1, 2))
    Y = np.stack([F[:, 0, 0], F[:, 0, 1] + F[:, 0, 0]], axis=1) + 0.3 * rng.normal(size=(2_000, 2))
    F_test = rng.normal(size=(500, 1, 2))
    truth = np.stack([F_test[:, 0, 0], F_test[:, 0, 1] + F_test[:, 0, 0]], axis=1)
    assert fitted("ridge_stacking", F, Y).predict(F_test) == pytest.approx(truth, abs=0.1)


@pytest.mark.parametrize("name", EXACT)
def test_units_of_a_target_do_not_matter(name):
    """Shifted and scaled targets give shifted and scaled numbers, also a million times as large."""
    F, Y, fold = world(250, seed=9)
    T = world(40, seed=10)[0]
    scale, shift = np.array([1e6, -2.0]), np.array([3e6, -7.0])
    said = fitted(name, F, Y, fold).predict(T)
    other = fitted(name, F * scale + shift, Y * scale + shift, fold).predict(T * scale + shift)
    if name == "mlp":
        scale, shift = np.array([1e6, 2.0]), np.array([3e6, -7.0])  # a mirrored network is another
        other = fitted(name, F * scale + shift, Y * scale + shift, fold).predict(T * scale + shift)
    assert (other - shift) / scale == pytest.approx(said, abs=1e-5)


@pytest.mark.parametrize("name", [name for name in EXACT if name != "mlp"])
def test_the_order_of_modalities_and_of_targets_does_not_matter(name):
    F, Y, fold = world(250, seed=11)
    said = fitted(name, F, Y, fold).predict(F)
    assert fitted(name, F[:, ::-1], Y, fold).predict(F[:, ::-1]) == pytest.approx(said, abs=1e-7)
    turned = fitted(name, F[:, :, ::-1], Y[:, ::-1], fold).predict(F[:, :, ::-1])
    assert turned[:, ::-1] == pytest.approx(said, abs=1e-7)


@pytest.mark.parametrize("name", TARGET_NAMES)
def test_a_row_does_not_depend_on_which_others_are_asked_for(name):
    F, Y, fold = world(120, seed=12)
    rule = fitted(name, F, Y, fold)
    assert np.array_equal(rule.predict(F)[7:8], rule.predict(F[7:8]))


def test_a_forest_that_grows_on_several_threads_says_the_same_bytes():
    F, Y, _ = world(120, seed=16)
    said = []
    for threads in (1, 3, 3):
        with parallel_config("threading", n_jobs=threads):
            said.append(fitted("random_forest", F, Y).predict(F).tobytes())
    assert len(set(said)) == 1


@pytest.mark.parametrize("name", ["mean", "median", "best_single", "inverse_mse", "bates_granger"])
def test_one_modality_alone_is_what_it_says(name):
    F, Y, fold = world(60, M=1, seed=13)
    assert fitted(name, F, Y, fold).predict(F) == pytest.approx(F[:, 0], abs=1e-12)


@pytest.mark.parametrize("name", TARGET_NAMES)
def test_an_item_without_any_modality_is_told_the_training_mean(name):
    F, Y, fold = world(60, seed=14)
    nothing = np.full((2, 3, 2), np.nan)
    assert np.array_equal(fitted(name, F, Y, fold).predict(nothing), np.tile(Y.mean(axis=0), (2, 1)))


@pytest.mark.parametrize("name", [name for name in TARGET_NAMES if name not in STACKED])
def test_a_gap_is_the_rule_with_that_modality_dropped(name):
    F, Y, fold = world(500, seed=15)
    gap = F.copy()
    gap[:, 1] = np.nan
    if name == "median":
        expected = F[:, [0, 2]].mean(axis=1)
    elif name == "best_single":
        expected = F[:, 0]
    else:
        # how far it shrinks depends on all modalities
        own = {"shrinkage": 0.1} if name == "bates_granger" else {}
        expected = fitted(name, F[:, [0, 2]], Y, fold, **own).predict(F[:, [0, 2]])
        assert fitted(name, F, Y, fold, **own).predict(gap) == pytest.approx(expected, abs=1e-7)
        return
    assert fitted(name, F, Y, fold).predict(gap) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", STACKED)
def test_a_frequent_pattern_has_a_regression_of_its_own(name):
    F, Y, fold = world(600, seed=16)
    F[:250, 1] = np.nan
    rule = fitted(name, F, Y, fold)
    own = [one["modalities"] for one in rule.learned()["models"]]
    assert own == ["any", [0, 2], [0, 1, 2]]
    alone = fitted(name, F[:, [0, 2]], Y, fold)
    assert rule.predict(F[:250]) == pytest.approx(alone.predict(F[:250][:, [0, 2]]), abs=1e-9)


@pytest.mark.parametrize("name", LEARN)
def test_a_memoriser_is_not_trusted_where_rows_are_out_of_fold(name):
    """A model that knows its training rows by heart, and nothing else, is harmless out of fold only."""
    F, Y, fold = world(1_500, M=2, seed=17)
    rng = np.random.default_rng(18)
    seen, unseen = F.copy(), F.copy()
    seen[:, 1] = Y + 0.05 * rng.normal(size=Y.shape)
    unseen[:, 1] = rng.normal(size=Y.shape)
    T, Y_test, _ = world(1_500, M=2, seed=19)
    T[:, 1] = rng.normal(size=Y_test.shape)
    error = [((fitted(name, of, Y, fold).predict(T) - Y_test) ** 2).mean() for of in (unseen, seen)]
    assert error[1] > 1.2 * error[0]


@pytest.mark.parametrize("name", TARGET_NAMES)
def test_the_docstring_says_formula_source_needs_missing_and_shapes(name):
    facts = read_rules(RULES, "targets")[name]
    assert list(facts.notes) == ["formula", "source", "needs", "missing", "shapes"]
    rule = regression_rule_class(name)
    said = (facts.learns, facts.stochastic, facts.reads_variance)
    assert said == (rule.learns, rule.stochastic, rule.reads_variance)
    for option, default in facts.options.items():
        assert getattr(rule(**facts.options), option) == default
        assert facts.described[option]


def test_the_rules_for_targets_are_those_of_the_specification():
    specified = """mean median inverse_mse bates_granger nnls_stacking ridge_stacking random_forest mlp
        gaussian_experts best_single"""
    assert set(TARGET_NAMES) == set(specified.split())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Y": np.zeros((9, 2))}, r"predictions \(10, 3, 2\)"),
        ({"Y": np.full((10, 2), np.inf)}, "not finite"),
        ({"variance": np.zeros((10, 3, 2))}, "above zero"),
        ({"F": np.full((10, 3, 2), np.nan)}, "no row to learn from"),
    ],
)
def test_what_is_no_training_set_is_refused(change, words):
    F, Y, _fold = world(10)
    given = {"F": F, "Y": Y, "variance": None} | change
    with pytest.raises(ValueError, match=words):
        fitted("gaussian_experts", given["F"], given["Y"], variance=given["variance"])


@pytest.mark.parametrize("rows", [np.zeros((10, 1)), np.full((10, 2), np.nan)])
def test_a_rule_that_returns_no_numbers_is_named(rows, monkeypatch):
    F, Y, _fold = world(10)
    rule = fitted("mean", F, Y)
    monkeypatch.setattr(rule, "_combine", lambda F, variance: rows)
    with pytest.raises(ValueError, match="MeanOfTargets returned"):
        rule.predict(F)
