import numpy as np
import pytest

from latefusion.svm.estimator import SVM


def blobs(n=300, K=3, d=4, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    centres = np.random.default_rng(50).standard_normal((K, d))
    return (rng.standard_normal((n, d)) + 0.8 * centres[y]).astype(np.float32), y


def test_spanning_all_rows_the_approximation_is_the_exact_machine():
    X, y = blobs()
    fold = np.arange(300) % 5
    exact = SVM(gamma=0.2).fit(X, y, fold=fold)
    spanned = SVM(gamma=0.2, approximation={"components": 300}).fit(X, y, fold=fold)
    for name in ("in_sample_decision_", "out_of_fold_decision_"):
        np.testing.assert_allclose(getattr(spanned, name), getattr(exact, name), atol=0.02)
    np.testing.assert_allclose(spanned.out_of_fold_proba_, exact.out_of_fold_proba_, atol=0.01)


@pytest.mark.parametrize("combine", ["concatenate", "kernel_mean", "kernel_aligned"])
def test_a_few_components_predict_nearly_as_well_and_training_rows_as_in_training(combine):
    X, y = blobs(600)
    T, truth = blobs(400, seed=1)
    split = [2, 4] if combine != "concatenate" else [4]

    def parts(A):
        return [A[:, a:b] for a, b in zip([0, *split], split, strict=False)]

    exact = SVM(combine=combine, random_state=0).fit(parts(X), y)
    few = SVM(combine=combine, random_state=0, approximation={"components": 60}).fit(parts(X), y)
    np.testing.assert_allclose(few.pairwise_decision(parts(X)), few.in_sample_decision_, atol=1e-4)
    accuracy = [(model.predict(parts(T)) == truth).mean() for model in (exact, few)]
    assert accuracy[1] > accuracy[0] - 0.04
    assert len(few.support_[0]) == 60


def test_components_follow_the_seed():
    X, y = blobs()
    fold = np.arange(300) % 5
    options = {"approximation": {"components": 20}}
    one, same, other = (
        SVM(random_state=seed, **options).fit(X, y, fold=fold).in_sample_decision_ for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_a_pair_with_an_empty_side_is_constant_here_too():
    X, y = blobs(90)
    fold = np.where(y == 2, 0, np.arange(90) % 3)
    model = SVM(approximation={"components": 50}, random_state=0).fit(X, y, fold=fold, n_classes=4)
    held = model.out_of_fold_decision_[fold == 0]
    assert (held[:, 1] == 1).all()  # class 0 against class 2, which these machines never saw
    assert (model.predict_proba(X)[:, 3] == 0).all()
    np.testing.assert_allclose(model.out_of_fold_proba_.sum(axis=1), 1)
