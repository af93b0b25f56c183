"""What a configuration asks for."""

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.configuration import complete
from latefusion.planning.learner_catalogue import LearnerFacts
from latefusion.planning.plan import make_plan
from latefusion.planning.rule_catalogue import RuleFacts
from settings import SCHEMA, changed

RULES = {
    "mean": RuleFacts("mean", learns=False, probabilistic=True, stochastic=False, options={}),
    "vote": RuleFacts("vote", learns=False, probabilistic=False, stochastic=False, options={}),
    "mlp": RuleFacts("mlp", learns=True, probabilistic=True, stochastic=True, options={"epochs": 20}),
    "accuracy_weighted": RuleFacts(
        "accuracy_weighted",
        learns=True,
        probabilistic=True,
        stochastic=False,
        options={},
        replica_source="test",
    ),
}
NAMES = [{"name": name} for name in ("mlp", "mean", "vote", "accuracy_weighted")]


def planned(**changes):
    config = complete(changed(**{"rules": copy(NAMES), **changes}), SCHEMA, file="config.yaml")
    return make_plan(config, RULES, file="config.yaml")


def copy(entries):
    return [dict(entry) for entry in entries]


def test_partitions_are_one_for_the_given_split_and_repeats_times_folds_for_cross():
    plan = planned(cross={"folds": 2, "repeats": 2})
    assert plan.partitions["replica"] == plan.partitions["honest"] == ["given"]
    assert plan.partitions["cross"] == ["cross-0-0", "cross-0-1", "cross-1-0", "cross-1-1"]


def test_everything_trained_here_runs_under_every_protocol():
    plan = planned()
    assert plan.left_out == []
    assert all(
        rules == ["accuracy_weighted", "mean", "mlp", "vote"] for rules in plan.protocol_rules.values()
    )
    assert all(views == ["text", "audio", "early"] for views in plan.protocol_views.values())


def test_only_probabilistic_rules_can_be_selected_and_none_under_replica():
    assert planned().selects == {
        "replica": [],
        "honest": ["accuracy_weighted", "mean", "mlp"],
        "cross": ["accuracy_weighted", "mean", "mlp"],
    }


def test_a_list_of_c_or_gamma_is_a_grid_of_the_views_that_have_it():
    plan = planned(modalities__0__svm={"C": [0.1, 1]}, views__0__svm={"gamma": ["auto"]})
    assert {name: view.has_grid for name, view in plan.views.items()} == {
        "text": True,
        "audio": False,
        "early": True,
    }


def test_a_calibrated_vote_can_be_selected():
    config = complete(changed(rules=[{"name": "vote", "calibrate": True}]), SCHEMA, file="config.yaml")
    assert make_plan(config, RULES, file="config.yaml").selects["honest"] == ["vote"]


def test_a_pretrained_view_leaves_learning_rules_out_of_honest_and_all_out_of_cross():
    plan = planned(modalities__0__pretrained={"file": "m.joblib", "sha256": "0" * 64})
    assert plan.protocol_rules["honest"] == ["mean", "vote"]
    assert plan.protocol_rules["cross"] == []
    assert plan.protocol_rules["replica"] == ["accuracy_weighted", "mean", "mlp", "vote"]
    assert plan.protocol_views["cross"] == ["audio", "early"]
    assert plan.selects["honest"] == []
    reasons = {(out.protocol, out.model): out.reason for out in plan.left_out}
    assert "out-of-fold" in reasons["honest", "mlp"]
    assert "pretrained" in reasons["cross", "mean"]


def test_a_calibrated_vote_learns_its_temperature_and_is_left_out_like_any_rule_that_learns():
    plan = planned(
        modalities__0__pretrained={"file": "m.joblib", "sha256": "0" * 64},
        rules=[{"name": "mean"}, {"name": "vote", "calibrate": True}],
    )
    assert plan.protocol_rules["honest"] == ["mean"]


def test_brought_tables_take_part_as_far_as_they_exist():
    brought = {"name": "text", "probabilities": {"test": "t.csv", "train_out_of_fold": "o.csv"}}
    plan = planned(modalities__0=brought, views=[])
    assert plan.protocol_rules["honest"] == ["accuracy_weighted", "mean", "mlp", "vote"]
    assert plan.protocol_rules["replica"] == ["accuracy_weighted", "mean", "vote"]
    assert plan.protocol_rules["cross"] == []
    brought["probabilities"]["cross"] = "{partition}/{table}.csv"
    assert planned(modalities__0=brought, views=[]).protocol_rules["cross"] == [
        "accuracy_weighted",
        "mean",
        "mlp",
        "vote",
    ]


