"""A modality's own file joined to the items: by identifier, or row by row where that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.dataset.keys import all_integers, canonical_texts, key_of
from latefusion.ingest.embedding_checks import nothing_there
from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.embeddings import BAD, EMPTY, Parsed
from latefusion.ingest.findings import FILE, SHOWN, Findings
from latefusion.ingest.precision import Spread
from latefusion.ingest.readers.reader import SuspectError
from latefusion.ingest.readers.rows import Rows, RowSource
from latefusion.ingest.scratch import Scratch

NAMED = 5


@dataclass(frozen=True)
class Match:
    """How the rows of a file and the items found each other.

    Attributes
    ----------
    matched, lost : int
        Items with an embedding in the file, and items without.
    left_over : int
        Rows of no item.
    lost_names, left_over_names : list of str
        The first of them.
    """

    matched: int
    lost: int
    left_over: int
    lost_names: list[str] = field(default_factory=list)
    left_over_names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in a sentence."""
        parts = [f"{self.matched:,} {'item has' if self.matched == 1 else 'items have'} an embedding"]
        parts += [
            f"{self.lost:,} {'has' if self.lost == 1 else 'have'} none ({few(self.lost_names, self.lost)})"
        ] * bool(self.lost)
        rows = "row is" if self.left_over == 1 else "rows are"
        rest = f"{self.left_over:,} {rows} of no item ({few(self.left_over_names, self.left_over)})"
        return "; ".join([*parts, rest] if self.left_over else parts)


@dataclass(frozen=True)
class KeyForm:
    """The form in which identifiers of the items and of a file are compared.

    Where each item's is an integer, `3` and `3.0` are one: a column with blanks is written as floats.
    """

    integers: bool

    @classmethod
    def of(cls, items: pa.Array) -> KeyForm:
        """Return the form that the items' identifiers ask for."""
        return cls(all_integers(items.to_pylist()))

    def __call__(self, texts: pa.Array) -> pa.Array:
        """Return texts in this form, an empty one for null."""
        plain = canonical_texts(texts)
        if not self.integers:
            return plain
        encoded = plain.dictionary_encode()
        keys = [str(key_of(text, integers=True)) for text in encoded.dictionary.to_pylist()]
        return pa.array(keys, pa.string()).take(encoded.indices)


