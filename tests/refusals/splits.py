"""What only both files together show: classes, groups, and splits that contradict each other."""

from collections.abc import Callable
from pathlib import Path

from generate import write_dataset
from refusals import Case
from refusals.pair import Pair, check, check_new

LABELS, GROUPS, SPLITS = "Classes", "Groups", "Splits"


def _case(
    section: str, name: str, change: Callable[[Pair], None], *sees: str, refused: bool = True, **options
):
    def run(folder: Path) -> list[str]:
        pair = Pair(*write_dataset(folder, n_train=60, n_test=20, groups=20))
        change(pair)
        return check(pair, folder, **options)

    return Case(name, section, run, sees, refused)


def _new(name: str, change: Callable[[str], str], *sees: str, refused: bool = True):
    def run(folder: Path) -> list[str]:
        return check_new(Pair(*write_dataset(folder, n_train=60, n_test=20, groups=20)), folder, change)

    return Case(name, SPLITS, run, sees, refused)


def _set(split, column, value, where=lambda row: True):
    def change(pair):
        for row in pair.rows[split]:
            if where(row):
                row[column] = value(row) if callable(value) else value

    return change


def _both(column, value, where=lambda row: True):
    def change(pair):
        for split in ("train", "test"):
            _set(split, column, value, where)(pair)

    return change


def _relabel(split, label, name, count):
    def change(pair):
        for row in pair.rows[split][:count]:
            row["label"], row["emotion"] = label, name

    return change


def _one_class(pair):
    for split in ("train", "test"):
        pair.rows[split] = [row for row in pair.rows[split] if row["label"] == "1"]


def _drop_class(pair):
    pair.rows["test"] = [row for row in pair.rows["test"] if row["label"] != "2"]


def _copy_rows(count):
    def change(pair):
        pair.rows["test"][:count] = [dict(row) for row in pair.rows["train"][:count]]

    return change


def _copy_embeddings(pair):
    for first, second in zip(pair.rows["train"][:3], pair.rows["train"][10:13], strict=True):
        second["text_embedding"], second["audio_embedding"] = (
            first["text_embedding"],
            first["audio_embedding"],
        )


def _same_file(pair):
    pair.rows["test"] = pair.rows["train"]


def _reversed(pair):
    pair.rows["test"] = pair.rows["train"][::-1]


def _ends_as_told_apart(pair):
    pair.rows["test"][0]["Unnamed: 0"] = "7 (test)"


def _shorten_embedding(pair):
    for row in pair.rows["test"]:
        row["text_embedding"] = "[" + ", ".join(row["text_embedding"].strip("[]").split(", ")[:4]) + "]"


def _owner(pair):
    for split in ("train", "test"):
        for row in pair.rows[split]:
            row["artist_name"] = "One Hit" if row["label"] == "3" else row["artist_name"]


def _missing_group(pair):
    for split in ("train", "test"):
        for row in pair.rows[split]:
            row["artist"] = row.pop("artist_name")


