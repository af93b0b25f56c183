"""Files of the workflow become the models that are evaluated."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.evaluation.reading import read_items, read_models
from latefusion.evaluation.view_files import view_files
from latefusion.store.probabilities import Probabilities
from latefusion.store.schemas import GROUPS, PARTITION, items_schema, probabilities_schema
from latefusion.store.tables import write_json, write_table

GRID = [
    {"C": 0.1, "gamma": "auto", "log_loss": 0.7, "accuracy": 0.5, "chosen": False},
    {"C": 1.0, "gamma": 0.25, "log_loss": 0.6, "accuracy": 0.6, "chosen": True},
]
CLASSES = ("a", "b")
TRAIN, TEST = [f"train:{i}" for i in range(6)], [f"test:{i}" for i in range(4)]
DATASET = {
    "classes": [
        {"index": 0, "label": 7, "name": "a", "prior": 0.5},
        {"index": 1, "label": 9, "name": "b", "prior": 0.5},
    ],
    "groups": {"known": True},
}
LABEL = {"train": [7, 9, 7, 9, 7, 9], "test": [7, 9, 9, 7]}


@pytest.fixture
def folder(tmp_path):
    schema = items_schema(pa.int64(), {"genre": pa.string()})
    for split, items in (("train", TRAIN), ("test", TEST)):
        n = len(items)
        columns = {
            "item": items,
            "label": LABEL[split],
            "class": ["a" if label == 7 else "b" for label in LABEL[split]],
            "group": [f"raw{i}" for i in range(n)],
            "genre": [None, *["rock"] * (n - 1)],
        }
        write_table(pa.table(columns, schema=schema), tmp_path / f"{split}.parquet", schema)
    group = {"item": [*TEST, *TRAIN], "group": ["x", "y", "y", "z", *"xxyyzz"]}
    write_table(pa.table(group, schema=GROUPS), tmp_path / "groups.parquet", GROUPS)
    part = {
        "item": [*TRAIN, *TEST],
        "part": ["train"] * 6 + ["test"] * 4,
        "fold": [0, 1, 0, 1, 0, 1, None, None, None, None],
    }
    write_table(pa.table(part, schema=PARTITION), tmp_path / "given.parquet", PARTITION)
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    ovo_prediction = np.array([0, 1, 1, 0], np.int32)
    label = np.array([0, 1, 1, 0], np.int32)
    Probabilities(CLASSES, np.array(TEST, object), label, p, ovo_prediction=ovo_prediction).write(
        tmp_path / "view.parquet"
    )
    known = np.tile([[0.75, 0.25]], (6, 1))
    labels = np.array([0, 1, 0, 1, 0, 1], np.int32)
    Probabilities(CLASSES, np.array(TRAIN, object), labels, known).write(tmp_path / "inside.parquet")
    facts = {"approximated": True, "n_inverted_sigmoids": 2, "kernel_distance": 0.3, "grid": GRID}
    write_json(facts, tmp_path / "view.json")
    fused = {
        "item": TEST * 3,
        "label": [0, 1, 1, 0] * 3,
        "fold": [None] * 12,
        "predicted": [0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1],
        "p_a": [0.5] * 12,
        "p_b": [0.5] * 12,
        "partition": ["given"] * 12,
        "repeat": [0] * 4 + [1] * 4 + [-1] * 4,
    }
    schema = probabilities_schema(CLASSES, fused=True)
    write_table(pa.table(fused, schema=schema), tmp_path / "rule.parquet", schema)
    validated = {"given": {"n": 6, "folds": 2, "accuracy": 0.5, "log_loss": 0.6}}
    write_json({"probabilistic": True, "cross_validated": validated}, tmp_path / "rule.json")
    chosen = {"partitions": {"given": {"chosen": "mlp", "candidates": {}}}}
    write_json(chosen, tmp_path / "selected.json")
    return tmp_path


def read(folder, replica):
    items = read_items(
        [folder / "train.parquet", folder / "test.parquet"],
        folder / "groups.parquet",
        DATASET,
        ["genre", "no"],
    )
    views = view_files(
        [
            {"name": "audio", "kind": "single", "in_sample": True, "out_of_fold": True, "facts": True},
            {"name": "early", "kind": "early", "in_sample": False, "out_of_fold": False, "facts": False},
        ],
        ["given"],
        test=[folder / "view.parquet"] * 2,
        in_sample=[folder / "inside.parquet"],
        out_of_fold=[folder / "inside.parquet"],
        facts=[folder / "view.json"],
        replica=replica,
    )
    rules = [
        ("mlp", folder / "rule.parquet", folder / "rule.json"),
        ("selected", folder / "rule.parquet", folder / "selected.json"),
    ]
    models, known, _ = read_models(views, rules, [("given", folder / "given.parquet")], items, DATASET)
    return items, {model.name: model for model in models}, known


def test_class_shares_are_those_of_each_partitions_training_part(folder):
    part = {
        "item": [*TRAIN, *TEST],
        "part": ["test", *["train"] * 5, *["test"] * 4],
        "fold": [None, 0, 1, 0, 1, 0, *[None] * 4],
    }
    write_table(pa.table(part, schema=PARTITION), folder / "cross-0-0.parquet", PARTITION)
    items = read_items(
        [folder / "train.parquet", folder / "test.parquet"], folder / "groups.parquet", DATASET, []
    )
    names = ("given", "cross-0-0")
    tables = [(name, folder / f"{name}.parquet") for name in names]
    _, _, shares = read_models([], [], tables, items, DATASET)
    assert {name: own.tolist() for name, own in shares.items()} == {
        "given": [3 / 6, 3 / 6],
        "cross-0-0": [2 / 5, 3 / 5],
    }


def test_items_have_the_final_groups_and_class_indices(folder):
    items, _, _ = read(folder, replica=False)
    assert items.group.tolist() == [*"xxyyzz", "x", "y", "y", "z"]
    assert items.label.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 1, 0]
    assert items.split.tolist() == ["train"] * 6 + ["test"] * 4
    assert list(items.described) == ["genre"]


def test_only_early_views_under_replica_are_scored_by_votes(folder):
    _, models, known = read(folder, replica=True)
    assert models["early"].predicted.tolist() == [0, 1, 1, 0]
    assert models["audio"].predicted.tolist() == [0, 1, 0, 0]
    assert (known["early"].scored_by, known["audio"].scored_by) == ("ovo_prediction", "predicted")
    _, models, _ = read(folder, replica=False)
    assert models["early"].predicted.tolist() == [0, 1, 0, 0]


def test_a_view_brings_what_training_left_behind(folder):
    _, _, known = read(folder, replica=False)
    assert known["audio"].in_sample["accuracy"] == 0.5
    assert known["audio"].in_sample["log_loss"] == pytest.approx(-(np.log(0.75) + np.log(0.25)) / 2)
    assert known["audio"].approximated
    assert known["audio"].inverted_sigmoids == 2
    assert known["audio"].kernel_distance == 0.3
    assert known["audio"].grid == [
        {"partition": "given", "C": 0.1, "gamma": "auto", "log_loss": 0.7, "accuracy": 0.5, "chosen": False},
        {"partition": "given", "C": 1.0, "gamma": "0.25", "log_loss": 0.6, "accuracy": 0.6, "chosen": True},
    ]
    assert known["early"].out_of_fold == {}


def test_under_replica_what_was_noted_of_the_notebooks_machine_counts_where_a_grid_chose_another(folder):
    own = {"approximated": False, "n_inverted_sigmoids": 7}
    write_json(
        {"approximated": True, "n_inverted_sigmoids": 2, "grid": GRID, "replica": own}, folder / "view.json"
    )
    for replica, inverted in ((True, 7), (False, 2)):
        _, _, known = read(folder, replica=replica)
        assert known["audio"].inverted_sigmoids == inverted
        assert known["audio"].approximated is not replica
        # which models of an older layout and of other systems do not note
        assert known["audio"].kernel_distance is None


def test_repeats_are_kept_apart_and_the_bag_is_a_model_of_its_own(folder):
    _, models, known = read(folder, replica=False)
    assert models["mlp"].repeat.tolist() == [0] * 4 + [1] * 4
    assert models["mlp_bag"].predicted.tolist() == [0, 1, 1, 1]
    assert known["mlp"].out_of_fold == {"accuracy": 0.5, "log_loss": 0.6}
    assert known["mlp_bag"].out_of_fold == {}


def test_selected_says_what_it_chose(folder):
    _, _, known = read(folder, replica=False)
    assert known["selected"].note == "chosen out-of-fold: mlp"


def test_baselines_come_first(folder):
    _, models, _ = read(folder, replica=False)
    assert list(models)[:2] == ["majority", "group_lookup"]


def test_a_descriptive_column_that_one_file_holds_as_text_is_text_in_both(tmp_path):
    for split, kind, values in (("train", pa.float64(), [1.0, None]), ("test", pa.string(), ["1", "x"])):
        schema = items_schema(pa.int64(), {"genre": kind})
        names = [f"{split}:{row}" for row in range(2)]
        write_table(
            pa.table([names, [0, 0], ["A", "A"], names, pa.array(values, kind)], schema=schema),
            tmp_path / f"{split}.parquet",
            schema,
        )
    group = [f"{split}:{row}" for split in ("train", "test") for row in range(2)]
    write_table(pa.table([group, group], schema=GROUPS), tmp_path / "groups.parquet", GROUPS)
    dataset = {"classes": [{"index": 0, "label": 0, "name": "A"}]}
    tables = [tmp_path / "train.parquet", tmp_path / "test.parquet"]
    items = read_items(tables, tmp_path / "groups.parquet", dataset, ["genre"])
    assert items.described["genre"] == ["1", None, "1", "x"]
