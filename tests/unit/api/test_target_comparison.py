"""Predicted numbers in memory: what is taken, what is refused, and what is given back."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold, cross_val_predict

import latefusion
from latefusion.core.errors import InputError
from target_worlds import conditional_mean, song_items

TARGETS = ["valence", "arousal"]
ITEMS = song_items(24, seed=2)
RNG = np.random.default_rng(5)
SAID = {name: conditional_mean(ITEMS.y, np.array([0.4, 0.3]), RNG) for name in ("text", "audio")}
Y, GROUP = ITEMS.y, ITEMS.group
N = len(Y)
RNG_X = RNG.standard_normal((N, 3))
QUIET = {"draws": 200, "n_jobs": 1, "progress": False, "rules": ["mean"]}


def judged(said=SAID, y=Y, **more):
    return latefusion.compare(said, y, **{"targets": TARGETS, **QUIET, **more})


def changed(row, column, value):
    own = SAID["audio"].copy()
    own[row, column] = value
    return {"text": SAID["text"], "audio": own}


@pytest.fixture(scope="module")
def verdict():
    return judged(groups=GROUP)


def test_without_rows_to_learn_from_r2_is_that_of_scikit_learn(verdict):
    for model in ("text", "audio"):
        expected = r2_score(Y, SAID[model], multioutput="raw_values")
        row = verdict.ranking.loc[model]
        np.testing.assert_allclose([row[f"r2_{name}"] for name in TARGETS], expected, rtol=1e-10)
        np.testing.assert_allclose(row["r2"], expected.mean(), rtol=1e-10)
    assert verdict.ranking["r2"].is_monotonic_decreasing
    assert {*verdict.ranking.index} == {"text", "audio", "mean"}


def test_without_rows_to_learn_from_rules_are_compared_with_the_best_model_of_these_items(verdict):
    best = verdict.ranking["r2"][["text", "audio"]].idxmax()
    assert {*verdict.comparisons["reference"]} == {best}
    assert "the best on these items" in verdict.answer[0]
    left_out = {one["models"][0] for one in verdict.results.checks if one["code"] == "models_left_out"}
    assert left_out == set()
    every = judged(groups=GROUP, rules="all")
    told = {one["models"][0] for one in every.results.checks if one["code"] == "models_left_out"}
    assert {"ridge_stacking", "bates_granger", "mlp"} <= told
    assert {*every.ranking.index} == {"text", "audio", "mean", "median"}


def test_rules_that_learn_do_so_on_dev():
    teach, test = ITEMS.split == "train", ITEMS.split == "test"
    dev = ({name: said[teach] for name, said in SAID.items()}, Y[teach], GROUP[teach])
    found = judged(
        {name: said[test] for name, said in SAID.items()},
        Y[test],
        groups=GROUP[test],
        dev=dev,
        rules=["mean", "inverse_mse"],
    )
    mse = {name: ((said[teach] - Y[teach]) ** 2).mean(axis=0) for name, said in SAID.items()}
    weight = {name: 1 / one for name, one in mse.items()}
    fused = sum(weight[name] * SAID[name][test] for name in SAID) / sum(weight.values())
    base = ((Y[test] - Y[teach].mean(axis=0)) ** 2).sum(axis=0)
    expected = 1 - ((Y[test] - fused) ** 2).sum(axis=0) / base
    np.testing.assert_allclose(
        [found.ranking.loc["inverse_mse", f"r2_{name}"] for name in TARGETS], expected, rtol=1e-9
    )
    assert {"training_mean", "selected"} <= {*found.ranking.index}


def test_one_number_may_be_a_list_and_columns_of_frames_go_by_name(verdict):
    names = [f"song {row}" for row in range(N)]
    frames = {
        name: pd.DataFrame(said[:, ::-1], columns=TARGETS[::-1], index=names) for name, said in SAID.items()
    }
    found = judged(frames, pd.DataFrame(Y, columns=TARGETS, index=names), groups=GROUP)
    pd.testing.assert_frame_equal(found.summary, verdict.summary, check_exact=True)
    alone = judged({name: said[:, 0].tolist() for name, said in SAID.items()}, Y[:, 0], targets="valence")
    assert alone.ranking.loc["text", "r2"] == pytest.approx(r2_score(Y[:, 0], SAID["text"][:, 0]))
    assert "r2_valence" not in alone.ranking
    # the one target that ranks says which models are tied
    assert re.search(r"^\* ", str(alone), re.MULTILINE)


def test_whole_numbers_are_numbers_where_they_are_named():
    ratings = np.round(2 * Y[:, 0] + 5).astype(int)
    said = {name: 2 * own[:, 0] + 5 for name, own in SAID.items()}
    found = judged(said, ratings, targets="rating")
    assert found.ranking.loc["text", "r2"] == pytest.approx(r2_score(ratings, said["text"]))
    with pytest.raises(InputError, match=r"(?s)one number or decision.*targets=\['NAME'\]"):
        latefusion.compare(said, ratings, **QUIET)


def test_the_page_and_the_notebook_show_it(verdict, tmp_path):
    page = verdict.to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    main = page[page.index("<main") : page.index("Configuration")]
    prose = re.sub(r"<script.*?</script>|<[^>]+>", " ", main, flags=re.DOTALL)
    assert "the mean of the judged items" in prose
    assert not re.search("modalit|embedding", prose)
    assert f"{verdict.ranking['r2'].iloc[0]:.4f}" in verdict._repr_html_()


CASES = {
    "numbers that nobody named": ({"targets": None}, r"y.*shape.*labels; numbers only where they are named"),
    "fractions that nobody named": (
        {"said": {"text": SAID["text"][:, 0]}, "y": Y[:, 0], "targets": None},
        r"other numbers.*name the numbers, targets=\['NAME'",
    ),
    "a metric of classes": ({"metric": "accuracy"}, "metric, which is of classes"),
    "classes": ({"classes": [0, 1]}, "classes, which is of classes"),
    "a target twice": ({"targets": ["a", "a"]}, "a name for each number that is predicted, each once"),
    "a name of its own": ({"targets": ["valence", "mean"]}, "mean, which is what tables call"),
    "three targets": ({"targets": ["a", "b", "c"]}, r"y.*shape.*\(n, 3\).*leave `targets` out"),
    "probabilities": (
        {"said": {"text": np.full((N, 4), 0.25)}},
        r"predictions\['text'\].*shape \(\d+, 4\).*where these are classes",
    ),
    "labels": ({"y": np.array(["a", "b"] * N)[:N]}, "y.*'a'.*numbers"),
    "an infinite prediction": ({"said": changed(3, 0, np.inf)}, r"\['audio'\].*row 3: infinite"),
    "half a row": ({"said": changed(3, 0, np.nan)}, r"\['audio'\].*row 3: some numbers, but not all"),
    "a huge number": ({"said": changed(3, 0, 1e200)}, r"beyond 1e\+100 in row 3"),
    "a gap, and nothing to learn from": (
        {"said": changed(3, slice(None), np.nan)},
        r"\['audio'\].*nothing about row 3, and no rows to learn from",
    ),
    "an unknown truth": (
        {"y": np.where(np.arange(N)[:, None] == 4, np.nan, Y)},
        "no finite number for 1 item",
    ),
    "a constant": ({"y": np.column_stack([Y[:, 0], np.ones(N)])}, "y, arousal.*a target that varies"),
    "other items": ({"said": {"text": SAID["text"][1:]}}, r"\['text'\].*shape"),
    "another unit": ({"said": {"text": 1e6 * SAID["text"]}}, r"\['text'\].*the unit of the true values"),
    "a rule of classes": ({"rules": ["product"]}, "leave it out: product does not fuse targets"),
    "frames in another order": (
        {
            "said": {
                "text": pd.DataFrame(SAID["text"], columns=TARGETS),
                "audio": pd.DataFrame(SAID["audio"], columns=TARGETS, index=range(N)[::-1]),
            }
        },
        "another index",
    ),
    "columns of other names": (
        {"said": {"text": pd.DataFrame(SAID["text"], columns=["a", "b"])}},
        "name the columns after the targets",
    ),
    "a model that dev lacks": ({"dev": ({"text": SAID["text"]}, Y)}, r"dev\['audio'\].*nothing"),
}


@pytest.mark.parametrize(("given", "told"), CASES.values(), ids=CASES)
def test_what_does_not_fit_is_refused_with_its_place(given, told):
    with pytest.raises(InputError) as caught:
        judged(**given)
    assert re.search(told, str(caught.value), re.DOTALL), str(caught.value)


def forest_on(teach, *, seen):
    """A forest's predictions of the rows that teach, as of rows that it has seen or has not."""
    X = np.concatenate([SAID["text"], RNG_X], axis=1)
    forest = RandomForestRegressor(30, random_state=0)
    held_out = cross_val_predict(forest, X[teach], Y[teach], groups=GROUP[teach], cv=GroupKFold(5))
    fitted = forest.fit(X[teach], Y[teach])
    return (fitted.predict(X[teach]) if seen else held_out), fitted.predict(X[~teach])


@pytest.mark.parametrize("seen", [True, False])
def test_a_model_that_has_seen_the_rows_that_teach_is_told_of(seen):
    teach = ITEMS.split == "train"
    on_dev, on_test = forest_on(teach, seen=seen)
    found = judged(
        {"forest": on_test, "audio": SAID["audio"][~teach]},
        Y[~teach],
        groups=GROUP[~teach],
        dev=({"forest": on_dev, "audio": SAID["audio"][teach]}, Y[teach], GROUP[teach]),
    )
    told = [one["models"] for one in found.results.checks if one["code"] == "dev_rows_seen"]
    assert told == ([["forest"]] if seen else [])
