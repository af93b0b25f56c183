"""Configurations that cannot be used: refused in their own keys, before any job starts."""

from contextlib import chdir
from datetime import date

import yaml

from latefusion.planning.config_layers import read_layers
from latefusion.planning.configuration import complete, missing_files
from latefusion.planning.plan import make_plan
from latefusion.planning.rule_catalogue import read_rules
from latefusion.planning.run_plan import plan_run
from refusals import Case
from settings import FOLDERS, ROOT, RULES, SCHEMA, changed

SECTION = "Configuration"
KNOWN = read_rules(ROOT / "scripts/latefusion/rules")

REFUSED = {
    "unknown key": (changed(foldss=3), ["foldss", "unknown key", "write 'folds'"]),
    "unknown key inside": (changed(svm__Gamma=1), ["svm.Gamma", "write 'gamma'"]),
    "unknown key of a modality": (
        changed(modalities__0__colum="x"),
        ["modalities[0].colum", "write 'column'"],
    ),
    "text for a number": (
        changed(folds="five"),
        ["folds", "'five' (text)", "a whole number", "it stands for: Folds"],
    ),
    "true for a number": (changed(folds=True), ["folds", "true or false", "a whole number"]),
    "yes for a text, without quotes": (
        changed(data__label=True),
        ["data.label", "True (true or false)", "text", "put it between quotes", "yes, no, true"],
    ),
    "no for a name, without quotes": (
        changed(modalities__0__name=False),
        ["modalities[0].name", "False (true or false)", "put it between quotes"],
    ),
    "a date for a text, without quotes": (
        changed(data__describe=[date(2026, 1, 31)]),
        ["data.describe[0]", "put it between quotes", "for a date"],
    ),
    "true for a width": (changed(svm__gamma=True), ["svm.gamma", "true or false", "change it"]),
    "too small": (changed(folds=1), ["folds", "2 or more"]),
    "C of zero": (changed(svm__C=0), ["svm.C", "more than 0"]),
    "gamma misspelt": (changed(svm__gamma="autos"), ["svm.gamma", "auto, scale, or a number", "write auto"]),
    "a rule as text": (changed(rules__0="mean"), ["rules[0]", "'mean' (text)", "a mapping", "{name: mean}"]),
    "text for a list": (changed(protocols="honest"), ["protocols", "a list", "[honest]"]),
    "a key left out": (
        {key: value for key, value in changed().items() if key != "data"},
        ["config.yaml", "a value for the key 'data'", "add data"],
    ),
    "unknown protocol": (changed(protocols=["honst"]), ["protocols[0]", "write honest"]),
    "protocol twice": (changed(protocols=["honest", "honest"]), ["protocols", "without repetitions"]),
    "no modality": (changed(modalities=[]), ["modalities", "a list that is not empty"]),
    "path for a name": (changed(modalities__0__name="../x"), ["modalities[0].name", "'../x'", "file name"]),
    "space in a name": (changed(modalities__0__name="my text"), ["modalities[0].name", "letters, digits"]),
    "300 characters": (changed(modalities__0__name="x" * 300), ["modalities[0].name", "…", "at most 64"]),
    "name twice": (changed(modalities__1__name="TEXT"), ["modalities[1].name", "second time"]),
    "view named like a modality": (changed(views__0__name="text"), ["views[0].name", "second time"]),
    "reserved name": (changed(views__0__name="majority"), ["views[0].name", "meaning of its own"]),
    "rule twice": (
        changed(rules__27={"name": "mean"}),
        ["rules[27].name", "second time", "{name: mean_2, rule: mean, …}"],
    ),
    "a name of its own that another rule has": (
        changed(rules=[{"name": "mean", "rule": "product"}]),
        ["rules[0].name", "another rule's name"],
    ),
    "a rule under a name of its own, misspelt": (
        changed(rules=[{"name": "power", "rule": "prodct"}]),
        ["rules[0].rule", "write 'product'"],
    ),
    "view of no modality": (
        changed(views__0__modalities=[]),
        ["views[0].modalities", "a list that is not empty"],
    ),
    "view of an unknown one": (
        changed(views__0__modalities=["txt"]),
        ["views[0].modalities", "write 'text'"],
    ),
    "one modality that is to cooperate": (
        changed(views__0={"name": "v", "modalities": ["text"], "combine": "cooperative"}),
        ["views[0].modalities", "one modality", "two or more", "remove combine"],
    ),
    "settings of an SVM for a view without one": (
        changed(views__0__combine="cooperative", views__0__svm={"C": 3}),
        ["views[0].svm", "C, for a view without an SVM", "gamma and scale"],
    ),
    "cooperative options of another view": (
        changed(views__0__cooperative={"rho": [0, 1]}),
        ["views[0].cooperative", "combine: concatenate", "write combine: cooperative"],
    ),
    "a pretrained view that is to cooperate": (
        changed(
            views__0__combine="cooperative", views__0__pretrained={"file": "m.joblib", "sha256": "0" * 64}
        ),
        ["views[0].pretrained", "one or the other"],
    ),
    "two folds for cooperative learning": (
        changed(views__0__combine="cooperative", folds=2),
        ["folds", "2, for a view with combine: cooperative", "write 3 or more"],
    ),
    "no source": (
        changed(modalities__0={"name": "text"}),
        ["modalities[0]", "no embedding and no probabilities"],
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


def _missing_paths(folder):
    (folder / "songs_train.csv").write_text("")
    with chdir(folder):
        config = complete(
            changed(data__train="song_train.csv", data__test="no/test.csv"), SCHEMA, file="config.yaml"
        )
        missing_files(config, file="config.yaml")
    return []


def _no_folder(folder):
    (folder / "out").write_text("")
    with chdir(folder):
        config = complete(
            changed(results="out/results", data__train="out", data__test="out"), SCHEMA, file="config.yaml"
        )
        missing_files(config, file="config.yaml")
    return []


def _layers(folder, mine, base="folds: 5"):
    (folder / "base.yaml").write_text(f"{base}\n")
    (folder / "mine.yaml").write_text(mine)
    with chdir(folder):
        return read_layers([folder / "mine.yaml"], lambda path: yaml.safe_load(path.read_text()))


def _extends_nothing(folder):
    _layers(folder, "extends: bsae.yaml\nseed: 1\n")
    return []


def _no_yaml(folder):
    _layers(folder, "seed: 1\ndata: train: a.csv\n")
    return []


def _key_twice(folder):
    _layers(folder, "data:\n  train: a.csv\n  test: b.csv\n  train: c.csv\n")
    return []


def _mistake_below(folder):
    layers = _layers(folder, "extends: base.yaml\nseed: 1\n", base="folds: five")
    plan_run(layers, **FOLDERS)
    return []


def _left_out(folder):
    brought = {"name": "text", "probabilities": {"train_out_of_fold": "o.csv", "test": "p.csv"}}
    config = complete(changed(modalities__0=brought, views=[]), SCHEMA, file="config.yaml", rules=RULES)
    left_out = make_plan(config, KNOWN, file="config.yaml").left_out
    return [f"{one.protocol} does without {one.model}: {one.reason}." for one in left_out]


def _case(name, config, words):
    def run(folder):
        make_plan(complete(config, SCHEMA, file="config.yaml", rules=RULES), KNOWN, file="config.yaml")
        return []

    return Case(name, SECTION, run, tuple(words))


CASES = [_case(name, config, words) for name, (config, words) in REFUSED.items()]
CASES += [
    _case(
        "a rule for new items that is not among the rules",
        changed(rules=[{"name": "mean"}], predict__rule="maen"),
        ["predict.rule", "'maen'", "mean, selected", "write 'mean'"],
    ),
    _case(
        "new items, and no rule to select by log loss",
        changed(rules=[{"name": "majority_vote"}], data__new="new.csv"),
        ["predict.rule", "'selected'", "none of majority_vote has", "predict: {rule: majority_vote}"],
    ),
    _case(
        "new items, and no rule at all",
        changed(rules=[], data__new="new.csv"),
        ["predict.rule", "`rules` is empty", "such as mean"],
    ),
    _case(
        "rule of the items' quality without columns",
        changed(rules=[{"name": "quality_weighted"}]),
        ["rules[0].columns", "without the quality of the items", "columns: [length, …]"],
    ),
    _case(
        "quality column that does not describe items",
        changed(
            evaluation__by=[],
            data__describe=["length"],
            rules=[{"name": "quality_weighted", "columns": ["lenght"]}],
        ),
        ["rules[0].columns[0]", "'lenght'", "write 'length'"],
    ),
    _case(
        "label as a quality of the items",
        changed(
            evaluation__by=[],
            data__describe=["label"],
            rules=[{"name": "quality_weighted", "columns": ["label"]}],
        ),
        ["rules[0].columns[0]", "data.label names", "take it out"],
    ),
    _case(
        "quality column named twice",
        changed(
            evaluation__by=[],
            data__describe=["snr"],
            rules=[{"name": "quality_weighted", "columns": ["snr", "snr"]}],
        ),
        ["rules[0].columns[1]", "for the second time"],
    ),
    _case("mistyped rule", changed(rules=[{"name": "maen"}]), ["rules[0].name", "write 'mean'"]),
    _case(
        "rule that does not exist",
        changed(rules=[{"name": "wholly_new"}]),
        ["rules[0].name", "scripts/latefusion/rules/wholly_new.py"],
    ),
    _case(
        "mistyped option of a rule",
        changed(rules=[{"name": "mlp", "epoch": 3}]),
        ["rules[0].epoch", "write 'epochs'"],
    ),
    _case(
        "option of the wrong type",
        changed(rules=[{"name": "mlp", "epochs": "many"}]),
        ["rules[0].epochs", "'many' (text)", "a whole number"],
    ),
    Case(
        "paths that do not exist",
        SECTION,
        _missing_paths,
        ("data.train", "write 'songs_train.csv'"),
    ),
    Case(
        "a file to extend that is not there",
        SECTION,
        _extends_nothing,
        ("mine.yaml, extends", "write 'base.yaml'"),
    ),
    Case("YAML that is none", SECTION, _no_yaml, ("mine.yaml, line 2", "YAML: keys with values")),
    Case(
        "a key given twice",
        SECTION,
        _key_twice,
        ("mine.yaml, line 4, data.train", "line 2 has already", "each key once"),
    ),
    Case(
        "a mistake in the file below",
        SECTION,
        _mistake_below,
        ("base.yaml, folds", "'five' (text)", "a whole number"),
    ),
    Case("a file where the results should go", SECTION, _no_folder, ("results", "'out', which is no folder")),
    Case(
        "a rule that needs what the view lacks",
        SECTION,
        _left_out,
        (
            "replica does without class_weighted_max: it learns from",
            "in-sample probabilities, which text lacks.",
        ),
        refused=False,
    ),
]
