"""`latefusion.compare` says what a run over the same predictions says, bit for bit."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import latefusion
from latefusion.evaluation.names import TABLES
from latefusion.store.tables import read_json
from runs import launch, write_config
from worlds import world

CLASSES = ["Angry", "Happy", "Relaxed"]
MODELS = ["text", "audio"]
RULES = [
    {"name": "mean"},
    {"name": "llr_fusion", "ridge": 0.001},
    {"name": "random_forest", "trees": 5, "repeats": 2},
    {"name": "majority_vote"},
]


def predictions(K):
    """What two models say of 120 items to learn from and of 90 that judge, in groups of three."""
    P, y, _, T, y_test = world(120, 2, K, seed=4)
    T = T[:90]
    names = np.array(CLASSES, object)
    dev = {model: P[:, m] for m, model in enumerate(MODELS)}
    test = {model: T[:, m] for m, model in enumerate(MODELS)}
    group, group_test = np.arange(120) // 3, 1000 + np.arange(90) // 3
    return (dev, names[y], group), (test, names[y_test[:90]], group_test)


def rows(part, name, fold=None):
    """Return the predictions of a part as rows of a file."""
    models, y, group = part
    tables = []
    for model, p in models.items():
        columns = {
            "id": [f"{name}-{row}" for row in range(len(y))],
            "system": [model] * len(y),
            "y": list(y),
            "speaker": [str(one) for one in group],
            "role": ["dev" if name == "dev" else "test"] * len(y),
            **({} if fold is None else {"fold": list(fold)}),
            **{f"p_{label}": p[:, c] for c, label in enumerate(CLASSES[: p.shape[1]])},
        }
        tables.append(pa.table(columns))
    return pa.concat_tables(tables)


def run(folder, table, **entry):
    """Judge the predictions by a run of the workflow and return its results."""
    pq.write_table(table, folder / "predictions.parquet")
    named = {"item": "id", "model": "system", "label": "y", "group": "speaker"}
    configuration = {
        "predictions": {"file": "predictions.parquet", **named, **entry},
        "rules": RULES,
        "evaluation": {"draws": 200},
    }
    write_config(folder, configuration)
    launch("run", "--cores", 2, cwd=folder)
    return folder / "results"


def of_run(results):
    return pd.read_csv(results / "summary.csv", encoding="utf-8-sig", keep_default_na=False, na_values=[""])


def assert_same(comparison, results, protocol):
    pd.testing.assert_frame_equal(comparison.summary, of_run(results), check_exact=True)
    assert comparison.results.checks == read_json(results / "checks.json")["checks"]
    assert str(comparison) == (results / "summary.txt").read_text(encoding="utf-8")
    own = comparison.results.protocols[protocol]
    folder = results / "evaluation" / protocol
    for name in TABLES:
        if name != "outcomes":
            expected = pq.read_table(folder / f"{name}.parquet").to_pylist()
            assert _rows(own.rows[name]) == expected, name
    for rule, learned in own.learned.items():
        assert learned == read_json(results / "fusion" / protocol / f"{rule}.json"), rule
    for rule, lost in own.robustness.items():
        table = pq.read_table(results / "fusion" / protocol / f"{rule}.robustness.parquet")
        assert lost == table.to_pylist(), rule


def _rows(rows):
    """Return rows as they are in a file: without the verdicts, which the page adds."""
    return [{name: value for name, value in row.items() if name != "verdict"} for row in rows]


def test_with_dev_rows_it_is_the_run_under_honest(tmp_path):
    dev, test = predictions(3)
    found = latefusion.compare(
        test[0], test[1], groups=test[2], dev=dev, rules=RULES, draws=200, progress=False
    )
    results = run(tmp_path, pa.concat_tables([rows(dev, "dev"), rows(test, "predictions")]), role="role")
    assert_same(found, results, "honest")
    assert {"text", "audio", "selected", "mean", "llr_fusion", "random_forest"} <= set(found.ranking.index)


def test_with_folds_of_two_classes_it_is_the_run_under_cross(tmp_path):
    _, (models, y, group) = predictions(2)
    fold = group % 3
    found = latefusion.compare(models, y, groups=group, folds=fold, rules=RULES, draws=200, progress=False)
    results = run(tmp_path, rows((models, y, group), "predictions", fold), fold="fold")
    assert_same(found, results, "cross")
