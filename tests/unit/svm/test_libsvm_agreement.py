"""The only tests that call `SVC(probability=True)`: what the notebook used, and what replaces it here."""

import hashlib
from itertools import combinations

import joblib
import numpy as np
import pytest

from latefusion.external.pretrained_file import load_pretrained
from latefusion.svm.estimator import SVM
from latefusion.svm.pairwise_coupling import couple
from latefusion.svm.platt_scaling import apply_sigmoids
from latefusion.svm.prediction import predict

SEEDS = range(10)


def songs(n, K=4, d=24, seed=0):
    """Rows like the notebook's: classes of unequal size that barely differ."""
    rng = np.random.default_rng(seed)
    share = np.array([532, 854, 512, 820, 400, 300][:K]) / sum([532, 854, 512, 820, 400, 300][:K])
    y = rng.choice(K, n, p=share)
    centres = np.random.default_rng(77).standard_normal((K, d))
    return (rng.standard_normal((n, d)) + 0.35 * centres[y]).astype(np.float32), y


def libsvm(X, y, seed):
    from sklearn.svm import SVC

    svc = SVC(gamma="auto", probability=True, random_state=seed)
    with pytest.warns(FutureWarning, match="probability"):
        return svc.fit(X.astype(np.float64), y)


@pytest.mark.parametrize("K", [2, 3, 4, 6])
def test_libsvms_own_sigmoids_and_decisions_give_its_probabilities(K):
    X, y = songs(300, K)
    T, _ = songs(400, K, seed=1)
    svc = libsvm(X, y, 0)
    svc.decision_function_shape = "ovo"
    decision = svc.decision_function(T.astype(np.float64))
    decision = -decision[:, None] if K == 2 else decision
    sigmoids = np.stack([svc._probA, svc._probB], axis=1)
    found = couple(apply_sigmoids(decision, sigmoids), np.ones(K, bool))
    np.testing.assert_allclose(found, svc.predict_proba(T.astype(np.float64)), atol=1e-6)


@pytest.mark.parametrize("K", [2, 4])
def test_a_saved_svc_gives_its_own_probabilities_through_our_arithmetic(tmp_path, K):
    X, y = songs(300, K)
    T, _ = songs(400, K, seed=1)
    svc = libsvm(X, y, 0)
    joblib.dump(svc, tmp_path / "svc.joblib")
    sha = hashlib.sha256((tmp_path / "svc.joblib").read_bytes()).hexdigest()
    model, _ = load_pretrained(
        tmp_path / "svc.joblib", sha, labels=list(range(K)), counts=np.bincount(y), columns=[24]
    )
    p, ovo_prediction = predict(model, [T], guarded=False, n_jobs=1, source="rows of a test")
    np.testing.assert_allclose(p, svc.predict_proba(T.astype(np.float64)), atol=1e-6)
    np.testing.assert_array_equal(ovo_prediction, svc.predict(T.astype(np.float64)))


def test_our_calibration_cannot_be_told_from_libsvm_with_another_seed():
    X, y = songs(700)
    T, truth = songs(500, seed=1)
    theirs = [libsvm(X, y, seed) for seed in SEEDS]
    their_classes = [svc.predict_proba(T.astype(np.float64)).argmax(axis=1) for svc in theirs]
    models = [SVM(random_state=seed).fit(X, y) for seed in SEEDS]
    our_classes = [model.predict_proba(T, guarded=False).argmax(axis=1) for model in models]

    with_itself = np.mean([(a == b).mean() for a, b in combinations(their_classes, 2)])
    with_ours = np.mean([(a == b).mean() for a in their_classes for b in our_classes])
    assert with_ours >= with_itself - 0.02

    their_accuracy = [(found == truth).mean() for found in their_classes]
    our_accuracy = np.mean([(found == truth).mean() for found in our_classes])
    assert min(their_accuracy) - 0.01 <= our_accuracy <= max(their_accuracy) + 0.01

    votes = theirs[0].predict(T.astype(np.float64))
    for model in models:
        assert (model.predict(T) == votes).mean() >= 0.995