def test_a_cooperative_view_has_a_learner_of_its_own_and_is_left_out_of_replica_by_name():
    options = {"penalty": [1.0], "rho": [0.0, 1.0]}
    plan = planned(
        views__0__combine="cooperative",
        views__0__cooperative=options,
        learners=[{"name": "svm"}, {"name": "knn"}],
    )
    early = plan.views["early"]
    assert (early.source, early.candidates) == ("trained", ())
    assert (early.learner.learner, early.learner.options) == ("cooperative", options)
    assert not early.has_svm
    assert "early" in plan.protocol_views["honest"]
    assert plan.protocol_views["replica"] == ["text", "audio"]
    (left,) = [out for out in plan.left_out if out.model == "early"]
    assert left.protocol == "replica"
    assert "early is learned cooperatively" in left.reason


THIRD = {"name": "image", "probabilities": {"test": "t.csv"}}


def three(**third):
    """Return the plan of two modalities that are trained here and one that is brought."""
    config = changed(rules=[{"name": name} for name in ("mean", "mlp")], views=[])
    config["modalities"] = [*config["modalities"], {**THIRD, **third}]
    return make_plan(complete(config, SCHEMA, file="config.yaml"), RULES, file="config.yaml")


def test_under_cross_the_rules_fuse_the_modalities_that_have_models_there():
    plan = three()
    assert plan.fused["cross"] == ["text", "audio"]
    assert plan.protocol_rules["cross"] == plan.selects["cross"] == ["mean", "mlp"]
    assert plan.fused["honest"] == ["text", "audio", "image"]
    (sentence,) = plan.warnings()
    assert sentence == (
        "cross: the rules fuse text and audio alone, without image; what they reach there is not what they "
        "reach with all modalities"
    )


def test_a_rule_that_learns_nothing_needs_no_training_rows():
    plan = three()
    assert plan.protocol_rules["honest"] == plan.protocol_rules["replica"] == ["mean"]
    reasons = {(out.protocol, out.model): out.reason for out in plan.left_out}
    assert reasons["honest", "mlp"] == "it learns from out-of-fold probabilities, which image lacks"
    assert plan.selects["honest"] == []


def test_a_protocol_that_is_left_without_a_rule_is_warned_of():
    brought = {"name": "text", "probabilities": {"test": "t.csv", "train_out_of_fold": "o.csv"}}
    plan = planned(modalities__0=brought, views=[])
    assert plan.fused["cross"] == ["audio"]
    (sentence,) = plan.warnings()
    assert sentence.startswith("cross has no fusion rule")
    assert list(planned().warnings()) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"name": "maen"}, ["rules[0].name", "write 'mean'"]),
        ({"name": "new_rule"}, ["rules[0].name", "scripts/latefusion/rules/new_rule.py"]),
        ({"name": "mlp", "epoch": 3}, ["rules[0].epoch", "write 'epochs'"]),
        ({"name": "mean", "repeats": 3}, ["rules[0].repeats", "no option"]),
        ({"name": "own", "rule": "maen"}, ["rules[0].rule", "write 'mean'"]),
        ({"name": "own", "rule": "mlp", "epoch": 3}, ["rules[0].epoch", "write 'epochs'"]),
        ({"name": "mean", "rule": "mlp"}, ["rules[0].name", "another rule's name"]),
    ],
)
def test_a_mistyped_rule_or_option_names_the_nearest(entry, words):
    config = complete(changed(rules=[entry]), SCHEMA, file="config.yaml")
    with pytest.raises(InputError) as caught:
        make_plan(config, RULES, file="config.yaml")
    assert [word for word in words if word not in str(caught.value)] == []


VOTE = {"name": "vote"}


def test_votes_alone_leave_nothing_to_select_for_new_items():
    with pytest.raises(InputError, match=r"config\.yaml, predict\.rule") as caught:
        planned(rules=[VOTE], data__new="new.csv")
    assert "none of vote has" in str(caught.value)
    with pytest.raises(InputError, match="`rules` is empty"):
        planned(rules=[], data__new="new.csv")


@pytest.mark.parametrize(
    "mended",
    [
        {"rules": [VOTE], "data__new": None},
        {"rules": [VOTE], "data__new": "new.csv", "predict__rule": "vote"},
        {"rules": [VOTE | {"calibrate": True}], "data__new": "new.csv"},
        {"rules": [VOTE, {"name": "mean"}], "data__new": "new.csv"},
    ],
)
def test_votes_alone_are_enough_otherwise(mended):
    assert "vote" in planned(**mended).protocol_rules["honest"]


def test_options_are_what_follows_the_name():
    config = complete(changed(rules=[{"name": "mlp", "epochs": 7}]), SCHEMA, file="config.yaml")
    assert make_plan(config, RULES, file="config.yaml").rules["mlp"].options == {"epochs": 7}


def test_a_rule_stands_twice_under_names_of_its_own():
    plan = planned(rules=[{"name": "mlp"}, {"name": "long", "rule": "mlp", "epochs": 99}])
    assert plan.protocol_rules["honest"] == ["long", "mlp"]
    assert [(one.rule, one.options) for one in plan.rules.values()] == [("mlp", {"epochs": 99}), ("mlp", {})]


