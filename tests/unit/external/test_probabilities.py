"""Probabilities that the user brings."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latefusion.core.errors import InputError
from latefusion.external.probabilities import TableColumns, expected_rows, import_probabilities
from latefusion.external.probability_checks import Expected
from latefusion.store.schemas import GROUPS, PARTITION, items_schema
from latefusion.store.tables import write_table
from refusals.external import CLASSES, FOLDS, ITEMS, bring, expected, rows


def test_rows_come_in_our_order_with_our_labels_and_their_folds(tmp_path):
    table = rows()
    for row in table:
        value = int(row["item"][-1]) / 10
        row.update(p_Angry=str(value), p_Happy=str(1 - value), p_Sad="0")
    brought = bring(tmp_path, table, "train_out_of_fold")
    assert brought.item.tolist() == ITEMS
    assert brought.fold.tolist() == FOLDS
    assert brought.label.tolist() == [0, 1, 2, 0, 1, 2]
    np.testing.assert_array_equal(brought.p[:, 0], np.arange(6) / 10)
    assert brought.classes == ("Angry", "Happy", "Sad")


def test_columns_under_names_of_their_own_are_the_same_table(tmp_path):
    plain = bring(tmp_path, rows(), "train_out_of_fold")
    renamed = [
        {"clip": row["item"], "k": row["fold"], "y": CLASSES[plain.label[ITEMS.index(row["item"])]]["name"]}
        | {entry["name"]: row[f"p_{entry['name']}"] for entry in CLASSES}
        for row in rows()
    ]
    columns = TableColumns(item="clip", fold="k", label="y", prefix="")
    own = bring(tmp_path, renamed, "train_out_of_fold", columns=columns)
    assert own.p.tobytes() == plain.p.tobytes()
    assert own.fold.tolist() == plain.fold.tolist()


def test_sums_that_are_off_by_rounding_are_made_exact_and_others_are_left_alone(tmp_path):
    table = rows()
    table[0].update(p_Angry="0.333", p_Happy="0.333", p_Sad="0.333")
    brought = bring(tmp_path, table)
    np.testing.assert_allclose(brought.p.sum(axis=1), 1, rtol=0, atol=1e-15)
    assert brought.p[0].tolist() == [0.5, 0.25, 0.25]


def test_an_item_without_probabilities_is_a_missing_modality(tmp_path):
    table = rows()
    table[0].update(p_Angry="", p_Happy="", p_Sad="")
    brought = bring(tmp_path, table)
    assert np.isnan(brought.p[5]).all()
    assert brought.predicted[5] == -1
    assert not np.isnan(brought.p[:5]).any()


def test_folds_are_only_taken_from_out_of_fold_tables(tmp_path):
    assert set(bring(tmp_path, rows(), "test").fold.tolist()) == {-1}


@pytest.mark.parametrize("key", ["index", "label", "name"])
def test_labels_may_be_indices_labels_or_names(tmp_path, key):
    table = rows()
    for row, label in zip(table, [0, 1, 2, 0, 1, 2][::-1], strict=True):
        row["label"] = str(CLASSES[label][key])
    assert bring(tmp_path, table).label.tolist() == [0, 1, 2, 0, 1, 2]


def test_a_class_goes_by_its_name_where_that_is_the_label_of_another(tmp_path):
    classes = [{"index": 0, "label": 1, "name": "2"}, {"index": 1, "label": 2, "name": "1"}]
    path = tmp_path / "mine.csv"
    path.write_text("item,p_1,p_2\n" + "".join(f"{item},0.25,0.75\n" for item in ITEMS))
    one = expected()
    brought = import_probabilities(path, one, classes, table="test", grouped=False)
    assert brought.p[0].tolist() == [0.75, 0.25]


def test_our_own_parquet_tables_can_be_brought(tmp_path):
    path = tmp_path / "ours.parquet"
    bring(tmp_path, rows(), "train_out_of_fold").write(path)
    again = import_probabilities(path, expected(), CLASSES, table="train_out_of_fold", grouped=True)
    assert again.p.tolist() == [[0.5, 0.25, 0.25]] * 6
    assert again.fold.tolist() == FOLDS


def test_a_row_of_a_parquet_file_is_named_by_its_number(tmp_path):
    path = tmp_path / "mine.parquet"
    columns = {"item": ITEMS, "p_Angry": [1.0] * 5 + [2.0], "p_Happy": [0.0] * 6, "p_Sad": [0.0] * 6}
    pq.write_table(pa.table(columns), path)
    with pytest.raises(InputError, match=r"mine\.parquet, row 6, p_…\n +found: +values from 0 to 2"):
        import_probabilities(path, expected(), CLASSES, table="test", grouped=False)


def test_all_problems_are_counted_and_ten_are_shown(tmp_path):
    table = rows() * 4
    with pytest.raises(InputError) as caught:
        bring(tmp_path, table)
    assert caught.value.total == 18
    assert str(caught.value).endswith("and 8 more problems of this kind or another")


def test_the_rows_of_a_part_are_read_from_the_tables(tmp_path):
    schema = items_schema(pa.int64(), {})
    write_table(
        pa.table([["a", "b"], [5, 7], ["Five", "Seven"], ["x", "y"]], schema=schema),
        tmp_path / "train.parquet",
        schema,
    )
    write_table(pa.table([["c"], [5], ["Five"], ["z"]], schema=schema), tmp_path / "test.parquet", schema)
    write_table(
        pa.table([["a", "b", "c"], ["g", "h", "i"]], schema=GROUPS), tmp_path / "groups.parquet", GROUPS
    )
    partition = pa.table(
        [["a", "b", "c"], ["test", "train", "train"], pa.array([None, 0, 1], pa.int32())], schema=PARTITION
    )
    write_table(partition, tmp_path / "p.parquet", PARTITION)
    classes = [{"index": 0, "label": 5, "name": "Five"}, {"index": 1, "label": 7, "name": "Seven"}]
    found = expected_rows(
        tmp_path / "p.parquet",
        [tmp_path / "train.parquet", tmp_path / "test.parquet"],
        tmp_path / "groups.parquet",
        {"classes": classes},
        "train",
    )
    assert found.item.tolist() == ["b", "c"]
    assert found.label.tolist() == [1, 0]
    assert found.group.tolist() == ["h", "i"]
    assert found.elsewhere == {"a"}


@pytest.mark.parametrize(
    ("ours_are", "theirs_are"),
    [
        (["1.0", "20.0"], ["1", "20"]),
        (["1", "20"], ["1.0", " 20.0"]),
        (["Beyonc\u00e9", "D&G"], ["Beyonce\u0301", "D&amp;G"]),
    ],
)
def test_items_and_classes_that_are_written_otherwise_are_the_same(tmp_path, ours_are, theirs_are):
    n = np.array([0, 1], np.int32)
    ours = Expected(np.array(ours_are, object), n, np.array(["g", "h"], object), frozenset(["3"]))
    classes = [{"index": 0, "label": 3, "name": "3"}, {"index": 1, "label": 10, "name": "10"}]
    path = tmp_path / "mine.csv"
    lines = [
        f"{item},{p},{1 - p},{label}"
        for item, p, label in zip(theirs_are, [1, 0.25], ["3.0", "10"], strict=True)
    ]
    path.write_text("\n".join(["item,p_3.0,p_10,label", *lines[::-1]]) + "\n")
    brought = import_probabilities(path, ours, classes, table="test", grouped=False)
    assert brought.item.tolist() == ours_are
    assert brought.p.tolist() == [[1, 0], [0.25, 0.75]]


@pytest.mark.parametrize("header", ["p_1e1", "p_010", "p_10.5"])
def test_a_class_is_no_other_number(tmp_path, header):
    ours = Expected(np.array(["a"], object), np.zeros(1, np.int32), np.array(["g"], object), frozenset())
    classes = [{"index": 0, "label": 3, "name": "3"}, {"index": 1, "label": 10, "name": "10"}]
    path = tmp_path / "mine.csv"
    path.write_text(f"item,p_3,{header}\na,0.5,0.5\n")
    with pytest.raises(InputError, match="probabilities of an unknown class"):
        import_probabilities(path, ours, classes, table="test", grouped=False)


def test_an_item_that_was_told_apart_goes_by_its_own_name_too(tmp_path):
    """Its identifier is that of an item of the other part, so that a table of this part can only mean it."""
    ours = Expected(
        np.array(["a (test)", "b"], object),
        np.array([0, 1], np.int32),
        np.array(["g", "h"], object),
        frozenset(["a", "c"]),
    )
    numbers = "0.5,0.25,0.25"
    for name in ("a", "a (test)"):
        path = tmp_path / "mine.csv"
        path.write_text(f"item,p_Angry,p_Happy,p_Sad\nb,{numbers}\n{name},0.25,0.5,0.25\n")
        brought = import_probabilities(path, ours, CLASSES, table="test", grouped=False)
        assert brought.item.tolist() == ["a (test)", "b"]
        assert brought.p[0].tolist() == [0.25, 0.5, 0.25]
    path.write_text(f"item,p_Angry,p_Happy,p_Sad\nb,{numbers}\nc,{numbers}\n")
    with pytest.raises(InputError, match="an item of the other part"):
        import_probabilities(path, ours, CLASSES, table="test", grouped=False)
