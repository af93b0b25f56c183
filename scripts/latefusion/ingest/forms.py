"""The form of a file, told by its first bytes, and how one that is no table comes to be read."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from latefusion.core.errors import shorten
from latefusion.core.table_files import is_json
from latefusion.ingest.decompression import Unpacked, UnpackError, compression_of
from latefusion.ingest.pickles import conversion, is_pickle
from latefusion.ingest.readers.array_listing import (
    HDF5,
    NPY,
    ZIP,
    ListingError,
    embedding_and_identifiers,
    list_arrays,
)

PARQUET, ARROW, FEATHER_1 = b"PAR1", b"ARROW1", b"FEA1"
# a stream, as Hugging Face writes its shards, begins with this and has no name of its own
ARROW_STREAM: Final = b"\xff\xff\xff\xff"
LOOKED_AT: Final = 512
_TABLE_BELONGS = "the tables under `data` hold what is known of the items: identifiers, labels, groups"

_OTHERS: Final = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as “CSV UTF-8”"),
    (
        FEATHER_1,
        "a Feather file of the first version",
        "write it again: pandas.read_feather(…).to_feather(…)",
    ),
    (b"%PDF", "a PDF", "export the table as CSV"),
    (b"SQLite format 3\0", "an SQLite database", "write the table: pandas.read_sql(…).to_parquet(…)"),
    (b"RDX", "a file of R's", "in R: write.csv(table, 'table.csv', row.names = FALSE)"),
    (b"X\n\0\0\0", "a file of R's", "in R: write.csv(table, 'table.csv', row.names = FALSE)"),
    (b"\x89PNG", "an image", "compute embeddings of it, and name those"),
    (b"\xff\xd8\xff", "an image", "compute embeddings of it, and name those"),
    (b"ID3", "audio", "compute embeddings of it, and name those"),
    (b"fLaC", "audio", "compute embeddings of it, and name those"),
    (b"OggS", "audio", "compute embeddings of it, and name those"),
    (b"<!DOCTYPE html", "a web page", "the download was answered with a page: fetch the file again"),
    (b"<html", "a web page", "the download was answered with a page: fetch the file again"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "fetch it: git lfs pull"),
)


class Kind(Enum):
    """What is done with a file of a form."""

    CSV = "delimited text"
    JSON_LINES = "JSON lines"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    MATRIX = "matrix"
    REFUSED = "refused"


@dataclass(frozen=True)
class Form:
    """The form of a file.

    Attributes
    ----------
    kind : Kind
    found : str
        What it is, as messages call it.
    fix : str
        How to come to a table, where it is none.
    """

    kind: Kind
    found: str = ""
    fix: str = ""

    @property
    def is_table(self) -> bool:
        """Whether a table is read from it."""
        return self.kind not in (Kind.MATRIX, Kind.REFUSED)


def recognise(path: Path) -> Form:
    """Return the form of a regular file, by what it begins with; what is nothing else is delimited text.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
    if head.startswith(PARQUET):
        return Form(Kind.PARQUET, "a Parquet file")
    if head.startswith((ARROW, ARROW_STREAM)):
        return Form(Kind.ARROW, "an Arrow file")
    if head.startswith(NPY):
        return Form(Kind.MATRIX, "an array of NumPy's", _as_matrix(path))
    if head.startswith(b"MATLAB "):
        return _matlab(path, head)
    if head.startswith(HDF5):
        return Form(Kind.MATRIX, "an HDF5 file", _as_matrix(path))
    if head.startswith((ZIP, b"PK\x05\x06")):
        return _zip(path)
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < path.stat().st_size:
        return Form(Kind.MATRIX, "a safetensors file", _as_matrix(path))
    return _text(path, _unpacked(path, head))


def _text(path: Path, head: bytes) -> Form:
    """Return the form of what is plain, or was compressed, by its first bytes."""
    if is_pickle(head):
        return Form(Kind.REFUSED, "a pickle, which is never loaded", conversion(path, head))
    for magic, found, fix in _OTHERS:
        if head[: len(magic)].lower() == magic.lower():
            return Form(Kind.REFUSED, found, fix)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Form(Kind.REFUSED, "audio", "compute embeddings of it, and name those")
    if head[257:262] == b"ustar":
        return Form(
            Kind.REFUSED, "a tar archive", f"unpack it: tar -xf {path.name}; then name a file or folder of it"
        )
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"(?:%[^\n]*\n\s*)*@relation\b", plain, re.IGNORECASE):
        return Form(Kind.REFUSED, "an ARFF file of Weka's", _arff(path))
    if plain.startswith(b"{") or is_json(path):
        return Form(Kind.JSON_LINES, "JSON lines")
    return Form(Kind.CSV, "delimited text")


