"""Files of SVMs that were trained elsewhere: opened only with the right hash, checked against the data."""

# ruff: noqa: ANN401 - what a user's pickle holds is typed by what is found in it

from __future__ import annotations

import hashlib
import io
import logging
import pickle
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.dataset.keys import KnownKeys
from latefusion.external.pretrained_svm import PretrainedSVC, stored_sigmoids
from latefusion.svm.estimator import SVM

logger = logging.getLogger(__name__)

UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


def load_pretrained(
    path: Path | str,
    sha256: str,
    *,
    labels: Sequence[int | str],
    counts: Sequence[int],
    columns: Sequence[int],
    key: str = "pretrained",
) -> tuple[SVM | PretrainedSVC, dict[str, Any]]:
    """Saved SVM, opened after its hash was checked.

    Parameters
    ----------
    path : path
        Written by joblib or pickle: an `SVC(probability=True)`, a pipeline that ends in one, or an `SVM`.
    sha256 : str
        Hash that the configuration expects of the file. Unpickling runs the file's code, so nothing of
        it is read that the configuration does not vouch for.
    labels : sequence
        The data set's labels, in the order of their class index.
    counts : sequence of int
        Training rows of each class, for the guard on sigmoids.
    columns : sequence of int
        Width of each modality of the view.
    key : str
        Dotted key of the configuration, for messages.

    Returns
    -------
    model : SVM or PretrainedSVC
        For `latefusion.svm.prediction.predict`.
    facts : dict
        What the model's JSON file says, with the warnings that opening it gave.

    Raises
    ------
    InputError
        If the hash is another one, the file holds no SVM with sigmoids, or its classes or columns are not
        those of the data.
    """
    found, said = _opened(path, _checked(Path(path), sha256, key), key)
    model: SVM | PretrainedSVC
    if isinstance(found, SVM):
        model = _own(found, path, key, len(labels), columns)
        facts: dict[str, Any] = {"n_inverted_sigmoids": model.n_inverted_, "columns": sum(columns)}
    else:
        model = _scikit_learn(found, path, key, labels, np.asarray(counts), sum(columns))
        facts = model.facts
    return model, {**facts, "kind": type(found).__name__, "pretrained": True, "warnings": said}


def _opened(path: Path | str, content: bytes, key: str) -> tuple[object, list[str]]:
    """Return what a file holds whose hash was checked, and the warnings that opening it gave."""
    import joblib

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = joblib.load(io.BytesIO(content))
        except UNREADABLE as error:
            raise _refuse(
                path,
                key,
                f"a file that cannot be opened ({type(error).__name__}: {shorten(error)})",
                "install the package and version that wrote it, or train the view instead",
            ) from error
    said = sorted({str(warning.message) for warning in caught})
    for message in said:
        logger.warning("%s: %s", path, message)
    return found, said


def _checked(path: Path, sha256: str, key: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refuse(path, key, f"no file that can be read ({error.strerror})", "name the file") from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise InputError(
            [
                Problem(
                    file=str(path),
                    column=f"{key}.sha256",
                    found=f"a file with sha256 {actual}",
                    allowed=f"sha256 {sha256}, as configured, since unpickling runs the file's code",
                    fix="if this is the file that you trust, put its hash into the configuration",
                )
            ]
        )
    return content


def _refuse(path: Path | str, key: str, found: str, fix: str) -> InputError:
    allowed = "an SVC fitted with probability=True, a pipeline that ends in one, or an SVM of this project"
    return InputError([Problem(file=str(path), column=f"{key}.file", found=found, allowed=allowed, fix=fix)])


def _own(model: SVM, path: Path | str, key: str, n_classes: int, columns: Sequence[int]) -> SVM:
    if not hasattr(model, "sigmoids_"):
        raise _refuse(path, key, "an SVM that is not fitted", "fit it before saving")
    width = [len(shift) for shift in model.scaling_.shift]
    if width != list(columns):
        raise _refuse(path, key, f"an SVM for columns {width}, the view has {list(columns)}", "name another")
    if len(model.classes_) != n_classes:
        found = f"an SVM for {len(model.classes_)} classes, the data have {n_classes}"
        raise _refuse(path, key, found, "name one that was trained on the same classes")
    return model


def _scikit_learn(
    found: Any,
    path: Path | str,
    key: str,
    labels: Sequence[int | str],
    counts: NDArray[np.integer],
    width: int,
) -> PretrainedSVC:
    before = [step for _, step in found.steps[:-1]] if hasattr(found, "steps") else []
    svc = found.steps[-1][1] if hasattr(found, "steps") else found
    what = f"an object of type {type(svc).__module__}.{type(svc).__qualname__}"
    if type(svc).__name__ not in ("SVC", "NuSVC") or "_dual_coef_" not in vars(svc):
        raise _refuse(path, key, what, "save a fitted SVC")
    if callable(svc.kernel) or svc.kernel == "precomputed":
        raise _refuse(path, key, f"{what} with a kernel of its own", "use rbf, linear, poly or sigmoid")
    if len(stored_sigmoids(svc)[0]) == 0:
        raise _refuse(
            path, key, f"{what} without sigmoids", "fit it with probability=True, or train the view"
        )
    first = vars(before[0] if before else svc)
    expected = int(first.get("n_features_in_", width))
    if expected != width:
        raise _refuse(path, key, f"{what} for {expected} columns; the view has {width}", "name another")
    known = KnownKeys([str(label) for label in labels])
    ours = [known.find(str(label)) for label in svc.classes_.tolist()]
    unknown = [label for label, own in zip(svc.classes_.tolist(), ours, strict=True) if own is None]
    if unknown:
        raise _refuse(
            path,
            key,
            f"{what} for the classes {shorten(svc.classes_.tolist())}; the data have {shorten(list(labels))}",
            "name one that was trained on labels of this data set",
        )
    position = {str(label): index for index, label in enumerate(labels)}
    place = np.array([position[str(own)] for own in ours])
    return PretrainedSVC(svc, before, place, counts)
