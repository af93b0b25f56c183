"""A run over finished predictions of numbers: what the jobs of the workflow do, without Snakemake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from latefusion.api.fusing import NamedPaths
from latefusion.api.judging import Told
from latefusion.api.processes import each
from latefusion.api.target_fusing import TargetFusing, write_fused
from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.targets.checks import run_target_checks
from latefusion.evaluation.targets.evaluate import evaluate_targets
from latefusion.evaluation.targets.names import TARGET_TABLES
from latefusion.evaluation.targets.reading import read_target_items, read_target_models
from latefusion.evaluation.targets.schemas import SCHEMAS
from latefusion.evaluation.targets.summary import (
    as_columns,
    ranking_markdown,
    ranking_text,
    summarise_targets,
)
from latefusion.fusion.fuse_targets import FusedTargets, select_target_rule
from latefusion.planning.files import ROOT, in_any_order
from latefusion.planning.run_plan import RunPlan
from latefusion.planning.target_files import TargetFiles
from latefusion.report.target_results import TargetSources
from latefusion.store.atomic import atomic
from latefusion.store.csv_export import write_csv
from latefusion.store.tables import read_json, read_table, write_json, write_table


class TargetJudging:
    """The jobs between the predicted numbers of a run and its page.

    Parameters
    ----------
    run : RunPlan
        Of finished predictions of numbers, under one protocol.
    results : Path
        The folder with what `ingest_predictions` makes.
    n_jobs : int
        Processes of the rules, threads of the evaluation; no number depends on it.
    """

    def __init__(self, run: RunPlan, results: Path, n_jobs: int) -> None:
        if run.targets is None:
            raise ValueError("a run of classes")
        self.run, self.results, self.n_jobs = run, results, n_jobs
        self.targets: TargetFiles = run.targets
        (self.protocol,) = self.targets.plan.protocols
        self.partitions = self.targets.plan.partitions[self.protocol]

    def at(self, *paths: str) -> list[str]:
        """Return where files of the plan stand."""
        return [path.replace(ROOT, str(self.results)) for path in paths]

    def judge(self, told: Told) -> None:
        """Fuse, select, evaluate and summarise."""
        steps = len(self.targets.plan.rules) + 2
        for done, rule in enumerate(self._fused(), start=1):
            told(done, steps, rule)
        if SELECTED in self.targets.plan.models_of_rules:
            self._select()
        tables = self._evaluate()
        told(steps - 1, steps, "evaluation")
        self._summarise(tables)
        told(steps, steps, "checks")

    def _fused(self) -> Iterator[str]:
        """Yield each rule once its files are written."""
        plan, inputs = self.targets.plan, self.targets.of_rule(self.protocol)
        files = NamedPaths(zip(inputs, self.at(*inputs.values()), strict=True))
        fusing = TargetFusing(
            self.partitions,
            plan.fused,
            files,
            plan.held_out,
            self.protocol,
            self.run.config["seed"],
            self.results / "fusion" / self.protocol,
        )
        tasks = [
            (name, {"rule": rule.rule, "options": dict(rule.options)}) for name, rule in plan.rules.items()
        ]
        yield from each(fusing, tasks, self.n_jobs)

    def _fused_files(self, kind: str, *, chosen: bool = True) -> list[str]:
        return self.at(*self.targets.fused(self.protocol, kind, chosen=chosen))

    def _select(self) -> None:
        kinds = ("parquet", "out_of_fold.parquet", "json")
        files = (self._fused_files(kind, chosen=False) for kind in kinds)
        candidates = {
            name: FusedTargets(read_table(table), read_table(outside), read_json(learned))
            for name, table, outside, learned in zip(self.targets.plan.rules, *files, strict=True)
        }
        write_fused(select_target_rule(candidates), self.results / "fusion" / self.protocol, SELECTED)

    def _evaluate(self) -> dict[str, pa.Table]:
        config, plan, protocol = self.run.config, self.targets.plan, self.protocol
        dataset = read_json(self.results / "dataset.json")
        tables = self.at(*self.run.files.item_tables)
        items = read_target_items(tables, self.results / "groups.parquet", dataset, [])
        views = [
            (
                view.name,
                view.kind,
                [self.at(self.targets.predictions(view.name, name, "test"))[0] for name in self.partitions],
                [
                    self.at(self.targets.predictions(view.name, name, "train_out_of_fold"))[0]
                    for name in self.partitions
                    if plan.held_out
                ],
            )
            for view in plan.views.values()
        ]
        fused = (self._fused_files(kind) for kind in ("parquet", "out_of_fold.parquet"))
        models, centers = read_target_models(
            views,
            list(zip(plan.models_of_rules, *fused, strict=True)),
            [(name, self.results / "partitions" / f"{name}.parquet") for name in self.partitions],
            items,
            dataset,
        )
        found = evaluate_targets(
            models,
            items=items,
            protocol=protocol,
            centers=centers,
            draws=config["evaluation"]["draws"],
            seed=config["seed"],
            n_jobs=self.n_jobs,
        )
        for name, path in zip(TARGET_TABLES, self.at(*self.targets.tables(protocol)), strict=True):
            write_table(found[name], path, SCHEMAS[name])
        return found

    def _summarise(self, tables: Mapping[str, pa.Table]) -> None:
        of_protocol = {self.protocol: tables}
        dataset = read_json(self.results / "dataset.json")
        checks = run_target_checks(of_protocol, dataset, self.targets.left_out())
        write_json(checks, self.results / "checks.json")
        rows = summarise_targets(of_protocol)
        write_csv(as_columns(rows), self.results / "summary.csv")
        texts = {"summary.txt": ranking_text(rows, checks), "ranking.md": ranking_markdown(rows)}
        for name, text in texts.items():
            with atomic(self.results / name) as file:
                file.write(text.encode())

    def sources(self) -> TargetSources:
        """Return the files that the page is made of."""
        return TargetSources(
            dataset=self.results / "dataset.json",
            checks=self.results / "checks.json",
            item_tables=[Path(path) for path in self.at(*self.run.files.item_tables)],
            evaluation=[Path(path) for path in self.at(*self.targets.tables(self.protocol))],
            fusion=[Path(path) for path in self._fused_files("json")],
        )

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration as the page shows it."""
        return in_any_order(self.run.config)
