"""A view that is learned cooperatively, from the configuration to the page."""

import json
from copy import deepcopy

import numpy as np
import pyarrow.parquet as pq

from runs import FEW, launch, planned, write_config, write_run

OPTIONS = {"rho": [0, 0.5, 1], "penalty": [1, 10]}
TEXT, AUDIO = FEW["modalities"]


def configured(**options):
    mixed = {
        "name": "mixed",
        "modalities": ["audio", "text"],
        "combine": "cooperative",
        "cooperative": OPTIONS | options,
    }
    return deepcopy(FEW | {"modalities": [{**TEXT, "missing": True}, AUDIO], "views": [mixed]})


def test_a_cooperative_view_runs_from_the_configuration_to_the_page(tmp_path):
    folder = write_run(tmp_path, configuration=configured(), missing={"text": 0.1})
    launch("run", "--cores", 2, cwd=folder)
    results = folder / "results"

    facts = json.loads((results / "given/models/mixed.json").read_text())
    assert [(point["rho"], point["penalty"]) for point in facts["learned"]["path"]] == [
        (rho, penalty) for rho in OPTIONS["rho"] for penalty in OPTIONS["penalty"]
    ]
    best = min(facts["learned"]["path"], key=lambda point: point["squared_error"])
    assert facts["settings"] == {"rho": best["rho"], "penalty": best["penalty"]}

    tables = results / "given/probabilities"
    for name in ("train_in_sample", "train_out_of_fold", "test"):
        own, text = (pq.read_table(tables / f"{view}/{name}.parquet") for view in ("mixed", "text"))
        p = np.stack([own[column].to_numpy() for column in own.column_names if column[:2] == "p_"], axis=1)
        lacking = np.isnan(text[own.column_names[-1]].to_numpy())
        assert np.array_equal(np.isnan(p).all(axis=1), lacking)
        assert np.allclose(p[~lacking].sum(axis=1), 1.0)
        assert lacking.any()
        assert not lacking.all()

    rows = pq.read_table(results / "evaluation/honest/cooperative.parquet").to_pylist()
    assert [row["rho"] for row in rows if row["chosen"]] == [best["rho"]]
    assert min(row["squared_error"] for row in rows) == best["squared_error"]
    page = (results / "report.html").read_text(encoding="utf-8")
    assert f"mixed: ρ = {best['rho']:g} was taken" in page
    assert "mixed" in (results / "summary.csv").read_text(encoding="utf-8")

    assert planned(folder) == set()
    write_config(folder, configured(penalty=[1, 3]))
    assert planned(folder) == {
        "train_learner given/mixed",
        "predict_learner given/mixed",
        "evaluate honest",
        "summarise",
        "report",
    }
