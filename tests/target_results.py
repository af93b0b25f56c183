"""Result sets of numbers, made up in memory and written as a run writes them."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from latefusion.evaluation.targets.baselines import target_baselines
from latefusion.evaluation.targets.checks import run_target_checks
from latefusion.evaluation.targets.evaluate import evaluate_targets
from latefusion.evaluation.targets.samples import Quadrants
from latefusion.evaluation.targets.schemas import SCHEMAS
from latefusion.report.target_results import TargetSources
from latefusion.store.tables import write_table
from target_worlds import TARGETS, a_model, centers_of, conditional_mean, given, song_items

RULES = ("mean", "sum", "selected")


def made_up(
    folder: Path,
    *,
    groups=150,
    seed=0,
    targets=TARGETS,
    r2=0.3,
    say=None,
    rules=RULES,
    singles=("audio", "text"),
    known=True,
    train=0.6,
    quadrants=True,
    classifiers=None,
    names="song",
    modalities=("audio", "text"),
):
    """Write the tables of one protocol; return the sources and the configuration of its page.

    `say` turns what the modalities say, a mapping, into what the rules say.
    """
    items = song_items(groups, seed, targets, train=train)
    parts = given(items)
    rng = np.random.default_rng(seed + 1)
    said = {name: conditional_mean(items.y, r2, rng) for name in modalities}
    fused = say(said) if say else {"mean": sum(said.values()) / 2, "sum": sum(said.values()) * 0.8}
    fused.setdefault("selected", fused[next(iter(fused))])
    models = target_baselines(parts, items, lookup=known)
    models += [a_model(name, items, said[name], parts) for name in singles]
    models += [a_model(name, items, fused[name], parts, kind="rule") for name in rules]
    table = None if classifiers is None else classifiers(items)
    tables = evaluate_targets(
        models,
        items=items,
        protocol="honest",
        centers=centers_of(items, parts),
        draws=200,
        quadrants=Quadrants(np.zeros(len(targets))) if quadrants else None,
        classifiers=table,
    )
    dataset = {
        "n": {"train": int((items.split == "train").sum()), "test": int((items.split == "test").sum())},
        "groups": {
            "known": known,
            "n": groups,
            "test_items_seen": 0,
            "cross_grouped": True,
            "shared": 0,
        },
        "modalities": {},
        "targets": [
            {
                "name": name,
                "mean": float(y.mean()),
                "variance": float(y.var()),
                "minimum": float(y.min()),
                "maximum": float(y.max()),
                "distinct": len(np.unique(y)),
                "train_mean": float(y.mean()),
                "group_correlation": 0.3 if known else None,
            }
            for name, y in zip(targets, items.y.T, strict=True)
        ],
    }
    checks = run_target_checks({"honest": tables}, dataset)
    place = folder / "evaluation/honest"
    place.mkdir(parents=True)
    for name, own in tables.items():
        write_table(own, place / f"{name}.parquet", SCHEMAS[name])
    (folder / "dataset.json").write_text(json.dumps(dataset))
    (folder / "checks.json").write_text(json.dumps(checks))
    described = pa.table(
        {
            "item": pa.array(items.item, pa.string()),
            "track_name": [f"{names} {k}" for k in range(len(items.item))],
        }
    )
    write_table(described, folder / "items.parquet", described.schema)
    sources = TargetSources(
        folder / "dataset.json",
        folder / "checks.json",
        [folder / "items.parquet"],
        sorted(place.glob("*.parquet")),
    )
    config = {
        "modalities": [{"name": name} for name in singles],
        "data": {"group": "artist_name" if known else None},
        "evaluation": {"draws": 200},
        "seed": 0,
    }
    return sources, config
