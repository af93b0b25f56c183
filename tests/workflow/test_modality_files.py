"""Modalities with files of their own: the same results as from columns, and each reruns by itself."""

import csv
import json
import re
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from latefusion.store.samples import read_features
from runs import SMALL, contents, launch, once, planned, snakemake, write_config, write_run

ITEMS = {**SMALL["data"], "item": "song"}
RULES = [{"name": "mean"}, {"name": "product"}]
BASE = {**SMALL, "data": ITEMS, "protocols": ["honest"], "rules": RULES, "views": []}
AFTER = {
    "check_dataset",
    "assign_partitions given",
    *(f"{job} given/{view}" for job in ("train_svm", "predict_svm_given") for view in ("text", "audio")),
    *(f"fuse honest/{rule['name']}" for rule in RULES),
    "select_rule honest",
    "evaluate honest",
    "summarise",
    "report",
}


def with_identifiers(folder):
    """Give every row of both tables an identifier; return all of them."""
    names = []
    for split in ("train", "test"):
        path = folder / f"data/{split}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["song"] = f"s{len(names)}"
            names.append(row["song"])
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return names


def write_wide(path, names, values):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["", *(f"f{column}" for column in range(values.shape[1]))])
        writer.writerows([name, *map(repr, row.tolist())] for name, row in zip(names, values, strict=True))


MODALITIES = [
    {"name": "text", "file": "data/text.tsv"},
    {"name": "audio", "file": "data/audio.npz", "array": "emb", "items": "ids"},
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return a finished run from columns, and one whose audio is an array and whose text is a wide table."""
    folder = once(tmp_path_factory, "columns_and_files", write_and_run)
    return folder / "columns", folder / "files"


def write_and_run(folder):
    columns, files = write_run(folder / "columns", configuration=BASE), folder / "files"
    names = with_identifiers(columns)
    launch("run", "--cores", 2, cwd=columns)
    shutil.copytree(columns / "data", files / "data")
    order = np.random.default_rng(0).permutation(len(names))
    shuffled = [names[row] for row in order]
    for name in ("audio", "text"):
        matrices = [
            read_features(columns / f"results/features/{split}/{name}.parquet") for split in ("train", "test")
        ]
        values = np.concatenate(matrices)[order]
        if name == "audio":
            np.savez(files / "data/audio.npz", emb=values, ids=np.array(shuffled))
        else:
            write_wide(files / "data/text.tsv", shuffled, values)
    write_config(files, {**BASE, "modalities": MODALITIES})
    launch("run", "--cores", 2, cwd=files)


# what says where embeddings came from; everything else is the same
OF_FILES = {
    "dataset.json",
    "items/train.json",
    "items/test.json",
    "features/audio.json",
    "features/text.json",
}
OF_FILES_ON_THE_PAGE = {"data", "checks", "making"}


def test_the_results_are_those_of_columns(runs):
    columns, files = runs
    expected, found = contents(columns), contents(files)
    assert {name for name in expected | found if expected.get(name) != found.get(name)} == OF_FILES
    assert {"summary.csv", "checks.json", "evaluation/honest/comparisons.parquet"} < set(expected)
    dataset = json.loads((files / "results/dataset.json").read_text(encoding="utf-8"))
    assert dataset["modalities"]["text"]["match"]["matched"] == sum(dataset["n"].values())


def test_the_report_is_that_of_columns_but_for_what_it_says_of_the_files(runs):
    expected, found = (dict(sections(folder)) for folder in runs)
    assert {"answer", "single", "fusion", "calibration"} < set(expected)
    assert {name for name in expected if expected[name] != found.get(name)} == OF_FILES_ON_THE_PAGE
    assert expected.keys() == found.keys()


def sections(folder):
    page = (folder / "results/report.html").read_text(encoding="utf-8")
    return re.findall(r'<section id="([^"]+)"[^>]*>(.*?)</section>', page, re.DOTALL)


def test_a_new_version_of_one_file_reads_that_modality_again_and_no_other(runs, tmp_path):
    folder = shutil.copytree(runs[1], tmp_path / "run")
    assert planned(folder) == set()
    arrays = dict(np.load(folder / "data/audio.npz"))
    arrays["emb"][0, 0] += 1
    np.savez(folder / "data/audio.npz", **arrays)
    assert planned(folder) == {"ingest_modality audio", *AFTER}


def test_another_order_of_the_rows_ends_at_equal_features(runs, tmp_path):
    folder = shutil.copytree(runs[1], tmp_path / "run")
    arrays = dict(np.load(folder / "data/audio.npz"))
    np.savez(folder / "data/audio.npz", **{name: values[::-1] for name, values in arrays.items()})
    snakemake("--cores", 1, "ingest_all", cwd=folder)
    assert planned(folder) == set()


def test_new_items_are_read_from_the_same_files(runs, tmp_path):
    _, files = runs
    folder = shutil.copytree(files, tmp_path / "run")
    with (folder / "data/test.csv").open(newline="", encoding="utf-8") as file:
        songs = [row["song"] for row in csv.DictReader(file)][:3]
    (folder / "data/new.csv").write_text("song\n" + "\n".join(songs) + "\n", encoding="utf-8")
    write_config(folder, {**BASE, "modalities": MODALITIES, "data": {**ITEMS, "new": "data/new.csv"}})
    snakemake("predict", "--cores", 2, cwd=folder)
    with (folder / "results/predictions.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 3
    new = read_features(folder / "results/features/new/audio.parquet")
    test = read_features(folder / "results/features/test/audio.parquet")
    np.testing.assert_array_equal(new, test[:3])


def test_an_item_without_a_row_is_named_before_anything_is_trained(runs, tmp_path):
    folder = shutil.copytree(runs[1], tmp_path / "run")
    arrays = dict(np.load(folder / "data/audio.npz"))
    gone = str(arrays["ids"][0])
    np.savez(folder / "data/audio.npz", **{name: values[1:] for name, values in arrays.items()})
    done = snakemake("--cores", 1, "ingest_all", cwd=folder, check=False)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert f"no embedding for 1 of 84 items: '{gone}'" in said
    assert "Traceback" not in said
    kept = pq.read_table(folder / "results/features/test/audio.parquet")
    assert kept.equals(pq.read_table(runs[1] / "results/features/test/audio.parquet"))
