"""What a configuration makes of numbers, alone and beside classes."""

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.config_layers import Layer
from latefusion.planning.run_plan import plan_run
from settings import FOLDERS, changed

NUMBERS = {"train": "data/demo/train.csv", "test": "data/demo/test.csv", "target": ["valence", "arousal"]}
MODALITIES = [{"name": "text", "column": "t"}, {"name": "audio", "column": "a"}]


def planned(config):
    return plan_run([Layer("config.yaml", config)], **FOLDERS)


def alone(**more):
    return planned({"data": NUMBERS, "modalities": MODALITIES, **more})


def refused(**more):
    with pytest.raises(InputError) as error:
        alone(**more)
    return str(error.value)


def test_targets_alone_plan_no_job_of_classes():
    run = alone()
    assert not run.has_classes
    assert run.config["data"]["label"] is None
    assert run.config["protocols"] == ["honest", "cross"]
    promised = run.promised()
    assert "<results>/report.html" in promised
    assert "<results>/given/predictions/early/test.parquet" in promised
    assert not [path for path in promised if "/probabilities/" in path or "/regression/" in path]
    assert len(promised) == len({*promised})


def test_rules_that_are_not_named_are_all_that_fuse_numbers():
    rules = alone().targets.plan.rules
    assert {"mean", "bates_granger", "ridge_stacking"} <= {*rules}
    assert not {"product", "majority_vote"} & {*rules}


def test_beside_classes_files_of_numbers_have_a_folder_of_their_own_and_those_of_classes_are_as_ever():
    config = changed(data__target="valence")
    run, classes = planned(config), planned(changed())
    assert run.has_classes
    assert run.targets.root == "<results>/regression"
    assert run.files.targets() == classes.files.targets()
    assert run.plan == classes.plan
    more = {*run.promised()} - {*classes.promised()}
    assert more
    assert all(path.startswith("<results>/regression/") for path in more)


def test_replica_is_left_out_by_name_beside_classes_and_refused_alone():
    run = planned(changed(data__target="valence"))
    assert [(one.protocol, one.model) for one in run.targets.plan.left_out] == [("replica", "regression")]
    assert run.targets.plan.protocols == ["honest", "cross"]
    assert "[honest, cross]" in refused(protocols=["replica"])


def test_each_rule_goes_to_the_task_that_it_serves():
    rules = [{"name": "mean"}, {"name": "product"}, {"name": "bates_granger"}]
    run = planned(changed(data__target="valence", rules=rules))
    assert [*run.plan.rules] == ["mean", "product"]
    assert [*run.targets.plan.rules] == ["bates_granger", "mean"]


def test_an_option_of_a_classifying_rule_does_not_reach_its_counterpart_for_numbers():
    rules = [{"name": "mlp", "epochs": 3, "repeats": 2}]
    run = planned(changed(data__target="valence", rules=rules))
    assert run.plan.rules["mlp"].options == {"epochs": 3, "repeats": 2}
    assert run.targets.plan.rules["mlp"].options["repeats"] == 2


@pytest.mark.parametrize(
    ("more", "sees"),
    [
        ({"rules": [{"name": "product"}]}, ["rules[0].name", "'product'", "does not fuse targets"]),
        ({"data": {**NUMBERS, "group": "valence"}}, ["data.target", "data.group names as well"]),
        (
            {"data": {**NUMBERS, "label": "valence"}},
            ["data.target", "which data.label names as well"],
        ),
        (
            {"modalities": [{"name": "text", "column": "valence"}, {"name": "audio", "column": "audio"}]},
            ["data.target", "which modalities[0].column names as well"],
        ),
        ({"data": {**NUMBERS, "target": ["mean"]}}, ["data.target", "mean over targets"]),
        ({"data": {**NUMBERS, "target": ["x", "x_low"]}}, ["data.target", "interval of x"]),
        ({"data": {**NUMBERS, "target": []}}, ["data.target", "not empty"]),
        ({"quadrants": {"cut": [0]}}, ["quadrants.cut", "1 number for valence and arousal", "[0, 0]"]),
        ({"quadrants": {"cut": [0, 0], "label": "emotion"}}, ["quadrants.label", "data.describe"]),
        ({"kernel_ridge": {"alphas": [0]}}, ["kernel_ridge.alphas", "more than 0"]),
        (
            {
                "views": [
                    {
                        "name": "both",
                        "modalities": ["text", "audio"],
                        "combine": "cooperative",
                        "cooperative": {"rho": [2]},
                    }
                ]
            },
            ["views[0].cooperative.rho", "2"],
        ),
        ({"kernel_ridge": {"variance": "by_distance"}}, ["kernel_ridge.variance", "distance"]),
        ({"rules": [{"name": "random_forest", "bag": True}]}, ["rules[0].bag", "for probabilities"]),
        ({"views": [{"name": "group_mean", "modalities": ["text", "audio"]}]}, ["views[0].name", "baseline"]),
    ],
)
def test_what_numbers_cannot_have_is_refused_in_the_keys_of_the_configuration(more, sees):
    message = refused(**more)
    for piece in sees:
        assert piece in message, message


