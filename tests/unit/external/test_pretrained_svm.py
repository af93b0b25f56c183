import hashlib
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from latefusion.core.errors import InputError
from latefusion.external.pretrained_file import load_pretrained
from latefusion.external.pretrained_svm import PretrainedSVC
from latefusion.svm.estimator import SVM
from latefusion.svm.pairwise_coupling import couple
from latefusion.svm.platt_scaling import apply_sigmoids
from latefusion.svm.prediction import predict


def blobs(n=150, K=3, d=6, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    centres = np.random.default_rng(9).standard_normal((K, d))
    return (rng.standard_normal((n, d)) + centres[y]).astype(np.float32), y


def with_sigmoids(svc, sigmoids):
    """A fitted SVC as `probability=True` would leave it, without the deprecated call."""
    svc._probA, svc._probB = np.array(sigmoids, np.float64).T.copy()
    return svc


def fitted(K=3, **options):
    X, y = blobs(K=K)
    pairs = K * (K - 1) // 2
    sigmoids = [(-1.0 - 0.1 * p, 0.2 * p) for p in range(pairs)]
    return with_sigmoids(SVC(**{"gamma": "auto", **options}).fit(X.astype(np.float64), y), sigmoids)


def save(model, path: Path, dump=joblib.dump):
    if dump is joblib.dump:
        joblib.dump(model, path)
    else:
        path.write_bytes(pickle.dumps(model))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(path, sha, K=3, columns=(6,), labels=None, counts=None):
    return load_pretrained(
        path,
        sha,
        labels=list(range(K)) if labels is None else labels,
        counts=[50] * K if counts is None else counts,
        columns=columns,
        key="modalities.0.pretrained",
    )


@pytest.mark.parametrize("K", [2, 3, 5])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"gamma": "scale", "C": 7.0},
        {"kernel": "linear"},
        {"kernel": "poly", "coef0": 0.5, "degree": 2},
        {"kernel": "sigmoid", "gamma": 0.01},
    ],
)
def test_decisions_and_votes_are_those_of_scikit_learn(tmp_path, K, options):
    svc = fitted(K, **options)
    model, facts = load(tmp_path / "m.joblib", save(svc, tmp_path / "m.joblib"), K)
    T, _ = blobs(600, K, seed=1)
    svc.decision_function_shape = "ovo"
    expected = svc.decision_function(T.astype(np.float64))
    expected = -expected[:, None] if K == 2 else expected
    np.testing.assert_allclose(model.pairwise_decision(T), expected, atol=1e-9)
    p, ovo_prediction = predict(model, [T], guarded=False, n_jobs=2, source="rows of a test")
    np.testing.assert_array_equal(ovo_prediction, svc.predict(T.astype(np.float64)))
    sigmoids = np.stack([svc._probA, svc._probB], axis=1)
    np.testing.assert_allclose(p, couple(apply_sigmoids(expected, sigmoids), np.ones(K, bool)), atol=1e-9)
    assert facts["n_support"] == len(svc.support_)


def test_another_file_is_refused_before_it_is_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    actual = save(Bomb(), tmp_path / "m.pkl", pickle.dumps)
    with pytest.raises(InputError) as error:
        load(tmp_path / "m.pkl", "0" * 64)
    assert actual in str(error.value)
    assert "0" * 64 in str(error.value)
    assert "modalities.0.pretrained.sha256" in str(error.value)
    assert not (tmp_path / "exploded").exists()


def test_a_plain_pickle_is_opened_too(tmp_path):
    svc = fitted()
    model, _ = load(tmp_path / "m.pkl", save(svc, tmp_path / "m.pkl", pickle.dumps))
    assert isinstance(model, PretrainedSVC)


def test_attributes_where_older_versions_kept_them_are_found(tmp_path):
    svc = fitted()
    new, _ = load(tmp_path / "n", save(svc, tmp_path / "n"))
    state = vars(svc)
    state["probA_"], state["probB_"] = state.pop("_probA"), state.pop("_probB")
    old, _ = load(tmp_path / "o", save(svc, tmp_path / "o"))
    np.testing.assert_array_equal(old.libsvm_sigmoids_, new.libsvm_sigmoids_)


def test_another_version_of_scikit_learn_is_reported(tmp_path, caplog):
    svc = fitted()
    content = pickle.dumps(svc)
    from sklearn import __version__

    (tmp_path / "m").write_bytes(content.replace(__version__.encode(), b"0" + __version__[1:].encode()))
    _, facts = load(tmp_path / "m", hashlib.sha256((tmp_path / "m").read_bytes()).hexdigest())
    assert "unpickle estimator SVC from version 0" in caplog.text
    assert any("version 0" in text for text in facts["warnings"])


def test_a_pipeline_transforms_before_it_decides(tmp_path):
    X, y = blobs()
    pipeline = make_pipeline(StandardScaler(), PCA(3, random_state=0), SVC(gamma="auto"))
    pipeline.fit(X.astype(np.float64), y)
    with_sigmoids(pipeline[-1], [(-1, 0)] * 3)
    model, _ = load(tmp_path / "m", save(pipeline, tmp_path / "m"))
    _, ovo_prediction = predict(model, [X], guarded=True, n_jobs=1, source="rows of a test")
    np.testing.assert_array_equal(ovo_prediction, pipeline.predict(X.astype(np.float64)))


