"""The labels of both files as keys: decided together, counted, and found again by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.dataset.keys import Key, unify


@dataclass(frozen=True)
class TextColumn:
    """A column of one file as texts.

    Attributes
    ----------
    texts : list of str
        Different texts, in the order of their first rows.
    code : (n,) int64 array
        Which of them each row holds.
    """

    texts: list[str]
    code: NDArray[np.int64]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> TextColumn:
        """Return a column of text or integers, which has no nulls, as texts."""
        encoded = pa.chunked_array(column.cast(pa.string()).chunks, pa.string()).combine_chunks()
        encoded = encoded.dictionary_encode()
        return cls(encoded.dictionary.to_pylist(), np.asarray(encoded.indices).astype(np.int64))

    def rows(self) -> dict[str, int]:
        """Return how many rows hold each text."""
        counts = np.bincount(self.code, minlength=len(self.texts)).tolist()
        return dict(zip(self.texts, counts, strict=True))

    def first(self, text: str) -> int:
        """Return the first row that holds a text, counted from 1."""
        return int(np.argmax(self.code == self.texts.index(text))) + 1


@dataclass(frozen=True)
class LabelKeys:
    """The labels of both files.

    Attributes
    ----------
    columns : dict of str to TextColumn
        Of each split.
    key : dict of str to int or str
        The key of each text, in whatever file it stands.
    """

    columns: dict[str, TextColumn]
    key: dict[str, Key]

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> LabelKeys:
        """Decide the keys of the labels of some items tables."""
        columns = {split: TextColumn.of(table["label"]) for split, table in tables.items()}
        return cls(columns, unify([text for column in columns.values() for text in column.texts]))

    def written(self) -> Counter[str]:
        """Return how many rows of all files hold each text."""
        return sum((Counter(column.rows()) for column in self.columns.values()), Counter())

    def rows(self, split: str) -> dict[Key, int]:
        """Return how many rows of a file are of each key."""
        count: Counter[Key] = Counter()
        for text, rows in self.columns[split].rows().items():
            count[self.key[text]] += rows
        return dict(count)

    def first(self, split: str, key: Key) -> int:
        """Return the first row of a file that is of a key, counted from 1."""
        column = self.columns[split]
        return min(column.first(text) for text in column.texts if self.key[text] == key)

    def forms(self) -> dict[Key, list[str]]:
        """Return how each key is written, in order."""
        forms: dict[Key, list[str]] = {}
        for text in sorted(self.key):
            forms.setdefault(self.key[text], []).append(text)
        return forms
