"""Which files a run has: those of its plan, each once."""

import pytest

from latefusion.planning.configuration import complete
from latefusion.planning.files import Files, fused_files, in_any_order, items_of
from latefusion.planning.plan import make_plan
from latefusion.planning.rule_catalogue import read_rules
from settings import ROOT, SCHEMA, changed

KNOWN = read_rules(ROOT / "scripts/latefusion/rules")
BROUGHT = {"name": "text", "probabilities": {"test": "t.csv", "train_out_of_fold": "o.csv"}}
PRETRAINED = {"name": "text", "column": "t", "pretrained": {"file": "m.joblib", "sha256": "0" * 64}}


def files_of(**changes):
    defaults = {
        "rules": [{"name": "mean"}, {"name": "logistic_regression"}],
        "cross": {"folds": 2, "repeats": 1},
    }
    config = complete(changed(**{**defaults, **changes}), SCHEMA, file="config.yaml")
    return Files(config, make_plan(config, KNOWN, file="config.yaml"))


def tables(files, partition, view):
    prefix = f"<results>/{partition}/probabilities/{view}/"
    return [path.removeprefix(prefix) for path in files.targets() if path.startswith(prefix)]


def test_rows_of_given_come_from_one_split_and_those_of_cross_from_both():
    files = files_of()
    assert files.splits_of("given", "train") == ("train",)
    assert files.splits_of("given", "test") == ("test",)
    assert files.splits_of("cross-0-1", "test") == files.splits_of("all", "train") == ("train", "test")
    assert items_of("train", "test") == ["<results>/items/train.parquet", "<results>/items/test.parquet"]


def test_features_are_those_of_a_view_modality_by_modality():
    files = files_of(modalities__1__name="sound", views__0__modalities=["sound", "text"])
    assert files.features("early", "cross-0-0", "train") == [
        f"<results>/features/{split}/{name}.parquet"
        for name in ("sound", "text")
        for split in ("train", "test")
    ]
    assert files.features("text", "given", "test") == ["<results>/features/test/text.parquet"]


def test_every_target_is_there_once_and_of_every_stage():
    targets = files_of().targets()
    assert len(targets) == len(set(targets))
    assert {path.split("/")[1] for path in targets} >= {
        *("items", "features", "partitions", "given", "cross-0-0", "cross-0-1", "fusion", "evaluation"),
        *("dataset.json", "groups.parquet", "summary.csv", "summary.txt", "checks.json", "report.html"),
    }


def test_a_table_that_is_brought_is_checked_whichever_protocols_use_it():
    brought = {**BROUGHT["probabilities"], "train_in_sample": "i.csv", "cross": "{partition}/{table}.csv"}
    files = files_of(modalities__0={"name": "text", "probabilities": brought}, views=[], protocols=["honest"])
    given = ["train_in_sample.parquet", "train_out_of_fold.parquet", "test.parquet"]
    assert sorted(tables(files, "given", "text")) == sorted(given)
    assert tables(files, "cross-0-1", "text") == ["train_out_of_fold.parquet", "test.parquet"]
    crossed = files_of(modalities__0=BROUGHT, views=[], protocols=["cross"])
    assert tables(crossed, "given", "text") == ["train_out_of_fold.parquet", "test.parquet"]


def test_a_view_that_is_trained_here_has_every_table():
    everything = ["train_in_sample.parquet", "train_out_of_fold.parquet", "test.parquet"]
    assert set(tables(files_of(), "given", "text")) == {*everything, "test_replica.parquet"}
    assert tables(files_of(), "cross-0-0", "text") == everything
    assert tables(files_of(protocols=["honest"]), "given", "text") == everything


def test_a_grid_has_tables_of_the_notebooks_svm_as_well():
    files = files_of(modalities__0__svm={"C": [1, 10]})
    assert set(tables(files, "given", "text")) > {
        "train_in_sample_replica.parquet",
        "train_out_of_fold_replica.parquet",
    }
    assert files.views_with_replica == ["text"]
    assert files.views_without_replica == ["audio", "early"]
    assert files_of(modalities__0__svm={"C": [1, 10]}, protocols=["honest"]).views_with_replica == []


@pytest.mark.parametrize(
    ("modality", "given", "models"),
    [
        (BROUGHT, {"train_out_of_fold", "test", "test_replica"}, set()),
        (PRETRAINED, {"train_in_sample", "test", "test_replica"}, {"text.json"}),
    ],
)
def test_what_comes_from_elsewhere_has_the_tables_that_exist(modality, given, models):
    files = files_of(modalities__0=modality, views=[])
    assert set(tables(files, "given", "text")) == {f"{name}.parquet" for name in given}
    assert tables(files, "cross-0-0", "text") == []
    prefix = "<results>/given/models/"
    found = {path.removeprefix(prefix) for path in files.targets() if path.startswith(f"{prefix}text")}
    assert found == models
    assert [path for path in files.model_facts() if "/text." in path] == [
        f"{prefix}{name}" for name in models
    ]


def test_selected_has_no_table_of_robustness_and_is_there_where_something_can_be_selected():
    targets = files_of().targets()
    assert "<results>/fusion/honest/mean.robustness.parquet" in targets
    assert {path for path in targets if "/selected" in path} == {
        f"<results>/fusion/{protocol}/selected.{kind}"
        for protocol in ("honest", "cross")
        for kind in ("parquet", "json")
    }


def test_the_evaluation_reads_the_tables_of_the_protocol_view_by_view():
    files = files_of(modalities__0__svm={"C": [1, 10]})
    assert files.evaluated_files("replica", "in_sample") == [
        "<results>/given/probabilities/text/train_in_sample_replica.parquet",
        "<results>/given/probabilities/audio/train_in_sample.parquet",
        "<results>/given/probabilities/early/train_in_sample.parquet",
    ]
    assert files.evaluated_files("cross", "test")[:2] == [
        f"<results>/cross-0-{k}/probabilities/text/test.parquet" for k in (0, 1)
    ]
    assert files.evaluated_files("honest", "facts")[0] == "<results>/given/models/text.json"
    assert files.evaluated_rules("honest") == ["logistic_regression", "mean", "selected"]
    assert fused_files("honest", ["mean"], "json") == ["<results>/fusion/honest/mean.json"]


def test_test_items_are_compared_with_training_items_where_a_column_names_them():
    assert files_of().training_file("test") == files_of(data__item="id").training_file("train") == []
    assert files_of(data__item="id").training_file("test") == ["<results>/items/train.parquet"]
    assert files_of().training_file("new") == ["<results>/items/train.json"]
    wide = files_of(modalities__0={"name": "text", "columns": "mfcc_*"})
    assert wide.training_file("test") == ["<results>/items/train.json"]


def test_new_items_have_neither_label_nor_class():
    files = files_of(data__class_name="emotion")
    assert files.columns_of("train")["class_name"] == "emotion"
    assert files.columns_of("new")["label"] is files.columns_of("new")["class_name"] is None
    assert not {"train", "test", "new"} & set(files.columns_of("train"))


def test_the_report_shows_rules_in_one_order_and_their_file_where_it_is_another():
    shown = in_any_order(files_of(rules=[{"name": "own", "rule": "mean"}, {"name": "mean"}]).config)
    assert shown["rules"] == [{"name": "mean"}, {"name": "own", "rule": "mean"}]
