"""Finished predictions in a configuration: names from the data, and what they exclude."""

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.config_layers import Layer
from latefusion.planning.files import in_any_order
from latefusion.planning.run_plan import plan_run
from latefusion.report.sections.provenance import as_written
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


NUMBERS = {"file": "p.csv", "model": "system", "target": ["valence", "arousal"]}


@pytest.fixture
def planned_numbers(tmp_path, monkeypatch):
    """Return a function that plans a run on predictions of numbers of some models."""
    monkeypatch.chdir(tmp_path)

    def plan(models=("net", "mean"), predictions=(), **more):
        lines = [f"i{i},{model},{i},{-i},{i % 3},dev,0.5,0.5\n" for model in models for i in range(6)]
        header = "id,system,valence,arousal,fold,part,predicted_valence,predicted_arousal\n"
        (tmp_path / "p.csv").write_text(header + "".join(lines))
        (tmp_path / "keys.csv").write_text("id,valence,arousal\ni0,1,2\n")
        content = {"predictions": {**NUMBERS, **dict(predictions)}, **more}
        return plan_run([Layer("mine.yaml", content)], **FOLDERS)

    return plan


def test_predicted_numbers_are_a_run_of_numbers_that_trains_nothing(planned_numbers):
    run = planned_numbers(predictions={"role": "part"})
    assert not run.has_classes
    assert run.targets.plan.targets == ("valence", "arousal")
    assert run.targets.plan.models_of_rules[-1] == "selected"
    assert "mean_fusion" in run.targets.plan.rules
    promised = run.promised()
    assert "<results>/given/predictions/net/train_out_of_fold.parquet" in promised
    assert not [file for file in promised if "joblib" in file or "in_sample" in file or "features" in file]


def test_numbers_without_rows_that_teach_are_fused_by_fixed_rules_alone(planned_numbers):
    plan = planned_numbers().targets.plan
    assert plan.models_of_rules == ["mean_fusion", "median"]
    assert {one.model for one in plan.left_out} >= {"ridge_stacking", "mlp", "best_single"}
    promised = planned_numbers().promised()
    assert not [file for file in promised if file.endswith("train_out_of_fold.parquet")]


def test_true_numbers_may_stand_in_a_table_of_the_items(planned_numbers):
    run = planned_numbers(predictions={"target": None}, data={"items": "keys.csv", "target": ["arousal"]})
    assert run.targets.plan.targets == ("arousal",)
    assert run.files.prediction_items() == ["keys.csv"]


def test_the_configuration_that_the_page_shows_can_be_run_again(planned_numbers):
    run = planned_numbers(predictions={"role": "part", "fold": "fold"}, quadrants={"cut": [0, 0]})
    again = plan_run([Layer("again.yaml", as_written(in_any_order(run.config)))], **FOLDERS)
    assert again.targets.plan == run.targets.plan
    assert again.config["predictions"] == run.config["predictions"]


@pytest.mark.parametrize(
    ("predictions", "more", "told"),
    [
        ({"label": "y"}, {}, "label, which is of classes, and valence and arousal, which are numbers"),
        ({"scores": {"prefix": "s_"}}, {}, "scores, which is of classes"),
        ({"positive": "a"}, {}, "positive, which is of classes"),
        ({"target": None, "predicted": {"prefix": "f_"}}, {}, "columns of numbers, and no target"),
        ({"predicted": {"columns": ["a"]}}, {}, "1 column for 2 targets"),
        ({"predicted": "a"}, {}, "1 column for 2 targets"),
        ({"variance": {"columns": ["a", "b", "c"]}}, {}, "3 columns for 2 targets"),
        ({}, {"data": {"target": ["valence"]}}, "one list of numbers"),
        ({}, {"data": {"label": "y"}}, "predictions of classes, or of numbers"),
        ({}, {"rules": [{"name": "product"}]}, "leave it out: product does not fuse targets"),
        ({}, {"protocols": ["cross"]}, "protocols: \\[honest\\]"),
        ({}, {"quadrants": {"cut": [0]}}, "a cut for each target"),
    ],
)
def test_what_contradicts_predicted_numbers_is_refused(planned_numbers, predictions, more, told):
    with pytest.raises(InputError, match=told):
        planned_numbers(predictions=predictions, **more)


def test_no_model_of_numbers_is_called_as_a_baseline_is(planned_numbers):
    with pytest.raises(InputError, match="rename the model in the predictions"):
        planned_numbers(("net", "training_mean"))


def test_keys_of_training_that_have_no_effect_on_finished_numbers_are_told(planned_numbers):
    run = planned_numbers(kernel_ridge={"gamma": 0.1}, evaluation={"metric": "log_loss"})
    told = " ".join(run.unused)
    assert "kernel_ridge has no effect: predictions are finished" in told
    assert "evaluation.metric: log_loss has no effect on numbers" in told
    assert not planned_numbers().unused


@pytest.mark.parametrize("task", ["planned", "planned_numbers"])
@pytest.mark.parametrize("asked", ["predicted", "saved"])
def test_new_items_are_a_matter_of_those_who_have_the_models(task, asked, request):
    run = request.getfixturevalue(task)(predictions={"role": "part"})
    with pytest.raises(InputError, match="predict with the models that made them"):
        getattr(run, asked)()