def test_modalities_are_put_side_by_side(tmp_path):
    model, _ = load(tmp_path / "m", save(fitted(), tmp_path / "m"), columns=(2, 4))
    X, _ = blobs()
    np.testing.assert_array_equal(
        predict(model, [X[:, :2], X[:, 2:]], guarded=True, n_jobs=1, source="rows of a test")[0],
        predict(model, [X], guarded=True, n_jobs=1, source="rows of a test")[0],
    )


def test_classes_go_to_their_place_among_the_labels(tmp_path):
    X, y = blobs()
    svc = SVC(gamma="auto").fit(X.astype(np.float64), np.array(["b", "d", "a"])[y])
    with_sigmoids(svc, [(-1, 0)] * 3)
    model, _ = load(tmp_path / "m", save(svc, tmp_path / "m"), 4, labels=["a", "b", "c", "d"])
    p, ovo_prediction = predict(model, [X], guarded=True, n_jobs=1, source="rows of a test")
    assert (p[:, 2] == 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_array_equal(
        np.array(["a", "b", "c", "d"])[ovo_prediction], svc.predict(X.astype(np.float64))
    )


def test_labels_that_were_read_as_floats_are_the_same_classes(tmp_path):
    X, y = blobs()
    svc = with_sigmoids(SVC(gamma="auto").fit(X.astype(np.float64), y.astype(float)), [(-1, 0)] * 3)
    model, _ = load(tmp_path / "m", save(svc, tmp_path / "m"))
    np.testing.assert_array_equal(
        predict(model, [X], guarded=True, n_jobs=1, source="rows of a test")[1], svc.predict(X)
    )


def test_an_inverted_sigmoid_is_guarded_with_the_shares_of_the_data(tmp_path):
    svc = fitted()
    svc._probA[1] = 0.7
    model, facts = load(tmp_path / "m", save(svc, tmp_path / "m"), counts=[10, 20, 40])
    assert facts["n_inverted_sigmoids"] == 1
    np.testing.assert_allclose(model.sigmoids_[1], [0, np.log(40 / 10)])
    assert model.libsvm_sigmoids_[1, 0] == 0.7
    np.testing.assert_array_equal(model.sigmoids_[[0, 2]], model.libsvm_sigmoids_[[0, 2]])


def test_rows_that_lack_a_modality_stay_unknown(tmp_path):
    model, _ = load(tmp_path / "m", save(fitted(), tmp_path / "m"))
    X, _ = blobs()
    X[3] = np.nan
    p, ovo_prediction = predict(model, [X], guarded=True, n_jobs=1, source="rows of a test")
    assert np.isnan(p[3]).all()
    assert ovo_prediction[3] == -1
    assert np.isfinite(np.delete(p, 3, axis=0)).all()


def test_an_svm_of_this_project_works_as_it_is(tmp_path):
    X, y = blobs()
    ours = SVM(random_state=0).fit([X[:, :2], X[:, 2:]], y, n_classes=3)
    model, facts = load(tmp_path / "m", save(ours, tmp_path / "m"), columns=(2, 4))
    assert isinstance(model, SVM)
    assert facts["kind"] == "SVM"
    np.testing.assert_array_equal(
        model.predict_proba([X[:, :2], X[:, 2:]]), ours.predict_proba([X[:, :2], X[:, 2:]])
    )


def without_sigmoids():
    X, y = blobs()
    return SVC(gamma="auto").fit(X, y)


def own_kernel():
    X, y = blobs()
    return with_sigmoids(SVC(kernel="precomputed").fit((X @ X.T).astype(np.float64), y), [(-1, 0)] * 3)


def another_estimator():
    X, y = blobs()
    return LogisticRegression().fit(X, y)


def other_classes():
    X, y = blobs()
    return with_sigmoids(SVC(gamma="auto").fit(X, y + 7), [(-1, 0)] * 3)


@pytest.mark.parametrize(
    ("make", "columns", "message"),
    [
        (without_sigmoids, (6,), "without sigmoids"),
        (own_kernel, (150,), "kernel of its own"),
        (another_estimator, (6,), "LogisticRegression"),
        (lambda: SVC(), (6,), "SVC"),
        (lambda: {"a": 1}, (6,), "builtins.dict"),
        (other_classes, (6,), r"for the classes '?\[7, 8, 9\]'?; the data have '?\[0, 1, 2\]"),
        (fitted, (7,), "for 6 columns; the view has 7"),
        (lambda: SVM(), (6,), "not fitted"),
        (lambda: SVM(random_state=0).fit(*blobs()), (3, 3), r"for columns \[6\], the view has \[3, 3\]"),
        (lambda: SVM(random_state=0).fit(*blobs(K=2)), (6,), "for 2 classes, the data have 3"),
    ],
)
def test_what_cannot_be_used_is_refused_by_what_it_is(tmp_path, make, columns, message):
    with pytest.raises(InputError, match=message):
        load(tmp_path / "m", save(make(), tmp_path / "m"), columns=columns)


def test_a_file_that_is_no_pickle_is_refused(tmp_path):
    (tmp_path / "m").write_text("not a pickle")
    with pytest.raises(InputError, match="cannot be opened"):
        load(tmp_path / "m", hashlib.sha256(b"not a pickle").hexdigest())


def test_a_file_of_a_package_that_is_not_there_is_refused(tmp_path):
    content = b"\x80\x04cnowhere_to_be_found\nThing\n."
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(InputError, match="nowhere_to_be_found"):
        load(tmp_path / "m", hashlib.sha256(content).hexdigest())


def test_a_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        load(tmp_path / "m", "0" * 64)
