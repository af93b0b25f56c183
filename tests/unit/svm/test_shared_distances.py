"""Training parts that draw from the same rows, and share what is computed for two rows."""

import numpy as np
import pytest

from latefusion.svm import shared_distances
from latefusion.svm.estimator import SVM
from latefusion.svm.fitting import fit_all
from latefusion.svm.kernels import BLOCK, InputScaling, values
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.settings import SvmSettings
from latefusion.svm.shared_distances import SharedDistances, serves
from latefusion.svm.training import Limits, train

N = BLOCK + 190
DEFAULT, ONE_THREAD = SvmSettings(), Limits()
CLASSES = 3


def songs(seed=0, offset=0.0):
    """Two modalities, the second of which two rows lack, labels, and the partition that tests each row."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, CLASSES, N).astype(np.int32)
    X = [
        (rng.standard_normal((N, d)) + rng.standard_normal((CLASSES, d))[y] + offset).astype(np.float32)
        for d in (6, 3)
    ]
    X[1][[5, N - 5]] = np.nan
    return X, y, rng.integers(0, 3, N)


def trained(X, y, tested_in, k, shared, settings=DEFAULT, limits=ONE_THREAD):
    chosen = np.flatnonzero(tested_in != k)
    return train(
        LabelledRows([x[chosen] for x in X], y[chosen], (chosen % 4).astype(np.int32), CLASSES),
        settings,
        replica=False,
        rng=np.random.default_rng(0),
        limits=limits,
        drawn=None if shared is None else shared.drawn(chosen),
    )


def said(part):
    rows = part.rows
    return rows.in_sample_p, rows.out_of_fold_p


def same_bytes(one, other):
    return all(a.tobytes() == b.tobytes() for a, b in zip(said(one), said(other), strict=True))


@pytest.mark.parametrize(
    "settings",
    [
        SvmSettings(),
        SvmSettings(gamma="scale", class_weight="balanced"),
        SvmSettings(combine="balanced", C=3.0),
        SvmSettings(combine="kernel_mean"),
        SvmSettings(C=[0.5, 2.0], gamma=["auto", 0.05]),
    ],
    ids=["default", "scale", "balanced", "kernel_mean", "grid"],
)
def test_parts_that_share_distances_decide_as_parts_alone_to_the_tolerance_of_the_solver(settings):
    X, y, tested_in = songs(offset=0.5)
    known = ~np.isnan(X[1][:, 0])
    shared = SharedDistances.of(X, settings, n_classes=CLASSES)
    models = [SVM(C=C, gamma=gamma, **settings.shared) for C, gamma in settings.grid]
    for k in range(3):
        chosen = np.flatnonzero((tested_in != k) & known)
        together, alone = (
            fit_all(
                models, [x[chosen] for x in X], y[chosen], fold=chosen % 4, n_classes=CLASSES, drawn=drawn
            )
            for drawn in (shared.drawn(chosen), None)
        )
        for one, other in zip(together, alone, strict=True):
            for name in ("in_sample_decision", "out_of_fold_decision"):
                np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=4e-3)
    assert shared.gram._kept, "they were computed in the shared matrix"


def test_kernel_values_are_those_of_centred_rows():
    X, _, tested_in = songs(offset=0.5)
    X = X[:1]
    chosen = np.flatnonzero(tested_in != 0)
    shared = SharedDistances.of(X, DEFAULT, n_classes=CLASSES)
    place = np.random.default_rng(1).permutation(len(chosen))
    K = shared.gram.fill((0.2,), (1.0,), shared.drawn(chosen).at(place))
    scaling = InputScaling.fit([X[0][chosen]], "concatenate", "none")
    rows = scaling.rows([X[0][chosen]])
    alone = values(rows, rows, scaling.in_units([0.2]), (1.0,), double=True)
    np.testing.assert_allclose(K[np.ix_(place, place)], alone, atol=2e-6)


def test_memory_and_threads_change_no_byte(monkeypatch):
    X, y, tested_in = songs()
    settings = SvmSettings(combine="kernel_mean")
    kept = SharedDistances.of(X, settings, n_classes=CLASSES)
    first = [trained(X, y, tested_in, k, kept, settings) for k in range(2)]
    monkeypatch.setattr(shared_distances, "fits", lambda needed, memory_mb: False)
    anew = SharedDistances.of(X, settings, n_classes=CLASSES, n_jobs=2)
    for k, part in enumerate(first):
        assert same_bytes(part, trained(X, y, tested_in, k, anew, settings, Limits(n_jobs=2)))
    assert kept.gram._kept
    assert not anew.gram._kept


@pytest.mark.parametrize("other", [1.5, 1e30, np.nan])
def test_rows_of_other_parts_change_no_byte(other):
    X, y, tested_in = songs()
    held_out = np.flatnonzero(tested_in == 1)
    changed = [x.copy() for x in X]
    if np.isnan(other):
        # an item without a modality is no row of the matrix, so that the rows after it move up
        held_out = held_out[held_out > np.flatnonzero(tested_in != 1).max()]
    changed[0][held_out[1:]] *= other
    one, two = (
        trained(some, y, tested_in, 1, SharedDistances.of(some, DEFAULT, n_classes=CLASSES))
        for some in (X, changed)
    )
    assert same_bytes(one, two)


def test_a_part_is_the_same_whichever_parts_came_before():
    X, y, tested_in = songs()
    shared = SharedDistances.of(X, DEFAULT, n_classes=CLASSES)
    in_turn = [trained(X, y, tested_in, k, shared) for k in range(3)]
    alone = trained(X, y, tested_in, 2, SharedDistances.of(X, DEFAULT, n_classes=CLASSES))
    assert same_bytes(in_turn[2], alone)


@pytest.mark.parametrize(
    ("offset", "gamma", "shared"),
    [(0.0, 0.2, True), (3.0, 0.02, True), (30.0, 0.01, False), (0.0, 50.0, False)],
)
def test_a_part_shares_what_is_exact_enough_for_its_own_rows(offset, gamma, shared):
    X = [songs(offset=offset)[0][0]]
    scaling = InputScaling.fit(X, "concatenate", "none")
    assert serves(scaling, scaling.rows(X), scaling.in_units([gamma])) is shared


def test_a_part_far_from_the_origin_is_trained_on_its_own_centred_rows():
    X, y, tested_in = songs(offset=1000.0)
    shared = SharedDistances.of(X, DEFAULT, n_classes=CLASSES)
    assert same_bytes(*(trained(X, y, tested_in, 0, given) for given in (shared, None)))


@pytest.mark.parametrize(
    "settings",
    [
        SvmSettings(scale="standard"),
        SvmSettings(combine="kernel_aligned"),
        SvmSettings(approximation={"components": 10}),
    ],
    ids=["standard", "kernel_aligned", "approximated"],
)
def test_nothing_is_shared_where_kernels_depend_on_the_part(settings):
    X, _, _ = songs()
    assert SharedDistances.of(X, settings, n_classes=CLASSES) is None
    assert SharedDistances.of([x.astype(np.float64) for x in X], DEFAULT, n_classes=CLASSES) is None
