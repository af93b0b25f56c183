"""A Gram matrix in half its memory."""

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.svm import memory
from latefusion.svm.decision_values import decide_training_rows, weigh
from latefusion.svm.estimator import SVM
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.memory import BASE_BYTES, packed_bytes, svm_bytes
from latefusion.svm.memory import PACKED_SIDE as SIDE
from latefusion.svm.one_vs_one import OneVsOneProblem
from latefusion.svm.smo import WHOLE, optimise
from latefusion.svm.symmetric_blocks import SymmetricBlocks

N = SIDE + 90


def kernel(n=N, seed=0):
    """A kernel less one, (n, n) float32."""
    X = np.random.default_rng(seed).standard_normal((n, 4))
    K = np.expm1(-0.2 * np.square(X[:, None] - X[None]).sum(axis=2)).astype(np.float32)
    return np.triu(K, 1) + np.triu(K, 1).T


def packed(K, seed=1):
    """The same by its half, put there in tiles of rows in any order."""
    found, place = SymmetricBlocks(len(K), 1), np.random.default_rng(seed).permutation(len(K))
    found.values[:] = np.nan
    cut = len(K) // 3
    for rows, columns in (
        (place[:cut], place[:cut]),
        (place[:cut], place[cut:]),
        (place[cut:], place[cut:]),
    ):
        tile = np.ascontiguousarray(K[np.ix_(rows, columns)])
        found.put(tile, rows.astype(np.uint64), columns.astype(np.uint64))
    return found


def test_every_value_is_found_again_in_about_half_the_memory():
    K = kernel()
    half = packed(K)
    assert len(half) == N
    assert half[:, :].tobytes() == K.tobytes()
    rows = np.array([SIDE + 5, 3, SIDE - 1, SIDE, 3])
    assert half[rows, SIDE - 2 : SIDE + 3].tobytes() == K[rows, SIDE - 2 : SIDE + 3].tobytes()
    assert half[rows, :0].shape == (5, 0)
    assert half.values.nbytes == packed_bytes(N)
    assert packed_bytes(100 * SIDE) < 0.51 * 4 * (100 * SIDE) ** 2


def test_products_with_it_are_those_of_the_whole_to_the_last_bit():
    K = kernel()
    coefficients = np.random.default_rng(2).standard_normal((N, 3)).astype(np.float32)
    rows = np.arange(0, N, 7)
    assert weigh(packed(K), coefficients, rows).tobytes() == weigh(K, coefficients, rows).tobytes()


@pytest.mark.parametrize("room", [2, 3, 40, N])
def test_a_classifier_is_solved_to_the_same_bits_however_few_rows_are_held(room):
    K, rng = kernel(), np.random.default_rng(5)
    rows = np.r_[0:200, 230:N].astype(np.uint64)
    y = np.where(rng.random(len(rows)) < 0.4, 1.0, -1.0)
    upper, lower = np.where(y > 0, 2.0, 0.0), np.where(y > 0, 0.0, -2.0)
    found = []
    for seen, away, halves in (
        (K, [0, 30], WHOLE),
        (np.full((room, len(rows)), np.nan, np.float32), [0, 0], packed(K).values),
    ):
        chunks = np.array([[0, 200, away[0]], [200, len(rows), away[1]]], np.uint64)
        beta, f = np.zeros(len(rows)), y.copy()
        steps, gap = optimise(seen, chunks, rows, beta, upper, lower, f, 1e-3, 10**6, 1e-12, halves)
        found.append((beta.tobytes(), f.tobytes(), steps, gap))
    assert found[0] == found[1]
    assert found[0][2] > 100


def test_all_pairs_and_folds_decide_the_same_to_the_last_bit():
    K, rng = kernel(), np.random.default_rng(7)
    layout = Layout.of(rng.integers(0, 3, N), rng.integers(0, 4, N), 3, 4)
    problem = OneVsOneProblem(layout, 1.0, np.ones(3), None)
    folds = [NO_FOLD, 0, 1, 2, 3]
    found = []
    for gram, threads in ((K, 1), (packed(K), 2)):
        solutions, out = problem.solve(gram, folds, threads), np.zeros((2, N, 3))
        decide_training_rows(gram, layout, solutions, out, threads)
        found.append((out.tobytes(), [s.steps.tobytes() for s in solutions]))
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 5 * SIDE)
    return (rng.standard_normal((5 * SIDE, 5)) + 0.6 * y[:, None]).astype(np.float32), y


def allowed(bytes_left):
    """Megabytes of a job that may still ask for so many bytes."""
    return (BASE_BYTES + bytes_left) / 1e6


@pytest.mark.parametrize("gamma", ["auto", "scale"])
def test_where_the_whole_does_not_fit_the_half_of_it_gives_the_same_bits(blobs, gamma, caplog):
    X, y = blobs
    fold = np.arange(len(y)) % 5
    needed = svm_bytes(len(y), 5, classes=3, folds=5)
    models = []
    for bytes_left in (needed, needed - 1):
        caplog.clear()
        with caplog.at_level("INFO"):
            models.append(SVM(gamma=gamma, memory_mb=allowed(bytes_left), n_jobs=2).fit(X, y, fold=fold))
    assert "half the kernel of 2560 rows" in caplog.text
    whole, half = models
    assert half.out_of_fold_decision_.tobytes() == whole.out_of_fold_decision_.tobytes()
    assert half.predict_proba(X[:50]).tobytes() == whole.predict_proba(X[:50]).tobytes()


def test_what_does_not_fit_by_halves_either_is_refused(blobs, monkeypatch):
    X, y = blobs
    needed = svm_bytes(len(y), 5, classes=3, folds=5, packed=True)
    monkeypatch.setattr(memory, "available_bytes", lambda: needed - 1)
    with pytest.raises(InputError, match=f"take {needed:,} bytes"):
        SVM().fit(X, y, fold=np.arange(len(y)) % 5)
