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


def _classes(count, rows):
    def change(pair):
        template = pair.rows["train"][0]
        for split in ("train", "test"):
            pair.rows[split] = [
                {
                    **template,
                    "label": f"class {i % count}",
                    "artist_name": f"{split} {i // count}",
                    "text_embedding": str([float(i), float(len(split)), 0.5, 0.25, 1.5, 2.5]),
                    "audio_embedding": str([float(i % 7), float(i % 5), float(i), 0.5, float(len(split))]),
                }
                for i in range(count * (rows if split == "train" else 1))
            ]

    return change


def _numbers_and_text(pair):
    for row in pair.rows["train"]:
        row["label"] = {"0": "1", "1": "2", "2": "3a", "3": "3b"}[row["label"]]
    for row in pair.rows["test"]:
        row["label"] = str(1 + int(row["label"]) % 2)


def _letters(pair):
    for split, name in (("train", "Caf\u00e9"), ("test", "Cafe\u0301")):
        for row in pair.rows[split]:
            row["emotion"] = name if row["emotion"] == "Angry" else row["emotion"]


def _float_groups(pair):
    for split in ("train", "test"):
        for i, row in enumerate(pair.rows[split]):
            row["artist_name"] = f"{i % 30 + 1}.0" if split == "train" else str(i % 15 + 1)


def _seconds(pair):
    for k, split in enumerate(("train", "test")):
        for i, row in enumerate(pair.rows[split]):
            row["text_embedding"] = str([0.5 * (i % 5), 1.7e9 + 60 * (2 * i + k)])


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
        "test.csv, data row 1, label",
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
        "a class for nearly every row",
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
        "test.csv, data row 1, label",
        "of the class",
        "classes that the training file has",
        class_name=None,
    ),
    _case(
        LABELS,
        "50 classes of 4 rows",
        _classes(50, 4),
        "50 classes in 200 training rows, fewer than 10 rows a class",
        refused=False,
        class_name=None,
    ),
    _case(
        LABELS,
        "a fraction among whole numbers",
        _set("train", "label", "0.5", lambda row: row["Unnamed: 0"] == "7"),
        "train.csv, data row 8, label",
        "'0.5': a fraction, in 1 row",
        "name the column of the class; for a score, cut it into classes first",
        class_name=None,
    ),
    _case(
        LABELS,
        "a word for a missing value among whole numbers",
        _set("train", "label", "none", lambda row: row["Unnamed: 0"] == "7"),
        "train.csv, data row 8, label",
        "'none': no label, in 1 row",
        "if it is a class, call it by another word",
        class_name=None,
    ),
    _case(
        LABELS,
        "one text among whole numbers",
        _set("train", "label", "x", lambda row: row["Unnamed: 0"] == "7"),
        "train.csv, data row 8, label",
        "the class 'x' has one row",
        class_name=None,
    ),
    _case(
        LABELS,
        "a few texts among whole numbers",
        _set("train", "label", "x", lambda row: int(row["Unnamed: 0"]) < 7),
        "7 of 80 labels are not whole numbers, as the others are: 'x' (7 rows)",
        refused=False,
        class_name=None,
    ),
    _case(
        LABELS,
        "numbers and text, of which the test file has numbers alone",
        _numbers_and_text,
        "2 classes have no test row, such as '3a', '3b'",
        refused=False,
        class_name=None,
    ),
    _case(
        LABELS,
        "`1e1`, `10`, `01` and `1`",
        _both("label", lambda row: {"0": "1e1", "1": "10", "2": "01", "3": "1"}[row["label"]]),
        "labels that differ only in case, white space or notation are classes of their own: '10' (",
        "'1e1' (",
        refused=False,
        class_name=None,
    ),
    _case(
        LABELS,
        "`3.0` in one file and `3` in the other",
        _set("test", "label", lambda row: f"{row['label']}.0"),
        "labels written in several ways are one class: '0' (",
        "'0.0' (",
        refused=False,
    ),
    _case(
        LABELS,
        "labels that differ by case",
        _set(
            "train", "emotion", "angry ", lambda row: row["emotion"] == "Angry" and int(row["Unnamed: 0"]) % 2
        ),
        "labels that differ only in case, white space or notation are classes of their own",
        "'Angry' (",
        "'angry' (",
        refused=False,
        label="emotion",
        class_name=None,
    ),
    _case(
        LABELS,
        "composed letters in one file and decomposed ones in the other",
        _letters,
        "labels written in several ways are one class: 'Cafe\\u0301' (",
        "'Caf\\xe9' (",
        refused=False,
        label="emotion",
        class_name=None,
    ),
    _case(
        LABELS,
        "several labels in one cell",
        _both("label", lambda row: ["rock", "sad", "rock|sad"][int(row["Unnamed: 0"]) % 3]),
        "1 label in 26 rows may be several labels in one cell, such as 'rock|sad'",
        refused=False,
        class_name=None,
    ),
    _case(
        LABELS,
        "a name that contradicts the label",
        _set(
            "train",
            "emotion",
            lambda row: "Sad" if row["emotion"] == "Angry" else "Angry",
            lambda row: row["Unnamed: 0"] == "7",
        ),
        "train.csv, data row 8, emotion",
        "for label",
        "one name for each label",
    ),
    _case(
        LABELS,
        "two labels of one name",
        _both("emotion", "Happy", lambda row: row["emotion"] == "Relaxed"),
        "train.csv, data row",
        "'Happy' for label",
        "a name of its own for label",
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
        "identifiers that are `1.0` in one file and `1` in the other",
        _float_groups,
        refused=False,
        describe=[],
    ),
    _case(
        GROUPS,
        "identifiers that differ by case, compared as they are",
        _set("test", "artist_name", lambda row: row["artist_name"].upper()),
        "groups that differ only in case, white space or notation are kept apart: 'ARTIST ",
        "'Artist ",
        refused=False,
        group_names="exact",
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
        "numbers that single precision does not tell apart",
        _seconds,
        "train.csv: text: single precision would change 1 of 2 numbers (2) by more than 0.001 of",
        "they are kept in double precision",
        refused=False,
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
