"""The files of a view in the partitions of a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ViewFiles:
    """The files of one view in the partitions of a protocol; in their order, empty where there are none.

    Attributes
    ----------
    name : str
    kind : {'single', 'early'}
    test, in_sample, out_of_fold : sequences of paths
        Probability tables.
    facts : sequence of paths
        What training noted, as JSON.
    ovo_prediction : bool
        Whether the view is scored by votes, as the notebook's early fusion is.
    replica : bool
        Whether the view's machine is the notebook's, which a grid does not choose.
    decisions : bool
        Whether the tables hold decisions as the probability 1, which are no estimate of one.
    """

    name: str
    kind: str
    test: Sequence[Path | str]
    in_sample: Sequence[Path | str] = ()
    out_of_fold: Sequence[Path | str] = ()
    facts: Sequence[Path | str] = ()
    ovo_prediction: bool = False
    replica: bool = False
    decisions: bool = False


def view_files(
    views: Sequence[Mapping[str, Any]],
    partitions: Sequence[str],
    *,
    test: Sequence[Path | str],
    in_sample: Sequence[Path | str],
    out_of_fold: Sequence[Path | str],
    facts: Sequence[Path | str],
    replica: bool,
) -> list[ViewFiles]:
    """Give each view its files.

    Parameters
    ----------
    views : sequence of mapping
        `name`, `kind`, and whether the view has the tables `in_sample` and `out_of_fold`, and `facts`.
    partitions : sequence of str
    test, in_sample, out_of_fold, facts : sequences of paths
        View by view and then partition by partition, of those views that have them.
    replica : bool
        Whether early views are scored by votes, and machines are the notebook's.
    """
    remaining = {
        name: iter(paths)
        for name, paths in (("in_sample", in_sample), ("out_of_fold", out_of_fold), ("facts", facts))
    }
    tests = iter(test)
    return [
        ViewFiles(
            name=view["name"],
            kind=view["kind"],
            test=[next(tests) for _ in partitions],
            ovo_prediction=replica and view["kind"] == "early",
            replica=replica,
            decisions=bool(view.get("decisions", False)),
            **{
                name: [next(paths) for _ in partitions] if view[name] else []
                for name, paths in remaining.items()
            },
        )
        for view in views
    ]
