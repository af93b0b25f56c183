"""Predictions as arrays in an npz file, as `cross_val_predict` returns them: one for each model."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.core.wording import listed, plural
from latefusion.external.prediction_rows import PredictionRows
from latefusion.external.prediction_source import PredictionSource
from latefusion.ingest.findings import Where
from latefusion.store.schemas import TARGET_PREFIX

DEFAULTS: Final[Mapping[str, str]] = {
    "item": "item",
    "label": "y",
    "group": "group",
    "role": "role",
    "fold": "fold",
}
"""Arrays that are no model's, by the part that they play; the configuration may name others."""
CLASSES: Final = "classes"
"""Array that names the classes in the order of the columns, as an estimator's `classes_`."""


def is_npz(path: Path) -> bool:
    """Say whether a file is a zip archive, as NumPy's `savez` writes it."""
    return path.is_file() and zipfile.is_zipfile(path)


def array_names(path: Path) -> list[str]:
    """Return the names of the arrays in an npz file, in their order."""
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]


def part_names(source: PredictionSource, path: Path) -> dict[str, str]:
    """Return the arrays that are no model's, by their parts, as far as they are there."""
    there = set(array_names(path))
    named = {key: getattr(source, key) or name for key, name in DEFAULTS.items()}
    return {key: name for key, name in named.items() if name in there}


def model_arrays(source: PredictionSource, path: Path) -> list[str]:
    """Return the names of the arrays that hold a model's predictions."""
    others = {*part_names(source, path).values(), CLASSES}
    return [name for name in array_names(path) if name not in others]


def read_arrays(source: PredictionSource, files: Sequence[Path]) -> PredictionRows:
    """Return the predictions in an npz file as rows; row i of every array is of the i-th item.

    Raises
    ------
    InputError
        If there are several files, an array holds objects, or arrays have different numbers of rows.
    """
    path = files[0]
    if len(files) > 1:
        found, fix = f"{len(files)} npz files", "save the arrays of all models into one file"
        raise InputError([Problem(str(path), found, "one file with an array for each model", fix)])
    arrays = _loaded(path)
    parts = part_names(source, path)
    models = {name: _two_dimensional(path, name, arrays[name]) for name in model_arrays(source, path)}
    if not models:
        found, fix = f"no array of a model; there are {', '.join(arrays)}", "np.savez(file, svm=P, y=y)"
        raise InputError([Problem(str(path), found, "an array (items, classes) for each model", fix)])
    if source.targets:
        _require_targets(path, source, models, parts, arrays)
    first, shape = next((name, one.shape) for name, one in models.items())
    for name, array in [*models.items(), *((name, arrays[name]) for name in parts.values())]:
        wrong = array.shape if name in models else (len(array), *shape[1:])
        if wrong != shape:
            found = f"shape {tuple(array.shape)}"
            allowed = f"{shape[0]} rows, as {first} has" + (
                f", and {shape[1]} columns" if name in models else ""
            )
            fix = "save arrays of the same items in the same order"
            raise InputError([Problem(str(path), found, allowed, fix, column=name)])
    n, count = shape[0], len(models)
    truth = parts.pop("label", None) if source.targets else None
    texts = {key: _repeated(arrays[name], count) for key, name in parts.items()}
    if truth is not None:
        values = _two_dimensional(path, truth, arrays[truth])
        for t, target in enumerate(source.targets):
            parts[TARGET_PREFIX + target] = truth
            texts[TARGET_PREFIX + target] = _repeated(values[:, t], count)
    texts.setdefault("item", _repeated(np.array([str(row) for row in range(n)]), count))
    columns = _columns(path, source, arrays, shape[1])
    decisions = source.kind == "decisions"
    if decisions:
        stacked = np.concatenate([models[name][:, 0] for name in models])
        texts["predicted"] = pa.array([_text(value) for value in stacked.tolist()], pa.string())
    return PredictionRows(
        Where([str(path)], np.tile(np.arange(1, n + 1), count), "row"),
        texts,
        {
            **parts,
            "item": parts.get("item", "item"),
            **({"predicted": "predicted"} if decisions else {}),
        },
        np.empty((n * count, 0))
        if decisions
        else np.concatenate([one.astype(np.float64) for one in models.values()]),
        [] if decisions else columns,
        list(models),
        np.repeat(np.arange(count), n),
        positional=not source.columns and CLASSES not in arrays,
    )


def _require_targets(
    path: Path,
    source: PredictionSource,
    models: Mapping[str, NDArray[Any]],
    parts: Mapping[str, str],
    arrays: Mapping[str, NDArray[Any]],
) -> None:
    """Refuse arrays that do not have a column for each target."""
    if source.variance:
        found, fix = "predictions.variance", "give the predictions as a table, with columns of variances"
        raise InputError([Problem(str(path), found, "arrays of predictions alone", fix)])
    wanted, truth = len(source.targets), parts.get("label")
    true = {} if truth is None else {truth: _two_dimensional(path, truth, arrays[truth])}
    for name, array in {**models, **true}.items():
        if array.shape[1] != wanted:
            allowed = f"{plural(wanted, 'column')}, {listed(list(source.targets))}"
            fix = "save an array of shape (items, targets)"
            raise InputError([Problem(str(path), f"shape {array.shape}", allowed, fix, column=name)])


def _loaded(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except ValueError:
        found = "an array of Python objects, which would be a pickle"
        fix = "save texts with dtype str: np.asarray(y, str)"
        raise InputError([Problem(str(path), found, "arrays of numbers or of texts", fix)]) from None
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        found, fix = f"an archive that cannot be read: {error}", "save it again with np.savez"
        raise InputError([Problem(str(path), found, "an npz file", fix)]) from None


def _two_dimensional(path: Path, name: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 1:
        return array[:, None]
    if array.ndim != 2:
        found = f"an array of shape {array.shape}"
        allowed = "a row for each item, a column for each class"
        raise InputError([Problem(str(path), found, allowed, "reshape it", column=name)])
    return array


def _columns(
    path: Path, source: PredictionSource, arrays: Mapping[str, NDArray[Any]], count: int
) -> list[str]:
    """Return names for the columns of the arrays: those of the classes, with the prefix before them."""
    if source.targets:
        return list(source.columns)
    if source.columns:
        named = list(source.columns)
    elif CLASSES in arrays:
        named = [source.prefix + str(one) for one in arrays[CLASSES].tolist()]
    else:
        named = [f"{source.prefix}{place}" for place in range(count)]
    if len(named) != count and count > 1:
        found = f"{len(named)} names of classes for {count} columns"
        fix = "save an estimator's classes_ as the array `classes`"
        raise InputError([Problem(str(path), found, "a name for each column", fix, column=CLASSES)])
    return named[:1] if count == 1 else named


def _repeated(array: NDArray[Any], times: int) -> pa.Array:
    return pa.array([_text(value) for value in array.tolist()] * times, pa.string())


def _text(value: object) -> str:
    """Write a value as a table would: whole floats without their point, NaN as nothing, bytes as text."""
    if isinstance(value, float):
        return "" if np.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
