"""The configuration: completed, or refused in its own keys."""

import copy

import pytest
import yaml

from latefusion.core.errors import InputError
from latefusion.planning.configuration import complete, missing_files
from latefusion.planning.learner_catalogue import read_learners
from latefusion.planning.rule_catalogue import default_names, read_rules
from latefusion.planning.views import svm_settings
from settings import DEFAULT, FOLDERS, LEARNERS, ROOT, RULES, SCHEMA, changed

FOLDER = ROOT / "scripts/latefusion/rules"
MINIMAL = {"data": {"train": "a.csv", "test": "b.csv"}, "modalities": [{"name": "text", "column": "t"}]}


def refusal(config):
    with pytest.raises(InputError) as caught:
        complete(config, SCHEMA, file="config.yaml")
    return str(caught.value)


def leaves(schema, path=""):
    for name, part in schema.get("properties", {}).items():
        place = f"{path}.{name}".lstrip(".")
        if part.get("type") == "object" or "properties" in part:
            yield from leaves(part, place)
        elif isinstance(part.get("items"), dict) and "properties" in part["items"]:
            yield from leaves(part["items"], f"{place}[]")
        else:
            yield place, part


def test_every_leaf_of_the_schema_has_a_description_and_a_default():
    lacking = [path for path, part in leaves(SCHEMA) if "description" not in part or "default" not in part]
    assert lacking == []


def test_every_mapping_of_the_schema_refuses_unknown_keys():
    def mappings(part, path="config"):
        if "properties" in part:
            yield path, part
        for name, inner in part.get("properties", {}).items():
            yield from mappings(inner, f"{path}.{name}")
        if isinstance(part.get("items"), dict):
            yield from mappings(part["items"], f"{path}[]")

    open_ones = [path for path, part in mappings(SCHEMA) if part.get("additionalProperties") is not False]
    assert open_ones == ["config.learners[]", "config.rules[]"]  # options are checked against the own file


def test_config_yaml_sets_every_key_of_the_schema():
    def keys(part, config, path=""):
        for name, inner in part.get("properties", {}).items():
            if name not in config:
                yield f"{path}{name}"
            elif isinstance(config[name], dict):
                yield from keys(inner, config[name], f"{path}{name}.")

    assert list(keys(SCHEMA, DEFAULT)) == []


def test_defaults_are_filled_in_also_inside_lists():
    config = complete(MINIMAL, SCHEMA, file="config.yaml")
    assert config["folds"] == 5
    assert config["cross"] == {"column": None, "folds": 5, "repeats": 1}
    assert config["modalities"][0]["missing"] is False
    assert config["data"]["label"] == "label"
    assert config["protocols"] == ["replica", "honest", "cross"]


def test_what_was_given_is_not_changed():
    given = copy.deepcopy(MINIMAL)
    complete(given, SCHEMA, file="config.yaml")
    assert given == MINIMAL


def test_a_view_overrides_what_it_names_and_keeps_the_rest():
    config = complete(changed(modalities__0__svm={"C": 10}), SCHEMA, file="config.yaml")
    assert svm_settings(config, config["modalities"][0])["C"] == 10
    assert svm_settings(config, config["modalities"][0])["gamma"] == "auto"
    assert svm_settings(config, config["views"][0])["C"] == 1


@pytest.mark.parametrize(("key", "general"), [("approximation", {"components": 500}), ("max_iter", 100)])
def test_null_of_one_view_overrides_a_setting_that_may_be_none(key, general):
    config = complete(
        changed(**{f"svm__{key}": general, "modalities__0__svm": {key: None}, "views__0__svm": {"C": 10}}),
        SCHEMA,
        file="config.yaml",
    )
    text, audio, early = (svm_settings(config, entry) for entry in (*config["modalities"], *config["views"]))
    assert text[key] is None
    assert audio[key] == early[key] == general
    assert (text["C"], early["C"]) == (1, 10)


@pytest.mark.parametrize(
    ("key", "general"), [("C", 7), ("gamma", 0.5), ("scale", "standard"), ("class_weight", "balanced")]
)
def test_null_of_one_view_leaves_a_setting_that_cannot_be_none_as_it_is_for_all(key, general):
    config = complete(
        changed(**{f"svm__{key}": general, "modalities__0__svm": {key: None}}), SCHEMA, file="config.yaml"
    )
    assert svm_settings(config, config["modalities"][0])[key] == general


