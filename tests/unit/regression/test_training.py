"""A view's regressor: which rows it learns from, in which units, and what it refuses."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from latefusion.core.errors import InputError
from latefusion.learners.cooperative import CooperativeLearning
from latefusion.regression.cooperative_fit import CooperativeSettings
from latefusion.regression.target_rows import TargetRows
from latefusion.regression.training import RidgeSettings, predict_ridge, train_ridge
from latefusion.rules.gaussian_experts import GaussianExperts
from latefusion.rules.inverse_mse import InverseMSE

TARGETS = ("valence", "arousal")
SETTINGS = RidgeSettings((0.1, 1.0, 10.0), 0.2, "none", "concatenate")


def world(n=90, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.normal(size=(n, 3)), rng.normal(size=(n, 2))]
    Y = np.stack([np.sin(X[0][:, 0]) + X[1][:, 1], X[0][:, 1]], axis=1) + 0.3 * rng.normal(size=(n, 2))
    return X, Y, np.arange(n, dtype=np.int32) % 3


def trained(X, Y, fold, settings=SETTINGS, **options):
    return train_ridge(TargetRows(X, Y, fold, TARGETS), settings, **options)


def test_out_of_fold_predictions_are_those_of_scikit_learn_on_the_other_folds():
    X, Y, fold = world()
    own, Z = trained(X, Y, fold), np.hstack(X)
    for t, name in enumerate(TARGETS):
        penalty = own.facts["targets"][name]["alpha"]
        for k in range(3):
            held_out, level = fold == k, Y[fold != k, t].mean()
            theirs = KernelRidge(alpha=penalty, kernel="rbf", gamma=0.2)
            theirs.fit(Z[~held_out], Y[~held_out, t] - level)
            np.testing.assert_allclose(
                own.out_of_fold[held_out, t], theirs.predict(Z[held_out]) + level, rtol=1e-6
            )
    losses = [own.facts["targets"][name]["out_of_fold_mse"] for name in TARGETS]
    np.testing.assert_allclose(own.variance, np.tile(np.min(losses, axis=1), (len(Y), 1)))
    np.testing.assert_allclose(own.variance[0], ((own.out_of_fold - Y) ** 2).mean(axis=0))


def test_targets_in_units_a_million_apart_are_predicted_as_in_their_own():
    X, Y, fold = world()
    unit, offset = np.array([1e6, 1.0]), np.array([-4e6, 5.0])
    plain, scaled = trained(X, Y, fold), trained(X, Y * unit + offset, fold)
    np.testing.assert_allclose((scaled.out_of_fold - offset) / unit, plain.out_of_fold, rtol=1e-6, atol=1e-8)
    assert [one["alpha"] for one in scaled.facts["targets"].values()] == [
        one["alpha"] for one in plain.facts["targets"].values()
    ]


def test_items_that_lack_a_modality_are_left_out_and_have_no_prediction():
    X, Y, fold = world()
    lacking = np.arange(len(Y)) % 7 == 0
    gaps = [X[0], np.where(lacking[:, None], np.nan, X[1])]
    own = trained(gaps, Y, fold)
    rest = trained([x[~lacking] for x in X], Y[~lacking], fold[~lacking])
    assert np.isnan(own.out_of_fold[lacking]).all()
    assert np.isnan(own.in_sample[lacking]).all()
    np.testing.assert_array_equal(own.out_of_fold[~lacking], rest.out_of_fold)
    said, variance = predict_ridge(own.model, own.facts, TARGETS, gaps)
    np.testing.assert_array_equal(np.isnan(variance), np.isnan(said))
    assert np.isnan(said[lacking]).all()
    np.testing.assert_allclose(said[~lacking], own.in_sample[~lacking], rtol=1e-7)


def test_nothing_is_predicted_where_every_item_lacks_the_modality():
    X, Y, fold = world()
    own = trained(X, Y, fold)
    assert np.isnan(predict_ridge(own.model, own.facts, TARGETS, [x[:2] * np.nan for x in X])).all()


def test_balanced_modalities_count_alike_whatever_their_number_of_columns():
    X, Y, fold = world()
    settings = RidgeSettings((1.0,), "auto", "none", "balanced")
    wide = [np.repeat(X[0], 5, axis=1), X[1]]
    np.testing.assert_allclose(
        trained(wide, Y, fold, settings).out_of_fold, trained(X, Y, fold, settings).out_of_fold, rtol=1e-8
    )


def test_a_modality_whose_items_are_all_in_one_fold_is_refused():
    X, Y, fold = world(30)
    gaps = [np.where((fold > 0)[:, None], np.nan, X[0]), X[1]]
    with pytest.raises(InputError, match="10 training items, in fewer than two folds"):
        trained(gaps, Y, fold)


def test_a_kernel_matrix_that_does_not_fit_is_refused_before_it_is_made():
    X, Y, fold = world(30)
    with pytest.raises(InputError, match="30 training rows"):
        trained(X, Y, fold, memory_mb=1e-3)


def test_a_penalty_that_is_lost_in_rounding_is_refused():
    X, Y, fold = world(60)
    settings = RidgeSettings((1e-15,), 1e-3, "none", "concatenate")
    with pytest.raises(InputError, match="too small"):
        trained(X, Y, fold, settings)


def test_an_item_of_one_fold_shares_no_bit_of_its_target_with_what_is_said_of_its_fold():
    X, Y, fold = world()
    other = Y.copy()
    other[fold == 1] = other[fold == 1][::-1] * 3.0
    settings = RidgeSettings((1.0,), 0.2, "none", "concatenate")
    before, after = trained(X, Y, fold, settings), trained(X, other, fold, settings)
    np.testing.assert_array_equal(before.out_of_fold[fold == 1], after.out_of_fold[fold == 1])


def settings(**more):
    return RidgeSettings(
        **{"alphas": (0.1, 1.0, 10.0), "gamma": 0.2, "scale": "none", "combine": "concatenate", **more}
    )


def test_kernels_of_modalities_are_averaged_or_weighted_by_their_agreement_with_the_targets():
    X, Y, fold = world()
    Y = Y[:, 1:]
    for combine in ("kernel_mean", "kernel_aligned"):
        own = train_ridge(TargetRows(X, Y, fold, ("arousal",)), settings(alphas=(1.0,), combine=combine))
        weights = (0.5, 0.5) if combine == "kernel_mean" else own.facts["weights"]
        K = sum(
            weight * np.exp(-0.2 * np.square(x[:, None] - x).sum(axis=2))
            for x, weight in zip(X, weights, strict=True)
        )
        level = Y.mean(axis=0)
        theirs = KernelRidge(alpha=1.0, kernel="precomputed").fit(K, Y - level).predict(K) + level
        np.testing.assert_allclose(own.in_sample, theirs, rtol=1e-6)
        said, _ = predict_ridge(own.model, own.facts, ("arousal",), X)
        np.testing.assert_allclose(said, own.in_sample, rtol=1e-7)
    # arousal is in the first modality alone
    assert weights[0] > 0.9


def test_an_approximation_by_all_rows_is_the_whole_kernel_and_one_by_some_is_close():
    X, Y, fold = world(300)
    for combine in ("concatenate", "kernel_aligned"):
        exact = trained(X, Y, fold, settings(combine=combine))
        whole = trained(X, Y, fold, settings(combine=combine, components=300, variance="distance"))
        np.testing.assert_allclose(whole.out_of_fold, exact.out_of_fold, rtol=1e-6)
        said, _ = predict_ridge(whole.model, whole.facts, TARGETS, X)
        np.testing.assert_allclose(said, exact.in_sample, rtol=1e-6)
        some = trained(X, Y, fold, settings(combine=combine, components=100))
        assert some.facts["components"] == len(some.model.rows[0]) == 100
        errors = [((one.out_of_fold - Y) ** 2).mean() for one in (exact, some)]
        assert errors[1] < 1.2 * errors[0]


def uneven(n, seed):
    """Rows that lie dense in the middle and thin outside, where their targets are not told apart."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)) * np.where(rng.random(n) < 0.7, 0.4, 2.0)[:, None]
    Y = np.stack([np.sin(3 * X[:, 0]), np.cos(3 * X[:, 1])], axis=1) + 0.2 * rng.normal(size=(n, 2))
    return [X], Y, np.arange(n, dtype=np.int32) % 4


