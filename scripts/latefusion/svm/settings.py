"""Settings of a view's SVM as the configuration has them: single values, or lists that span a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.grid import as_list, grid_points, is_grid, is_list
from latefusion.svm.inputs import Gamma


@dataclass(frozen=True)
class SvmSettings:
    """Settings of a view's SVM.

    Attributes
    ----------
    C, gamma : scalar or list
        A list is a grid, chosen by out-of-fold log loss.
    scale, combine, class_weight, approximation, max_iter
        As for `SVM`.
    """

    C: float | Sequence[float] = 1.0
    gamma: Gamma | Sequence[Gamma] = "auto"
    scale: str = "none"
    combine: str = "concatenate"
    class_weight: str | Mapping[Any, float] | None = None
    approximation: Mapping[str, int] | None = None
    max_iter: int | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any], classes: Sequence[Mapping[str, Any]]) -> SvmSettings:
        """Settings of the configuration, with weights of classes by their index.

        Parameters
        ----------
        settings : mapping
        classes : sequence of mapping
            From dataset.json: `label`, `name` and `index` of each.

        Raises
        ------
        InputError
            If a class that has a weight is none of the data, naming the nearest.
        """
        weight = settings.get("class_weight")
        if not isinstance(weight, Mapping):
            return cls(**settings)
        return cls(**{**settings, "class_weight": _by_index(weight, classes)})

    @property
    def grid(self) -> list[tuple[float, Gamma]]:
        """Every C with every gamma."""
        return grid_points(self.C, self.gamma)

    @property
    def is_grid(self) -> bool:
        """Whether C and gamma are chosen, so that the SVM of `honest` may not be that of `replica`."""
        return is_grid(self.C, self.gamma)

    @property
    def replica(self) -> tuple[float, Gamma]:
        """C and gamma of the notebook, unless the configuration names a single other value."""
        C = 1.0 if is_list(self.C) else as_list(self.C)[0]
        return C, "auto" if is_list(self.gamma) else as_list(self.gamma)[0]

    @property
    def shared(self) -> dict[str, Any]:
        """Parameters of `SVM` that are the same at every point of the grid."""
        return {
            "scale": self.scale,
            "combine": self.combine,
            "class_weight": self.class_weight,
            "approximation": self.approximation,
            "max_iter": self.max_iter,
        }


def _by_index(given: Mapping[Any, float], classes: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """Return factors by class index, of classes that are called by their name or their label."""
    index = {str(entry["label"]): int(entry["index"]) for entry in classes}
    index |= {str(entry["name"]): int(entry["index"]) for entry in classes}
    names = [str(entry["name"]) for entry in classes]
    problems = []
    for name in given:
        if str(name) not in index:
            close = nearest(str(name), index)
            fix = f"write {close!r}" if close else "name one of these, or leave it out: it then counts once"
            if isinstance(name, bool):
                fix = "put it between quotes: without them YAML takes yes, no and the like for true or false"
            problems.append(
                Problem(
                    "the configuration",
                    f"{shorten(name)}, which is no class of the data",
                    ", ".join(names[:20]),
                    fix,
                    column="svm.class_weight",
                )
            )
    if not problems:
        problems = [
            Problem(
                "the configuration",
                f"{shorten(first)} and {shorten(second)}, which are one class of the data",
                "one factor for each class",
                "leave one of them out",
                column="svm.class_weight",
            )
            for first, second in combinations(given, 2)
            if index[str(first)] == index[str(second)]
        ]
    if problems:
        raise InputError(problems)
    weights = {index[str(name)]: float(weight) for name, weight in given.items()}
    return dict(sorted(weights.items()))