def test_a_rule_under_a_name_of_its_own_learns_and_is_selected_as_its_file_says():
    plan = planned(
        modalities__0__pretrained={"file": "m.joblib", "sha256": "0" * 64},
        rules=[{"name": "own", "rule": "mlp"}, {"name": "other", "rule": "mean"}],
    )
    assert plan.protocol_rules["honest"] == ["other"]
    assert planned(rules=[{"name": "own", "rule": "vote"}]).selects["honest"] == []


SEVERAL = [{"name": "svm"}, {"name": "probe", "learner": "logistic_regression", "C": [1.0]}, {"name": "knn"}]


def test_one_svm_without_options_is_what_views_are_and_there_are_no_candidates():
    plan = planned()
    assert plan.candidates == {}
    assert all(view.has_svm and view.replica == view.name for view in plan.views.values())
    assert planned(learners=[{"name": "svm"}]).views == plan.views


def test_several_learners_are_candidates_of_each_view_in_their_order():
    plan = planned(learners=copy(SEVERAL))
    assert plan.views["text"].source == "chosen"
    assert plan.views["text"].candidates == ("text.svm", "text.probe", "text.knn")
    assert plan.candidates["text.probe"].learner.options == {"C": [1.0]}
    assert plan.candidates["text.probe"].learner.learner == "logistic_regression"
    assert plan.fused["honest"] == ["text", "audio"]


@pytest.mark.parametrize(
    ("fuse", "fused"),
    [
        ("all", [f"{view}.{name}" for view in ("text", "audio") for name in ("svm", "probe", "knn")]),
        ("knn", ["text.knn", "audio.knn"]),
        ("chosen", ["text", "audio"]),
    ],
)
def test_what_is_fused_is_configured_but_for_the_notebooks_svm(fuse, fused):
    plan = planned(learners=copy(SEVERAL), fuse=fuse)
    assert plan.fused == {"replica": ["text", "audio"], "honest": fused, "cross": fused}
    assert plan.fused_modalities("cross") == ["text", "audio"]
    assert list(plan.warnings()) == []


@pytest.mark.parametrize(
    ("learners", "replica"),
    [
        (SEVERAL, "text.svm"),
        ([{"name": "svm", "C": [0.1, 1]}, {"name": "knn"}], "text.svm"),
        ([{"name": "svm", "scale": "standard"}, {"name": "knn"}], "text.replica"),
        ([{"name": "svm", "C": 3}], "text.replica"),
        ([{"name": "knn"}], "text.replica"),
        ([{"name": "svm", "gamma": ["auto", "scale"]}], "text"),
    ],
)
def test_replica_keeps_the_svm_of_the_key_svm(learners, replica):
    plan = planned(learners=copy(learners))
    assert plan.views["text"].replica == replica
    svm = {**plan.every_view[replica].svm, "C": 1, "gamma": "auto"}
    assert svm == planned().views["text"].svm


def test_without_replica_no_svm_is_trained_for_it():
    assert planned(learners=[{"name": "knn"}], protocols=["honest"]).candidates == {}


def test_what_a_view_says_of_its_svm_goes_before_the_learner_and_that_before_all():
    plan = planned(learners=[{"name": "svm", "C": 3, "scale": "standard"}], modalities__0__svm={"C": 5})
    assert [plan.views[name].svm["C"] for name in ("text", "audio")] == [5, 3]
    assert plan.views["text"].svm["scale"] == "standard"


LEARNERS = {
    "svm": LearnerFacts("svm", {"C": 1}),
    "knn": LearnerFacts("knn", {"neighbours": [5]}, ("neighbours",)),
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"learners": [{"name": "knnn"}]}, "write 'knn'"),
        ({"learners": [{"name": "near", "learner": "knnn"}]}, "learners[0].learner"),
        ({"learners": [{"name": "knn", "neighbors": 3}]}, "write 'neighbours'"),
        ({"learners": [{"name": "svm", "learner": "knn"}]}, "another learner's name"),
        ({"fuse": "knn"}, "chosen, all, svm"),
    ],
)
def test_a_learner_that_there_is_not_is_refused(changes, told):
    config = complete(changed(rules=copy(NAMES), **changes), SCHEMA, file="config.yaml")
    with pytest.raises(InputError) as caught:
        make_plan(config, RULES, LEARNERS, file="config.yaml")
    assert told in str(caught.value)


def test_a_learner_may_not_be_called_as_what_is_chosen_or_twice_the_same():
    for learners in ([{"name": "chosen", "learner": "knn"}], [{"name": "knn"}, {"name": "knn"}]):
        with pytest.raises(InputError, match="learners"):
            planned(learners=learners)
