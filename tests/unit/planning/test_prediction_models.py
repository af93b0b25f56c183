"""Finished predictions in a configuration: names from the data, and what they exclude."""

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.config_layers import Layer
from latefusion.planning.run_plan import plan_run
from settings import FOLDERS

HEADER = "id,system,y,fold,part,p_a,p_b\n"
ENTRY = {"file": "p.csv", "model": "system", "label": "y"}


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """Return a function that plans a run on predictions of some models."""
    monkeypatch.chdir(tmp_path)

    def plan(models=("net", "mean"), predictions=(), **more):
        lines = [f"i{i},{model},a,{i % 3},dev,0.5,0.5\n" for model in models for i in range(6)]
        (tmp_path / "p.csv").write_text(HEADER + "".join(lines))
        (tmp_path / "keys.csv").write_text("id,y\ni0,a\n")
        content = {"predictions": {**ENTRY, **dict(predictions)}, **more}
        return plan_run([Layer("mine.yaml", content)], **FOLDERS)

    return plan


def test_models_are_named_by_the_data_and_rules_give_way_to_them(planned):
    run = planned(predictions={"role": "part"})
    assert list(run.plan.views) == ["net", "mean"]
    assert {view.source for view in run.plan.views.values()} == {"external"}
    assert run.config["protocols"] == ["honest"]
    assert run.plan.rules["mean_fusion"].rule == "mean"
    assert "mean" not in run.plan.rules


def test_rules_that_the_user_chose_must_not_be_called_as_a_model_is(planned):
    with pytest.raises(InputError, match=r"\{name: mean_fusion, rule: mean, …\}"):
        planned(rules=[{"name": "mean"}])


def test_models_that_are_not_compared_are_judged_beside_the_rules(planned):
    run = planned(("a b", "c", "d"), compare=["a b", "d"])
    assert {name: view.kind for name, view in run.plan.views.items()} == {
        "a_b": "single",
        "d": "single",
        "c": "early",
    }
    assert run.plan.fused == {"honest": ["a_b", "d"]}
    with pytest.raises(InputError, match="write 'net'"):
        planned(compare=["nett"])


def test_folds_alone_are_the_partitions_of_cross(planned):
    run = planned(predictions={"fold": "fold"})
    assert run.plan.partitions == {"cross": ["cross-0-0", "cross-0-1", "cross-0-2"]}
    assert run.plan.left_out == []
    tables = [file for file in run.files.predicted() if "/net/" in file]
    assert len(tables) == 6
    with pytest.raises(InputError, match="the rules that judge a fold learn from the others"):
        planned(predictions={"fold": "fold"}, protocols=["honest"])


def test_without_rows_to_learn_from_rules_that_learn_are_left_out(planned):
    run = planned()
    absent = {one.model: one.reason for one in run.plan.left_out}
    assert absent["llr_fusion"] == "it learns, and the predictions have neither dev rows nor folds"
    assert "product" not in absent
    assert run.plan.selects == {"honest": []}


def test_decisions_have_the_rules_that_look_at_decisions(planned):
    run = planned(predictions={"predicted": "y", "label": "y", "role": "part"})
    assert set(run.plan.protocol_rules["honest"]) == {
        "behaviour_knowledge_space",
        "majority_vote",
        "naive_bayes",
        "weighted_vote",
    }
    with pytest.raises(InputError, match="a metric of decisions"):
        planned(predictions={"predicted": "y"}, evaluation={"metric": "log_loss"})


def test_labels_come_from_the_table_of_items_which_nothing_is_trained_on(planned):
    run = planned(predictions={"label": None}, data={"items": "keys.csv", "item": "id", "label": "y"})
    assert run.files.prediction_items() == ["keys.csv"]
    assert list(run.files.splits) == ["train", "test"]


@pytest.mark.parametrize(
    "more",
    [
        {"modalities": [{"name": "text", "column": "t"}]},
        {"svm": {"C": 2}},
        {"learners": [{"name": "knn"}]},
        {"fuse": "all"},
        {"data": {"train": "p.csv", "test": "p.csv"}},
        {"data": {"new": "p.csv"}},
        {"predictions": {**ENTRY, "scores": {}, "classes": {"prefix": "p_"}, "predicted": "y"}},
    ],
)
def test_what_is_trained_excludes_what_is_finished(planned, more):
    entry = more.get("predictions", {})
    rest = {key: value for key, value in more.items() if key != "predictions"}
    with pytest.raises(InputError):
        planned(predictions=entry, **rest)


def test_compare_without_predictions_means_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "b.csv").write_text("x\n1\n")
    content = {
        "data": {"train": "a.csv", "test": "b.csv"},
        "modalities": [{"name": "text", "column": "t"}],
        "compare": ["text"],
    }
    with pytest.raises(InputError, match="compare beside predictions"):
        plan_run([Layer("mine.yaml", content)], **FOLDERS)


def test_a_single_positive_class_is_the_target_of_detection(planned):
    run = planned(predictions={"positive": "b", "classes": {"columns": ["p_b"]}})
    assert run.config["evaluation"]["detection"]["target"] == "b"
