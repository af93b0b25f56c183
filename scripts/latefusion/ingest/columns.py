"""Which columns of a file play which part, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from latefusion.core.errors import Problem, nearest, shorten
from latefusion.dataset.groups import ARTISTS
from latefusion.ingest.embeddings import Parsed, parse
from latefusion.ingest.readers.reader import Selection
from latefusion.ingest.wide import columns_line, in_order, matching, parse_wide, positive, taken_as_number
from latefusion.store.schemas import TARGET_PREFIX

RESERVED = ("item", "label", "class", "group")


@dataclass(frozen=True)
class Modality:
    """One embedding of every item.

    Attributes
    ----------
    name : str
    column : str or None
        Column that holds it as a list.
    missing : bool
        Whether items may lack it.
    columns : str, sequence of str or None
        Columns of one number each: a pattern, or names and patterns.
    order : tuple of str
        The same columns as the training file has them: the numbers of all items come in this order.
    """

    name: str
    column: str | None = None
    missing: bool = False
    columns: str | tuple[str, ...] | None = None
    order: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Modality:
        """Return a modality as the configuration has it."""
        columns = entry.get("columns")
        return cls(
            entry["name"],
            entry.get("column"),
            bool(entry.get("missing", False)),
            columns if columns is None or isinstance(columns, str) else tuple(columns),
        )

    @property
    def source(self) -> str:
        """What holds it, as messages name it."""
        if self.column is not None:
            return self.column
        return self.columns if isinstance(self.columns, str) else ", ".join(self.columns or ())

    def wide(self, names: Sequence[str]) -> list[str]:
        """Return the columns of a table with these names that hold one number each, in order."""
        return in_order(matching(self.columns or (), names), self.order)

    def parsed(self, batch: pa.RecordBatch) -> Parsed:
        """Return its numbers in some rows."""
        if self.column is not None:
            return parse(batch.column(self.column))
        names = self.wide(batch.schema.names)
        return parse_wide([batch.column(name) for name in names], names)


@dataclass(frozen=True)
class Columns:
    """The columns that a file is read for; None where the configuration names none.

    Attributes
    ----------
    modalities : tuple of Modality
    label : str or None
        None for items without labels, whose table has no `label` and `class`.
    class_name, group, item : str or None
    describe : tuple of str
        Columns to keep as they are.
    group_names : {'artists', 'exact'}
        Whether a group's name is cut into the artists that it joins, or compared as it is.
    split, fold : str or None
        Of the split and of folds that came with the data; needed only to divide the items.
    targets : tuple of str
        Columns of continuous targets.
    """

    modalities: tuple[Modality, ...]
    label: str | None = None
    class_name: str | None = None
    group: str | None = None
    item: str | None = None
    describe: tuple[str, ...] = ()
    group_names: str = ARTISTS
    split: str | None = None
    fold: str | None = None
    targets: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any], modalities: Iterable[Mapping[str, Any]]) -> Columns:
        """Return the columns that the configuration names, in its keys `data` and `modalities`."""
        label = data.get("label")
        return cls(
            tuple(map(Modality.of, modalities)),
            label=label,
            class_name=None if label is None else data.get("class_name"),
            group=data.get("group"),
            item=data.get("item"),
            describe=tuple(dict.fromkeys(data.get("describe", ()))),
            group_names=data.get("group_names", ARTISTS),
            split=data.get("split_column"),
            fold=data.get("fold_column"),
            targets=tuple(data.get("target") or ()),
        )

    @property
    def texts(self) -> list[str]:
        """Columns that are read as text, each once."""
        return list(
            dict.fromkeys(name for name in (*self._keys, *self.targets, *self.describe) if name is not None)
        )

    @property
    def _keys(self) -> tuple[str | None, ...]:
        return (self.label, self.class_name, self.group, self.item, self.split, self.fold)

    @property
    def vectors(self) -> list[str]:
        """Columns that hold embeddings as lists, each once."""
        return list(dict.fromkeys(m.column for m in self.modalities if m.column is not None))

    def wide(self, names: Sequence[str]) -> list[str]:
        """Return the columns of a table with these names that hold one number of an embedding each."""
        wanted = [m.columns for m in self.modalities if m.columns is not None]
        return list(dict.fromkeys(name for columns in wanted for name in matching(columns, names)))

    def selection(self, names: Sequence[str]) -> Selection:
        """Return what is asked of a reader of a table with these names."""
        # what is a key as well comes as text: large integers would lose digits as numbers
        described = [
            name for name in dict.fromkeys((*self.targets, *self.describe)) if name not in self._keys
        ]
        return Selection(self.texts, self.vectors, described, self.wide(names))

    def ordered_as(self, wide: Mapping[str, Sequence[str]]) -> Columns:
        """Return the columns with the numbers of each modality in the order of another file's columns."""
        modalities = tuple(replace(m, order=tuple(wide.get(m.name, ()))) for m in self.modalities)
        return replace(self, modalities=modalities)

    def that_are_there(self, names: Sequence[str]) -> Columns:
        """Return the columns without a group and descriptions that a file with these names lacks."""
        described = tuple(name for name in self.describe if name in names)
        return replace(self, group=self.group if self.group in names else None, describe=described)

    def problems(self, file: str, names: Sequence[str]) -> list[Problem]:
        """Return a problem for each column that the file lacks or that cannot play its part."""
        keys = {
            "data.label": self.label,
            "data.class_name": self.class_name,
            "data.group": self.group,
            "data.item": self.item,
            "data.split.column": self.split,
            "cross.column": self.fold,
        }
        wanted = [(key, name) for key, name in keys.items() if name is not None]
        wanted += [("data.target", name) for name in self.targets]
        wanted += [("data.describe", name) for name in self.describe]
        for modality in self.modalities:
            plain = [modality.column] if modality.column is not None else modality.columns or ()
            named = [plain] if isinstance(plain, str) else plain
            wanted += [
                (f"the modality {modality.name}", name)
                for one in named
                if not matching(name := positive(one, names), names)
            ]
        problems = []
        for key, name in wanted:
            if name in names:
                continue
            near = nearest(name, names)
            wide = columns_line(name, names) if key.startswith("the modality") else None
            fix = wide or (
                f"did you mean {shorten(near)}? Name it in {key}" if near else f"name one of them in {key}"
            )
            found = f"no such column, which {key} names; there are {_listed(names)}"
            problems.append(Problem(file, found, "a column of the file", fix, column=name))
        problems += self._keys_as_numbers(file, names)
        for name in self.describe:
            reserved = (*RESERVED, *(TARGET_PREFIX + target for target in self.targets))
            if name in reserved:
                found = f"a describing column called {shorten(name)}"
                allowed = f"any name but {', '.join(reserved)}, which the items table has itself"
                fix = "leave it out of data.describe, or rename it in the file"
                problems.append(Problem(file, found, allowed, fix, column=name))
        return problems

    def _keys_as_numbers(self, file: str, names: Sequence[str]) -> list[Problem]:
        """Return a problem for each column of keys that an embedding would hold: of the label above all."""
        keys = {*self._keys, *self.targets}
        return [
            taken_as_number(file, modality.columns, name, modality.name)
            for modality in self.modalities
            if modality.columns is not None
            for name in matching(modality.columns, names)
            if name in keys
        ]


def _listed(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(shorten(name, 40) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
