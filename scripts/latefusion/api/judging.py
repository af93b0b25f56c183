"""A run over finished predictions in one folder: what the workflow's jobs do, without Snakemake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from latefusion.api.fusing import Fusing, NamedPaths
from latefusion.api.processes import each
from latefusion.evaluation.checks.finding import gather
from latefusion.evaluation.checks.suite import run_checks
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.names import LEAKS, SELECTED, TABLES
from latefusion.evaluation.reading import read_items, read_models
from latefusion.evaluation.schemas import SCHEMAS
from latefusion.evaluation.tables.detection import Detection
from latefusion.evaluation.tables.leaks import leaks
from latefusion.evaluation.tables.ranking_files import write_rankings
from latefusion.evaluation.tables.summary import as_columns, ranking, summarise
from latefusion.evaluation.view_files import view_files
from latefusion.fusion.rule import rule_class
from latefusion.fusion.selection import select
from latefusion.planning import job_inputs
from latefusion.planning.config_types import Protocol
from latefusion.planning.configuration import RESERVED_NAMES, complete
from latefusion.planning.files import ROOT, evaluation_tables, fused_files, in_any_order, items_of
from latefusion.planning.prediction_models import planned_predictions
from latefusion.planning.rule_catalogue import default_names, read_rules
from latefusion.planning.run_plan import RunPlan, run_of
from latefusion.planning.tasks import target_names, with_task
from latefusion.report.reading import Sources
from latefusion.store.atomic import atomic
from latefusion.store.csv_export import write_csv
from latefusion.store.tables import read_json, read_table, write_json, write_table

PACKAGE = Path(__file__).resolve().parents[1]
PACKAGED = PACKAGE / "_workflow"
SCHEMAS_OF_CONFIG = (PACKAGED if PACKAGED.is_dir() else PACKAGE.parents[1]) / "workflow" / "schemas"

Told = Callable[[int, int, str], None]
"""Is told how many steps are done, of how many, and which was the last."""


def plan(written: Mapping[str, Any], models: Mapping[str, str], folds: int | None, *, name: str) -> RunPlan:
    """Return what a configuration asks for whose predictions are in memory.

    Parameters
    ----------
    written : mapping
        The configuration, with `predictions`.
    models : mapping of str to str
        The models by what the caller calls them.
    folds : int, optional
        Number of folds of cross-validated predictions.
    name : str
        Who asks, in messages.

    Raises
    ------
    InputError
        If the configuration cannot be used.
    """
    written, known = with_task(written), read_rules(PACKAGE / "rules")
    of_targets = read_rules(PACKAGE / "rules", task="targets") if target_names(written) else {}
    catalogue = of_targets if of_targets else default_names(known)
    config = complete(written, _schema("config"), file=name, rules=_schema("rules"), catalogue=catalogue)
    config = planned_predictions(
        config,
        name,
        named_rules=written.get("rules") is not None,
        reserved=RESERVED_NAMES,
        models=(models, folds),
    )
    return run_of(name, config, known, of_targets)


def _schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((SCHEMAS_OF_CONFIG / f"{name}.schema.yaml").read_bytes())
    return content


class Judging:
    """The jobs between the probabilities of a run and its page.

    Parameters
    ----------
    run : RunPlan
        Of finished predictions, under one protocol.
    results : Path
        The folder with what `ingest_predictions` makes.
    n_jobs : int
        Processes of the rules, threads of the evaluation; no number depends on it.
    """

    def __init__(self, run: RunPlan, results: Path, n_jobs: int) -> None:
        self.run, self.results, self.n_jobs = run, results, n_jobs
        self.protocol: Protocol = run.config["protocols"][0]
        self.partitions = run.plan.partitions[self.protocol]

    def at(self, *paths: str) -> list[str]:
        """Return where files of the plan stand."""
        return [path.replace(ROOT, str(self.results)) for path in paths]

    def judge(self, told: Told) -> None:
        """Fuse, select, evaluate and summarise."""
        rules = self._by_effort()
        steps = len(rules) + 2
        for done, rule in enumerate(self._fused(rules), start=1):
            told(done, steps, rule)
        if self.run.plan.selects[self.protocol]:
            self._select()
        tables = self._evaluate()
        told(steps - 1, steps, "evaluation")
        self._summarise(tables)
        told(steps, steps, "checks")

    def _by_effort(self) -> list[str]:
        """Return the rules, those that take longest first, so that no process waits for the last."""

        def effort(name: str) -> tuple[bool, bool, bool]:
            rule = rule_class(self.run.plan.rules[name].rule)
            # repeated fit by fit, then all repeats at once, then those that are fitted once
            return not rule.stochastic or rule.batched, not rule.stochastic, not rule.learns

        return sorted(self.run.plan.protocol_rules[self.protocol], key=effort)

    def _fused(self, rules: Sequence[str]) -> Iterator[str]:
        """Yield each rule once its files are written."""
        inputs = job_inputs.fused(self.run.files, self.protocol)
        files = NamedPaths(zip(inputs, self.at(*inputs.values()), strict=True))
        files |= {"groups": f"{self.results}/groups.parquet", "dataset": f"{self.results}/dataset.json"}
        fusing = Fusing(
            self.partitions,
            self.run.plan.fused[self.protocol],
            files,
            self.protocol,
            self.run.config["seed"],
            self.results / "fusion" / self.protocol,
        )
        tasks = [(name, job_inputs.rule_parameters(self.run.files, name)) for name in rules]
        yield from each(fusing, tasks, self.n_jobs)

    def _rule_files(self, names: list[str], kind: str) -> list[str]:
        return self.at(*fused_files(self.protocol, names, kind))

    def _select(self) -> None:
        names = self.run.plan.selects[self.protocol]
        tables, learned = (self._rule_files(names, kind) for kind in ("parquet", "json"))
        table, choice = select(
            {name: read_table(path) for name, path in zip(names, tables, strict=True)},
            {name: read_json(path) for name, path in zip(names, learned, strict=True)},
            self.run.plan.criterion,
        )
        folder = self.results / "fusion" / self.protocol
        write_table(table, folder / f"{SELECTED}.parquet", table.schema)
        write_json(choice, folder / f"{SELECTED}.json")

    def _evaluate(self) -> dict[str, Any]:
        files, config, protocol = self.run.files, self.run.config, self.protocol
        dataset = read_json(self.results / "dataset.json")
        items = read_items(self.at(*items_of("train", "test")), self.results / "groups.parquet", dataset, [])
        views = view_files(
            files.evaluated_views(protocol),
            self.partitions,
            test=self.at(*files.evaluated_files(protocol, "test")),
            in_sample=self.at(*files.evaluated_files(protocol, "in_sample")),
            out_of_fold=self.at(*files.evaluated_files(protocol, "out_of_fold")),
            facts=self.at(*files.evaluated_files(protocol, "facts")),
            replica=False,
        )
        rules = files.evaluated_rules(protocol)
        fused = (self._rule_files(rules, kind) for kind in ("parquet", "json"))
        partitions = [(name, self.results / "partitions" / f"{name}.parquet") for name in self.partitions]
        metric = config["evaluation"]["metric"]
        models, known, shares = read_models(
            views, list(zip(rules, *fused, strict=True)), partitions, items, dataset, metric
        )
        tables = evaluate(
            models,
            protocol=protocol,
            items=items,
            dataset=dataset,
            known=known,
            shares=shares,
            metric=metric,
            detection=Detection.of(config["evaluation"]["detection"]),
            draws=config["evaluation"]["draws"],
            seed=config["seed"],
            n_jobs=self.n_jobs,
        )
        for name, path in zip(TABLES, self.at(*evaluation_tables(protocol)), strict=True):
            write_table(tables[name], path, SCHEMAS[name])
        return tables

    def _summarise(self, tables: dict[str, Any]) -> None:
        run, config = self.run, self.run.config
        of_protocol = {str(self.protocol): tables}
        fused = run.plan.fused if run.plan.rules else {}
        draws, seed, metric = config["evaluation"]["draws"], config["seed"], config["evaluation"]["metric"]
        found = leaks(of_protocol, fused=fused, draws=draws, seed=seed, n_jobs=self.n_jobs)
        write_table(found, self.results / "evaluation" / f"{LEAKS}.parquet", SCHEMAS[LEAKS])
        evidence = gather(
            of_protocol,
            read_json(self.results / "dataset.json"),
            external=job_inputs.external_views(run.files),
            assignments=config["cross"]["repeats"],
            left_out=job_inputs.left_out(run.files),
            leaks=found,
            modalities=run.plan.modalities,
            fused=fused,
            metric=metric,
        )
        checks = run_checks(evidence)
        write_json(checks, self.results / "checks.json")
        rows = summarise(of_protocol, metric)
        write_csv(as_columns(rows), self.results / "summary.csv")
        with atomic(self.results / "summary.txt") as file:
            file.write(ranking(rows, of_protocol, checks, metric).encode())
        markdown, latex, csv = (self.results / f"ranking.{ending}" for ending in ("md", "tex", "csv"))
        write_rankings(rows, metric, as_markdown=markdown, as_latex=latex, as_csv=csv)

    def sources(self) -> Sources:
        """Return the files that the page is made of."""
        fusion = self.run.files.fusion_results(self.protocol, "json", "robustness.parquet")
        evaluation = [f"{ROOT}/evaluation/{LEAKS}.parquet", *evaluation_tables(self.protocol)]
        items = self.at(*items_of("train", "test"))
        return Sources(
            dataset=self.results / "dataset.json",
            checks=self.results / "checks.json",
            groups=self.results / "groups.parquet",
            rankings={"Markdown": self.results / "ranking.md", "LaTeX": self.results / "ranking.tex"},
            item_tables=[Path(path) for path in items],
            evaluation=[Path(path) for path in self.at(*evaluation)],
            fusion=[Path(path) for path in self.at(*fusion)],
            provenance=[Path(path).with_suffix(".source.json") for path in items],
        )

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration as the page shows it."""
        return in_any_order(self.run.config)
