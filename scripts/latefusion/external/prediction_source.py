"""Where finished predictions stand: the keys of `predictions` in the configuration, and names of models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.table_files import PACKED, Source, table_files
from latefusion.dataset.keys import canonical_text
from latefusion.store.schemas import TARGET_PREFIX

Kind = Literal["probabilities", "scores", "decisions", "numbers"]

DEFAULT_PREFIX: Final[Mapping[str, str]] = {"probabilities": "p_", "scores": "s_", "numbers": "predicted_"}
VARIANCE: Final = "variance_"
MOST_CHARACTERS: Final = 64

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class PredictionSource:
    """The key `predictions` of a configuration.

    Attributes
    ----------
    file : path or sequence of paths
    kind : {'probabilities', 'scores', 'decisions', 'numbers'}
    item : str, optional
        Column of identifiers; by default the first column where it has no name, as pandas writes an index,
        else `item` or `id`.
    model : str, optional
        Column that names the model of a row; without, each file is a model, or each array of an npz.
    label, group, role, fold : str, optional
    prefix : str
        What stands before the label of a class, or the name of a target, in the name of its column.
    columns : tuple of str
        Columns of the classes instead; one alone is that of the positive of two classes. Of numbers all.
    predicted : str, optional
        Column of the predicted class, where there is nothing else.
    positive : str, optional
        The class that a single column speaks for.
    header : tuple of str
        Names of the columns of text files without a header, whose fields stand between white space.
    targets, truth : tuple of str
        The numbers that are predicted, and the columns of their true values; none of these where they stand
        in the table of the items.
    variance : tuple of str
        Columns of the variance of each number.
    missing : bool
        Whether models may say nothing of some items.
    delimiter : str, optional
    """

    file: Source
    kind: Kind = "probabilities"
    item: str | None = None
    model: str | None = None
    label: str | None = None
    group: str | None = None
    role: str | None = None
    fold: str | None = None
    prefix: str = "p_"
    columns: tuple[str, ...] = ()
    predicted: str | None = None
    positive: str | None = None
    header: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    truth: tuple[str, ...] = ()
    variance: tuple[str, ...] = ()
    missing: bool = False
    delimiter: str | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any], targets: Sequence[str] = ()) -> PredictionSource:
        """Return what the configuration says, complete or as the user wrote it.

        Parameters
        ----------
        entry : mapping
        targets : sequence of str, optional
            The numbers that are predicted, where they are none of classes.
        """
        if targets:
            return cls._of_numbers(entry, tuple(targets))
        scores, predicted = entry.get("scores"), entry.get("predicted")
        kind: Kind = "decisions" if predicted else "scores" if scores is not None else "probabilities"
        named = (scores if kind == "scores" else entry.get("classes")) or {}
        prefix = named.get("prefix")
        parts: dict[str, Any] = {
            key: entry.get(key) for key in ("item", "model", "label", "group", "role", "fold")
        }
        return cls(
            entry["file"],
            kind,
            **parts,
            prefix=DEFAULT_PREFIX.get(kind, "") if prefix is None else prefix,
            columns=tuple(named.get("columns") or ()),
            predicted=predicted,
            positive=None if entry.get("positive") is None else str(entry["positive"]),
            header=tuple(entry.get("header") or ()),
            missing=bool(entry.get("missing", False)),
            delimiter=entry.get("delimiter"),
        )

    @classmethod
    def _of_numbers(cls, entry: Mapping[str, Any], targets: tuple[str, ...]) -> PredictionSource:
        predicted, variance = entry.get("predicted"), entry.get("variance")
        prefix = DEFAULT_PREFIX["numbers"]
        own = {"columns": [predicted]} if isinstance(predicted, str) else predicted or {}
        parts: dict[str, Any] = {key: entry.get(key) for key in ("item", "model", "group", "role", "fold")}
        return cls(
            entry["file"],
            "numbers",
            **parts,
            prefix=prefix,
            columns=_columns(own, targets, prefix),
            header=tuple(entry.get("header") or ()),
            targets=targets,
            truth=() if entry.get("target") is None else targets,
            variance=() if variance is None else _columns(variance, targets, VARIANCE),
            missing=bool(entry.get("missing", False)),
            delimiter=entry.get("delimiter"),
        )

    @property
    def files(self) -> list[Path]:
        """All files, in their order."""
        return table_files(self.file)

    @property
    def parts(self) -> dict[str, str]:
        """Columns that are no class's, by the part that they play."""
        keys = ("item", "model", "label", "group", "role", "fold", "predicted")
        known = {key: getattr(self, key) for key in keys if getattr(self, key) is not None}
        return known | {TARGET_PREFIX + name: name for name in self.truth}


def _columns(entry: Mapping[str, Any], targets: Sequence[str], prefix: str) -> tuple[str, ...]:
    """Return the column of each target."""
    if entry.get("columns"):
        return tuple(entry["columns"])
    own = prefix if entry.get("prefix") is None else entry["prefix"]
    return tuple(own + name for name in targets)


def model_of_file(path: Path) -> str:
    """Return the name of the model whose predictions a file holds: its own without endings."""
    name = path.name
    for packed in PACKED:
        name = name.removesuffix(packed)
    return name.rpartition(".")[0] or name


def safe_names(models: Iterable[str], file: str, column: str | None = None) -> dict[str, str]:
    """Return what each model is called in files and tables: letters, digits, _ and -, at most 64.

    Parameters
    ----------
    models : iterable of str
        Names as they are written, each once.
    file : str
        For messages.
    column : str, optional
        That holds them.

    Raises
    ------
    InputError
        If two models would be called the same, or one nothing at all.
    """
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    problems = []
    for model in models:
        text = canonical_text(model)
        name = _UNSAFE.sub("_", text).lstrip("_-")[:MOST_CHARACTERS].rstrip("_")
        if not name:
            found = f"{shorten(model)}, in which no letter or digit is left for the name of a file"
            problems.append(Problem(file, found, "names with letters or digits", "rename it", column=column))
        elif name.casefold() in taken:
            found = f"{shorten(model)} and {shorten(taken[name.casefold()])}, which would both be {name}"
            fix = "rename one of them"
            problems.append(Problem(file, found, "names that files can tell apart", fix, column=column))
        else:
            taken[name.casefold()] = model
            names[model] = name
    if problems:
        raise InputError(problems)
    return names