def test_no_class_and_no_number_is_refused():
    with pytest.raises(InputError, match=r"data\.label"):
        planned(changed(data__label=None))
    with pytest.raises(InputError, match=r"no data\.target"):
        planned(changed(quadrants={"cut": [0, 0]}))


def test_cooperative_views_are_learned_of_numbers_too_with_their_own_options():
    own = {"rho": [0.0, 1.0]}
    run = planned(changed(data__target="valence", views__0__combine="cooperative", views__0__cooperative=own))
    assert run.targets.plan.views["early"].settings["cooperative"] == own
    assert [one.model for one in run.targets.plan.left_out] == ["regression"]
    views = [{"name": "both", "modalities": ["text", "audio"], "combine": "cooperative"}]
    assert alone(views=views, folds=2).targets.plan.views["both"].settings["combine"] == "cooperative"


def learned(*entries, **more):
    """Return the learners of one view of numbers, and of one of classes where there are any."""
    run = planned(changed(data__target="valence", learners=list(entries), **more))
    of = [run.plan.every_view, run.targets.plan.every_view]
    return [
        [view.learner.learner for name, view in views.items() if name.startswith("text") and view.learner]
        for views in of
    ]


def test_numbers_are_learned_by_kernel_ridge_regression_unless_a_learner_of_numbers_is_named():
    assert [view.learner.learner for view in alone().targets.plan.views.values()] == ["kernel_ridge"] * 3
    written = alone(learners=[{"name": "svm"}])  # as config.yaml has it for classes
    assert written.targets.plan.views == alone().targets.plan.views
    assert not written.warnings()
    run = alone(learners=[{"name": "svr", "C": [1, 5]}])
    assert [dict(view.learner.options) for view in run.targets.plan.views.values()] == [{"C": [1, 5]}] * 3
    assert (run.targets.ridge_views, run.targets.chosen_views) == ([], [])


def test_several_learners_of_numbers_are_candidates_of_each_view_and_may_all_be_fused():
    learners = [{"name": "kernel_ridge", "alphas": 3}, {"name": "deep", "learner": "mlp"}]
    run = alone(learners=learners, fuse="all", kernel_ridge={"gamma": "scale"})
    plan = run.targets.plan
    assert plan.fused == ["text.kernel_ridge", "text.deep", "audio.kernel_ridge", "audio.deep"]
    assert plan.views["text"].candidates == ("text.kernel_ridge", "text.deep")
    assert run.targets.chosen_views == ["text", "audio", "early"]
    settings = run.targets.settings("text.kernel_ridge")
    assert (settings["alphas"], settings["gamma"], settings["combine"]) == (3, "scale", "concatenate")
    assert alone(learners=learners, fuse="deep").targets.plan.fused == ["text.deep", "audio.deep"]
    assert alone(learners=learners).targets.plan.fused == ["text", "audio"]
    assert "<results>/given/predictions/text.deep/test.parquet" in run.promised()
    assert len(run.promised()) == len({*run.promised()})


