"""Saved models that the user brings."""

import hashlib
import warnings

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from latefusion.external.pretrained_file import load_pretrained
from refusals import Case

SECTION = "Models that the user brings"
Y = np.arange(60) % 3
X = np.random.default_rng(0).standard_normal((60, 4)) + Y[:, None]


def _svc(y=Y, *, sigmoids=True):
    svc = SVC(gamma="auto").fit(X, y)
    if sigmoids:  # as `probability=True` leaves them, without the deprecated call
        svc._probA, svc._probB = np.full(3, -1.0), np.zeros(3)
    return svc


def _load(path, sha256, columns=(4,)):
    with warnings.catch_warnings():
        load_pretrained(
            path,
            sha256,
            labels=[0, 1, 2],
            counts=[20, 20, 20],
            columns=columns,
            key="modalities[0].pretrained",
        )
    return []


def _case(name, make, *sees, refused=True, sha256=None, **options):
    def run(folder):
        path = folder / "mine.joblib"
        content = make()
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            joblib.dump(content, path)
        return _load(path, sha256 or hashlib.sha256(path.read_bytes()).hexdigest(), **options)

    return Case(name, SECTION, run, ("mine.joblib", *sees) if refused else (), refused)


def _missing(folder):
    return _load(folder / "mine.joblib", "0" * 64)


CASES = [
    _case("an SVC with probabilities", _svc, refused=False),
    Case("no such file", SECTION, _missing, ("mine.joblib", "pretrained.file", "no file that can be read")),
    _case(
        "another file than the one that was named",
        lambda: b"whatever",
        "pretrained.sha256",
        "a file with sha256",
        "as configured, since unpickling runs the file's code",
        sha256="0" * 64,
    ),
    _case("no pickle", lambda: b"not a pickle", "a file that cannot be opened", "train the view instead"),
    _case(
        "a pickle of a package that is not installed",
        lambda: b"\x80\x04cnowhere_to_be_found\nThing\n.",
        "cannot be opened (ModuleNotFoundError",
        "nowhere_to_be_found",
    ),
    _case(
        "another estimator", lambda: LogisticRegression().fit(X, Y), "LogisticRegression", "save a fitted SVC"
    ),
    _case(
        "an SVC without probabilities", lambda: _svc(sigmoids=False), "without sigmoids", "probability=True"
    ),
    _case("other classes", lambda: _svc(Y + 7), "for the classes", "[7, 8, 9]", "the data have"),
    _case("another width", _svc, "for 4 columns; the view has 5", "name another", columns=(5,)),
]
