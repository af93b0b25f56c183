"""Rules against implementations by others, or written here another way."""

from itertools import product as every

import numpy as np
import pytest
from scipy.optimize import minimize, nnls
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import CategoricalNB
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import LabelEncoder
from threadpoolctl import threadpool_limits

from latefusion.fusion.rule import rule_class
from worlds import world

P, Y, FOLD, T, Y_TEST = world(400, 3, 4, seed=1)
K = 4


class Says(ClassifierMixin, BaseEstimator):
    """A classifier that reads its probabilities off its columns."""

    classes_ = np.arange(K)

    def __init__(self, m=0):
        self.m = m

    def predict_proba(self, X):
        return X.reshape(len(X), -1, K)[:, self.m]

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


def ensemble(voting, weights=None):
    estimators = [(str(m), Says(m)) for m in range(P.shape[1])]
    model = VotingClassifier(estimators, voting=voting, weights=weights)
    model.estimators_ = [one for _, one in estimators]
    model.le_, model.classes_ = LabelEncoder().fit(np.arange(K)), np.arange(K)
    return model


def fused(name, **options):
    return rule_class(name)(**options).fit(P, Y, fold=FOLD).predict_proba(T)


def flat(P):
    return P.reshape(len(P), -1)


def test_mean_is_soft_voting():
    assert fused("mean") == pytest.approx(ensemble("soft").predict_proba(flat(T)), abs=1e-12)


def test_accuracy_weighted_is_soft_voting_with_accuracies():
    weights = (P.argmax(axis=2) == Y[:, None]).mean(axis=0)
    expected = ensemble("soft", weights).predict_proba(flat(T))
    assert fused("accuracy_weighted") == pytest.approx(expected, abs=1e-12)


def test_majority_vote_is_hard_voting_where_votes_are_not_tied():
    scores = fused("majority_vote")
    clear = scores.max(axis=1) > 0.5
    assert clear.sum() > 200
    assert (scores.argmax(axis=1) == ensemble("hard").predict(flat(T)))[clear].all()


def test_borda_counts_ranks_as_scipy_does():
    from scipy.stats import rankdata

    points = rankdata(T, axis=2, method="average") - 1
    assert fused("borda") == pytest.approx(points.mean(axis=1) / 6, abs=1e-12)


def test_mean_agrees_with_mlxtend():
    from mlxtend.classifier import EnsembleVoteClassifier

    model = EnsembleVoteClassifier([Says(m) for m in range(3)], voting="soft", fit_base_estimators=False)
    with pytest.warns(UserWarning, match="use_clones"):
        model.fit(flat(P), Y)
    assert (fused("mean").argmax(axis=1) == model.predict(flat(T))).all()


def test_logistic_regression_is_mlxtend_s_stacking():
    from mlxtend.classifier import StackingClassifier

    model = StackingClassifier(
        [Says(m) for m in range(3)],
        LogisticRegression(max_iter=1000),
        use_probas=True,
        average_probas=False,
        fit_base_estimators=False,
    )
    with pytest.warns(UserWarning, match="use_clones"):
        model.fit(flat(P), Y)
    assert fused("logistic_regression") == pytest.approx(model.predict_proba(flat(T)), abs=1e-12)


def test_naive_bayes_is_scikit_learn_s_on_votes():
    # scikit-learn: (N + α)/(N_c + α · number of values), with α = 1/K the same
    model = CategoricalNB(alpha=1 / K, min_categories=K).fit(P.argmax(axis=2), Y)
    assert fused("naive_bayes") == pytest.approx(model.predict_proba(T.argmax(axis=2)), abs=1e-12)


def test_behaviour_knowledge_space_looks_up_a_table():
    table = {cell: np.zeros(K) for cell in every(range(K), repeat=3)}
    for votes, label in zip(P.argmax(axis=2).tolist(), Y, strict=True):
        table[tuple(votes)][label] += 1
    q = fused("naive_bayes")
    for found, votes, row in zip(
        fused("behaviour_knowledge_space"), T.argmax(axis=2).tolist(), q, strict=True
    ):
        n = table[tuple(votes)]
        assert found == pytest.approx((n + 5 * row) / (n.sum() + 5), abs=1e-12)


def test_decision_templates_are_as_in_kuncheva_s_paper():
    profiles, asked = flat(P), flat(T)
    likeness = []
    for c in range(K):
        template = np.mean(
            [profile for profile, label in zip(profiles, Y, strict=True) if label == c], axis=0
        )
        likeness.append([1 - np.dot(row - template, row - template) / template.size for row in asked])
    scores = np.transpose(likeness)
    expected = scores / scores.sum(axis=1, keepdims=True)
    assert fused("decision_templates") == pytest.approx(expected, abs=1e-12)