def test_variance_by_distance_is_right_for_items_that_were_not_seen_and_of_a_fold_without_its_targets():
    X, Y, fold = uneven(800, 0)
    own = trained(X, Y, fold, settings(gamma=0.5, variance="distance"))
    constant = trained(X, Y, fold, settings(gamma=0.5))
    np.testing.assert_array_equal(own.out_of_fold, constant.out_of_fold)
    new, truth, _ = uneven(2000, 1)
    said, variance = predict_ridge(own.model, own.facts, TARGETS, new)
    squared = (truth - said) ** 2
    for t in range(2):
        near = variance[:, t] <= np.median(variance[:, t])
        for some in (near, ~near):
            assert squared[some, t].mean() == pytest.approx(variance[some, t].mean(), rel=0.35)
    score = [np.mean(np.log(v) + squared / v) for v in (variance, constant.variance[0])]
    assert score[0] < score[1] - 0.2
    held_out = np.square(own.out_of_fold - Y)
    assert np.mean(np.log(own.variance) + held_out / own.variance) < score[1]


def test_more_rows_than_memory_are_told_of_the_approximation_and_then_of_fewer_components():
    X, Y, fold = world(60)
    for components, way in ((None, "approximation: {components: 1000}"), (50, "set fewer components")):
        with pytest.raises(InputError) as error:
            trained(X, Y, fold, settings(components=components), memory_mb=1e-3)
        assert way in str(error.value)