def test_in_a_run_of_both_each_learner_serves_what_it_can_and_a_default_where_none_does():
    protocols = {"protocols": ["honest"]}
    assert learned({"name": "svm"}, **protocols) == [["svm"], ["kernel_ridge"]]
    assert learned({"name": "knn"}, **protocols) == [["knn"], ["knn"]]
    assert learned({"name": "svm"}, {"name": "knn"}, {"name": "ridge"}, **protocols) == [
        ["svm", "knn"],
        ["knn", "ridge"],
    ]
    assert learned({"name": "ridge"}, **protocols) == [["svm"], ["ridge"]]
    assert learned({"name": "knn", "task": "classes"}, **protocols) == [["knn"], ["kernel_ridge"]]
    both = {"name": "knn", "smoothing": 0, "neighbours": 3}
    run = planned(changed(data__target="valence", learners=[both]))
    assert dict(run.plan.views["text"].learner.options) == {"neighbours": 3, "smoothing": 0}
    assert dict(run.targets.plan.views["text"].learner.options) == {"neighbours": 3}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"learners": [{"name": "svm", "C": 3}]}, ["learners[0].name", "predicts classes", "write 'svr'"]),
        ({"learners": [{"name": "ridge"}, {"name": "linear_discriminant"}]}, ["learners[1].name", "knn"]),
        ({"learners": [{"name": "rigde"}]}, ["learners[0].name", "write 'ridge'"]),
        ({"learners": [{"name": "near", "learner": "knnn"}]}, ["learners[0].learner", "write 'knn'"]),
        ({"learners": [{"name": "knn", "smoothing": 1}]}, ["learners[0].smoothing", "unknown option"]),
        ({"learners": [{"name": "ridge", "alpha": 0}]}, ["learners[0].alpha", "more than 0"]),
        ({"learners": [{"name": "knn", "task": "classes"}]}, ["learners[0].task", "remove it"]),
        ({"learners": [{"name": "knn", "task": "both"}]}, ["learners[0].task"]),
        ({"fuse": "ridge"}, ["fuse", "chosen, all"]),
    ],
)
def test_what_no_learner_of_numbers_can_be_is_refused_with_the_nearest(more, words):
    message = refused(**more)
    for word in words:
        assert word in message


def test_a_learner_of_numbers_is_refused_where_classes_alone_are_predicted():
    with pytest.raises(InputError, match=r"'svr', which predicts numbers, in a run of classes"):
        planned(changed(learners=[{"name": "svr"}]))
    with pytest.raises(InputError, match=r"learners\[0\]\.task"):
        planned(changed(learners=[{"name": "knn", "task": "targets"}]))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"svm": {"C": 3}}, "svm has no effect on numbers"),
        ({"evaluation": {"metric": "auroc"}}, "evaluation.metric: auroc has no effect"),
        ({"evaluation": {"detection": {"prior": 0.1}}}, "evaluation.detection has no effect"),
        ({"evaluation": {"learning_curve": True}}, "evaluation.learning_curve has no effect"),
        ({"evaluation": {"emap": False}}, "evaluation.emap has no effect"),
        ({"kernel_ridge": {"alphas": 1}, "learners": [{"name": "ridge"}]}, "learned by ridge"),
    ],
)
def test_a_key_without_effect_on_numbers_is_told_of(more, sentence):
    assert [one for one in alone(**more).warnings() if sentence in one]


def test_kernel_ridge_has_an_effect_on_a_cooperative_view_whatever_the_learners_are():
    views = [{"name": "both", "modalities": ["text", "audio"], "combine": "cooperative"}]
    assert not alone(
        views=views, learners=[{"name": "ridge"}], kernel_ridge={"variance": "distance"}
    ).warnings()


def test_nothing_is_told_of_keys_that_are_as_where_they_are_not_written():
    assert not alone(
        svm={"C": 1}, evaluation={"metric": "accuracy"}, fuse="chosen", kernel_ridge={}
    ).warnings()
    assert not planned(changed(data__target="valence")).warnings()
    assert not planned(changed()).warnings()


def test_a_key_of_numbers_without_effect_on_classes_is_told_of():
    (sentence,) = planned(changed(kernel_ridge__alphas=[2])).warnings()
    assert "kernel_ridge has no effect" in sentence
    fused = planned(
        changed(
            data__target="valence",
            learners=[{"name": "knn"}, {"name": "ridge"}],
            fuse="ridge",
            protocols=["honest"],
        )
    )
    assert [one for one in fused.warnings() if "fuse: ridge has no effect on classes" in one]
    assert fused.plan.fused["honest"] == ["text", "audio"]
    assert fused.targets.plan.fused == ["text.ridge", "audio.ridge"]
