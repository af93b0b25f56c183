"""Saved models: written with their hash, and unpickled only while they still have it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib

from latefusion.store.atomic import atomic
from latefusion.store.tables import TableError, read_json, write_json


def save_model(model: object, path: Path | str, facts_path: Path | str, facts: Mapping[str, Any]) -> None:
    """Write a model, and beside it what is known about it with the hash of its file.

    Parameters
    ----------
    model : object
        What joblib can save.
    path, facts_path : path
        The model's file, and its JSON file.
    facts : mapping
        What the JSON file says besides `sha256`.
    """
    with atomic(path) as file:
        joblib.dump(model, file)
    write_json({**facts, "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}, facts_path)


def load_model(path: Path | str, facts_path: Path | str) -> Any:  # noqa: ANN401 - whatever was saved
    """Read a model that `save_model` wrote.

    Raises
    ------
    TableError
        As of `load_checked`.
    """
    return load_checked(path, read_json(facts_path)["sha256"], facts_path)


def load_checked(path: Path | str, sha256: str, stated_in: Path | str) -> Any:  # noqa: ANN401
    """Read a model whose hash is known.

    Parameters
    ----------
    path : path
    sha256 : str
        Of the file, in hexadecimal digits.
    stated_in : path
        The file that says so, for messages.

    Raises
    ------
    TableError
        If the file is not the one that was written: unpickling it could run anybody's code. Or if it is
        gone, or was written by a version whose modules had other names.
    """
    if not Path(path).exists():
        raise TableError(f"{path}: gone, although {stated_in} names it; run the workflow again")
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise TableError(
            f"{path}: changed since it was written (its hash is not the one in {stated_in}); delete it"
        )
    try:
        return joblib.load(io.BytesIO(content))
    except (AttributeError, ImportError) as error:
        raise TableError(
            f"{path}: saved by another version of latefusion, whose parts had other names ({error}); "
            "delete it and run the workflow again: the view is trained anew"
        ) from error