def experts(n, seed, uneven_rows):
    """Two modalities, of which each item lies among the training items in one and far out in the other."""
    rng = np.random.default_rng(seed)
    first = rng.random(n) < 0.5
    wide = np.stack([first, ~first], axis=1) if uneven_rows else np.zeros((n, 2), bool)
    truth = rng.uniform(-1, 1, n)
    X = []
    for m in range(2):
        far = wide[:, m]
        said = np.where(far, rng.uniform(-1, 1, n), truth) + 0.1 * rng.normal(size=n)
        place = rng.normal(size=(n, 2)) * np.where(far, 3.0, 0.3)[:, None]
        X.append(np.column_stack([said, place]))
    return X, truth[:, None] + 0.3 * rng.normal(size=(n, 1)), np.arange(n, dtype=np.int32) % 4


@pytest.mark.parametrize(("uneven_rows", "gain"), [(True, 0.05), (False, -0.02)])
def test_gaussian_experts_gain_by_distance_where_modalities_know_different_items_and_lose_nothing_elsewhere(
    uneven_rows, gain
):
    X, Y, fold = experts(700, 0, uneven_rows)
    new, truth, _ = experts(1500, 1, uneven_rows)
    error = {}
    for kind in ("constant", "distance"):
        own = settings(gamma=0.3, variance=kind)
        fits = [train_ridge(TargetRows([x], Y, fold, ("arousal",)), own) for x in X]
        rule = GaussianExperts().fit(
            np.stack([fit.out_of_fold for fit in fits], axis=1),
            Y,
            fold=fold,
            variance=np.stack([fit.variance for fit in fits], axis=1),
        )
        said = [
            predict_ridge(fit.model, fit.facts, ("arousal",), [x]) for fit, x in zip(fits, new, strict=True)
        ]
        F, variance = (np.stack(one, axis=1) for one in zip(*said, strict=True))
        error[kind] = np.square(rule.predict(F, variance) - truth).mean()
        error["inverse_mse"] = np.square(
            InverseMSE().fit(np.stack([fit.out_of_fold for fit in fits], axis=1), Y).predict(F) - truth
        ).mean()
    assert error["distance"] < (1 - gain) * error["constant"]
    if uneven_rows:
        assert error["distance"] < (1 - gain) * error["inverse_mse"]


def test_a_cooperative_view_is_learned_with_the_weight_and_penalty_of_least_error_out_of_fold():
    X, Y, fold = world(240)
    own = CooperativeSettings(rho=(0.0, 1.0), penalty=(0.5, 5.0), gamma=0.2, scale="none")
    fit = trained(X, Y, fold, settings(combine="cooperative", cooperative=own, variance="distance"))
    K = [np.exp(-0.2 * np.square(x[:, None] - x).sum(axis=2)) for x in X]

    def said(rho, penalty, seen, of):
        """Additive at ρ = 0, the mean of separate machines at ρ = 1."""
        level = Y[seen].mean(axis=0)
        kernels = [sum(K)] if rho == 0 else K
        each = [
            KernelRidge(alpha=2 * penalty / len(kernels), kernel="precomputed")
            .fit(k[np.ix_(seen, seen)], Y[seen] - level)
            .predict(k[np.ix_(of, seen)])
            for k in kernels
        ]
        return np.mean(each, axis=0) + level

    everyone = np.ones(len(Y), bool)
    points = [(rho, penalty) for rho in own.rho for penalty in own.penalty]
    assert fit.facts["points"] == [[*point] for point in points]
    held_out = np.empty((len(points), *Y.shape))
    for at, point in enumerate(points):
        for k in range(3):
            held_out[at, fold == k] = said(*point, fold != k, fold == k)
    errors = np.square(held_out - Y).mean(axis=1)
    new, _ = predict_ridge(fit.model, fit.facts, TARGETS, X)
    for t, name in enumerate(TARGETS):
        facts = fit.facts["targets"][name]
        best = int(errors[:, t].argmin())
        np.testing.assert_allclose(facts["out_of_fold_mse"], errors[:, t], rtol=1e-5)
        assert (facts["rho"], facts["penalty"]) == points[best]
        np.testing.assert_allclose(fit.out_of_fold[:, t], held_out[best, :, t], atol=1e-5)
        np.testing.assert_allclose(new[:, t], said(*points[best], everyone, everyone)[:, t], atol=1e-5)
        np.testing.assert_allclose(fit.in_sample[:, t], new[:, t], atol=1e-6)


def test_cooperative_views_choose_from_what_they_choose_from_for_classes():
    learner = CooperativeLearning()
    own = CooperativeSettings.of({})
    assert (own.rho, own.penalty) == (learner.rho, learner.penalty)
    assert (own.gamma, own.scale) == (learner.gamma, learner.scale)


def test_kernels_of_a_cooperative_view_that_do_not_fit_are_refused():
    X, Y, fold = world(60)
    with pytest.raises(InputError, match=r"(?s)2 kernel matrices.*combine: kernel_mean"):
        trained(
            X, Y, fold, settings(combine="cooperative", cooperative=CooperativeSettings()), memory_mb=1e-3
        )
