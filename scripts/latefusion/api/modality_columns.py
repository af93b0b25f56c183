"""Modalities in what people call with: columns of an array or a data frame, or a dict of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from latefusion.api.arguments import refusal
from latefusion.core.errors import nearest, shorten
from latefusion.core.wording import listed, plural
from latefusion.store.samples import Features

FLOATS = (np.float64, np.float32)


@dataclass(frozen=True)
class ModalityColumns:
    """Which modalities there are, and where each is found.

    Attributes
    ----------
    names : tuple of str
    places : tuple of (d_m,) int arrays, or None
        Columns of each modality; None where `X` is a dict of arrays.
    widths : tuple of int
        Columns of each modality.
    labels : tuple of tuple of str
        Names of these columns where a data frame has them, of a dict of arrays; empty where it has none.
    """

    names: tuple[str, ...]
    places: tuple[NDArray[np.int64], ...] | None
    widths: tuple[int, ...]
    labels: tuple[tuple[str, ...], ...] = ()


def is_by_name(X: object) -> bool:
    """Say whether the input is a dict of arrays rather than one array or data frame."""
    return isinstance(X, Mapping) and not hasattr(X, "shape")  # sparse matrices of keys are mappings too


def resolve_columns(estimator: Any, X: Any, modalities: Any) -> ModalityColumns:  # noqa: ANN401
    """Modalities of the training input, once what they name is there.

    Parameters
    ----------
    estimator : BaseEstimator
        What scikit-learn's checks note the number and names of columns on.
    X : array, data frame or mapping of str to array
    modalities : mapping of str to columns, sequence of str, or None

    Raises
    ------
    ArgumentError
        If columns are named that are not there, or none are.
    """
    if is_by_name(X):
        names = _names_of_arrays(X, modalities)
        arrays = matrices_by_name(X, names, least=2)
        widths = tuple(x.shape[1] for x in arrays)
        estimator.n_features_in_ = sum(widths)
        return ModalityColumns(names, None, widths, tuple(labels_of(X[name]) for name in names))
    _validated(estimator, X, reset=True)
    n, named = estimator.n_features_in_, getattr(estimator, "feature_names_in_", None)
    if not isinstance(modalities, Mapping) or not modalities:
        found = "None" if modalities is None else shorten(modalities)
        fix = "say which columns are whose: modalities={'lyrics': slice(0, 768), 'audio': slice(768, 1266)}"
        raise refusal("modalities", found, "columns by modality, where X is one array or data frame", fix)
    places = [_positions(str(name), columns, n, named) for name, columns in modalities.items()]
    return ModalityColumns(tuple(map(str, modalities)), tuple(places), tuple(map(len, places)))


def read_matrices(estimator: Any, X: Any, columns: ModalityColumns, *, reset: bool) -> list[Features]:  # noqa: ANN401
    """Matrix of each modality, (n, d_m); a row of NaN is an item that lacks it.

    Raises
    ------
    ArgumentError
        If a row of a modality is partly NaN, or the arrays are not those that were learned from.
    ValueError
        As scikit-learn's checks of input do.
    """
    if columns.places is None:
        matrices = matrices_by_name(X, columns.names, least=2 if reset else 1, widths=columns.widths)
        for name, known in zip(columns.names, columns.labels, strict=True):
            require_labels(name, labels_of(X[name]), known)
    elif is_by_name(X):
        allowed = "one array or data frame, as in fit"
        raise refusal("X", "a dict of arrays", allowed, "join the arrays in the order of the columns")
    else:
        whole = _validated(estimator, X, reset=reset)
        matrices = [_taken(whole, place) for place in columns.places]
    for name, matrix in zip(columns.names, matrices, strict=True):
        require_whole_rows(name, matrix)
    return matrices


def matrices_by_name(
    X: object, names: Sequence[str], *, least: int = 1, widths: Sequence[int] | None = None
) -> list[Features]:
    """Arrays of the modalities, (n, d_m) each, from a dict of them.

    Parameters
    ----------
    X : mapping of str to array or data frame
    names : sequence of str
    least : int
        Rows that there must be.
    widths : sequence of int, optional
        Columns that each must have.

    Raises
    ------
    ArgumentError
        If a modality is not there, one is there that is not known, or sizes differ.
    """
    if not isinstance(X, Mapping):
        allowed = f"a dict of arrays, one for each of {listed(list(names))}"
        raise refusal("X", type(X).__name__, allowed, f"write {{{names[0]!r}: array, …}}")
    for name in X:
        if name not in names:
            close = nearest(str(name), names)
            fix = f"write {close!r}" if close else "leave it out"
            raise refusal("X", f"{shorten(name)}, which is no modality", ", ".join(names), fix)
    if lacking := [name for name in names if name not in X]:
        fix = "give an array of NaN where items lack a modality"
        raise refusal("X", f"no array for {listed(lacking)}", "an array for each modality", fix)
    arrays = [
        check_array(X[name], dtype=FLOATS, ensure_all_finite="allow-nan", ensure_min_samples=least)
        for name in names
    ]
    for position, (name, x) in enumerate(zip(names, arrays, strict=True)):
        if len(x) != len(arrays[0]):
            found = f"{plural(len(x), 'row')} of {name}, {len(arrays[0]):,} of {names[0]}"
            raise refusal("X", found, "the same items in every modality", "bring the rows into line")
        if widths is not None and x.shape[1] != widths[position]:
            found, allowed = plural(x.shape[1], "column"), f"{widths[position]:,}, as in training"
            raise refusal(f"X, {name}", found, allowed, "take the embedding that was trained on")
    return arrays


def _names_of_arrays(X: Mapping[str, Any], modalities: Any) -> tuple[str, ...]:  # noqa: ANN401
    if modalities is None:
        names = tuple(X)
    elif isinstance(modalities, Mapping) or not isinstance(modalities, Sequence):
        allowed = "None, or the names of arrays to use, where X is a dict of arrays"
        raise refusal("modalities", shorten(modalities), allowed, "leave it out: every array is a modality")
    else:
        names = tuple(modalities)
    if not names or not all(isinstance(name, str) for name in names):
        fix = "name them as text: {'lyrics': array, 'audio': array}"
        raise refusal("modalities", shorten(list(names)), "at least one name, text each", fix)
    return names


def _validated(estimator: Any, X: Any, *, reset: bool) -> Any:  # noqa: ANN401 - an array or a data frame
    """Return X as scikit-learn checks it; of a data frame columns that are no numbers may be in it."""
    if hasattr(X, "columns") and hasattr(X, "iloc"):
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        return X
    least = 2 if reset else 1
    return validate_data(
        estimator, X, reset=reset, dtype=FLOATS, ensure_all_finite="allow-nan", ensure_min_samples=least
    )


def _taken(whole: Any, place: NDArray[np.int64]) -> Features:  # noqa: ANN401 - an array or a data frame
    if hasattr(whole, "iloc"):
        matrix: Features = check_array(whole.iloc[:, place], dtype=FLOATS, ensure_all_finite="allow-nan")
        return matrix
    return np.ascontiguousarray(whole[:, place])


def _positions(name: str, columns: Any, n: int, named: NDArray[Any] | None) -> NDArray[np.int64]:  # noqa: ANN401
    """Return the columns of a modality as positions, (d,)."""
    where = f"modalities, {name}"
    every = np.arange(n)
    found, has = "", f"X has {n} feature(s)"
    if isinstance(columns, slice):
        if any(isinstance(end, int) and not -n <= end <= n for end in (columns.start, columns.stop)):
            raise refusal(where, f"{columns}, but {has}", "columns that are there", "end the slice earlier")
        places = every[columns]
    else:
        wanted = [columns] if isinstance(columns, str) else list(np.asarray(columns).tolist())
        if wanted and all(isinstance(one, str) for one in wanted):
            return _positions_of_names(where, wanted, named)
        if wanted and all(isinstance(one, bool) for one in wanted):
            found = "" if len(wanted) == n else f"a mask of {len(wanted)}, but {has}"
            places = np.flatnonzero(wanted)
        elif all(isinstance(one, int) and -n <= one < n for one in wanted):
            places = every[np.array(wanted, np.int64)]
        else:
            found = f"{shorten(columns)}, but {has}"
    if found or len(places) == 0:
        allowed = "a slice, positions, names or a mask of columns that are there, at least one"
        raise refusal(
            where, found or f"no column ({shorten(columns)}; {has})", allowed, "correct the columns"
        )
    return places.astype(np.int64)


def _positions_of_names(where: str, wanted: Sequence[str], named: NDArray[Any] | None) -> NDArray[np.int64]:
    if named is None:
        allowed = "positions, where X has no names of columns"
        raise refusal(where, shorten(list(wanted)), allowed, "pass a data frame, or a slice")
    place = {name: position for position, name in enumerate(named.tolist())}
    for one in wanted:
        if one not in place:
            close = nearest(one, place)
            fix = f"write {close!r}" if close else "name columns of the data frame"
            raise refusal(where, shorten(one), f"one of {plural(len(place), 'column')} of X", fix)
    return np.array([place[one] for one in wanted], np.int64)


def labels_of(x: Any) -> tuple[str, ...]:  # noqa: ANN401 - an array or a data frame
    """Return the names of a data frame's columns, all of them text; none of anything else."""
    names = tuple(getattr(x, "columns", ()))
    return names if all(isinstance(name, str) for name in names) else ()


def require_labels(name: str, given: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a data frame whose columns are not those, in their order, that were learned from."""
    other = [position for position, pair in enumerate(zip(given, known, strict=False)) if pair[0] != pair[1]]
    if other:
        here, there = given[other[0]], known[other[0]]
        found = f"the column {shorten(here)} in place {other[0]}, which was {shorten(there)} in training"
        fix = "bring the columns into the order of training: X[names]"
        raise refusal(f"X, {name}", found, "the columns that were learned from, in their order", fix)


def require_whole_rows(name: str, matrix: Features) -> None:
    """Refuse rows of a modality that are partly NaN.

    Raises
    ------
    ArgumentError
    """
    gaps = np.isnan(matrix)
    partly = np.flatnonzero(gaps.any(axis=1) & ~gaps.all(axis=1))
    if len(partly):
        row = int(partly[0])
        raise refusal(
            f"X, {name}",
            f"{plural(int(gaps[row].sum()), 'NaN')} among {matrix.shape[1]:,} columns",
            "numbers throughout, or NaN throughout where an item lacks the modality",
            "fill the gaps, or leave the modality of this item out with NaN",
            row=row,
        )
