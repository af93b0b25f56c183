"""The configuration: completed, or refused in its own keys."""

import copy

import pytest
import yaml

from latefusion.catalogue import read_rules
from latefusion.configuration import complete, missing_files, svm_settings
from latefusion.errors import InputError
from settings import DEFAULT, ROOT, RULES, SCHEMA, changed

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
    assert open_ones == ["config.rules[]"]  # a rule's options are checked against its own file


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
    assert config["cross"] == {"folds": 5, "repeats": 1}
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


REFUSED = {
    "unknown key": (changed(foldss=3), ["foldss", "unknown key", "write 'folds'"]),
    "unknown key inside": (changed(svm__Gamma=1), ["svm.Gamma", "write 'gamma'"]),
    "unknown key of a modality": (
        changed(modalities__0__colum="x"),
        ["modalities[0].colum", "write 'column'"],
    ),
    "text for a number": (changed(folds="five"), ["folds", "'five' (text)", "integer"]),
    "true for a number": (changed(folds=True), ["folds", "true or false", "integer"]),
    "too small": (changed(folds=1), ["folds", "2 or more"]),
    "C of zero": (changed(svm__C=0), ["svm.C", "more than 0"]),
    "gamma misspelt": (changed(svm__gamma="autos"), ["svm.gamma", "auto, scale"]),
    "unknown protocol": (changed(protocols=["honst"]), ["protocols[0]", "write honest"]),
    "protocol twice": (changed(protocols=["honest", "honest"]), ["protocols", "without repetitions"]),
    "no modality": (changed(modalities=[]), ["modalities", "at least 1"]),
    "path for a name": (changed(modalities__0__name="../x"), ["modalities[0].name", "'../x'", "file name"]),
    "space in a name": (changed(modalities__0__name="my text"), ["modalities[0].name", "letters, digits"]),
    "300 characters": (changed(modalities__0__name="x" * 300), ["modalities[0].name", "at most 64", "…"]),
    "name twice": (changed(modalities__1__name="TEXT"), ["modalities[1].name", "second time"]),
    "view named like a modality": (changed(views__0__name="text"), ["views[0].name", "second time"]),
    "reserved name": (changed(views__0__name="majority"), ["views[0].name", "meaning of its own"]),
    "rule twice": (changed(rules__26={"name": "mean"}), ["rules[26].name", "second time"]),
    "view of no modality": (changed(views__0__modalities=[]), ["views[0].modalities", "at least 1"]),
    "view of an unknown one": (
        changed(views__0__modalities=["txt"]),
        ["views[0].modalities", "write 'text'"],
    ),
    "no source": (
        changed(modalities__0={"name": "text"}),
        ["modalities[0]", "neither a column nor probabilities"],
    ),
    "two sources": (
        changed(modalities__0__probabilities={"train_out_of_fold": "o.csv", "test": "p.csv"}),
        ["modalities[0]", "one source"],
    ),
    "view of brought probabilities": (
        changed(
            modalities__0={"name": "text", "probabilities": {"train_out_of_fold": "o.csv", "test": "p.csv"}}
        ),
        ["views[0].modalities", "brings probabilities"],
    ),
    "hash that is none": (
        changed(modalities__0__pretrained={"file": "m.joblib", "sha256": "abc"}),
        ["modalities[0].pretrained.sha256", "64 hexadecimal digits"],
    ),
    "strata not described": (
        changed(evaluation__by=["mood"]),
        ["evaluation.by", "add 'mood' to data.describe"],
    ),
    "cross tables without places": (
        changed(
            modalities__0={
                "name": "text",
                "probabilities": {"train_out_of_fold": "o.csv", "test": "p.csv", "cross": "q.csv"},
            },
            views=[],
        ),
        ["modalities[0].probabilities.cross", "{partition}"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_is_refused_in_the_configuration_s_own_keys(case):
    config, words = REFUSED[case]
    message = refusal(config)
    assert [word for word in words if word not in message] == []


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


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"name": "mlp", "epochs": "many"}, ["rules[0].epochs", "'many' (text)", "integer"]),
        ({"name": "mlp", "epochs": 0}, ["rules[0].epochs", "1 or more"]),
        ({"name": "mlp", "epoch": 3}, ["rules[0].epoch", "write 'epochs'"]),
        ({"name": "product", "prior": "shres"}, ["rules[0].prior", "write shares"]),
        ({"name": "borda", "repeats": 3}, ["rules[0].repeats", "unknown key"]),
    ],
)
def test_an_option_of_a_rule_is_refused_in_its_own_key(entry, words):
    with pytest.raises(InputError) as caught:
        complete(changed(rules=[entry]), SCHEMA, file="config.yaml", rules=RULES)
    assert [word for word in words if word not in str(caught.value)] == []


def test_rules_that_the_schema_does_not_know_pass():
    complete(changed(rules=[{"name": "mine", "anything": 1}]), SCHEMA, file="config.yaml", rules=RULES)


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
        for name, rule in read_rules(ROOT / "scripts/latefusion/rules").items()
    }
    assert found == expected


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_example_sets_every_key_and_a_results_folder_of_its_own(example):
    config = yaml.safe_load(example.read_text())
    complete(config, SCHEMA, file=example.name, rules=RULES)
    assert set(config) == set(DEFAULT)
    assert set(config["data"]) == set(DEFAULT["data"])
    folders = [yaml.safe_load(path.read_text())["results"] for path in (ROOT / "examples").glob("*.yaml")]
    assert len({*folders, DEFAULT["results"]}) == len(folders) + 1


def test_the_default_configuration_is_accepted_and_names_every_rule():
    complete(DEFAULT, SCHEMA, file="config.yaml", rules=RULES)
    assert {rule["name"] for rule in DEFAULT["rules"]} == set(read_rules(ROOT / "scripts/latefusion/rules"))
