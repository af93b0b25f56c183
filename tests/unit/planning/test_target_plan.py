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
