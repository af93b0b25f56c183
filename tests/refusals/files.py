"""Files that cannot be read, or only just."""

import errno
import gzip
import io
import json
import os
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from refusals import Case
from refusals.small import HEADER, ROWS, line, read, read_text, table, text, with_cell

SECTION = "Files"
GOOD = text(table())


def _case(name, content, *sees, refused=True, file="train.csv", **options):
    def run(folder):
        return read_text(folder, content, file, **options)

    return Case(name, SECTION, run, sees, refused)


def _call(name, run, *sees, refused=True):
    return Case(name, SECTION, run, sees, refused)


def _missing(folder):
    (folder / "training.csv").write_text(GOOD)
    return read(folder / "trainin.csv")


def _missing_folder(folder):
    return read(folder / "nowhere" / "train.csv")


def _folder(folder):
    (folder / "train.csv").mkdir()
    (folder / "train.csv" / "songs.csv").write_text(GOOD)
    return read(folder / "train.csv")


def _other_folder(folder):
    (folder / "train.csv").mkdir()
    (folder / "train.csv" / "notes.md").write_text("nothing")
    return read(folder / "train.csv")


def _parts(folder, second):
    (folder / "parts").mkdir()
    for number, cells in enumerate((table(), second)):
        (folder / "parts" / f"part-{number}.csv").write_text(text(cells))
    return read(folder / "parts")


def _other_columns(folder):
    return _parts(folder, [row[:-1] for row in table()])


def _bad_part(folder):
    return _parts(folder, with_cell(3, "text_embedding", "[1, 2"))


def _pattern(folder):
    return read(folder / "*.parquet")


def _json():
    header, *rows = table()
    records = [dict(zip(header, row, strict=True)) for row in rows]
    for record in records:
        record["text_embedding"] = json.loads(record["text_embedding"])
    return "".join(json.dumps(record) + "\n" for record in records)


def _arrow(folder, cut=None):
    header, *rows = table()
    columns = {name: [row[i] for row in rows] for i, name in enumerate(header)}
    path = folder / "train.arrow"
    pa.feather.write_feather(pa.table(columns), path)
    if cut:
        path.write_bytes(path.read_bytes()[:cut])
    return read(path)


def _npy():
    stream = io.BytesIO()
    np.save(stream, np.ones((3, 2)))
    return stream.getvalue()


def _pipe(folder):
    os.mkfifo(folder / "train.csv")
    return read(folder / "train.csv")


def _no_permission(folder):
    path = folder / "train.csv"
    path.write_text(GOOD)
    real = Path.open

    def refuse(self, *args, **options):
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, *args, **options)

    with patch.object(Path, "open", refuse):  # root may read everything
        return read(path)


def _parquet(folder, change=lambda columns: columns, cut=None):
    cells = table()
    columns = {name: [row[i] for row in cells[1:]] for i, name in enumerate(HEADER)}
    columns["label"] = [int(label) for label in columns["label"]]
    columns["text_embedding"] = [np.array([i / 8, -0.5 - i % 4, i % 3 + 0.25]).tolist() for i in range(ROWS)]
    path = folder / "train.parquet"
    changed = change(columns)
    pq.write_table(changed if isinstance(changed, pa.Table) else pa.table(changed), path)
    if cut:
        path.write_bytes(path.read_bytes()[:cut])
    return read(path)


def _replaced(**columns):
    return lambda old: {**old, **columns}


def _doubled(table):
    return table.append_column("artist", table["artist"])


def _invalid_utf8():
    cells = with_cell(3, "artist", "Beyoncé")
    return text(cells).encode("latin-1")


def _too_many():
    return GOOD.replace('"[0.375, -3.5, 0.25]"', "[0.375, -3.5, 0.25]")


def _too_few():
    return GOOD.replace('"she said\n""4"""', 'she said\n"4"')


def _unclosed():
    return GOOD[: -len("Relaxed,2\n")] + '"Relaxed,2\n'


def _unclosed_early():
    return GOOD.replace('""4"""', '""4""')


