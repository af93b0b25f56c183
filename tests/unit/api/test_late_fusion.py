"""Late fusion as scikit-learn and those who use it see it."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.utils.estimator_checks import parametrize_with_checks

from latefusion import SVM, LateFusionClassifier
from latefusion.learning.learner import learner_class
from latefusion.rules.logistic_regression import LogisticRegression
from latefusion.rules.product import Product

HALVES = {"lyrics": slice(0, 4), "audio": [4, 5, 6]}


def songs(n=150, K=3, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % K
    X = rng.standard_normal((n, 7)) + 1.2 * rng.standard_normal((K, 7))[y]
    return X, np.array(["angry", "happy", "sad"])[y]


# no check is expected to fail
@parametrize_with_checks(
    [LateFusionClassifier({"even": slice(0, None, 2), "odd": slice(1, None, 2)}, random_state=0)]
)
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)


def test_it_is_svms_fused_by_the_rule():
    X, y = songs()
    fused = LateFusionClassifier(HALVES, random_state=0).fit(X, y)
    models = [SVM().fit(part, y, fold=fused.fold_) for part in (X[:, :4], X[:, 4:])]
    for name, model in zip(HALVES, models, strict=True):
        np.testing.assert_array_equal(fused.modality_proba_[name], model.out_of_fold_proba_)
    new = songs(seed=1)[0]
    P = np.stack([models[0].predict_proba(new[:, :4]), models[1].predict_proba(new[:, 4:])], axis=1)
    label = np.unique(y, return_inverse=True)[1].astype(np.int32)
    learn = np.stack(list(fused.modality_proba_.values()), axis=1)
    np.testing.assert_array_equal(
        fused.predict_proba(new), Product().fit(learn, label, fold=fused.fold_).predict_proba(P)
    )
    np.testing.assert_array_equal(fused.transform(new), P.reshape(len(new), -1))


def test_a_rule_that_learns_is_fitted_on_out_of_fold_probabilities():
    X, y = songs()
    fused = LateFusionClassifier(HALVES, rule={"name": "logistic_regression", "C": 0.3}, random_state=0)
    fused.fit(X, y)
    learn = np.stack(list(fused.modality_proba_.values()), axis=1)
    label = np.unique(y, return_inverse=True)[1].astype(np.int32)
    rule = LogisticRegression(C=0.3).fit(learn, label, fold=fused.fold_)
    P = fused.transform(X).reshape(len(X), 2, 3)
    np.testing.assert_array_equal(fused.predict_proba(X), rule.predict_proba(P))


def test_groups_are_never_divided_between_folds():
    X, y = songs()
    groups = np.random.default_rng(3).integers(20, size=len(y))
    fold = LateFusionClassifier(HALVES, folds=4, random_state=0).fit(X, y, groups=groups).fold_
    assert all(len(np.unique(fold[groups == group])) == 1 for group in groups)
    assert np.unique(fold).tolist() == [0, 1, 2, 3]


def test_folds_of_ones_own_take_the_place_of_those_that_are_dealt():
    X, y = songs()
    own = np.repeat([7, 3, 9], 50)
    model = LateFusionClassifier(HALVES, random_state=0).fit(X, y, fold=own)
    assert model.fold_.tolist() == np.repeat([1, 0, 2], 50).tolist()
    svm = SVM().fit(X[:, :4], y, fold=own)
    np.testing.assert_array_equal(model.modality_proba_["lyrics"], svm.out_of_fold_proba_)


def test_arrays_frames_and_dicts_of_arrays_say_the_same():
    X, y = songs()
    frame = pd.DataFrame(X, columns=list("abcdefg")).assign(title="a song")
    array = LateFusionClassifier(HALVES, random_state=0).fit(X, y)
    named = LateFusionClassifier({"lyrics": list("abcd"), "audio": ["e", "f", "g"]}, random_state=0)
    masked = LateFusionClassifier({"lyrics": np.arange(7) < 4, "audio": slice(-3, None)}, random_state=0).fit(
        X, y
    )
    parts = {"lyrics": X[:, :4], "audio": pd.DataFrame(X[:, 4:])}
    by_name = LateFusionClassifier(random_state=0).fit(parts, y)
    expected = array.predict_proba(X)
    np.testing.assert_array_equal(named.fit(frame, pd.Series(y)).predict_proba(frame), expected)
    np.testing.assert_array_equal(masked.predict_proba(X), expected)
    swapped = dict(reversed(parts.items()))
    np.testing.assert_array_equal(by_name.predict_proba(swapped), expected)
    assert by_name.n_features_in_ == array.n_features_in_ == 7
    assert named.feature_names_in_.tolist() == [*"abcdefg", "title"]


def test_selected_is_the_rule_of_least_loss_out_of_fold():
    X, y = songs()
    rules = ["product", "max_confidence", {"name": "power_mean", "p": 0.5}]
    model = LateFusionClassifier(HALVES, rule="selected", candidates=rules, random_state=0).fit(X, y)
    losses = {name: entry["log_loss"] for name, entry in model.cross_validated_.items()}
    assert set(losses) == {"product", "max_confidence", "power_mean"}
    assert model.rule_ == min(losses, key=losses.get)
    chosen = dict(zip(["product", "max_confidence", "power_mean"], rules, strict=True))[model.rule_]
    alone = LateFusionClassifier(HALVES, rule=chosen, random_state=0)
    np.testing.assert_array_equal(model.predict_proba(X), alone.fit(X, y).predict_proba(X))
    P = np.stack(list(model.modality_proba_.values()), axis=1)
    surest = P.max(axis=1) / P.max(axis=1).sum(axis=1, keepdims=True)
    assert losses["max_confidence"] == pytest.approx(log_loss(y, surest))


def test_a_row_of_nan_is_an_item_that_lacks_the_modality():
    X, y = songs()
    gaps = X.copy()
    gaps[::5, 4:] = np.nan
    gaps[0] = np.nan
    model = LateFusionClassifier(HALVES, random_state=0).fit(gaps, y)
    assert np.isnan(model.modality_proba_["audio"][::5]).all()
    assert not np.isnan(model.modality_proba_["audio"][1:5]).any()
    p = model.predict_proba(gaps)
    np.testing.assert_allclose(p[0], [1 / 3, 1 / 3, 1 / 3])
    np.testing.assert_allclose(p[5], model.predict_modality_proba(gaps)["lyrics"][5])
    gaps[3, 5] = np.nan
    with pytest.raises(ValueError, match=r"X, audio, row 3\n    found:   1 NaN among 3 columns"):
        model.predict(gaps)


@pytest.mark.parametrize("name", ["logistic_regression", "knn"])
def test_other_learners_take_the_place_of_the_svm(name):
    X, y = songs()
    model = LateFusionClassifier(HALVES, learner=name, random_state=0).fit(X, y)
    label = np.unique(y, return_inverse=True)[1].astype(np.int32)
    learner = learner_class(name)(random_state=0).fit(X[:, :4], label, model.fold_)
    np.testing.assert_array_equal(model.modality_proba_["lyrics"], learner.out_of_fold_proba_)
    np.testing.assert_array_equal(model.predict_modality_proba(X)["lyrics"], learner.predict_proba(X[:, :4]))
    with pytest.raises(ValueError, match=f"learner, {name}\n    found:   'metrix', which is no option"):
        LateFusionClassifier(HALVES, learner={"name": name, "metrix": 3}).fit(X, y)


@pytest.mark.parametrize(
    ("rule", "learner"),
    [("product", "logistic_regression"), ("logistic_regression", "svm"), ("random_forest", "svm")],
)
def test_it_is_cloned_pickled_and_cross_validated(rule, learner):
    X, y = songs()
    model = LateFusionClassifier(HALVES, learner=learner, rule=rule, random_state=0).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    fresh = clone(model).fit(X, y)
    for other in (again, fresh):
        np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))
    p = cross_val_predict(clone(model), X, y, cv=3, method="predict_proba")
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_rules_and_learners_are_searched_like_any_parameter():
    X, y = songs()
    grid = {"rule": ["product", "min"], "learner": [{"name": "svm", "C": 1e-3}, {"name": "svm", "C": [1, 3]}]}
    search = GridSearchCV(
        LateFusionClassifier(HALVES, folds=3, random_state=0), grid, scoring="neg_log_loss", cv=GroupKFold(3)
    )
    search.fit(X, y, groups=np.arange(len(y)) // 3)
    assert search.best_params_["learner"]["C"] == [1, 3]


def test_features_out_are_named_by_modality_and_class():
    X, y = songs()
    model = LateFusionClassifier(HALVES, random_state=0).fit(X, y)
    names = model.get_feature_names_out()
    assert names.tolist()[:4] == ["lyrics_angry", "lyrics_happy", "lyrics_sad", "audio_angry"]
    model.set_output(transform="pandas")
    assert model.transform(X).columns.tolist() == names.tolist()


def test_weights_of_classes_go_by_their_labels():
    X, y = songs()
    heavy = {"name": "svm", "class_weight": {"sad": 50.0}}
    plain = LateFusionClassifier(HALVES, random_state=0).fit(X, y).predict_modality_proba(X)
    tipped = LateFusionClassifier(HALVES, learner=heavy, random_state=0).fit(X, y)
    svm = SVM(class_weight={"sad": 50.0}).fit(X[:, :4], y, fold=tipped.fold_)
    np.testing.assert_array_equal(tipped.modality_proba_["lyrics"], svm.out_of_fold_proba_)
    assert not np.array_equal(plain["lyrics"], tipped.predict_modality_proba(X)["lyrics"])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"modalities": None}, r"modalities\n    found:   None\n.*\n    fix:     say which columns"),
        ({"modalities": {"audio": slice(0, 9)}}, r"slice\(0, 9, None\), but X has 7 feature"),
        ({"modalities": {"audio": [9]}}, r"\[9\], but X has 7 feature"),
        ({"modalities": {"audio": [True]}}, r"a mask of 1, but X has 7"),
        ({"modalities": {"audio": []}}, r"no column \(\[\]; X has 7"),
        ({"modalities": {"audio": ["a"]}}, r"pass a data frame, or a slice"),
        ({"rule": "produkt"}, r"'produkt', which is no rule\n.*\n    fix:     write 'product'"),
        ({"rule": {"name": "mlp", "epoch": 2}}, r"rule, mlp\n.*'epoch'.*\n.*\n.*write 'epochs'"),
        ({"rule": 3}, r"found:   3\n    allowed: a name, or a mapping"),
        ({"rule": "selected", "candidates": ["min", "min"]}, r"each rule once"),
        ({"rule": "selected", "candidates": []}, r"a list of rules"),
        ({"learner": "smv"}, r"'smv', which is no learner\n.*\n    fix:     write 'svm'"),
        ({"learner": "kernel_ridge"}, r"'kernel_ridge', a learner of numbers alone\n.*svm"),
        ({"rule": "bates_granger"}, r"'bates_granger', a rule of numbers alone\n.*product"),
        ({"learner": {"name": "svm", "c": 1}}, r"learner, svm\n.*\n.*\n    fix:     write 'C'"),
        ({"learner": {"name": "svm", "C": -1}}, "C must be a number above 0, not -1"),
        ({"folds": 1}, r"folds\n    found:   1\n    allowed: a whole number of 2 or more"),
        ({"metric": "logloss"}, r"'logloss', which is no metric\n.*\n    fix:     write 'log_loss'"),
        ({"random_state": -1}, r"random_state\n    found:   -1"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(parameters, message):
    X, y = songs()
    with pytest.raises(ValueError, match=message):
        LateFusionClassifier(**{"modalities": HALVES, **parameters}).fit(X, y)


def test_input_that_cannot_be_used_is_refused_in_words():
    X, y = songs()
    parts = {"lyrics": X[:, :4], "audio": X[:, 4:]}
    model = LateFusionClassifier(random_state=0).fit(parts, y)
    refused = [
        ({"lyrics": X[:, :4]}, r"no array for audio\n.*\n    fix:     give an array of NaN"),
        ({**parts, "audoi": X}, r"'audoi', which is no modality\n.*\n    fix:     write 'audio'"),
        ({**parts, "audio": X[:9, 4:]}, r"9 rows of audio, 150 of lyrics"),
        ({**parts, "audio": X[:, 5:]}, r"X, audio\n    found:   2 columns\n    allowed: 3, as in training"),
        (X, r"found:   ndarray\n    allowed: a dict of arrays, one for each of lyrics and audio"),
    ]
    for given, message in refused:
        with pytest.raises(ValueError, match=message):
            model.predict(given)
    with pytest.raises(ValueError, match=r"1 class, 'sad'"):
        model.fit(parts, np.full(len(X), "sad"))
    with pytest.raises(ValueError, match=r"fold, groups\n    found:   both"):
        model.fit(parts, y, groups=y, fold=np.arange(len(y)) % 2)
    with pytest.raises(ValueError, match="a dict of arrays"):
        LateFusionClassifier(HALVES).fit(X, y).predict(parts)
    alone = {**parts, "audio": np.where((y == "sad")[:, None], parts["audio"], np.nan)}
    with pytest.raises(ValueError, match=r"the modality audio\n    found:   1 class among"):
        model.fit(alone, y)


def test_data_frames_of_a_dict_keep_the_order_of_their_columns():
    X, y = songs()
    frames = {"lyrics": pd.DataFrame(X[:, :4], columns=list("abcd")), "audio": pd.DataFrame(X[:, 4:])}
    model = LateFusionClassifier(rule="mean", random_state=0).fit(frames, y)
    expected = model.predict_proba(frames)
    arrays = {name: frame.to_numpy() for name, frame in frames.items()}
    np.testing.assert_array_equal(model.predict_proba(arrays), expected)
    turned = {**frames, "lyrics": frames["lyrics"][list("abdc")]}
    with pytest.raises(ValueError, match=r"X, lyrics\n    found:   the column 'd' in place 2, which was 'c'"):
        model.predict_proba(turned)