def test_weights_of_classes_are_named_by_their_labels_whatever_these_are():
    config = complete(changed(svm__class_weight={"angry": 2, 3: 0.5}), SCHEMA, file="config.yaml")
    assert svm_settings(config, config["modalities"][0])["class_weight"] == {"angry": 2, 3: 0.5}
    assert "svm.class_weight.angry" in refusal(changed(svm__class_weight={"angry": 0}))
    assert "write balanced" in refusal(changed(svm__class_weight="balance"))


def test_an_override_has_the_defaults_of_what_it_names():
    config = complete(changed(modalities__0__svm={"approximation": {}}), SCHEMA, file="config.yaml")
    assert svm_settings(config, config["modalities"][0])["approximation"] == {"components": 1000}
    assert config["modalities"][1]["svm"] == {}


def test_all_mistakes_are_shown_at_once():
    message = refusal(changed(folds=1, seed=-1, protocols=["x"]))
    assert all(key in message for key in ("folds", "seed", "protocols[0]"))


def test_missing_files_are_named_with_the_nearest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songs_train.csv").write_text("")
    config = complete(
        changed(data__train="song_train.csv", data__test="no/test.csv"), SCHEMA, file="config.yaml"
    )
    with pytest.raises(InputError) as caught:
        missing_files(config, file="config.yaml")
    message = str(caught.value)
    assert "data.train" in message
    assert "write 'songs_train.csv'" in message
    assert "the folder 'no' does not exist" in message


def test_files_that_the_workflow_builds_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = complete(DEFAULT, SCHEMA, file="config.yaml")
    missing_files(config, file="config.yaml", built=["data/demo/train.csv", "data/demo/test.csv"])
    with pytest.raises(InputError, match=r"data\.test") as caught:
        missing_files(config, file="config.yaml", built=["data/demo/train.csv"])
    assert "data.train" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"name": "mlp", "epochs": "many"}, ["rules[0].epochs", "'many' (text)", "a whole number"]),
        ({"name": "mlp", "epochs": 0}, ["rules[0].epochs", "1 or more"]),
        ({"name": "mlp", "epoch": 3}, ["rules[0].epoch", "write 'epochs'"]),
        ({"name": "product", "prior": "shres"}, ["rules[0].prior", "write shares"]),
        ({"name": "borda", "repeats": 3}, ["rules[0].repeats", "unknown key"]),
        ({"name": "own", "rule": "mlp", "epochs": 0}, ["rules[0].epochs", "1 or more"]),
    ],
)
def test_an_option_of_a_rule_is_refused_in_its_own_key(entry, words):
    with pytest.raises(InputError) as caught:
        complete(changed(rules=[entry]), SCHEMA, file="config.yaml", rules=RULES)
    assert [word for word in words if word not in str(caught.value)] == []


def test_rules_that_the_schema_does_not_know_pass():
    mine = {"name": "mine", "anything": 1}
    config = complete(changed(rules=[mine]), SCHEMA, file="config.yaml", rules=RULES)
    assert config["rules"] == [{**mine, "rule": "mine"}]


def test_without_rules_and_views_all_of_the_catalogue_run_and_one_view_of_all_embeddings():
    modalities = [{"name": "audio", "column": "a"}, {"name": "text", "column": "t"}]
    config = complete(
        {**MINIMAL, "modalities": modalities}, SCHEMA, file="mine.yaml", catalogue=["product", "mean"]
    )
    assert config["rules"] == [{"name": "mean", "rule": "mean"}, {"name": "product", "rule": "product"}]
    (early,) = config["views"]
    assert (early["name"], early["modalities"], early["combine"]) == (
        "early",
        ["audio", "text"],
        "concatenate",
    )
    assert config["data"]["describe"] == config["evaluation"]["by"] == []
    assert config["data"]["group"] is config["data"]["class_name"] is None


def test_an_empty_list_of_rules_or_views_stays_empty():
    config = complete({**MINIMAL, "rules": [], "views": []}, SCHEMA, file="mine.yaml", catalogue=["mean"])
    assert config["rules"] == config["views"] == []


@pytest.mark.parametrize("brought", [{"test": "t.csv", "train_out_of_fold": "o.csv"}])
def test_the_view_of_all_embeddings_needs_two_of_them(brought):
    single = complete(MINIMAL, SCHEMA, file="mine.yaml")
    external = {"name": "other", "probabilities": brought}
    both = complete({**MINIMAL, "modalities": [*MINIMAL["modalities"], external]}, SCHEMA, file="mine.yaml")
    assert single["views"] == both["views"] == []


def test_the_view_of_all_embeddings_gives_way_to_a_modality_of_its_name():
    modalities = [{"name": "early", "column": "a"}, {"name": "late", "column": "b"}]
    config = complete({**MINIMAL, "modalities": modalities}, SCHEMA, file="mine.yaml")
    assert [view["name"] for view in config["views"]] == ["early_fusion"]