CASES = [
    _call("no such file", _missing, "trainin.csv", "no such file", "did you mean 'training.csv'?"),
    _call("no such folder", _missing_folder, "nowhere/train.csv", "no such file", "check the folder"),
    _case("empty file", "", "train.csv", "an empty file (0 bytes)", "export the table again"),
    _case("blank lines only", "\n\n\n", "nothing but blank lines", "export it again"),
    _case("header only", ",".join(HEADER) + "\n", "a header and no rows", "at least one row"),
    _case("header only, without a line end", ",".join(HEADER), "a header and no rows", "at least one row"),
    _call("a folder of tables", _folder, refused=False),
    _call("a folder without tables", _other_folder, "a folder without a table in it", "name a file"),
    _call(
        "files of one table with other columns",
        _other_columns,
        "part-1.csv",
        "no column 'label'",
        "part-0.csv",
    ),
    _call("a bad row in the second file", _bad_part, f"part-1.csv, line {line(3)}", "no closing bracket"),
    _call("a pattern that no file fits", _pattern, "*.parquet", "a pattern that no file fits"),
    _case("JSON lines", _json(), refused=False, file="train.jsonl"),
    _case("JSON lines, cut off", _json()[:-20], f"line {ROWS}", "no JSON", file="train.jsonl"),
    _case("JSON lines with a list", "[1, 2]\n", "line 1", "a JSON list", "a JSON object", file="train.jsonl"),
    _case(
        "JSON lines with text in an embedding",
        _json().replace("-1.5", '"x"'),
        "line 2, text_embedding",
        "a list of numbers",
        file="train.jsonl",
    ),
    _call("an Arrow file", _arrow, refused=False),
    _call(
        "an Arrow file, cut off", lambda folder: _arrow(folder, cut=-100), "an Arrow file that cannot be read"
    ),
    _case("an array of NumPy's", _npy(), "an array of NumPy's", "items: IDS"),
    _call("a pipe", _pipe, "a device, pipe or socket", "write the table to a file first"),
    _call("no permission", _no_permission, "no permission to read it", "chmod u+r"),
    _case(
        "not UTF-8",
        _invalid_utf8(),
        f"line {line(3)}",
        "byte 0xe9 in",
        "Beyoncé",
        "cp1252",
        "UTF-8",
        "read the file with encoding='cp1252'",
    ),
    _case("UTF-8 with a byte-order mark", "\ufeff" + GOOD, refused=False),
    _case("UTF-16", GOOD.encode("utf-16"), "line 1", "UTF-16 text", "CSV UTF-8"),
    _case(
        "UTF-16 without a byte-order mark",
        GOOD.encode("utf-16-le"),
        "NUL bytes, as UTF-16 text has",
        "as UTF-8",
    ),
    _case(
        "NUL bytes",
        text(with_cell(2, "artist", "A\0B")),
        f"line {line(2)}",
        "a NUL byte in",
        "the file is damaged",
    ),
    _case("semicolons between cells", text(table(), delimiter=";"), refused=False),
    _case("tabs between cells", text(table(), delimiter="\t"), refused=False),
    _case(
        "a header that two delimiters cut alike",
        "artist;lyrics,label\nx;y,0\n",
        "line 1",
        "a header that commas as well as semicolons cut into 2 names",
        "write `delimiter: ','` beside the file, or ';'",
    ),
    _case("CRLF line ends", text(table(), lineterminator="\r\n"), refused=False),
    _case("lone CR line ends", text(table(), lineterminator="\r"), refused=False),
    _case("blank lines between rows", GOOD.replace("0\nArtist", "0\n\n\nArtist"), refused=False),
    _case("quotes within unquoted cells", GOOD.replace("Artist 3", 'the 12" artist'), refused=False),
    _case("gzip", gzip.compress(GOOD.encode()), refused=False, file="train.csv.gz"),
    _case(
        "gzip, cut off",
        gzip.compress(GOOD.encode())[:-30],
        "gzip data that end too early",
        "copy it again",
        file="train.csv.gz",
    ),
    _case(
        "gzip, damaged",
        gzip.compress(GOOD.encode())[:-8] + b"\0" * 8,
        "gzip data whose checksum is wrong",
        "gzip -t",
        file="train.csv.gz",
    ),
    _case(
        "cut off in mid-row",
        GOOD[:-11],
        f"line {line(11)}",
        "the file ends in the middle of a row, after 3 of 5",
        "copy or export it again",
    ),
    _case(
        "cut off within quotes",
        GOOD[:-30],
        f"line {line(11)}",
        "a quote that is never closed",
        "copy or export it again",
    ),
    _case(
        "a quote never closed, in the last row",
        _unclosed(),
        f"line {line(11)}",
        "a quote that is never closed",
    ),
    _case(
        "a quote never closed, in mid-file",
        _unclosed_early(),
        f"line {line(4)}",
        "text after a closing quote",
        "double each quote inside",
    ),
    _case(
        "a row with too many cells",
        _too_many(),
        f"line {line(3)}",
        "7 cells",
        "5 cells",
        "quote cells that hold commas",
    ),
    _case(
        "a row with too few cells",
        _too_few(),
        f"line {line(4)}",
        "2 cells",
        "5 cells",
        "quote cells that hold line breaks",
    ),
    _case(
        "a blank before a quote",
        GOOD.replace(',"[0.375', ', "[0.375'),
        f"line {line(3)}",
        "7 cells",
        "remove the blanks before quotes",
    ),
    _case(
        "a column name twice",
        GOOD.replace("lyrics", "artist"),
        "line 1",
        "the name 'artist' for columns 1 and 2",
        "rename or drop one",
    ),
    _case(
        "a column without a name",
        GOOD.replace("artist,lyrics", "artist,"),
        "line 1",
        "no name for column 2 of 5",
        "but the first, where pandas writes the index",
    ),
    _case(
        "a column that is not there",
        GOOD.replace("emotion", "emotions"),
        "emotion",
        "no such column",
        "data.class_name",
        "did you mean 'emotions'?",
    ),
    _case(
        "a describing column with a reserved name",
        GOOD,
        "label",
        "a describing column called 'label'",
        "leave it out of data.describe",
        describe=["label"],
    ),
    _case(
        "a cell over the limit",
        text(with_cell(5, "lyrics", "la " * 2000)),
        f"line {line(5)}",
        "a cell of more than 4096 bytes, which begins",
        "a quote that is never closed",
        "data.max_cell_bytes",
        max_cell_bytes=4096,
    ),
    _case(
        "a row of countless cells",
        GOOD + "," * 9000,
        "a row of more than 8192 bytes",
        "up to 8192 bytes",
        max_cell_bytes=1024,
    ),
    _case("an Excel workbook", b"PK\x03\x04" + bytes(100), "Excel's .xlsx", "CSV UTF-8", file="train.xlsx"),
    _case(
        "a pickle",
        b"\x80\x04" + bytes(100),
        "a pickle, which is never loaded",
        "to_parquet",
        file="train.pkl",
    ),
    _call("Parquet with lists", _parquet, refused=False),
    _call(
        "Parquet, cut off",
        lambda folder: _parquet(folder, cut=-100),
        "a Parquet file without its end",
        "it was cut off",
    ),
    _call(
        "Parquet with numbers for embeddings",
        lambda folder: _parquet(folder, _replaced(text_embedding=[1.0] * ROWS)),
        "text_embedding",
        "a single number in each row (double)",
        "a list of numbers in each row",
    ),
    _call(
        "Parquet with a null inside a list",
        lambda folder: _parquet(
            folder, _replaced(text_embedding=[[1.0, None, 2.0]] + [[1.0, 2.0, float(i)] for i in range(11)])
        ),
        "row 1, text_embedding",
        "a null (number 2 of the list)",
    ),
    _call(
        "Parquet with NaN inside a list",
        lambda folder: _parquet(
            folder,
            _replaced(text_embedding=[[1.0, float(i), float("nan") if i == 4 else 0] for i in range(12)]),
        ),
        "row 5, text_embedding",
        "NaN (number 3 of the list)",
    ),
    _call(
        "Parquet with a list for a label",
        lambda folder: _parquet(folder, _replaced(label=[[1]] * ROWS)),
        "label",
        "a column of list",
        "numbers or text",
    ),
    _call(
        "Parquet without rows",
        lambda folder: _parquet(folder, lambda old: pa.table(old).slice(0, 0)),
        "no rows",
    ),
    _call(
        "Parquet with a column twice",
        lambda folder: _parquet(folder, lambda old: _doubled(pa.table(old))),
        "artist",
        "2 columns of this name",
    ),
]
