"""One table of all items: the same tables as from two files, and new items with files of their own."""

import csv
import json

import pyarrow.parquet as pq

from runs import snakemake, write_config, write_run
from stale import ITEMS, Place, write_items

DIVIDED = ("features/train/text", "features/test/text", "items/train", "items/test", "groups")


def test_a_table_that_a_column_divides_gives_the_tables_of_two_files_and_what_is_left_out_is_told(tmp_path):
    data = {key: value for key, value in ITEMS["data"].items() if key != "items"}
    modalities = ITEMS["modalities"][:1]
    folder = write_items(tmp_path / "one")
    place = Place(folder, folder)
    head, *songs = place.read("songs")
    n_train = len(place.read("train")) - 1
    rows = [[*row, "learn" if at < n_train else "judge"] for at, row in enumerate(songs)]
    spare = [*rows[0][:-3], "spare", rows[0][-2], "validation"]
    mixed = [spare, *rows[n_train:], *rows[:n_train]]
    place.write("songs", [[*head, "set"], *mixed])
    split = {"column": "set", "train": "learn", "test": ["judge"]}
    write_config(folder, {**ITEMS, "data": {**ITEMS["data"], "split": split}, "modalities": modalities})
    target = [f"results/{name}.parquet" for name in DIVIDED]
    snakemake("--cores", 2, "results/dataset.json", *target, cwd=folder)
    two = write_run(tmp_path / "two", configuration={**ITEMS, "cross": {"folds": 2}})
    for name, part in (("train", rows[:n_train]), ("test", rows[n_train:])):
        Place(two, two).write(name, [[*head, "set"], *part])
    files = {"train": "data/train.csv", "test": "data/test.csv"}
    write_config(two, {**ITEMS, "data": {**data, **files}, "modalities": modalities, "cross": {"folds": 2}})
    snakemake("--cores", 2, "results/dataset.json", *target, cwd=two)
    for name in target:
        assert (folder / name).read_bytes() == (two / name).read_bytes(), name
    told = json.loads((folder / "results/dataset.json").read_text(encoding="utf-8"))
    assert told["left_out"]["values"] == {"validation": 1}
    assert [one["code"] for one in told["warnings"]][:1] == ["split_values"]


def test_new_items_of_a_table_that_nothing_divides_have_files_of_their_own(tmp_path):
    folder = write_items(tmp_path / "one")
    place = Place(folder, folder)
    head, *songs = place.read("songs")
    _, *audio = place.read("audio")
    name = head.index("song")
    place.write(
        "new", [head, *([*row[:name], f"new {at}", *row[name + 1 :]] for at, row in enumerate(songs[:4]))]
    )
    place.write(
        "new_audio", [["song", "audio_embedding"], *([f"new {at}", audio[at][1]] for at in (3, 1, 0, 2))]
    )
    new = {"items": "data/new.csv", "modalities": {"audio": "data/new_audio.csv"}}
    write_config(folder, {**ITEMS, "data": {**ITEMS["data"], "new": new}, "cross": {"folds": 2}})
    snakemake("predict", "--cores", 2, cwd=folder)
    with (folder / "results/predictions.csv").open(newline="", encoding="utf-8") as file:
        said = list(csv.DictReader(file))
    assert [row["item"] for row in said] == ["new 0", "new 1", "new 2", "new 3"]
    ours, theirs = (
        pq.read_table(folder / f"results/features/{split}/audio.parquet")["embedding"].to_pylist()[:4]
        for split in ("new", "all")
    )
    assert ours == theirs