def test_dempster_shafer_sums_over_all_combinations_of_sets():
    """Dempster's rule itself: products over focal sets, empty intersections dropped."""
    rule = rule_class("dempster_shafer")().fit(P, Y)
    everything = (1 << K) - 1
    for row, found in zip(T[:20], rule.predict_proba(T[:20]), strict=True):
        mass = {everything: 1.0}
        for r, p in zip(rule.reliability, row, strict=True):
            own = {1 << c: r * p[c] for c in range(K)} | {everything: 1 - r}
            joint: dict[int, float] = {}
            for (a, x), (b, z) in every(mass.items(), own.items()):
                joint[a & b] = joint.get(a & b, 0) + x * z
            mass = {a: x for a, x in joint.items() if a}
        total = sum(mass.values())
        pignistic = [(mass[1 << c] + mass[everything] / K) / total for c in range(K)]
        assert found == pytest.approx(pignistic, abs=1e-12)


def test_nearest_output_profiles_finds_scikit_learn_s_neighbours():
    model = NearestNeighbors(n_neighbors=50).fit(np.sqrt(flat(P)))
    near = model.kneighbors(np.sqrt(flat(T)), return_distance=False)
    weights = (P.argmax(axis=2) == Y[:, None])[near].sum(axis=1)
    expected = np.array([np.average(p, axis=0, weights=w) for p, w in zip(T, weights, strict=True)])
    assert fused("nearest_output_profiles") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("n", "M", "K", "neighbours"), [(40, 2, 3, 50), (301, 1, 2, 7), (1200, 3, 4, 50)])
def test_nearest_output_profiles_takes_whatever_is_as_near_as_the_last_of_all_distances(n, M, K, neighbours):
    learned, y, _, asked, _ = world(n, M, K, seed=n)
    # few values, so that distances are equal often, and modalities decided all the same
    learned, asked = (np.round(4 * p) + np.linspace(0.5, 0.6, K) for p in (learned, asked))
    learned, asked = (p / p.sum(axis=2, keepdims=True) for p in (learned, asked))
    rule = rule_class("nearest_output_profiles")(neighbours=neighbours).fit(learned, y)
    near = np.linalg.norm(np.sqrt(flat(asked))[:, None] - np.sqrt(flat(learned)), axis=2) ** 2
    radius = np.sort(near, axis=1)[:, min(neighbours, n) - 1, None]
    weights = (near <= radius + 1e-9).astype(float) @ (learned.argmax(axis=2) == y[:, None])
    assert (near <= radius + 1e-9).sum(axis=1).max() > min(neighbours, n) or n < neighbours
    expected = np.array(
        [np.average(p, axis=0, weights=w if w.any() else None) for p, w in zip(asked, weights, strict=True)]
    )
    assert rule.predict_proba(asked) == pytest.approx(expected, abs=1e-12)


def loss(p):
    return log_loss(Y, p, labels=range(K))


def test_linear_pool_cannot_be_bettered_by_scipy():
    rule = rule_class("linear_pool")().fit(P, Y)
    found = minimize(
        lambda w: loss(np.tensordot(np.maximum(w, 0) / np.maximum(w, 0).sum(), P, axes=(0, 1))),
        np.ones(3),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-13, "maxiter": 2000},
    )
    best = np.maximum(found.x, 0) / np.maximum(found.x, 0).sum()
    assert rule.minimum.value <= found.fun + 1e-12
    assert rule.minimum.weights == pytest.approx(best, abs=1e-4)


def test_class_weighted_linear_pool_is_scipy_s_nnls_of_each_class():
    worse = P.copy()
    worse[:, 1] = np.roll(P[:, 1], 1, axis=1)  # most of its weights are zero
    for rows in (P, worse):
        rule = rule_class("class_weighted_linear_pool")().fit(rows, Y)
        expected = np.column_stack([nnls(rows[:, :, c], (c == Y).astype(float))[0] for c in range(K)])
        assert rule.weights == pytest.approx(expected, abs=1e-9)
        assert ((rule.weights == 0) == (expected == 0)).all()
        scores = np.einsum("mk,nmk->nk", expected, T)
        assert rule.predict_proba(T) == pytest.approx(scores / scores.sum(axis=1, keepdims=True), abs=1e-9)
    assert (expected == 0).any()


