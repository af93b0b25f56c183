"""Decision values, probabilities and votes of a fitted model."""

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.svm.estimator import SVM
from latefusion.svm.prediction import decide, predict


def blobs(K, n=200, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    return (rng.standard_normal((n, 4)) + rng.standard_normal((K, 4))[y]).astype(np.float32), y


@pytest.mark.parametrize("K", [2, 3])
def test_decisions_are_taken_once_for_probabilities_and_votes(K):
    X, y = blobs(K)
    model = SVM(random_state=0).fit(X, y)
    decided = decide(model, [X], n_jobs=2, source="rows of a test")
    p, votes = predict(model, [X], guarded=True, n_jobs=1, source="rows of a test")
    np.testing.assert_array_equal(decided.probabilities(guarded=True), p)
    np.testing.assert_array_equal(decided.votes(), votes)
    np.testing.assert_array_equal(p, model.predict_proba(X))
    np.testing.assert_array_equal(votes, model.predict(X))


def test_a_model_of_another_kind_is_used_by_what_it_can_do():
    class Constant:
        def set_params(self, *, n_jobs):
            self.n_jobs = n_jobs

        def pairwise_decision(self, X):
            return np.full((len(X[0]), 1), 2.0)

        def proba_of_decision(self, decision, *, guarded=True):
            return np.tile([0.75, 0.25] if guarded else [0.5, 0.5], (len(decision), 1))

        def vote_of_decision(self, decision):
            return np.zeros(len(decision), np.int32)

    X = [np.zeros((3, 2), np.float32), np.zeros((3, 1), np.float32)]
    X[1][1] = np.nan
    p, votes = predict(Constant(), X, guarded=False, n_jobs=1, source="rows of a test")
    assert np.isnan(p[1]).all()
    np.testing.assert_array_equal(p[[0, 2]], 0.5)
    assert votes.tolist() == [0, -1, 0]


def test_a_decision_that_is_no_number_ends_the_job_and_is_not_taken_for_a_missing_modality():
    X, y = blobs(3)
    model = SVM(random_state=0).fit(X, y)
    model.coefficients_ = model.coefficients_ * np.float32(np.nan)
    with pytest.raises(InputError, match="view text, test part") as error:
        decide(model, [X[:5]], n_jobs=1, source="view text, test part of partition given")
    assert "5 items of 5" in str(error.value)
    sound = SVM(random_state=0).fit(X, y)
    sound.sigmoids_ = sound.sigmoids_ * np.nan
    with pytest.raises(InputError, match="although they have every modality"):
        decide(sound, [X[:5]], n_jobs=1, source="rows of a test").probabilities(guarded=True)