def test_a_modality_named_like_a_rule_that_nobody_wrote_is_told_at_the_modality():
    config = {**MINIMAL, "modalities": [{"name": "mean", "column": "t"}]}
    with pytest.raises(InputError, match=r"modalities\[0\]\.name") as caught:
        complete(config, SCHEMA, file="mine.yaml", catalogue=["mean"])
    assert "rules[" not in str(caught.value)


def test_the_order_of_settings_changes_nothing():
    one = complete(changed(svm={"C": 1, "gamma": "auto"}), SCHEMA, file="config.yaml")
    other = complete(changed(svm={"gamma": "auto", "C": 1}), SCHEMA, file="config.yaml")
    assert list(svm_settings(one, one["modalities"][0])) == list(svm_settings(other, other["modalities"][0]))
    backwards = complete(dict(reversed(DEFAULT.items())), SCHEMA, file="config.yaml")
    assert list(backwards) == list(SCHEMA["properties"])


def test_the_schema_of_the_rules_says_what_their_files_say():
    common = {"name", "repeats", "bag", "calibrate"}
    found = {
        name: {
            option: (part["default"], part["description"])
            for option, part in schema["properties"].items()
            if option not in common
        }
        for name, schema in RULES["properties"].items()
    }
    expected = {
        name: {
            option: (list(default) if isinstance(default, tuple) else default, rule.described[option])
            for option, default in rule.options.items()
        }
        for name, rule in read_rules(FOLDER).items()
    }
    assert found == expected


def test_the_schema_of_the_learners_says_what_their_files_say():
    found = {
        name: {
            option: (part["default"], part["description"])
            for option, part in schema["properties"].items()
            if option != "name"
        }
        for name, schema in LEARNERS["properties"].items()
    }
    folder = FOLDERS["learners"]
    of_classes, of_targets = read_learners(folder), read_learners(folder, "targets")
    known = {**of_targets, **of_classes}
    for name in of_classes.keys() & of_targets.keys():
        both = of_targets[name].options
        assert {**of_classes[name].options, **both, "estimator": None} == {
            **of_classes[name].options,
            "estimator": None,
        }
    expected = {
        name: {
            option: (list(default) if isinstance(default, tuple) else default, one.described[option])
            for option, default in one.options.items()
        }
        for name, one in known.items()
    }
    assert found == expected
    said = {
        name: schema["properties"]["name"]["description"] for name, schema in LEARNERS["properties"].items()
    }
    assert said == {name: one.summary for name, one in known.items()}


def test_kernel_ridge_regression_has_as_a_learner_the_options_that_it_has_as_a_key():
    key = SCHEMA["properties"]["kernel_ridge"]["properties"]
    learner = LEARNERS["properties"]["kernel_ridge"]["properties"]
    assert {name: part["default"] for name, part in key.items()} == {
        name: part["default"] for name, part in learner.items() if name != "name"
    }


EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_stands_alone_and_takes_nothing_of_the_demonstration(example):
    written = yaml.safe_load(example.read_text())
    config = complete(written, SCHEMA, file=example.name, rules=RULES, catalogue=read_rules(FOLDER))
    assert config["extends"] is None
    assert config["data"]["describe"] == written["data"].get("describe", [])
    assert config["evaluation"]["by"] == written.get("evaluation", {}).get("by", [])


def test_examples_have_results_folders_of_their_own():
    folders = [yaml.safe_load(path.read_text()).get("results", "results") for path in EXAMPLES]
    assert len({*folders, DEFAULT["results"]}) == len(EXAMPLES) + 1


def test_the_default_configuration_is_accepted_and_names_every_rule_that_needs_no_column():
    complete(DEFAULT, SCHEMA, file="config.yaml", rules=RULES)
    assert sorted(rule["name"] for rule in DEFAULT["rules"]) == default_names(read_rules(FOLDER))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rho": [0, 2]}, ["views[0].cooperative.rho[1]", "1 or less"]),
        ({"ro": 1}, ["views[0].cooperative.ro", "write 'rho'"]),
        ({"penalty": 0}, ["views[0].cooperative.penalty", "more than 0"]),
        ({"gamma": "wide"}, ["views[0].cooperative.gamma"]),
    ],
)
def test_options_of_cooperative_learning_are_those_of_its_learner(options, words):
    config = changed(views__0__combine="cooperative", views__0__cooperative=options)
    with pytest.raises(InputError) as caught:
        complete(config, SCHEMA, file="config.yaml", learners=LEARNERS)
    for word in words:
        assert word in str(caught.value)