def _unpacked(path: Path, head: bytes) -> bytes:
    """Return the first bytes of what a file holds; those of the file where it is damaged."""
    compression = compression_of(head)
    if compression is None:
        return head
    try:
        with path.open("rb") as file:
            return Unpacked(file, compression).read(LOOKED_AT)
    except (UnpackError, OSError):
        return head


def _zip(path: Path) -> Form:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            pickled = next((name for name in names if name.endswith("data.pkl")), None)
            start = b""
            if pickled is not None:
                with archive.open(pickled) as file:
                    start = file.read(LOOKED_AT)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        # cut off: its suffix has to tell
        if path.suffix.lower() == ".npz":
            return Form(Kind.MATRIX, "an .npz archive of NumPy's", _as_matrix(path))
        fix = "copy it again; of a workbook, save the sheet as “CSV UTF-8”"
        return Form(Kind.REFUSED, "a damaged zip archive, as Excel's .xlsx files are", fix)
    if pickled is not None:
        fix = conversion(path, start, torch=True)
        return Form(Kind.REFUSED, "a file of PyTorch's, a pickle, which is never loaded", fix)
    if any(name.startswith("xl/") for name in names):
        return Form(Kind.REFUSED, "an Excel workbook", "save the sheet as “CSV UTF-8”")
    if names and all(name.endswith(".npy") for name in names):
        return Form(Kind.MATRIX, "an .npz archive of NumPy's", _as_matrix(path))
    if not names:
        return Form(Kind.REFUSED, "an empty zip archive", "export the table again")
    return Form(
        Kind.REFUSED,
        f"a zip archive of {shorten(names[0], 40)}" + (f" and {len(names) - 1} more" if names[1:] else ""),
        f"unpack it: unzip {path.name}; then name a file or folder of it",
    )


def _matlab(path: Path, head: bytes) -> Form:
    out = path.with_suffix(".npy").name
    load = f"scipy.io.loadmat({path.name!r})['NAME']"
    if head.startswith(b"MATLAB 7.3"):
        # column by column: what h5py gives is turned
        load = f"h5py.File({path.name!r})['NAME'][()].T"
    return Form(Kind.REFUSED, "a file of MATLAB's", f"write the matrix: np.save({out!r}, {load})")


def _arff(path: Path) -> str:
    out = path.with_suffix(".csv").name
    return f"pandas.DataFrame(scipy.io.arff.loadarff({path.name!r})[0]).to_csv({out!r}, index=False)"


def _as_matrix(path: Path) -> str:
    """Return the lines that read a matrix, with the names of its own arrays."""
    return f"{_TABLE_BELONGS}; this is a modality's: `- {matrix_entry(path)}`"


def matrix_entry(path: Path) -> str:
    """Return the entry of `modalities` that reads a file of arrays, as far as the file tells; else words."""
    parts = [f"name: {modality_name(path)}", f"file: {path.name}"]
    try:
        found = list(embedding_and_identifiers(list_arrays(path)))
    except (ListingError, OSError):
        found = []
    name, items = found[0] if len(found) == 1 else ("NAME" if found else "", None)
    if name:
        parts.append(f"array: {name}")
    return "{" + ", ".join([*parts, f"items: {items or 'IDS.txt'}"]) + "}"


def modality_name(path: Path) -> str:
    """Return a name for the modality of a file, of letters, digits and underscores: its own, shortened."""
    stem = path.name
    while (suffix := Path(stem).suffix) and not suffix[1:].isdigit():
        stem = stem.removesuffix(suffix)
    name = re.sub(r"\W+", "_", stem, flags=re.ASCII).strip("_").lower()
    name = re.sub(r"^(?:ids?|train|test|features?|embeddings?)_(?=[a-z])", "", name)
    return name if name[:1].isalpha() else f"m_{name}".rstrip("_")