class Join:
    """The rows of one modality's file on their way to the order of the items.

    Parameters
    ----------
    source : RowSource
        The file, for messages.
    items : (n,) string array
        Identifiers of all items, each once, in the form `form`.
    form : KeyForm
    scratch : Scratch
        Where rows wait.
    findings : Findings
    order : (m,) int array, optional
        Of a source without identifiers, the item of each of its m rows; -1 where it is left out. By default
        row i is of item i.

    Attributes
    ----------
    present : (n,) bool array
        Items whose embedding has been found.
    spread : Spread or None
        What single precision would change of these; None where they came in it.
    """

    def __init__(
        self,
        source: RowSource,
        items: pa.Array,
        form: KeyForm,
        scratch: Scratch,
        findings: Findings,
        order: NDArray[np.int64] | None = None,
    ) -> None:
        self._source, self._items, self._form, self._order = source, items, form, order
        self._scratch, self._findings = scratch, findings
        self.present = np.zeros(len(items), bool)
        self.spread: Spread | None = None
        # the line of each item's row; 0 where it has none
        self._line = np.zeros(len(items), np.int64)
        self._usual: int | None = None
        self._others: dict[int, tuple[int, int]] = {}
        self._left_over: list[str] = []
        self._left_over_rows = self._rows = 0

    def run(self, pieces: Iterable[Rows], *, exact: bool) -> Match:
        """Take in all rows.

        Raises
        ------
        SuspectError
            Unless the reading is `exact`, where something is wrong whose line the exact one knows.
        InputError
            If a row is no embedding, an identifier is there twice, or no row belongs to any item.
        """
        for piece in pieces:
            self._add(piece)
            if self._findings.problems and not exact:
                raise SuspectError("a problem whose line is to be found")
        self._findings.check()
        self._check()
        lost = pc.filter(self._items, pa.array(~self.present)).to_pylist()
        return Match(
            matched=int(self.present.sum()),
            lost=len(lost),
            left_over=self._left_over_rows,
            lost_names=lost[:NAMED],
            left_over_names=self._left_over[:NAMED],
        )

    def _add(self, piece: Rows) -> None:
        places = self._places(piece)
        self._note_bad(piece.parsed, piece.lines)
        first = self._first_of_each(places, piece)
        lengths = piece.parsed.lengths
        values = piece.parsed.values
        known = lengths[lengths > 0]
        if self._usual is None and len(known):
            self._usual = int(known[0])
        self._note_lengths(lengths, piece.lines)
        self._rows += len(lengths)
        if self._findings.problems or self._usual is None:
            return
        wanted = first & (lengths > 0)
        rows = values.reshape(len(known), self._usual)[wanted[lengths > 0]]
        if len(rows) and rows.dtype == np.float64:
            spread = piece.parsed.spread if wanted.all() else Spread.of(rows.astype(np.float64, copy=False))
            assert spread is not None
            self.spread = spread if self.spread is None else self.spread + spread
        self.present[places[wanted]] = True
        self._scratch.write(places[wanted], rows)

    def _places(self, piece: Rows) -> NDArray[np.int64]:
        """Return the item that each row belongs to; -1 where there is none."""
        n = len(piece.lines)
        if piece.keys is None:
            order = np.arange(len(self._items)) if self._order is None else self._order
            own = order[self._rows : self._rows + n]
            return np.r_[own, np.full(n - len(own), -1)]
        found = pc.index_in(self._form(piece.keys), value_set=self._items).fill_null(-1)
        places = np.asarray(found).astype(np.int64)
        if len(self._left_over) < NAMED:
            names = pc.filter(piece.keys, pa.array(places < 0)).slice(0, NAMED).to_pylist()
            self._left_over += [name or "" for name in names][: NAMED - len(self._left_over)]
        return places

    def _first_of_each(self, places: NDArray[np.int64], piece: Rows) -> NDArray[np.bool_]:
        """Return the rows that belong to an item which has none yet; a second one is a problem."""
        mine = places >= 0
        if piece.keys is not None:
            self._left_over_rows += int((~mine).sum())
        _, index = np.unique(places[mine], return_index=True)
        first = np.zeros(len(places), bool)
        first[np.flatnonzero(mine)[index]] = True
        again = mine & (~first | (self._line[np.maximum(places, 0)] > 0))
        # lines of this piece's first rows, so that a second one in it can name the first
        fresh = first & ~again
        self._line[places[fresh]] = piece.lines[fresh]
        for row in np.flatnonzero(again)[:SHOWN]:
            name = self._items[int(places[row])].as_py()
            earlier = self._line[places[row]]
            self._problem(
                Explanation(
                    f"the identifier {shorten(name)} again, as on {self._source.unit} {earlier % FILE}",
                    "each identifier once",
                    "drop one of the two rows",
                ),
                int(piece.lines[row]),
            )
        self._findings.count(max(0, int(again.sum()) - SHOWN))
        return fresh

    def _note_bad(self, parsed: Parsed, lines: NDArray[np.int64]) -> None:
        bad = np.flatnonzero(parsed.lengths == BAD)
        for row in bad:
            why = parsed.bad.get(int(row))
            if why is None:
                self._findings.count(1)
            else:
                self._problem(why, int(lines[row]))

    def _note_lengths(self, lengths: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        other = np.flatnonzero((lengths > 0) & (lengths != (self._usual or 0)))
        for row in other[:SHOWN]:
            one = "file" if self._source.unit == "file" else "row"
            found = f"{lengths[row]} numbers"
            allowed = f"{self._usual} numbers, as in the {one}s before"
            fix = f"compute this {one}'s embedding as the others' was, or drop the {one}"
            self._problem(Explanation(found, allowed, fix), int(lines[row]))
        self._findings.count(max(0, len(other) - SHOWN))

    def _check(self) -> None:
        """Refuse a file that has nothing for any item, or without identifiers another number of rows."""
        source = self._source
        wanted = len(self._items) if self._order is None else len(self._order)
        if source.by_row and self._rows != wanted:
            raise other_number_of_rows(source, self._rows, wanted)
        if self.present.any():
            return
        why = nothing_there(np.where(self.present, 1, EMPTY))
        if self._left_over_rows:
            ours = ", ".join(shorten(name, 40) for name in self._items.slice(0, 3).to_pylist())
            theirs = ", ".join(shorten(name, 40) for name in self._left_over[:3])
            why = Explanation(
                f"identifiers of which none is an item's, such as {theirs}",
                f"identifiers of the items, such as {ours}",
                "name the column of the identifiers under `key`, or write them as the items' table has them",
            )
        assert why is not None
        raise InputError(
            [Problem(self._source.file, why.found, why.allowed, why.fix, column=self._source.column)]
        )

    def _problem(self, why: Explanation, line: int) -> None:
        source = self._source
        file, number = source.place(line)
        self._findings.add(
            Problem(
                file,
                why.found,
                why.allowed,
                why.fix,
                row=number,
                column=source.column,
                unit=source.unit,
            )
        )


def other_number_of_rows(source: RowSource, found: int, items: int) -> InputError:
    """Return the error of a matrix that is joined row by row to another number of items."""
    allowed = (
        "a row for each item, in the order of the items' table; of two tables, those of train before those "
        "of test"
    )
    fix = "write the rows again, or name their identifiers"
    said = f"{found:,} rows for {items:,} items"
    return InputError([Problem(source.file, said, allowed, fix, column=source.column)])


def few(names: Sequence[str], count: int) -> str:
    """Return the first identifiers of `count` for a message."""
    return ", ".join(shorten(name, 40) for name in names) + (" …" if count > len(names) else "")
