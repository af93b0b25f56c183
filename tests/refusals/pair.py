"""A training and a test file that can be changed before they are checked together."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from latefusion.dataset.dataset import check_dataset
from latefusion.ingest.columns import Columns
from latefusion.ingest.facts import TrainingFile
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers.opening import open_table
from refusals.small import MAX_CELL_BYTES

SPLITS = ("train", "test")
MODALITIES = ("text", "audio")
COLUMNS = [{"name": name, "column": f"{name}_embedding"} for name in MODALITIES]


class Pair:
    """The rows of both files, as mappings from column to cell."""

    def __init__(self, train: Path, test: Path) -> None:
        self.paths = {"train": train, "test": test}
        self.rows: dict[str, list[dict[str, str]]] = {}
        for split, path in self.paths.items():
            with path.open(newline="", encoding="utf-8") as file:
                self.rows[split] = list(csv.DictReader(file))

    def write(self) -> None:
        """Write the rows back."""
        for split, path in self.paths.items():
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(self.rows[split][0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(self.rows[split])


def check(pair: Pair, folder: Path, **options: object) -> list[str]:
    """Ingest both files and check them together; return the warnings."""
    dataset, _ = checked(pair, folder, **options)
    return [warning["message"] for warning in dataset["warnings"]]


def check_new(pair: Pair, folder: Path, change: Callable[[str], str]) -> list[str]:
    """Ingest the training file, and the test file, its text changed, as items without labels."""
    pair.write()
    new, out = folder / "new.csv", folder / "results"
    new.write_text(change(pair.paths["test"].read_text(encoding="utf-8")), encoding="utf-8")
    warnings = []
    for split, path, label in (("train", pair.paths["train"], "label"), ("new", new, None)):
        facts = ingest(
            open_table(path, MAX_CELL_BYTES),
            split,
            Columns.of({"label": label}, COLUMNS),
            SplitFiles(
                {name: out / f"features/{split}/{name}.parquet" for name in MODALITIES},
                out / f"items/{split}.parquet",
                out / f"items/{split}.json",
            ),
            training=TrainingFile.read([out / "items/train.json"] if split == "new" else []),
        )
        warnings += [warning["message"] for warning in facts.warnings]
    return warnings


def checked(pair: Pair, folder: Path, **options: object):
    """Ingest both files and check them together; return what dataset.json and groups.parquet hold."""
    pair.write()
    folds = options.pop("folds", 5)
    cross_folds = options.pop("cross_folds", folds)
    out = folder / "results"
    features = {
        split: {name: out / f"features/{split}/{name}.parquet" for name in MODALITIES} for split in SPLITS
    }
    items = {split: out / f"items/{split}.parquet" for split in SPLITS}
    facts = {split: out / f"items/{split}.json" for split in SPLITS}
    settings = {
        "label": "label",
        "class_name": "emotion",
        "group": "artist_name",
        "describe": ["valence"],
        **options,
    }
    for split, path in pair.paths.items():
        ingest(
            open_table(path, MAX_CELL_BYTES),
            split,
            Columns.of(settings, COLUMNS),
            SplitFiles(features[split], items[split], facts[split]),
            training=TrainingFile.read([items["train"]] if split == "test" and settings.get("item") else []),
        )
    names = settings.get("group_names", "artists")
    return check_dataset(items, facts, features, {}, folds=folds, cross_folds=cross_folds, group_names=names)
