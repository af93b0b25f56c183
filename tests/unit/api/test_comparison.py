"""Predictions in memory: what is taken, what is refused, and what is given back."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import latefusion
from latefusion.api.prediction_arrays import Part, prediction_set
from latefusion.core.errors import InputError
from worlds import world

P, Y, FOLD, T, Y_TEST = world(60, 2, 3, seed=3)
SAID = {"text": T[:, 0], "audio": T[:, 1]}
DEV = ({"text": P[:, 0], "audio": P[:, 1]}, Y)


def as_set(predictions=SAID, y=Y_TEST, *, groups=None, dev=None, folds=None, classes=None):
    taught = None if dev is None else Part("dev", *dev)
    return prediction_set(
        Part("predictions", predictions, y, groups), taught, folds=folds, classes=classes, group_names="exact"
    )


def changed(row, column, value):
    p = T[:, 1].copy()
    p[row, column] = value
    return {"text": T[:, 0], "audio": p}


def test_items_that_teach_stand_first_and_nothing_is_changed():
    found = as_set(dev=DEV)
    assert found.protocol == "honest"
    assert found.dev.tolist() == [True] * 60 + [False] * 60
    assert np.array_equal(found.p["audio"], np.concatenate([P[:, 1], T[:, 1]]))
    assert np.array_equal(found.y, np.concatenate([Y, Y_TEST]))


@pytest.mark.parametrize(
    ("labels", "order"),
    [(["9", "10", "11"], [1, 2, 0]), ([9, 10, 11], [0, 1, 2]), (["b", "c", "a"], [2, 0, 1])],
)
def test_columns_stand_for_the_sorted_labels_as_in_scikit_learn(labels, order):
    """`np.unique` sorts texts as texts, so the columns of "10" and "11" come before that of "9"."""
    y = np.array(labels)[Y_TEST]
    own = T[:, :, order]  # as predict_proba would have them
    found = as_set({"text": own[:, 0]}, y)
    truth = [labels.index(type(labels[0])(name)) for _, name in found.classes]
    assert np.array_equal(found.p["text"], T[:, 0][:, truth])
    assert [labels[truth[c]] for c in found.y] == y.tolist()


def test_columns_of_a_frame_go_by_their_names():
    names = np.array(["cat", "dog", "eel"])
    frame = pd.DataFrame(T[:, 0][:, [2, 0, 1]], columns=names[[2, 0, 1]])
    found = as_set({"text": frame, "audio": T[:, 1][:, [2, 0, 1]]}, names[Y_TEST])
    assert [name for _, name in found.classes] == ["cat", "dog", "eel"]
    assert np.array_equal(found.p["text"], T[:, 0])


def test_one_column_is_the_second_of_two_classes():
    p = T[:, 0, 0]
    found = as_set({"text": p}, np.where(Y_TEST == 0, "yes", "no"))
    assert [name for _, name in found.classes] == ["no", "yes"]
    assert np.array_equal(found.p["text"], np.column_stack([1 - p, p]))


def test_labels_that_are_indices_may_lack_a_class():
    y = np.where(Y_TEST == 2, 0, Y_TEST)
    assert [key for key, _ in as_set(y=y).classes] == [0, 1, 2]


def test_rows_without_a_prediction_are_counted():
    found = as_set(changed(slice(0, 7), slice(None), np.nan))
    assert found.warnings == [
        {"code": "no_prediction:audio", "message": "audio says nothing of 7 of 60 items"}
    ]


CASES = {
    "a row that sums to more than one": (
        {"predictions": changed(4, 0, 3.0)},
        r"predictions\['audio'\], row 4.*values from",
    ),
    "rows in per cent": ({"predictions": {"text": 100 * T[:, 0]}}, r"\['text'\], row 0.*divide by 100"),
    "a row that is partly missing": ({"predictions": changed(9, 1, np.nan)}, "row 9.*some probabilities"),
    "infinity": ({"predictions": changed(2, 1, np.inf)}, "row 2.*values from -1"),
    "texts": ({"predictions": {"text": T[:, 0].astype(str) + "x"}}, "no numbers"),
    "other items": ({"predictions": {"text": T[:, 0], "audio": T[:59, 1]}}, r"\['audio'\].*shape \(59, 3\)"),
    "other classes": (
        {"predictions": {"text": T[:, 0], "audio": T[:, 1, :2]}},
        r"\['audio'\].*shape \(60, 2\)",
    ),
    "a label without a column": ({"classes": [0, 1, 5]}, "the label '2', which has no column"),
    "too few classes": ({"classes": [0, 1]}, "2 classes for 3 columns"),
    "no label": ({"y": [None, *Y_TEST[1:].tolist()]}, "no label for 1 item, such as that of row 0"),
    "a model that dev lacks": ({"dev": ({"text": P[:, 0]}, Y)}, r"dev\['audio'\].*nothing"),
    "labels of two kinds": ({"dev": (DEV[0], Y.astype(str))}, "numbers in one part and texts in the other"),
    "groups of other items": ({"groups": Y_TEST[1:]}, r"groups.*shape \(59,\)"),
    "one fold": ({"folds": np.zeros(60)}, "one fold"),
    "folds of other items": ({"folds": FOLD[1:]}, r"folds.*shape \(59,\)"),
    "names that files cannot tell apart": ({"predictions": {"a b": T[:, 0], "a_b": T[:, 1]}}, "both be a_b"),
    "frames in another order": (
        {
            "predictions": {
                "text": pd.DataFrame(T[:, 0]),
                "audio": pd.DataFrame(T[:, 1], index=np.arange(60)[::-1]),
            }
        },
        "another index",
    ),
    "columns of other classes": (
        {"predictions": {"text": pd.DataFrame(T[:, 0], columns=[0, 1, 7])}, "classes": [0, 1, 2]},
        "the columns",
    ),
}


@pytest.mark.parametrize(("given", "told"), CASES.values(), ids=CASES)
def test_what_does_not_fit_is_refused_with_its_place(given, told):
    with pytest.raises(InputError) as caught:
        as_set(**given)
    assert re.search(told, str(caught.value), re.DOTALL), str(caught.value)


@pytest.fixture(scope="module")
def verdict():
    return latefusion.compare(SAID, Y_TEST, rules=["mean", "min"], draws=200, n_jobs=1, progress=False)


def test_a_rule_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"(?s)maen.*write 'mean'"):
        latefusion.compare(SAID, Y_TEST, rules=["maen"], progress=False)


def test_a_rule_of_numbers_alone_is_refused_for_classes():
    with pytest.raises(InputError, match="bates_granger does not fuse classes"):
        latefusion.compare(SAID, Y_TEST, rules=["bates_granger"], progress=False)


def test_dev_of_another_length_is_refused():
    with pytest.raises(ValueError, match="dev holds predictions, labels and perhaps groups, not 1 things"):
        latefusion.compare(SAID, Y_TEST, dev=(SAID,), progress=False)


def test_the_ranking_is_that_of_the_metric(verdict):
    accuracy = verdict.ranking["accuracy"]
    assert accuracy.tolist() == sorted(accuracy, reverse=True)
    assert set(verdict.ranking.index) == {"text", "audio", "mean", "min"}
    assert accuracy["text"] == pytest.approx((T[:, 0].argmax(axis=1) == Y_TEST).mean())
    assert len(verdict.answer) == 3


def test_a_ranking_by_a_loss_begins_with_the_least():
    found = latefusion.compare(
        SAID, Y_TEST, rules="mean", metric="log_loss", draws=200, n_jobs=1, progress=False
    )
    assert found.ranking["log_loss"].is_monotonic_increasing


def test_the_page_and_the_notebook_show_it(verdict, tmp_path):
    page = verdict.to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The answer" in page
    assert "http://" not in verdict._repr_html_()
    HTMLParser().feed(verdict._repr_html_())
    assert f"{verdict.ranking['accuracy'].iloc[0]:.4f}" in verdict._repr_html_()


def test_progress_is_told_to_whoever_asks():
    steps = []
    latefusion.compare(
        {"text": T[:, 0], "audio": T[:, 1]},
        Y_TEST,
        rules=["mean"],
        draws=200,
        n_jobs=1,
        progress=lambda done, of, name: steps.append((done, of, name)),
    )
    assert steps == [(1, 3, "mean"), (2, 3, "evaluation"), (3, 3, "checks")]


def test_decisions_of_several_classes_are_refused_with_where_they_are_judged():
    with pytest.raises(InputError, match="one number or decision an item for 3 classes") as error:
        as_set({"text": Y_TEST, "audio": Y_TEST})
    assert "predictions: {predicted: …}" in str(error.value)


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("given", ["dev", "folds"])
def test_one_item_alone_cannot_teach(numbers, given):
    rng = np.random.default_rng(0)
    y = rng.normal(size=40) if numbers else np.arange(40) % 2
    said = {name: rng.random(40) for name in ("a", "b")}
    one = {name: p[:1] for name, p in said.items()}
    more = {"dev": (one, y[:1])} if given == "dev" else {"folds": np.arange(40) == 7}
    more |= {"targets": "x"} if numbers else {}
    with pytest.raises(InputError) as refused:
        latefusion.compare(said, y, rules=["mean"], n_jobs=1, progress=False, **more)
    if not (numbers and given == "dev"):  # there a target that does not vary is refused first
        assert "is all that teaches the rules" in str(refused.value)
