"""Where items come from, as the configuration says it in several ways."""

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.configuration import complete
from latefusion.planning.files import Files
from latefusion.planning.item_sources import item_table
from latefusion.planning.job_inputs import predictions
from latefusion.planning.plan import make_plan
from latefusion.planning.rule_catalogue import read_rules
from settings import ROOT, SCHEMA

KNOWN = read_rules(ROOT / "scripts/latefusion/rules")
BERT = {"name": "bert", "file": "bert.csv", "column": "e"}
WAV = {"name": "wav", "files": "wav/{item}.npy", "pool": "mean"}
CLAP = {"name": "clap", "file": "clap.npy", "items": "rows"}


def files(modalities=(BERT, WAV), *, data=None, **more):
    config = complete(
        {
            "data": {"items": "songs.csv", "item": "song", **(data or {})},
            "modalities": list(modalities),
            "rules": [{"name": "mean"}],
            **more,
        },
        SCHEMA,
        file="config.yaml",
    )
    return Files(config, make_plan(config, KNOWN, file="config.yaml"))


def test_a_table_that_nothing_divides_is_one_split_under_cross_alone():
    own = files()
    assert own.config["protocols"] == ["cross"]
    assert own.splits == ("all",)
    assert own.item_tables == ["<results>/items/all.parquet"]
    folders = {path.split("/")[1] for path in own.targets()}
    assert folders >= {"items", "features", "cross-0-4"}
    assert "given" not in folders
    assert own.config["cross"] == {"column": None, "folds": 5, "repeats": 1}


@pytest.mark.parametrize(
    "split",
    [{"column": "set", "train": "a", "test": [1]}, {"lists": {"train": "a.txt", "test": ["b.txt"]}}],
)
def test_a_table_that_is_divided_has_the_splits_of_two_files(split):
    own = files(data={"split": split})
    assert own.config["protocols"] == ["replica", "honest", "cross"]
    assert own.splits == ("train", "test")
    assert own.selection("train") == ["<results>/items/selection.parquet", "<results>/items/selection.json"]
    assert own.selection("new") == []
    assert item_table(own.config["data"], "test") == "songs.csv"


def test_values_of_a_split_are_texts_in_a_list():
    split = files(data={"split": {"column": "set", "train": "a", "test": [1, "b"]}}).config["data"]["split"]
    assert (split["train"], split["test"]) == (["a"], ["1", "b"])


def test_new_items_may_have_files_of_their_own():
    new = {"items": "new.csv", "modalities": {"bert": "new_bert.csv", "wav": "new_wav/{item}.npy"}}
    own = files(data={"new": new})
    assert item_table(own.config["data"], "new") == "new.csv"
    bert, wav = own.new_modality("bert"), own.new_modality("wav")
    assert (bert["file"], bert["column"]) == ("new_bert.csv", "e")
    assert (wav["files"], wav["pool"]) == ("new_wav/{item}.npy", "mean")


def test_new_items_without_files_of_their_own_are_found_in_those_of_the_labelled_ones():
    own = files(data={"new": "new.csv"})
    assert item_table(own.config["data"], "new") == "new.csv"
    assert own.new_modality("bert") == own.with_files["bert"]


def test_another_form_of_file_takes_the_place_of_the_labelled_items_files():
    new = {"items": "new.csv", "modalities": {"wav": {"file": "new.npz", "items": "ids", "pool": None}}}
    wav = files(data={"new": new}).new_modality("wav")
    assert (wav["file"], wav["files"], wav["items"], wav["pool"]) == ("new.npz", None, "ids", None)


def test_rows_without_identifiers_serve_new_items_only_from_a_file_of_these():
    with pytest.raises(InputError, match=r"modalities: \{clap: …\}"):
        predictions(files([BERT, CLAP], data={"new": "new.csv"}), file="config.yaml")
    new = {"items": "new.csv", "modalities": {"clap": "new_clap.npy"}}
    assert predictions(files([BERT, CLAP], data={"new": new}), file="config.yaml")