CASES = [
    _case(
        LABELS, "one class only", _one_class, "train.csv, label", "one class only, 1", "at least two classes"
    ),
    _case(
        LABELS,
        "a class with one row",
        _relabel("train", "9", "Odd", 1),
        "the class 'Odd' has one row",
        "at least two rows of each class",
    ),
    _case(
        LABELS,
        "a class with fewer rows than folds",
        _relabel("train", "9", "Odd", 2),
        "the class 'Odd' has 2 training rows for 5 folds",
        refused=False,
    ),
    _case(
        LABELS,
        "a class only in test",
        _relabel("test", "9", "Odd", 3),
        "test.csv, label",
        "3 rows of the class 'Odd' (label 9)",
        "classes that the training file has",
    ),
    _case(
        LABELS,
        "a class that is absent from test",
        _drop_class,
        "the class 'Relaxed' has no test row",
        refused=False,
    ),
    _case(
        LABELS,
        "more classes than a tenth of the rows",
        _both("label", lambda row: row["track_name"]),
        "train.csv, label",
        "60 classes in 60 rows, such as",
        "probably an identifier",
        class_name=None,
    ),
    _case(
        LABELS,
        "text in one file, numbers in the other",
        _set("test", "label", lambda row: row["emotion"]),
        "test.csv, label",
        "labels that are text, such as",
        "labels of one type",
        class_name=None,
    ),
    _case(GROUPS, "no such column", _missing_group, "artist_name", "no such column, which data.group names"),
    _case(
        GROUPS,
        "blank",
        _set("train", "artist_name", "", lambda row: row["label"] == "0"),
        "rows have no artist_name; each is a group of its own",
        refused=False,
    ),
    _case(
        GROUPS,
        "one group only",
        _both("artist_name", "Nobody Else"),
        "1 group is too few for the 5 folds of cross",
        "does not keep groups together",
        refused=False,
    ),
    _case(
        GROUPS,
        "fewer groups than folds",
        _both("artist_name", lambda row: f"Label {row['label']}"),
        "4 groups are too few for the 5 folds of cross",
        "set cross.folds to at most 4",
        refused=False,
    ),
    _case(
        GROUPS,
        "a group that holds a whole class",
        _owner,
        "the group 'one hit' holds the whole class 'Sad'",
        "no model has seen the class",
        refused=False,
    ),
    _case(
        GROUPS,
        "a group larger than a fold",
        _both("artist_name", "Prolific", lambda row: int(row["Unnamed: 0"]) % 2 == 0),
        "the group 'prolific' holds 50 % of the items",
        refused=False,
    ),
    _case(
        SPLITS,
        "embeddings of another length",
        _shorten_embedding,
        "test.csv",
        "embeddings of 4 numbers for the modality text",
        "6 numbers, as in train.csv",
    ),
    _case(
        SPLITS,
        "the same file twice",
        _same_file,
        "test.csv",
        "the same 60 embeddings as in train.csv",
        "name the other file in data.test",
    ),
    _case(
        SPLITS,
        "items in both files",
        _copy_rows(5),
        "5 of 20 test items have the embeddings of a training item",
        refused=False,
    ),
    _case(
        SPLITS,
        "items twice in one file",
        _copy_embeddings,
        "3 training and 0 test items have the embeddings of an earlier",
        refused=False,
    ),
    _case(
        SPLITS,
        "the same rows in another order",
        _reversed,
        "test.csv",
        "the same 60 embeddings as in train.csv",
        "name the other file in data.test",
    ),
    _case(
        SPLITS,
        "identifiers in both files, of the same items",
        _copy_rows(5),
        "5 of 20 test items have the identifier of a training item",
        "with ' (test)' behind, and keep both in one group",
        refused=False,
        item="Unnamed: 0",
    ),
    _case(
        SPLITS,
        "identifiers in both files, of other items",
        lambda pair: None,
        "test.csv, Unnamed: 0.1",
        "20 identifiers that train.csv has too, with other embeddings, such as '0'",
        "set data.item to null",
        item="Unnamed: 0.1",
    ),
    _case(
        SPLITS,
        "an identifier that ends as those that are told apart",
        _ends_as_told_apart,
        "test.csv, line",
        "'7 (test)': the name of a test item",
        "give the item another identifier",
        item="Unnamed: 0",
    ),
    _case(
        SPLITS,
        "other class names",
        _set("test", "emotion", "Furious", lambda row: row["emotion"] == "Angry"),
        "test.csv, emotion",
        "the name 'Furious' for the label 0",
        "'Angry', as in train.csv",
    ),
    _case(
        SPLITS,
        "a describing column of numbers here and text there",
        _set("test", "valence", "high"),
        "the column 'valence' holds numbers in one file and text in the other",
        refused=False,
    ),
    _new("new items in order", lambda text: text, refused=False),
    _new(
        "new items with embeddings of another length",
        lambda text: text.replace('"[', '"[0.5, '),
        "new.csv, text_embedding",
        "embeddings of 7 numbers for the modality text",
        "6 numbers, as in train.csv",
    ),
]
