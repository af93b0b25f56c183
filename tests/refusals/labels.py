"""Labels, class names, identifiers."""

from refusals import Case
from refusals.small import HEADER, line, read_text, table, text, with_cell, with_column

SECTION = "Labels and identifiers"


def _cells(name, cells, *sees, refused=True, **options):
    def run(folder):
        return read_text(folder, text(cells), **options)

    return Case(name, SECTION, run, sees, refused)


def _no_label():
    cells = table()
    cells[0] = [*HEADER[:-1], "labels"]
    return cells


def _with_id(ids):
    return [[*row, one] for row, one in zip(table(), ["id", *ids], strict=True)]


def _duplicate():
    ids = [f"s{i}" for i in range(12)]
    ids[7] = "s2"
    return _with_id(ids)


CASES = [
    _cells(
        "no such column",
        _no_label(),
        "label",
        "no such column, which data.label names",
        "did you mean 'labels'?",
    ),
    _cells("whole numbers written as 2.0", with_column("label", ["0.0", "1.0", "2.0"]), refused=False),
    _cells("text", with_column("label", ["sad", "happy", "angry"]), refused=False, class_name=None),
    _cells(
        "a blank",
        with_cell(4, "label", "  "),
        f"train.csv, line {line(4)}, label",
        "no label",
        "a label in every row",
        "data.new",
    ),
    _cells(
        "a word for a missing value",
        with_cell(4, "label", "nan"),
        f"line {line(4)}, label",
        "'nan': no label",
    ),
    _cells(
        "a label with no name",
        with_cell(4, "emotion", ""),
        f"line {line(4)}, emotion",
        "a label with no name",
        "set data.class_name to null",
    ),
    _cells(
        "an identifier twice",
        _duplicate(),
        f"line {line(7)}, id",
        "'s2', as on line 6",
        "each identifier once",
        item="id",
    ),
    _cells(
        "a blank identifier",
        _with_id(["", *map(str, range(11))]),
        f"line {line(0)}, id",
        "no identifier",
        "set data.item to null",
        item="id",
    ),
]
