"""What both splits together are."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from generate import write_dataset
from latefusion.core.errors import InputError
from latefusion.dataset.partitions import assign, read_labelled_items
from latefusion.store.schemas import GROUPS
from latefusion.store.tables import write_table
from refusals.pair import Pair, checked


@pytest.fixture
def pair(tmp_path):
    return Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))


def test_classes_are_sorted_by_label_with_their_counts_and_priors(pair, tmp_path):
    dataset, _ = checked(pair, tmp_path)
    assert [entry["index"] for entry in dataset["classes"]] == [0, 1, 2, 3]
    assert [entry["name"] for entry in dataset["classes"]] == ["Angry", "Happy", "Relaxed", "Sad"]
    for entry in dataset["classes"]:
        for split in ("train", "test"):
            assert entry[split] == sum(row["label"] == str(entry["label"]) for row in pair.rows[split])
        assert entry["prior"] == entry["train"] / 60
    assert dataset["n"] == {"train": 60, "test": 20}


def test_whole_numbers_are_sorted_as_numbers_and_text_as_text(pair, tmp_path):
    for split in ("train", "test"):
        for row in pair.rows[split]:
            row["label"] = {"0": "10", "1": "9", "2": "-1", "3": "2"}[row["label"]]
    dataset, _ = checked(pair, tmp_path)
    assert [entry["label"] for entry in dataset["classes"]] == [-1, 2, 9, 10]
    dataset, _ = checked(pair, tmp_path, label="emotion", class_name=None)
    assert [entry["label"] for entry in dataset["classes"]] == ["Angry", "Happy", "Relaxed", "Sad"]
    assert [entry["name"] for entry in dataset["classes"]] == ["Angry", "Happy", "Relaxed", "Sad"]


def test_modalities_have_their_dimension_and_how_many_items_lack_them(pair, tmp_path):
    dataset, _ = checked(pair, tmp_path)
    missing = {"train": 0, "test": 0}
    assert dataset["modalities"] == {
        "text": {"dimension": 6, "missing": missing},
        "audio": {"dimension": 5, "missing": missing},
    }


def test_shared_groups_are_counted_and_folds_of_given_are_not_grouped(pair, tmp_path):
    dataset, groups = checked(pair, tmp_path)
    artists = {split: {row["artist_name"] for row in pair.rows[split]} for split in pair.rows}
    facts = dataset["groups"]
    assert facts["n"] == len(artists["train"] | artists["test"])
    assert (facts["train"], facts["test"]) == (len(artists["train"]), len(artists["test"]))
    assert facts["shared"] == len(artists["train"] & artists["test"])
    assert facts["test_items_seen"] == sum(
        row["artist_name"] in artists["train"] for row in pair.rows["test"]
    )
    assert (facts["known"], facts["given_grouped"], facts["cross_grouped"]) == (True, False, True)
    assert "stratified only" in facts["reason"]
    assert groups["item"].to_pylist() == [f"train:{i}" for i in range(60)] + [f"test:{i}" for i in range(20)]


def test_folds_of_given_are_grouped_where_no_group_straddles(tmp_path):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20, straddle=False))
    facts = checked(pair, tmp_path)[0]["groups"]
    assert facts["shared"] == facts["test_items_seen"] == 0
    assert facts["given_grouped"]
    assert facts["cross_grouped"]


def test_one_seen_group_does_not_make_the_folds_ungrouped(tmp_path):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=40, groups=20, straddle=False))
    pair.rows["test"][7]["artist_name"] = pair.rows["train"][0]["artist_name"]
    pair.rows["test"][7]["track_name"] = "another song"
    facts = checked(pair, tmp_path)[0]["groups"]
    assert facts["test_items_seen"] == 1
    assert facts["given_grouped"]
    assert facts["reason"].startswith(
        "1 of 40 test items has its group in train, too few to matter, and the folds of the given split keep"
    )


@pytest.mark.parametrize(("names", "groups"), [("artists", 1), ("exact", 8)])
def test_identifiers_are_one_group_each_if_they_are_not_cut_as_artists(pair, tmp_path, names, groups):
    for split in ("train", "test"):
        for row in pair.rows[split]:
            row["artist_name"] = f"Ward {int(row['Unnamed: 0']) % 8}, Hospital A"
    dataset, final = checked(pair, tmp_path, group_names=names)
    facts = dataset["groups"]
    assert (facts["n"], facts["cross_grouped"]) == (groups, names == "exact")
    assert len(set(final["group"].to_pylist())) == groups
    assert facts["joined"] == {
        "names": 8,
        "groups": groups,
        "largest_name": 10,
        "largest_group": 80 // groups,
        "items": 80,
        "suspicious": names == "artists",
    }


@pytest.mark.parametrize("names", ["artists", "exact"])
def test_groups_that_a_float_column_wrote_in_one_file_are_those_of_the_other(tmp_path, names):
    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=45, groups=20))
    for i, row in enumerate(pair.rows["train"]):
        row["artist_name"] = "" if i == 7 else f"{i % 30 + 1}.0"
    for i, row in enumerate(pair.rows["test"]):
        row["artist_name"] = str(i % 15 + 1)
    dataset, groups = checked(pair, tmp_path, group_names=names)
    facts = dataset["groups"]
    assert (facts["test_items_seen"], facts["shared"], facts["train"], facts["test"]) == (45, 15, 31, 15)
    of = dict(zip(groups["item"].to_pylist(), groups["group"].to_pylist(), strict=True))
    assert (of["train:9"], of["test:9"], of["train:7"]) == ("10", "10", "item:train:7")
    assert of["train:0"] == of["test:0"] == of["test:15"] == "1"


@pytest.mark.parametrize("names", ["artists", "exact"])
def test_identifiers_with_a_point_stay_apart_where_one_of_any_file_is_no_integer(pair, tmp_path, names):
    for i, row in enumerate(pair.rows["train"]):
        row["artist_name"] = ["1.0", "10", "-1", "1"][i % 4]
    for row in pair.rows["test"]:
        row["artist_name"] = "1.5"
    facts = checked(pair, tmp_path, group_names=names)[0]["groups"]
    assert (facts["n"], facts["shared"]) == (5, 0)


@pytest.mark.parametrize("names", ["artists", "exact"])
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Guns N&#39; {}", "Guns N' {}"),
        ("Duo {0} &amp; Trio {0}", "Duo {0} & Trio {0}"),
        ("Beyonce\u0301 {}", "Beyonc\u00e9 {}"),
    ],
)
def test_names_of_groups_that_are_written_otherwise_in_one_file_are_the_same(
    pair, tmp_path, names, theirs, ours
):
    for split, form in (("train", theirs), ("test", ours)):
        for i, row in enumerate(pair.rows[split]):
            row["artist_name"] = form.format("ABCDEFGHIJ"[i % 10])
    facts = checked(pair, tmp_path, group_names=names)[0]["groups"]
    assert (facts["n"], facts["shared"], facts["test_items_seen"]) == (10, 10, 20)


@pytest.mark.parametrize("same", [True, False])
def test_identifiers_that_a_float_column_wrote_in_one_file_are_those_of_the_other(pair, tmp_path, same):
    for split in ("train", "test"):
        for i, row in enumerate(pair.rows[split]):
            row["Unnamed: 0"] = f"{i}.0" if split == "train" else str(1000 + i)
    pair.rows["test"][0] = {**pair.rows["train" if same else "test"][0], "Unnamed: 0": "0"}
    if same:
        assert checked(pair, tmp_path, item="Unnamed: 0")[0]["duplicates"]["identifiers"] == 1
    else:
        with pytest.raises(
            InputError, match=r"1 identifier that .*train\.csv has too, with other embeddings"
        ):
            checked(pair, tmp_path, item="Unnamed: 0")


TOO_FEW = "too few for the 5 folds of cross, which does not keep groups together:"
FEW = "training parts with fewer groups than 5 have as many folds as groups"


@pytest.mark.parametrize(
    ("groups", "folds", "cross_folds", "grouped", "said"),
    [
        (8, 5, 5, True, []),
        (8, 7, 5, True, ["training parts with fewer groups than 7 have as many folds as groups"]),
        (5, 5, 5, True, [FEW]),
        (
            4,
            5,
            5,
            False,
            [f"4 groups are {TOO_FEW} set cross.folds to at most 4"],
        ),
        (4, 5, 4, True, [FEW]),
        (20, 20, 5, True, ["training parts with fewer groups than 20 have as many folds as groups"]),
        (
            1,
            5,
            5,
            False,
            [f"1 group is {TOO_FEW} it needs two groups or more"],
        ),
    ],
)
def test_cross_keeps_groups_together_where_there_are_as_many_as_its_folds(
    pair, tmp_path, groups, folds, cross_folds, grouped, said
):
    for split in ("train", "test"):
        for row in pair.rows[split]:
            row["artist_name"] = f"Speaker {int(row['Unnamed: 0']) % groups}"
    dataset, _ = checked(pair, tmp_path, folds=folds, cross_folds=cross_folds)
    facts = dataset["groups"]
    assert (facts["n"], facts["cross_grouped"], facts["given_grouped"]) == (groups, grouped, False)
    about = ("few_groups", "one_group", "few_groups_in_train")
    assert [one["message"] for one in dataset["warnings"] if one["code"] in about] == said
    assert ("cross keeps groups together" in facts["reason"]) == grouped


@pytest.mark.parametrize(("groups", "grouped"), [(3, True), (2, True), (1, False)])
def test_folds_of_given_keep_few_groups_together_whatever_cross_needs(pair, tmp_path, groups, grouped):
    for split in ("train", "test"):
        for row in pair.rows[split]:
            row["artist_name"] = f"{split} {int(row['Unnamed: 0']) % groups}"
    facts = checked(pair, tmp_path, cross_folds=9)[0]["groups"]
    assert (facts["shared"], facts["given_grouped"], facts["cross_grouped"]) == (0, grouped, False)


def test_without_a_column_of_groups_everything_is_stratified_only(pair, tmp_path):
    facts = checked(pair, tmp_path, group=None)[0]["groups"]
    assert (facts["known"], facts["given_grouped"], facts["cross_grouped"]) == (False, False, False)
    assert facts["n"] == 80
    assert facts["reason"] == "no column names the groups, so folds are stratified only"


def _copy(pair, count, **cells):
    pair.rows["test"][:count] = [{**row, **cells} for row in pair.rows["train"][:count]]


@pytest.mark.parametrize("group", ["artist_name", None])
def test_an_item_of_both_files_has_two_names_and_one_group(pair, tmp_path, group):
    _copy(pair, 3, artist_name="Somebody Else Entirely")
    dataset, groups = checked(pair, tmp_path, item="Unnamed: 0", group=group)
    assert dataset["duplicates"]["identifiers"] == dataset["duplicates"]["across"] == 3
    assert dataset["groups"]["cross_grouped"]
    of = dict(zip(groups["item"].to_pylist(), groups["group"].to_pylist(), strict=True))
    names = [row["Unnamed: 0"] for row in pair.rows["train"]]
    test = [row["Unnamed: 0"] for row in pair.rows["test"]]
    assert list(of) == names + [f"{name} (test)" for name in test[:3]] + test[3:]
    assert all(of[name] == of[f"{name} (test)"] for name in test[:3])
    features = pq.read_table(tmp_path / "results/features/test/text.parquet")
    assert features["item"].to_pylist() == list(of)[60:]


def test_an_item_of_both_files_is_in_one_part_of_every_cross_partition_and_in_one_fold(pair, tmp_path):
    _copy(pair, 6)
    dataset, groups = checked(pair, tmp_path, item="Unnamed: 0", group=None)
    items = [tmp_path / f"results/items/{split}.parquet" for split in ("train", "test")]
    write_table(groups, tmp_path / "groups.parquet", GROUPS)
    both = read_labelled_items(items, tmp_path / "groups.parquet", dataset)
    for name in ("given", "all", *(f"cross-{repeat}-{k}" for repeat in range(2) for k in range(4))):
        table = assign(
            both,
            name,
            folds=3,
            cross_folds=4,
            given_grouped=dataset["groups"]["given_grouped"],
            cross_grouped=dataset["groups"]["cross_grouped"],
            seed=0,
        )
        at = {row["item"]: row for row in table.to_pylist()}
        for row in pair.rows["test"][:6]:
            one, other = at[row["Unnamed: 0"]], at[row["Unnamed: 0"] + " (test)"]
            assert name == "given" or (one["part"], one["fold"]) == (other["part"], other["fold"])


def test_an_artist_of_the_test_file_connects_two_of_the_training_file(pair, tmp_path):
    names = sorted({row["artist_name"] for row in pair.rows["train"]})[:2]
    pair.rows["test"][0]["artist_name"] = " feat. ".join(names)
    _, groups = checked(pair, tmp_path)
    group = dict(zip(groups["item"].to_pylist(), groups["group"].to_pylist(), strict=True))
    members = {group[f"train:{i}"] for i, row in enumerate(pair.rows["train"]) if row["artist_name"] in names}
    assert len(members) == 1
    assert members == {group["test:0"]}


def test_coinciding_items_are_counted_and_their_groups_joined(pair, tmp_path):
    train, test = pair.rows["train"], pair.rows["test"]
    for target in (train[5], test[3]):
        for name in ("text", "audio"):
            target[f"{name}_embedding"] = train[0][f"{name}_embedding"]
    train[0]["artist_name"], train[5]["artist_name"], test[3]["artist_name"] = "Alpha", "Beta", ""
    train[0]["label"], train[5]["label"], test[3]["label"] = "1", "1", "2"
    for row in (train[0], train[5], test[3]):
        row["emotion"] = {"1": "Happy", "2": "Relaxed"}[row["label"]]
    dataset, groups = checked(pair, tmp_path)
    assert dataset["duplicates"] == {
        "train": 1,
        "test": 0,
        "across": 1,
        "identifiers": 0,
        "other_label": 3,
        "groups_joined": 2,
        "not_joined": 0,
    }
    group = dict(zip(groups["item"].to_pylist(), groups["group"].to_pylist(), strict=True))
    assert group["train:0"] == group["train:5"] == group["test:3"]
    assert not group["train:0"].startswith("item:")


def test_one_equal_embedding_of_two_is_no_coincidence(pair, tmp_path):
    pair.rows["train"][5]["text_embedding"] = pair.rows["train"][0]["text_embedding"]
    assert checked(pair, tmp_path)[0]["duplicates"]["train"] == 0


def test_rows_of_zeros_do_not_join_groups(pair, tmp_path):
    for row in pair.rows["train"][:4]:
        row["text_embedding"], row["audio_embedding"] = str([0.0] * 6), str([-0.0] * 5)
    dataset, _ = checked(pair, tmp_path)
    assert dataset["duplicates"]["train"] == 0
    assert dataset["duplicates"]["groups_joined"] == 0
    assert any("nothing but zeros" in warning["message"] for warning in dataset["warnings"])


def test_a_filler_embedding_is_reported(pair, tmp_path):
    for i, row in enumerate(pair.rows["train"][:8]):
        row["artist_name"] = f"Somebody {'abcdefgh'[i]}"
        row["text_embedding"], row["audio_embedding"] = str([0.5] * 6), str([0.25] * 5)
    dataset, _ = checked(pair, tmp_path)
    assert dataset["duplicates"]["not_joined"] == 1
    assert dataset["duplicates"]["groups_joined"] == 0
    assert any(warning["code"] == "filler_embeddings" for warning in dataset["warnings"])


def test_warnings_of_the_files_come_along(pair, tmp_path):
    pair.rows["test"][2]["artist_name"] = ""
    warnings = checked(pair, tmp_path)[0]["warnings"]
    assert [warning["code"] for warning in warnings if "test.csv" in warning["message"]] == ["blank_groups"]


def test_all_contradictions_come_at_once(pair, tmp_path):
    for row in pair.rows["test"]:
        row["text_embedding"] = "[1.5, 2.5]"
        row["emotion"] = row["emotion"].upper()
    pair.rows["test"][0]["text_embedding"] = "[1.5, 2.25]"
    with pytest.raises(InputError) as caught:
        checked(pair, tmp_path)
    assert caught.value.total == 5


def test_the_result_is_the_same_every_time(pair, tmp_path):
    first, groups = checked(pair, tmp_path)
    second, again = checked(pair, tmp_path)
    assert first == second
    assert groups.equals(again)
    assert pq.read_table(tmp_path / "results/items/train.parquet").num_rows == 60
    assert np.isclose(sum(entry["prior"] for entry in first["classes"]), 1)


@pytest.mark.parametrize("group", ["artist_name", None])
def test_a_file_that_differs_only_in_what_nobody_reads_is_the_same_file(pair, tmp_path, group):
    pair.rows["test"] = [{**row, "audio_url": "https://example.org/moved.mp3"} for row in pair.rows["train"]]
    with pytest.raises(InputError, match=r"the same 60 embeddings as in .*train\.csv"):
        checked(pair, tmp_path, group=group)


def test_the_same_embeddings_under_another_label_are_the_same_rows(pair, tmp_path):
    pair.rows["test"] = [dict(row) for row in pair.rows["train"]]
    pair.rows["test"][0].update(label="1", emotion="Happy")
    pair.rows["train"][0].update(label="2", emotion="Relaxed")
    with pytest.raises(InputError, match=r"the same 60 embeddings as in .*train\.csv"):
        checked(pair, tmp_path)


def test_one_file_named_for_both_splits_is_refused(pair, tmp_path):
    pair.paths["test"] = pair.paths["train"]
    pair.rows["test"] = pair.rows["train"]
    with pytest.raises(InputError, match=r"the same file as .*train\.csv"):
        checked(pair, tmp_path)
