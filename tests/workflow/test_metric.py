"""Another metric reaches ranking, choice, summary and page of a whole run, and starts no fusion anew."""

import csv
import json
import shutil
from copy import deepcopy

import pyarrow.parquet as pq
import pytest

from runs import SMALL, launch, planned, write_config

HONEST = {
    **SMALL,
    "protocols": ["honest"],
    "rules": [{"name": name} for name in ("mean", "accuracy_weighted", "majority_vote")],
}
STALE = {"select_rule honest", "evaluate honest", "summarise", "report"}


def by(metric):
    return deepcopy({**HONEST, "evaluation": {**HONEST["evaluation"], "metric": metric}})


def test_a_run_goes_by_the_metric_of_the_configuration_and_another_starts_no_fusion_anew(few, tmp_path):
    folder = shutil.copytree(few, tmp_path / "run", copy_function=shutil.copy)
    write_config(folder, by("macro_f1"))
    launch("run", "--cores", 2, cwd=folder)
    went_by("macro_f1", folder / "results")
    write_config(folder, by("log_loss"))
    assert planned(folder) == STALE
    launch("run", "--cores", 2, cwd=folder)
    went_by("log_loss", folder / "results")
    write_config(folder, by("macro_f1"))
    assert planned(folder) == STALE


def went_by(metric, results):
    choice = json.loads((results / "fusion/honest/selected.json").read_text())
    candidates = choice["partitions"]["given"]["candidates"]
    assert choice["by"] == metric
    # votes have no log loss to be chosen by, and a macro-F1
    assert ("majority_vote" in candidates) is (metric == "macro_f1")
    pick = max if metric == "macro_f1" else min
    best = pick(found[metric] for found in candidates.values())
    assert candidates[choice["partitions"]["given"]["chosen"]][metric] == pytest.approx(best)

    with (results / "summary.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["model"]: row for row in csv.DictReader(file) if row["subset"] == "all"}
    (reference,) = [row for row in rows.values() if row["is_reference"].lower() == "true"]
    assert {row["metric"] for row in rows.values()} == {metric}
    assert float(rows["mean"]["difference"]) == pytest.approx(
        float(rows["mean"][metric]) - float(reference[metric])
    )
    text = (results / "summary.txt").read_text()
    title = {"macro_f1": "macro-F1", "log_loss": "log loss (less is better)"}[metric]
    assert text.startswith(f"honest: {title} on 24 items")
    inside = pq.read_table(results / "evaluation/honest/confidence_set.parquet").to_pylist()
    expected = {row["model"]: row["in_set"] for row in inside if row["metric"] == metric}
    models = pq.read_table(results / "evaluation/honest/models.parquet").to_pylist()
    assert {row["model"]: row["in_confidence_set"] for row in models if row["model"] in expected} == expected
    assert f"By {title.partition(' (')[0]} on" in (results / "report.html").read_text()
