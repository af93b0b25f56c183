"""Finished predictions are judged as the models of a run are: with the same numbers."""

import csv
import re
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from documents import section
from latefusion.store.tables import read_json
from runs import SMALL, launch, planned, write_config
from settings import ROOT
from stale import PREDICTION_CHANGES, SECTION, row

CLASSES = ["Angry", "Happy", "Relaxed", "Sad"]
COLUMNS = {"columns": [f"p_{name}" for name in CLASSES], "prefix": "p_"}
EVALUATION = SMALL["evaluation"]
VIEWS = ("text", "audio", "early")


def given_back(results, partition, table, role=None, fold=None):
    """Return what each view of a run says of one table's rows, as rows of predictions."""
    group = {row["item"]: row["group"] for row in pq.read_table(results / "groups.parquet").to_pylist()}
    tables = []
    for view in VIEWS:
        own = pq.read_table(results / partition / "probabilities" / view / f"{table}.parquet")
        n = len(own)
        columns = {
            "item": own["item"],
            "system": pa.array([view] * n),
            "label": own["label"],
            "group": pa.array([group[item] for item in own["item"].to_pylist()]),
            "role": pa.array([role] * n, pa.string()),
            "fold": own["fold"] if fold is None else pa.array([fold] * n, pa.int32()),
        }
        tables.append(pa.table({**columns, **{name: own[name] for name in COLUMNS["columns"]}}))
    return pa.concat_tables(tables)


def judge(folder, table, predictions, **more):
    """Judge predictions in a folder and return the rows of summary.csv as they are written."""
    pq.write_table(table, folder / "predictions.parquet")
    source = {"file": "predictions.parquet", "model": "system", "label": "label", "group": "group"}
    write_config(
        folder,
        {
            "predictions": {**source, **predictions, "classes": COLUMNS},
            "compare": ["text", "audio"],
            "data": {"group_names": "exact"},
            "evaluation": EVALUATION,
            "seed": SMALL["seed"],
            **more,
        },
    )
    launch("run", "--cores", 2, cwd=folder)
    return rows(folder / "results")


def rows(results):
    """Return the rows of summary.csv, by protocol, model and subset."""
    with (results / "summary.csv").open(encoding="utf-8", newline="") as file:
        return {(row["protocol"], row["model"], row["subset"]): row for row in csv.DictReader(file)}


def test_predictions_of_a_run_with_dev_rows_are_judged_as_the_run_is(finished, tmp_path):
    results = finished / "results"
    table = pa.concat_tables(
        [
            given_back(results, "given", "train_out_of_fold", "dev"),
            given_back(results, "given", "test", "test"),
        ]
    )
    found = judge(tmp_path, table, {"role": "role", "fold": "fold"}, rules=SMALL["rules"])
    expected = {key: row for key, row in rows(results).items() if key[0] == "honest"}
    assert {key[1] for key in expected} >= {"text", "audio", "early", "mean", "mlp", "selected", "majority"}
    assert found == expected
    # nothing was trained, and nothing is suspected
    assert not list((tmp_path / "results").rglob("*.joblib"))
    codes = {check["code"] for check in read_json(tmp_path / "results/checks.json")["checks"]}
    assert "dev_rows_seen" not in codes
    # one number of them is another: what docs/rerun.md says runs again
    assert planned(tmp_path) == set()
    numbers = table[COLUMNS["columns"][0]].to_pylist()
    at = table.schema.get_field_index(COLUMNS["columns"][0])
    numbers[0] *= 1 - 1e-6
    pq.write_table(
        table.set_column(at, COLUMNS["columns"][0], pa.array(numbers)), tmp_path / "predictions.parquet"
    )
    (change,) = PREDICTION_CHANGES
    assert row(change, (), ()) in section(SECTION).splitlines()
    stale = {job.partition(" ")[0] for job in planned(tmp_path)}
    assert stale == set(change.said.replace("`", "").split(", "))


def test_cross_validated_predictions_of_a_run_are_judged_as_its_models_and_fixed_rules_are(
    finished, tmp_path
):
    results = finished / "results"
    parts = [given_back(results, f"cross-0-{k}", "test", fold=k) for k in range(2)]
    order = {
        item: place
        for place, item in enumerate(pq.read_table(results / "groups.parquet")["item"].to_pylist())
    }
    table = pa.concat_tables(parts)
    views = np.array([VIEWS.index(view) for view in table["system"].to_pylist()])
    place = np.array([order[item] for item in table["item"].to_pylist()])
    table = table.take(pa.array(np.lexsort((place, views)))).drop_columns(["role"])
    found = judge(tmp_path, table, {"fold": "fold"}, rules=SMALL["rules"])
    shared = ("text", "audio", "early", "mean", "majority", "group_lookup")
    expected = {
        key: row
        for key, row in rows(results).items()
        if key[0] == "cross" and key[2] == "all" and key[1] in shared
    }
    assert len(expected) == len(shared)
    # these two tell how a model fares among all, and the rules that learn are others here
    of_all = ("p_holm", "in_confidence_set")
    differing = {
        key: {
            name: (value, found[key][name])
            for name, value in row.items()
            if name not in of_all and found[key][name] != value
        }
        for key, row in expected.items()
    }
    assert {key: different for key, different in differing.items() if different} == {}


def test_the_example_of_the_documentation_judges_four_models_of_scikit_learn(tmp_path):
    text = (ROOT / "docs/referee.md").read_text(encoding="utf-8")
    script, configuration = (
        re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL)[1] for kind in ("python", "yaml")
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=600)
    (tmp_path / "config.yaml").write_text(configuration, encoding="utf-8")
    launch("run", "--cores", 2, cwd=tmp_path)
    found = {key[1]: row for key, row in rows(tmp_path / "results").items() if key[2] == "all"}
    models = {"linear", "forest", "neighbours", "bayes"}
    assert found.keys() >= {*models, "mean", "product", "majority_vote", "llr_fusion", "selected", "majority"}
    assert {found[name]["kind"] for name in models} == {"single"}
    # out-of-fold rows are not suspected, and a rule that learns from them is worth something
    checks = read_json(tmp_path / "results/checks.json")["checks"]
    assert "dev_rows_seen" not in {check["code"] for check in checks}
    assert float(found["llr_fusion"]["accuracy"]) > float(found["bayes"]["accuracy"])
    page = (tmp_path / "results/report.html").read_text(encoding="utf-8")
    body = page[page.index("<main") : page.index("Configuration")]
    assert "support vector" not in body.lower()
    assert "embedding" not in re.sub(r"<[^>]+>", " ", body[: body.index('id="making"')]).lower()