def test_class_weighted_linear_pool_with_weights_that_sum_to_one_cannot_be_bettered_by_scipy():
    rule = rule_class("class_weighted_linear_pool")(sum_to_one=True).fit(P, Y)
    for c in range(K):
        found = minimize(
            lambda w, c=c: np.mean((P[:, :, c] @ w - (c == Y)) ** 2),
            np.full(3, 1 / 3),
            method="SLSQP",
            bounds=[(0, None)] * 3,
            constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1}],
            options={"ftol": 1e-14},
        )
        assert rule.weights[:, c] == pytest.approx(found.x, abs=1e-5)


def test_llr_fusion_is_scikit_learn_s_logistic_regression_on_two_classes():
    # log-odds of class 1 are Σ α LLR + β₁ − β₀; its penalty leaves the intercept out, so next to none
    two, y = P[:, :, :2] / P[:, :, :2].sum(axis=2, keepdims=True), (Y % 2).astype(np.int32)
    llr = np.log(two[:, :, 1]) - np.log(two[:, :, 0])
    model = LogisticRegression(C=1e9, solver="newton-cg", tol=1e-9).fit(llr, y)
    learned = rule_class("llr_fusion")(ridge=1e-9).fit(two, y).learned()
    assert learned["weights"] == pytest.approx(model.coef_[0], abs=1e-5)
    assert learned["offsets"][1] - learned["offsets"][0] == pytest.approx(model.intercept_[0], abs=1e-5)


@pytest.mark.parametrize("sum_to_one", [False, True])
def test_log_linear_pool_cannot_be_bettered_by_scipy(sum_to_one):
    rule = rule_class("log_linear_pool")(sum_to_one=sum_to_one, ridge=0).fit(P, Y)

    def pooled(w):
        scores = np.tensordot(w, np.log(P), axes=(0, 1))
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)

    found = minimize(
        lambda w: loss(pooled(w)),
        np.full(3, 1 / 3),
        method="SLSQP",
        bounds=[(0, None)] * 3,
        constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1}] if sum_to_one else [],
        options={"ftol": 1e-13},
    )
    assert rule.minimum.weights == pytest.approx(found.x, abs=1e-5)
    assert rule.minimum.value == pytest.approx(found.fun, abs=1e-10)


def test_greedy_ensemble_picks_what_caruana_s_loop_picks():
    rule = rule_class("greedy_ensemble")(picks=20).fit(P, Y)
    picked: list[int] = []
    losses = []
    for _ in range(20):
        tried = [loss(P[:, [*picked, m]].mean(axis=1)) for m in range(3)]
        picked.append(int(np.argmin(tried)))
        losses.append(min(tried))
    assert rule.picked == picked
    kept = picked[: int(np.argmin(losses)) + 1]
    assert rule.predict_proba(T) == pytest.approx(T[:, kept].mean(axis=1), abs=1e-12)


@pytest.mark.parametrize("C", [0.01, 1.0])
def test_log_logistic_regression_is_scikit_learn_s_at_the_chosen_strength(C):
    model = LogisticRegression(C=C, solver="newton-cg", tol=1e-9).fit(np.log(flat(P)), Y)
    expected = model.predict_proba(np.log(flat(T)))
    assert fused("log_logistic_regression", C=[C]) == pytest.approx(expected, abs=1e-6)


def test_log_logistic_regression_chooses_as_a_loop_over_folds_would():
    strengths = (0.0001, 0.01, 10.0)
    losses = []
    for C in strengths:
        p = np.empty((len(P), K))
        for k in range(5):
            inside = k != FOLD
            model = LogisticRegression(C=C, solver="newton-cg", tol=1e-8).fit(
                np.log(flat(P[inside])), Y[inside]
            )
            p[~inside] = model.predict_proba(np.log(flat(P[~inside])))
        losses.append(loss(p))
    rule = rule_class("log_logistic_regression")(C=strengths).fit(P, Y, fold=FOLD)
    learned = rule.learned()["models"][0]
    assert learned["C"] == strengths[int(np.argmin(losses))]
    assert list(learned["log_loss"].values()) == pytest.approx(losses, abs=1e-5)


def test_gradient_boosting_is_scikit_learn_s():
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(max_iter=10, max_leaf_nodes=4, early_stopping=False)
    with threadpool_limits(limits=1):  # threads that wait for each other take longer than one
        expected = model.fit(flat(P), Y).predict_proba(flat(T))
    assert fused("gradient_boosting", max_iter=10) == pytest.approx(expected, abs=1e-12)
