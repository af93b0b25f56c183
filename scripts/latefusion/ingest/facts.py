"""What is known about a file once it has been read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from latefusion.store.tables import read_json, read_table


@dataclass(frozen=True)
class IngestFacts:
    """What is known about a file once it has been read.

    Attributes
    ----------
    split : str
    path : str
        As it was given.
    rows : int
    dimensions : dict of str to int
        Length of the embedding of each modality.
    missing : dict of str to int
        How many items lack each modality.
    columns : dict of str to str or None
        Columns of `label`, `class_name`, `group` and `item`, where there are any, and of each target.
    warnings : list of dict
        `code` and `message` of what is odd but accepted.
    wide : dict of str to list of str
        Columns of each modality that has one number a column, in the order of its numbers.
    """

    split: str
    path: str
    rows: int
    dimensions: dict[str, int]
    missing: dict[str, int]
    columns: dict[str, str | None]
    warnings: list[dict[str, str]] = field(default_factory=list)
    wide: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return them as they are written, without columns where no modality has one number a column."""
        return {key: value for key, value in asdict(self).items() if key != "wide" or value}


@dataclass(frozen=True)
class TrainingFile:
    """What a test file, or one of new items, has to agree with.

    Attributes
    ----------
    identifiers : frozenset of str
        That a test item must not have for its name.
    path : str
        Of the training file, for messages.
    dimensions : dict of str to int, optional
        Lengths of the embeddings that it must have.
    wide : dict of str to list of str
        Columns of each modality that has one number a column, in the order of its numbers.
    """

    identifiers: frozenset[str] = frozenset()
    path: str = ""
    dimensions: dict[str, int] | None = None
    wide: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, files: Iterable[Path | str]) -> TrainingFile:
        """Read identifiers from an items table and lengths from the facts, whichever is there."""
        own = cls()
        for file in map(Path, files):
            if file.suffix == ".json":
                facts = read_json(file)
                wide = facts.get("wide", {})
                own = replace(own, path=facts["path"], dimensions=facts["dimensions"], wide=wide)
            else:
                items = read_table(file, columns=["item"])["item"]
                own = replace(own, identifiers=frozenset(items.to_pylist()))
        return own
