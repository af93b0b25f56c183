"""Cells that hold no embedding."""

from refusals import Case
from refusals.small import HEADER, ROWS, line, read_text, table, text, with_cell, with_column

SECTION = "Embeddings"
COLUMN = "text_embedding"


def _cell(name, cell, *sees, refused=True, row=3, **options):
    def run(folder):
        return read_text(folder, text(with_cell(row, COLUMN, cell)), **options)

    where = (f"train.csv, line {line(row)}, {COLUMN}",) if refused else ()
    return Case(name, SECTION, run, (*where, *sees), refused)


def _column(name, cells, *sees, refused=True, **options):
    def run(folder):
        return read_text(folder, text(with_column(COLUMN, cells)), **options)

    return Case(name, SECTION, run, sees, refused)


def _no_column(folder):
    cells = table()
    cells[0] = [name.replace(COLUMN, "text_embeddings") for name in HEADER]
    return read_text(folder, text(cells))


def _some(change):
    """Return the column with some of its cells changed."""
    cells = [row[HEADER.index(COLUMN)] for row in table()[1:]]
    return [change(row, cell) for row, cell in enumerate(cells)]


CASES = [
    Case(
        "a column that is not there",
        SECTION,
        _no_column,
        (COLUMN, "no such column, which the modality text names", "did you mean 'text_embeddings'?"),
    ),
    _cell("no brackets", "0.5, 1.5, 2.5", "'0.5, 1.5, 2.5': text without brackets", "[0.5, -1.25]"),
    _cell("other brackets", "(0.5, 1.5, 2.5)", "brackets of another kind", "square brackets"),
    _cell("no closing bracket", "[0.5, 1.5, 2.5", "no closing bracket", "the cell was cut off"),
    _cell(
        "cut off by Excel",
        ("[" + "0.12345678901, " * 2200)[:32_767],
        "Excel cuts cells at 32,767",
        "without passing it through Excel",
    ),
    _cell(
        "NumPy's printing, with an ellipsis",
        "[0.1 0.2 0.3 ... 0.7 0.8 0.9]",
        "NumPy's own printing",
        "the numbers in between are lost",
        "cannot be mended",
        ".tolist()",
    ),
    _cell(
        "NumPy's printing, without commas",
        "[0.1 0.2\n 0.3]",
        "NumPy's own printing",
        "digits dropped",
        ".tolist()",
    ),
    _cell(
        "NumPy's printing of scalars",
        "[np.float64(0.1), np.float64(0.2)]",
        "NumPy's printing of scalars",
        ".tolist()",
    ),
    _cell("a printed array", "array([0.1, 0.2, 0.3])", "a printed array", ".tolist()"),
    _cell("a printed tensor", "tensor([0.1, 0.2, 0.3])", "a printed tensor", ".tolist()"),
    _cell("a list of lists", "[[0.1, 0.2, 0.3]]", "a list of lists", "flatten it"),
    _cell("thousands of nested brackets", "[" * 5000 + "]" * 5000, "deeply nested brackets", "flatten it"),
    _cell("a single number", "0.5", "'0.5': a single number", "[number, …]"),
    _cell("an empty list", "[]", "an empty list"),
    _cell("an empty cell", "", "an empty cell", "missing: true"),
    _cell(
        "an empty cell where that is allowed", "", "text: 1 of 12 items lack it", refused=False, missing=True
    ),
    _column(
        "no embedding at all", [""], COLUMN, "no embedding in any row", "drop the modality", missing=True
    ),
    _cell("a word for a missing value", "NaN", "a word for a missing value", "missing: true"),
    _cell("a wrong length", "[0.5, 1.5]", "2 numbers", "3 numbers, as in 11 of 12 rows", "drop the row"),
    _cell(
        "a wrong length in the first row", "[0.5, 1.5]", "2 numbers", "3 numbers, as in 11 of 12 rows", row=0
    ),
    _cell("NaN", "[0.5, NaN, 2.5]", "NaN (number 2 of the list)", "finite numbers", "drop the row"),
    _cell("infinity", "[0.5, 1.5, -Infinity]", "infinity (number 3 of the list)", "finite numbers"),
    _cell("null inside", "[null, 1.5, 2.5]", "'null' (number 1 of the list)"),
    _cell("None inside", "[None, 1.5, 2.5]", "'None' (number 1 of the list)"),
    _cell(
        "a number beyond float32",
        "[0.5, 1e39, 2.5]",
        "'1e39', beyond float32 (number 2",
        "scale the embedding",
    ),
    _cell(
        "a number beyond float64",
        "[0.5, 1e999, 2.5]",
        "'1e999', beyond float32 (number 2",
        "scale the embedding",
    ),
    _cell("text", "hello", "'hello': text without brackets", "name another column"),
    _cell("text inside", "[0.5, hello, 2.5]", "the text 'hello' (number 2 of the list)"),
    _cell("numbers in quotes", "['0.5', '1.5', '2.5']", "the text", "without quotes"),
    _cell("booleans", "[True, False, True]", "the boolean 'True' (number 1 of the list)", "write 1 for true"),
    _cell("Python code", "__import__('os').system('touch gotcha')", "code, which is never run"),
    _cell("Python code inside", "[__import__('os').getpid(), 1.5, 2.5]", "code that is never run (number 1"),
    _cell("hexadecimal numbers", "[0x10, 1.5, 2.5]", "the text '0x10' (number 1"),
    _cell("a comma too many", "[0.5, 1.5, 2.5,]", "nothing between two commas (number 4"),
    _cell("a comma too few", "[0.5, 1.5 2.5]", "numbers without a comma (number 2"),
    _cell("decimal commas", "[0,5, 1,5, 2,5]", "numbers with decimal commas", "decimal points"),
    _cell(
        "decimal commas and semicolons", "[0,5; 1,5; 2,5]", "numbers with decimal commas", "decimal points"
    ),
    _cell("semicolons", "[0.5; 1.5; 2.5]", "semicolons between numbers", "write commas"),
    _cell("a semicolon", "[0.5, 1.5; 2.5]", "semicolons between numbers", "write commas"),
    _column(
        "decimal commas in every row",
        [f"[{i},5, 1,25, 2,5]" for i in range(ROWS)],
        f"line {line(0)}",
        "numbers with decimal commas",
        "and 2 more problems",
    ),
    _column(
        "other spacing", ["[0.5,1.5,2.5]", "[ 0.25 , 1.5,\n2.25 ]", " [-0.5, 1e-3,   2.5] "], refused=False
    ),
    _column(
        "whole numbers only",
        _some(lambda row, _: f"[{row}, 2, {row % 4}]"),
        "text: every number is whole",
        "decimal commas",
        refused=False,
    ),
    _column(
        "rows of nothing but zeros",
        _some(lambda row, cell: "[0.0, -0.0, 0]" if row % 5 == 0 else cell),
        "text: 3 of 12 rows hold nothing but zeros",
        refused=False,
    ),
    _column(
        "a number that is the same in every row",
        _some(lambda row, cell: f"[{row}.5, 0.25, {row % 4}]"),
        "text: 1 of 3 numbers are the same in every row (2)",
        refused=False,
    ),
    _column(
        "the same embedding in all rows",
        ["[0.5, 1.5, 2.5]"],
        COLUMN,
        "the same embedding in all 12 rows",
        "name another column",
    ),
    _column(
        "the same embedding in all rows of the test file",
        ["[0.5, 1.5, 2.5]"],
        "text: all 12 rows have the same embedding",
        refused=False,
        split="test",
    ),
    _column(
        "more problems than are shown",
        ["[nan, 1.5, 2.5]"],
        f"line {line(0)}",
        f"line {line(9)}",
        "and 2 more problems",
    ),
]
