"""The bundled songs in every form give the matrices of the CSV that they come in, to the last byte."""

import csv
import json

import numpy as np
import pytest

from forms import FORMS, Embeddings
from latefusion.example_data.songs import build_demo, find_source
from latefusion.ingest.columns import Columns
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.modality_file import ingest_modality
from latefusion.ingest.readers.modality_source import open_modality
from latefusion.ingest.readers.opening import open_table
from runs import once

MAX = 16 << 20
SPLITS = ("train", "test")
MODALITIES = ("text", "audio")
ITEM = "Unnamed: 0"
NARROW = ("a table of frames an item",)
"""Forms of so many files of text that the modality of 24 numbers has to do, without that of 96."""


def build(folder):
    """Write the songs' tables, each song with its identifier, and read them as they are read today."""
    build_demo(find_source(), folder / "train.csv", folder / "test.csv", rng=np.random.default_rng(0))
    entries = [{"name": name, "column": f"{name}_embedding"} for name in MODALITIES]
    columns = Columns.of({"label": "label", "class_name": "emotion", "item": ITEM}, entries)
    for split in SPLITS:
        features = {name: folder / f"{split}.{name}.parquet" for name in MODALITIES}
        files = SplitFiles(features, folder / f"{split}.parquet")
        ingest(open_table(folder / f"{split}.csv", MAX), split, columns, files)


@pytest.fixture(scope="session")
def songs(tmp_path_factory):
    return once(tmp_path_factory, "songs", build)


@pytest.fixture(scope="module")
def embeddings(songs):
    """Return the embeddings that the tables' cells say, in double precision."""
    rows = []
    for split in SPLITS:
        with (songs / f"{split}.csv").open(newline="", encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    order = np.random.default_rng(1).permutation(len(rows))
    keys = [row[ITEM] for row in rows]
    return {
        name: Embeddings(keys, np.array([json.loads(row[f"{name}_embedding"]) for row in rows]), order)
        for name in MODALITIES
    }


@pytest.mark.parametrize("name", FORMS)
def test_a_form_gives_the_bytes_of_the_bundled_table(songs, embeddings, tmp_path, name):
    items = {split: songs / f"{split}.parquet" for split in SPLITS}
    for modality in ("audio",) if name in NARROW else MODALITIES:
        data = embeddings[modality]
        folder = tmp_path / modality
        folder.mkdir()
        source = open_modality(
            FORMS[name](folder, data), item="id", keys=lambda keys=data.keys: keys, max_cell_bytes=MAX
        )
        features = {split: folder / f"{split}.parquet" for split in SPLITS}
        ingest_modality(source, modality, items, features, folder / "facts.json", missing=False)
        for split in SPLITS:
            expected = songs / f"{split}.{modality}.parquet"
            assert features[split].read_bytes() == expected.read_bytes(), (modality, split)
