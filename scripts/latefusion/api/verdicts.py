"""Verdicts on finished predictions: ranking, comparisons, checks and the page, of classes or of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

import pandas as pd

from latefusion.api.judging import Judging
from latefusion.api.target_judging import TargetJudging
from latefusion.evaluation.names import ALL
from latefusion.evaluation.targets.names import MEAN
from latefusion.report.components import Answer
from latefusion.report.reading import read_results
from latefusion.report.results import Results
from latefusion.report.sections import answer
from latefusion.report.sections.targets import answer as target_answer
from latefusion.report.target_results import TargetResults, read_target_results
from latefusion.store.atomic import atomic
from latefusion.store.tables import read_table

SHOWN: Final = 10
"""Models that a notebook shows."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """What is known of several models and of the rules that fuse them.

    Attributes
    ----------
    ranking : pandas.DataFrame
        A row for each model, the best first: the metrics with the ends of their 95 % intervals, the paired
        difference from the best single model, its p-value by Holm, and whether the model is in the confidence
        set. The rows of `summary` on all items.
    comparisons : pandas.DataFrame
        Paired comparisons with the best single model, for each metric and subset of the items.
    checks : pandas.DataFrame
        What went wrong or is to be distrusted, errors first.
    answer : tuple of str
        Three sentences: which rule to use, whether fusion helps, what to distrust.
    summary : pandas.DataFrame
        The table summary.csv of a run.
    results : latefusion.report.results.Results
        Everything that the page shows.
    """

    ranking: pd.DataFrame
    comparisons: pd.DataFrame
    checks: pd.DataFrame
    answer: tuple[str, str, str]
    summary: pd.DataFrame
    results: Results
    text: str

    def to_html(self, path: str | Path) -> Path:
        """Write the page of the comparison, one file that needs no network, and return where it is."""
        with atomic(path) as file:
            file.write(self._page().encode())
        return Path(path)

    def _page(self) -> str:
        # here, since drawing loads libraries that numbers do not need
        from latefusion.report.page import render

        return render(self.results)

    @property
    def _headline(self) -> str:
        """What ranks the models, as the ranking calls it."""
        return self.results.metric.name

    def __repr__(self) -> str:
        """Return the ranking as the terminal shows it."""
        return self.text

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p>{escape(one)}</p>" for one in self.answer)
        by = self._headline
        shown = self.ranking[[by, f"{by}_low", f"{by}_high", "in_confidence_set"]]
        return f"{sentences}{shown.head(SHOWN).to_html(float_format='{:.4f}'.format)}"


@dataclass(frozen=True, repr=False)
class TargetComparison(Comparison):
    """What is known of several models that predict numbers, and of the rules that fuse them.

    Attributes
    ----------
    ranking : pandas.DataFrame
        A row for each model, the best first by R², averaged over the targets where there are several: its
        95 % interval, the gain over the best single model with the paired p-value by Holm, whether the model
        is in the confidence set, and R² of each target.
    comparisons : pandas.DataFrame
        Paired comparisons of squared errors with the best single model, for each target and subset.
    checks, answer, summary
        As of classes; a row of `summary` is a model and a target, with every metric.
    results : latefusion.report.target_results.TargetResults
        Everything that the page shows.
    """

    results: TargetResults  # type: ignore[assignment]

    def _page(self) -> str:
        from latefusion.report.target_page import render

        return render(self.results)

    @property
    def _headline(self) -> str:
        return "r2"


def comparison_of(judging: Judging) -> Comparison:
    """Return what was written of a run of classes."""
    results = read_results(judging.sources(), judging.config)
    metric = results.metric
    folder, protocol = judging.results, judging.protocol
    summary = _csv(folder / "summary.csv")
    ranking = summary[summary["subset"] == ALL].drop(columns=["subset", "protocol"])
    ranking = ranking.set_index("model").sort_values(
        metric.name, ascending=metric.lower_is_better, kind="stable", na_position="last"
    )
    comparisons = read_table(folder / "evaluation" / protocol / "comparisons.parquet").to_pandas()
    which, helps, distrust = (_told(one) for one in answer.section(results).facts["answers"])
    return Comparison(
        ranking,
        comparisons,
        pd.DataFrame(results.checks),
        (which, helps, distrust),
        summary,
        results,
        (folder / "summary.txt").read_text(encoding="utf-8"),
    )


def target_comparison_of(judging: TargetJudging) -> TargetComparison:
    """Return what was written of a run of numbers."""
    results = read_target_results(judging.sources(), judging.config)
    folder, protocol = judging.results, judging.protocol
    summary = _csv(folder / "summary.csv")
    comparisons = read_table(folder / "evaluation" / protocol / "comparisons.parquet").to_pandas()
    answers = target_answer.section(results).facts["answers"]
    which, helps, distrust = (_told(one) for one in answers)
    return TargetComparison(
        _ranked(summary, comparisons, results.targets),
        comparisons,
        pd.DataFrame(results.checks),
        (which, helps, distrust),
        summary,
        results,
        (folder / "summary.txt").read_text(encoding="utf-8"),
    )


def _ranked(summary: pd.DataFrame, comparisons: pd.DataFrame, targets: list[str]) -> pd.DataFrame:
    """Return a row for each model: R² of all targets and of each, and the comparison with the reference."""
    by_target = {target: rows.set_index("model") for target, rows in summary.groupby("target", sort=False)}
    mean = by_target[MEAN]
    ranking = mean[["kind", "n", "groups", "r2", "r2_low", "r2_high", "in_confidence_set"]].copy()
    own = comparisons[(comparisons["target"] == MEAN) & (comparisons["subset"] == ALL)].set_index("model")
    for name, column in (("gain", "r2_difference"), ("gain_low", "r2_low"), ("gain_high", "r2_high")):
        ranking[name] = own[column].reindex(ranking.index)
    ranking["p_holm"] = own["p_holm"].reindex(ranking.index)
    if len(targets) > 1:
        for target in targets:
            ranking[f"r2_{target}"] = by_target[target]["r2"]
    return ranking.sort_values("r2", ascending=False, kind="stable", na_position="last")


def _csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])


def _told(one: Answer) -> str:
    return f"{one.label}: {one.verdict} {one.text}".rstrip()
