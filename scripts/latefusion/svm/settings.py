"""Settings of a view's SVM as the configuration has them: single values, or lists that span a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    class_weight: str | None = None
    approximation: Mapping[str, int] | None = None
    max_iter: int | None = None

    @property
    def grid(self) -> list[tuple[float, Gamma]]:
        """Every C with every gamma."""
        return [(C, gamma) for gamma in _as_list(self.gamma) for C in _as_list(self.C)]

    @property
    def is_grid(self) -> bool:
        """Whether C and gamma are chosen, so that the SVM of `honest` may not be that of `replica`."""
        return _is_list(self.C) or _is_list(self.gamma)

    @property
    def replica(self) -> tuple[float, Gamma]:
        """C and gamma of the notebook, unless the configuration names a single other value."""
        C = 1.0 if _is_list(self.C) else _as_list(self.C)[0]
        return C, "auto" if _is_list(self.gamma) else _as_list(self.gamma)[0]

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


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a number, a word or a list of them
    return list(value) if _is_list(value) else [value]
