"""The additive projection against its definition on every pairing of the modalities."""

import numpy as np
import pytest

from latefusion.svm.additive_projection import additive_projection
from latefusion.svm.estimator import SVM


def items(n=40, widths=(3, 2), K=3, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % K
    return [rng.standard_normal((n, d)) + rng.standard_normal((K, d))[y] for d in widths], y


def by_definition(model, X):
    """Pair each modality of each item with the others of each item, and ask the model about all."""
    n, means = len(X[0]), []
    for m in range(len(X)):
        i, j = (index.ravel() for index in np.indices((n, n)))
        paired = [x[i] if m == place else x[j] for place, x in enumerate(X)]
        means.append(model.pairwise_decision(paired).reshape(n, n, -1).mean(axis=1))
    overall = [mean.mean(axis=0) for mean in means]
    return sum(mean - middle for mean, middle in zip(means, overall, strict=True)) + np.mean(overall, axis=0)


@pytest.mark.parametrize("combine", ["concatenate", "balanced"])
@pytest.mark.parametrize("widths", [(3, 2), (2, 1, 3)])
def test_it_is_the_mean_over_all_pairings(combine, widths):
    X, y = items(widths=widths)
    model = SVM(gamma=0.2, combine=combine, scale="standard", random_state=0).fit(X, y)
    new = items(n=30, widths=widths, seed=1)[0]
    np.testing.assert_allclose(additive_projection(model, new), by_definition(model, new), atol=1e-5)


def test_it_holds_for_an_approximation_too():
    X, y = items(n=60)
    model = SVM(gamma=0.2, approximation={"components": 30}, random_state=0).fit(X, y)
    np.testing.assert_allclose(additive_projection(model, X), by_definition(model, X), atol=1e-5)


def test_a_mean_of_kernels_is_additive_already():
    X, y = items()
    model = SVM(combine="kernel_mean", random_state=0).fit(X, y)
    np.testing.assert_allclose(by_definition(model, X), model.pairwise_decision(X), atol=1e-5)
    np.testing.assert_array_equal(additive_projection(model, X), model.pairwise_decision(X))
