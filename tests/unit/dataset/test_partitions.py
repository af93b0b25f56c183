"""Partitions and folds: even classes, whole groups, and nothing learned from a test part."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.dataset.partitions import LabelledItems, assign, read_labelled_items, stratified_folds
from latefusion.store.schemas import GROUPS, PARTITION, items_schema
from latefusion.store.tables import TableError, write_table

OPTIONS = {
    "folds": 4,
    "cross_folds": 5,
    "given_grouped": False,
    "cross_grouped": True,
    "seed": 3,
}


def make_items(n=200, n_train=150, groups=40, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    item = np.array([f"{'train' if i < n_train else 'test'}:{i}" for i in range(n)], object)
    group = np.array([f"g{g:03}" for g in rng.integers(0, groups, n)], object)
    return LabelledItems(item, group, rng.integers(0, classes, n).astype(np.int32), n_train)


def columns(table):
    part = np.array(table["part"].to_pylist())
    fold = table["fold"].fill_null(-1).to_numpy()
    return part, fold


def as_dict(items, repeats=2, **options):
    wanted = {**OPTIONS, **options}
    crossed = [f"cross-{repeat}-{k}" for repeat in range(repeats) for k in range(wanted["cross_folds"])]
    return {name: assign(items, name, **wanted) for name in ("given", "all", *crossed)}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(2, 7), st.integers(0, 100))
def test_without_groups_class_and_fold_sizes_differ_by_one_at_most(labels, folds, seed):
    y = np.array(labels, np.int32)
    fold = stratified_folds(y, None, folds, np.random.default_rng(seed))
    for c in np.unique(y):
        sizes = np.bincount(fold[y == c], minlength=folds)
        assert sizes.max() - sizes.min() <= 1
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.max() - sizes.min() <= 1


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=80),
    st.integers(2, 6),
    st.integers(0, 100),
)
def test_no_group_is_in_two_folds(rows, folds, seed):
    y, group = (np.array(column) for column in zip(*rows, strict=True))
    fold = stratified_folds(y.astype(np.int32), group, folds, np.random.default_rng(seed))
    assert ((fold >= 0) & (fold < folds)).all()
    for g in np.unique(group):
        assert len(set(fold[group == g])) == 1


def test_grouped_folds_are_as_even_as_scikit_learns():
    sklearn = pytest.importorskip("sklearn.model_selection")

    def unevenness(y, fold):
        shares = np.array([[np.mean(fold[y == c] == f) for c in np.unique(y)] for f in range(5)])
        return np.abs(shares - 0.2).mean()

    ours, theirs = [], []
    for seed in range(10):
        items = make_items(n=600, groups=120, seed=seed)
        group = np.unique(items.group, return_inverse=True)[1]
        ours.append(unevenness(items.y, stratified_folds(items.y, group, 5, np.random.default_rng(seed))))
        fold = np.empty(600, int)
        splitter = sklearn.StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        for k, (_, test) in enumerate(splitter.split(items.y, items.y, group)):
            fold[test] = k
        theirs.append(unevenness(items.y, fold))
    assert np.mean(ours) < np.mean(theirs)


def test_folds_are_random_but_repeatable():
    y = np.arange(60, dtype=np.int32) % 3
    first, again, other = (stratified_folds(y, None, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.5


def test_a_million_items_are_divided_in_seconds():
    items = make_items(n=200_000, n_train=150_000, groups=60_000)
    group = np.unique(items.group, return_inverse=True)[1]
    fold = stratified_folds(items.y, group, 5, np.random.default_rng(0))
    sizes = np.bincount(fold)
    assert sizes.max() - sizes.min() <= 2


def test_every_partition_is_there_with_the_items_in_their_order():
    items = make_items()
    found = as_dict(items)
    names = [f"cross-{repeat}-{k}" for repeat in range(2) for k in range(5)]
    assert list(found) == ["given", "all", *names]
    for table in found.values():
        assert table.schema.equals(PARTITION)
        assert table["item"].to_pylist() == items.item.tolist()


def test_given_is_the_division_of_the_files_and_folds_belong_to_training_parts():
    found = as_dict(make_items())
    part, fold = columns(found["given"])
    assert (part[:150] == "train").all()
    assert (part[150:] == "test").all()
    for table in found.values():
        part, fold = columns(table)
        assert ((fold >= 0) == (part == "train")).all()
        assert set(fold[part == "train"]) == {0, 1, 2, 3}


def test_every_item_is_tested_exactly_once_a_repeat():
    found = as_dict(make_items())
    for repeat in range(2):
        tested = sum((columns(found[f"cross-{repeat}-{k}"])[0] == "test").astype(int) for k in range(5))
        assert (tested == 1).all()


def test_repeats_divide_anew():
    found = as_dict(make_items())
    first = [columns(found[f"cross-0-{k}"])[0] == "test" for k in range(5)]
    second = [columns(found[f"cross-1-{k}"])[0] == "test" for k in range(5)]
    assert not any((a == b).all() for a in first for b in second)


def test_no_group_is_on_both_sides_of_a_cross_partition_or_in_two_of_its_folds():
    items = make_items()
    for name, table in as_dict(items).items():
        if not name.startswith("cross"):
            continue
        part, fold = columns(table)
        assert not set(items.group[part == "train"]) & set(items.group[part == "test"])
        for g in set(items.group[part == "train"]):
            assert len(set(fold[items.group == g])) == 1


def test_folds_of_given_keep_groups_together_only_where_they_can():
    items = make_items()
    _, fold = columns(as_dict(items, given_grouped=False)["given"])
    assert any(len(set(fold[:150][items.group[:150] == g])) > 1 for g in set(items.group))
    _, fold = columns(as_dict(items, given_grouped=True)["given"])
    assert all(len(set(fold[:150][items.group[:150] == g])) <= 1 for g in set(items.group))


def test_training_parts_of_few_groups_have_as_many_folds_as_groups():
    items = make_items(groups=5)
    for name, table in as_dict(items, folds=5, given_grouped=True).items():
        part, fold = columns(table)
        there = set(items.group[part == "train"])
        assert {len(set(fold[(part == "train") & (items.group == g)])) for g in there} == {1}
        assert sorted(set(fold[part == "train"])) == list(range(len(there)))
        assert len(there) == (4 if name.startswith("cross") else 5)


def test_a_training_part_of_one_group_is_divided_by_class_alone():
    items = make_items(groups=2)
    found = as_dict(items, cross_folds=2)
    for k in range(2):
        part, fold = columns(found[f"cross-0-{k}"])
        assert len(set(items.group[part == "train"])) == len(set(items.group[part == "test"])) == 1
        assert set(fold[part == "train"]) == {0, 1, 2, 3}


@pytest.mark.parametrize("grouped", [False, True])
def test_folds_of_given_do_not_look_at_the_test_file(grouped):
    items = make_items()
    _, fold = columns(as_dict(items, given_grouped=grouped)["given"])
    y, group = items.y.copy(), items.group.copy()
    y[150:], group[150:] = 0, [f"a new group {i}" for i in range(50)]
    _, other = columns(as_dict(LabelledItems(items.item, group, y, 150), given_grouped=grouped)["given"])
    np.testing.assert_array_equal(fold, other)
    shorter = LabelledItems(items.item[:160], items.group[:160], items.y[:160], 150)
    _, other = columns(as_dict(shorter, given_grouped=grouped)["given"])
    np.testing.assert_array_equal(fold[:150], other[:150])


def test_a_class_with_fewer_rows_than_folds_is_spread():
    y = np.array([0] * 40 + [1] * 2, np.int32)
    fold = stratified_folds(y, None, 5, np.random.default_rng(0))
    assert len(set(fold[40:])) == 2


def test_more_folds_than_items_leave_folds_empty():
    fold = stratified_folds(np.zeros(3, np.int32), None, 5, np.random.default_rng(0))
    assert len(set(fold.tolist())) == 3
    assert len(stratified_folds(np.empty(0, np.int32), None, 5, np.random.default_rng(0))) == 0


def test_items_are_read_with_their_final_groups_and_class_indices(tmp_path):
    schema = items_schema(pa.string(), {})
    for split, rows in (
        ("train", [["a", "b"], ["x", "y"], ["X", "Y"], ["k", "l"]]),
        ("test", [["c"], ["y"], ["Y"], ["k"]]),
    ):
        write_table(pa.table(rows, schema=schema), tmp_path / f"{split}.parquet", schema)
    write_table(
        pa.table([["a", "b", "c"], ["k", "k", "k"]], schema=GROUPS), tmp_path / "groups.parquet", GROUPS
    )
    paths = [tmp_path / "train.parquet", tmp_path / "test.parquet"]
    dataset = {
        "classes": [{"index": 0, "label": "y"}, {"index": 1, "label": "x"}],
        "n": {"train": 2, "test": 1},
    }
    items = read_labelled_items(paths, tmp_path / "groups.parquet", dataset)
    assert items.item.tolist() == ["a", "b", "c"]
    assert items.group.tolist() == ["k", "k", "k"]
    assert items.y.tolist() == [1, 0, 0]
    assert items.n_train == 2
    with pytest.raises(TableError, match="its items are others"):
        read_labelled_items(paths[::-1], tmp_path / "groups.parquet", dataset)


def test_folds_that_came_with_the_data_are_the_test_parts_as_they_are():
    items = LabelledItems(
        item=np.array([f"i{n}" for n in range(12)], object),
        group=np.array([f"g{n % 6}" for n in range(12)], object),
        y=np.tile(np.arange(2, dtype=np.int32), 6),
        n_train=12,
        given_folds=np.array([2, 0, 1] * 4, np.int32),
    )
    tables = [
        assign(items, f"cross-0-{k}", folds=2, cross_folds=3, given_grouped=False, cross_grouped=True, seed=0)
        for k in range(3)
    ]
    tested = [[row["item"] for row in table.to_pylist() if row["part"] == "test"] for table in tables]
    assert tested == [["i1", "i4", "i7", "i10"], ["i2", "i5", "i8", "i11"], ["i0", "i3", "i6", "i9"]]
    for table in tables:
        folds = {}
        for row in table.to_pylist():
            if row["part"] == "train":
                folds.setdefault(int(row["item"][1:]) % 6, set()).add(row["fold"])
        assert all(len(own) == 1 for own in folds.values())
