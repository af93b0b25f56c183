"""Late fusion of several embeddings per item: SVMs, fusion rules and honest evaluation."""

import importlib
from typing import Any

__version__ = "0.1.0"

# by name, since an import statement would put the whole package into every job's code digest
_PUBLIC = {
    "KernelRidgeCV": "latefusion.api.kernel_ridge",
    "LateFusionClassifier": "latefusion.api.late_fusion",
    "SVM": "latefusion.api.svm",
    "compare": "latefusion.api.comparison",
    "evaluate_regression": "latefusion.api.regression",
    "load": "latefusion.api.saved",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes and functions alike
    """Return a public name, importing its module of `latefusion.api` when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
