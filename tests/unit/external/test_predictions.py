"""Predictions as others write them are read as what they are, value for value."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB

from latefusion.external.prediction_item_table import read_item_table
from latefusion.external.prediction_names import model_names
from latefusion.external.prediction_source import PredictionSource
from latefusion.external.predictions import read_predictions

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])
KEYS = {"item": "id", "label": "key", "group": "speaker", "describe": []}


def read(files, table=None, data=None, **entry):
    source = PredictionSource.of({"file": files, **entry})
    names = model_names(source)
    found = read_predictions(source, None if table is None else read_item_table(data, str(table)))
    assert list(names.values()) == list(found.p)
    return found


@pytest.fixture(scope="module")
def out_of_fold():
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    fold = np.empty(len(Y), int)
    for number, (_, held_out) in enumerate(folds.split(X, Y)):
        fold[held_out] = number
    models = {"linear": LogisticRegression(C=0.1, max_iter=500), "bayes": GaussianNB()}
    said = {
        name: cross_val_predict(model, X, NAMES[Y], cv=folds, method="predict_proba")
        for name, model in models.items()
    }
    return said, fold


@pytest.mark.parametrize("labels", [NAMES, np.array([7, 8, 9])])
def test_tables_of_predict_proba_oof_name_their_columns_after_the_classes(tmp_path, out_of_fold, labels):
    """AutoGluon returns a frame with the index of the training data; `to_csv` writes that first, unnamed."""
    order = np.random.default_rng(0).permutation(len(Y))
    for name, p in out_of_fold[0].items():
        frame = pd.DataFrame(p, columns=labels, index=np.arange(1000, 1000 + len(Y)))
        frame.iloc[order].to_csv(tmp_path / f"{name}.csv")
    pd.DataFrame({"y": labels[Y]}, index=np.arange(1000, 1000 + len(Y))).to_csv(tmp_path / "train.csv")
    found = read(
        [str(tmp_path / f"{name}.csv") for name in out_of_fold[0]],
        tmp_path / "train.csv",
        {"item": None, "label": "y", "group": None, "describe": []},
        classes={"prefix": ""},
    )
    assert [name for _, name in found.classes] == [str(label) for label in labels]
    assert found.item.tolist() == [str(1000 + row) for row in range(len(Y))]
    assert np.array_equal(found.y, Y)
    for name, p in out_of_fold[0].items():
        assert found.p[name] == pytest.approx(p, abs=1e-15)
    assert not found.dev.any(), "nothing says which rows teach"


def test_arrays_of_cross_val_predict_are_rows_of_one_order_with_their_folds(tmp_path, out_of_fold):
    said, fold = out_of_fold
    artist = np.arange(len(Y)) // 2
    path = tmp_path / "p.npz"
    np.savez(path, **said, y=NAMES[Y], fold=fold, group=artist, classes=NAMES)
    found = read(str(path), fold="fold")
    assert found.protocol == "cross"
    assert np.array_equal(found.fold, fold)
    assert np.array_equal(found.y, Y)
    assert found.grouped
    assert len(set(found.group)) == len(Y) // 2
    for name, p in said.items():
        assert found.p[name] == pytest.approx(p, abs=1e-15)


def test_arrays_of_two_classes_may_hold_the_second_alone(tmp_path):
    p = np.array([0.25, 0.5, 1.0, 0.125])
    path = tmp_path / "p.npz"
    np.savez(path, one=p, y=np.array([0, 1, 1, 0]), part=np.array(["dev", "dev", "test", "test"]))
    found = read(str(path), role="part")
    assert found.p["one"].tolist() == [[0.75, 0.25], [0.5, 0.5], [0.0, 1.0], [0.875, 0.125]]
    assert found.dev.tolist() == [True, True, False, False]


SCORES = {"LA_E_1": -2.5, "LA_E_2": 1e-3, "LA_E_3": 4.0, "LA_E_4": 0.75}


def keys(folder, items):
    path = folder / "keys.csv"
    lines = [f"{item},{'bonafide' if n % 2 else 'spoof'},s{n}" for n, item in enumerate(items)]
    path.write_text("\n".join(["id,key,speaker", *lines]) + "\n", encoding="utf-8")
    return path


def test_score_files_of_anti_spoofing_hold_an_id_and_a_score_a_line(tmp_path):
    for name, sign in (("cqcc", 1), ("lfcc", -1)):
        lines = [f"{item} {sign * score}" for item, score in SCORES.items()]
        (tmp_path / f"{name}.txt").write_text("\n".join(lines[::sign]) + "\n", encoding="utf-8")
    found = read(
        [str(tmp_path / "cqcc.txt"), str(tmp_path / "lfcc.txt")],
        keys(tmp_path, SCORES),
        KEYS,
        scores={"columns": ["score"]},
        positive="bonafide",
    )
    assert found.kind == "scores"
    target = [name for _, name in found.classes].index("bonafide")
    assert found.item.tolist() == list(SCORES)
    assert (found.y == target).tolist() == [False, True, False, True]
    assert found.p["cqcc"][:, target].tolist() == list(SCORES.values())
    assert found.p["lfcc"][:, target].tolist() == [-score for score in SCORES.values()]
    assert not found.p["cqcc"][:, 1 - target].any(), "a ratio of two: the other class's share is none"


def test_score_files_of_trials_have_two_ids(tmp_path):
    """BOSARIS writes the model, the segment and the score; both ids are the item."""
    (tmp_path / "plda.txt").write_text("m1 u1 0.5\nm1 u2 -1\nm2 u1 2e1\nm2 u2 -0.25\n", encoding="utf-8")
    items = ["m1 u1", "m1 u2", "m2 u1", "m2 u2"]
    found = read(
        str(tmp_path / "plda.txt"),
        keys(tmp_path, items),
        KEYS,
        scores={"columns": ["score"]},
        positive="bonafide",
    )
    target = [name for _, name in found.classes].index("bonafide")
    assert found.item.tolist() == items
    assert found.p["plda"][:, target].tolist() == [0.5, -1.0, 20.0, -0.25]


def test_fields_of_other_score_files_are_named_in_the_configuration(tmp_path):
    text = "LA_1 u1 A07 spoof 0.5\nLA_1 u2 - bonafide 3\nLA_2 u3 A08 spoof -1\n"
    (tmp_path / "aasist.txt").write_text(text, encoding="utf-8")
    found = read(
        str(tmp_path / "aasist.txt"),
        header=["speaker", "item", "attack", "key", "score"],
        label="key",
        group="speaker",
        scores={"columns": ["score"]},
        positive="bonafide",
    )
    assert found.item.tolist() == ["u1", "u2", "u3"]
    target = [name for _, name in found.classes].index("bonafide")
    assert found.p["aasist"][:, target].tolist() == [0.5, 3.0, -1.0]
    assert found.group[0] == found.group[1] != found.group[2]
