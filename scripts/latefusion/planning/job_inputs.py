"""Files that a job reads under names, and the rules and views that it is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import InputError, Problem
from latefusion.core.input_names import input_name
from latefusion.core.table_files import Source, table_files
from latefusion.evaluation.names import CURVE_RULES, SELECTED, TABLES
from latefusion.planning.files import GIVEN, ROOT, Files, Kind, evaluation_tables, items_of
from latefusion.planning.item_sources import COMPLETE, DIVIDED, item_table
from latefusion.planning.modality_sources import files_of, listing, modality_entry
from latefusion.planning.new_item_sources import require_models, require_new_items
from latefusion.planning.views import View

TEST: Final = "test"
PIPELINE: Final = "pipeline.json"


Named = dict[str, str]
"""Files by the names under which scripts ask for them."""


def tables_of_items(files: Files) -> dict[str, Source]:
    """Return the tables that labelled items are read from: one of all `items`, or one of each split."""
    data = files.config["data"]
    names = ("items",) if data["items"] is not None else files.splits
    return {name: item_table(data, name) for name in names}


def selected(files: Files) -> dict[str, list[Path]]:
    """Return what decides which items are kept: tables, lists, and files that all must have a row in."""
    data = files.config["data"]
    lists = data["split"]["lists"] if data["split"] is not None else None
    named = {"tables": [path for source in tables_of_items(files).values() for path in table_files(source)]}
    if lists is not None:
        named["lists"] = [*table_files(lists["train"]), *table_files(lists["test"])]
    if data["keep"] == COMPLETE:
        named["modalities"] = [path for one in files.with_files.values() for path in files_of(one)]
    return named


def wanted_rows(files: Files, given_folds: Sequence[str]) -> dict[str, Any]:
    """Return what `select_items` is told: columns, values and lists of the split, what a kept item has."""
    config, data = files.config, files.config["data"]
    split, complete = data["split"], data["keep"] == COMPLETE
    column, lists = (None, None) if split is None else (split["column"], split["lists"])
    by_value = {} if split is None or column is None else {key: split[key] for key in DIVIDED}
    return {
        "splits": files.splits,
        "columns": {
            "item": data["item"],
            "split_column": column,
            "fold_column": config["cross"]["column"],
        },
        "modalities": table_entries(files) if complete else [],
        "values": by_value,
        "lists": lists or {},
        "entries": [modality_entry(one, config) for one in files.with_files.values()] if complete else [],
        "complete": complete,
        "folds": given_folds,
        "max_cell_bytes": data["max_cell_bytes"],
        "delimiter": data["delimiter"],
    }


def listings(files: Files) -> list[str | None]:
    """Return what changes with files of one item each, where all items must have one."""
    complete = files.config["data"]["keep"] == COMPLETE
    return [listing(one) for one in files.with_files.values()] if complete else []


def table_entries(files: Files) -> list[dict[str, Any]]:
    """Return what `ingest` must know of the modalities in the items' table."""
    keys = ("name", "column", "columns", "missing")
    return [{key: dict(modality)[key] for key in keys} for modality in files.in_table]


def _items(files: Files) -> Named:
    """Return the tables of the labelled items."""
    return {input_name("items", split): items_of(split)[0] for split in files.splits}


def of_rule(files: Files, protocol: str, rule: str) -> Named:
    """Return what a rule reads under a protocol: probabilities, and tables of items for their quality."""
    named = fused(files, protocol)
    return named | _items(files) if files.plan.rules[rule].quality else named


def fused(files: Files, protocol: str) -> Named:
    """Return what every fusion rule reads: each modality's rows to learn from, and its test rows.

    `replica` learns in-sample as the notebook does, all else out-of-fold. Where a modality has only the
    other table, the plan admits no rule that learns; the rest need just the class shares, and where it has
    neither table these come from the partition and the items.
    """
    replica, named = protocol == "replica", Named()
    for partition in files.plan.partitions[protocol]:
        for name in files.plan.fused[protocol]:
            view = files.plan.every_view[name]
            named[input_name("test", partition, name)] = files.table(view, partition, TEST, replica=replica)
            brought_for_cross = view.source == "external" and protocol == "cross"
            kinds: dict[Kind, bool] = {
                "in_sample": view.has_in_sample and not brought_for_cross,
                "out_of_fold": view.has_out_of_fold,
            }
            there = sorted((kind for kind, has in kinds.items() if has), reverse=not replica)
            if there:
                learn = files.table(view, partition, there[0], replica=replica)
                named[input_name("learn", partition, name)] = learn
            else:
                named[input_name("partition", partition)] = f"{ROOT}/partitions/{partition}.parquet"
                named |= _items(files)
    return named


def embeddings(files: Files, modalities: Iterable[str]) -> Named:
    """Return the features of some modalities in all splits."""
    return {
        input_name("features", split, modality): f"{ROOT}/features/{split}/{modality}.parquet"
        for modality in modalities
        for split in files.splits
    }


def external_table(files: Files, view: str, partition: str, table: str) -> str:
    """Return the user's file of a table; `replica` differs only for SVMs trained here."""
    external = files.plan.views[view].probabilities
    name = "test" if table == "test_replica" else table
    tables = (
        {}
        if external is None
        else {
            "test": external["test"],
            "train_in_sample": external["train_in_sample"],
            "train_out_of_fold": external["train_out_of_fold"],
            "cross": external["cross"],
        }
    )
    path = tables.get(name if partition == GIVEN else "cross")
    if path is None:
        raise ValueError(f"{view} brings no table {name} for the partition {partition}")
    return path if partition == GIVEN else path.format(partition=partition, table=name)


def summarised(files: Files) -> Named:
    """Return the tables of all protocols."""
    return {
        input_name(protocol, table): path
        for protocol in files.config["protocols"]
        for table, path in zip(TABLES, evaluation_tables(protocol), strict=True)
    }


def left_out(files: Files) -> list[dict[str, str]]:
    """Return the views and rules that a protocol does without, as the checks tell of them."""
    return [asdict(one) for one in files.plan.left_out]


def external_views(files: Files) -> dict[str, bool]:
    """Return whether folds are known of the views whose models were trained elsewhere, by name."""
    if files.config["predictions"] is not None:
        return {}
    views = files.plan.views.items()
    return {name: view.has_out_of_fold for name, view in views if not view.learned_here}


def classified(files: Files) -> Named:
    """Return what new items are classified with: models of all labelled items, and what was seen."""
    places = {
        **{split: f"features/{split}/{{modality}}.parquet" for split in ("new", *files.splits)},
        "model": "all/models/{}.joblib",
        "facts": "all/models/{}.json",
        "learn": "all/probabilities/{}/train_out_of_fold.parquet",
    }
    named = {
        input_name(kind, name): f"{ROOT}/{place.format(name, modality=name.partition('.')[0])}"
        for name in classified_views(files)
        for kind, place in places.items()
    }
    read = any(one["quality"] for one in prediction_rules(files).values())
    return named | _items(files) if read else named


def of_pipeline(files: Files) -> Named:
    """Return what the pipeline is made of: models of all labelled items, and what they say out of fold."""
    kinds = ("model", "facts", "learn", "items", files.splits[0])
    return {name: path for name, path in classified(files).items() if name.split(":")[0] in kinds} | {
        input_name("columns", name): files.facts_of(name.partition(".")[0])
        for name in classified_views(files)
    }


def classified_views(files: Files) -> list[str]:
    """Return the modalities of new items, or what the rules fuse in their place."""
    views = (files.plan.views[name] for name in files.plan.modalities)
    return [name for view in views for name in view.fused_as("cross", files.config["fuse"])]


def prediction_rules(files: Files) -> dict[str, dict[str, Any]]:
    """Return the rule that the configuration names for new items, or all that `selected` chooses from."""
    wanted = files.config["predict"]["rule"]
    names = files.plan.selectable if wanted == SELECTED else [wanted]
    return {name: rule_parameters(files, name) for name in names}


def rule_parameters(files: Files, name: str) -> dict[str, Any]:
    """Return the file, the options and the quality columns of a configured rule."""
    rule = files.plan.rules[name]
    return {"rule": rule.rule, "options": dict(rule.options), "quality": list(rule.quality)}


def predictions(files: Files, *, file: str) -> list[str]:
    """Return what `snakemake predict` makes.

    Raises
    ------
    InputError
        If there is nothing to classify, or a modality cannot be computed for new items.
    """
    require_new_items(files.config, file)
    pipeline = saved_pipeline(files, file=file)
    return [f"{ROOT}/predictions.csv", f"{ROOT}/predictions.json", *pipeline]


def saved_pipeline(files: Files, *, file: str) -> list[str]:
    """Return what `snakemake pipeline` makes.

    Raises
    ------
    InputError
        If a modality is not trained here.
    """
    require_models(files.config, file)
    for position, name in enumerate(files.plan.modalities):
        if not files.plan.views[name].learned_here:
            found = f"{name}, which comes from elsewhere: `snakemake predict` trains on all labelled items"
            fix = "leave it out of the configuration that new items are classified with"
            problem = Problem(file, found, "modalities with a column", fix, column=f"modalities[{position}]")
            raise InputError([problem])
    return [f"{ROOT}/{PIPELINE}"]


def curve_views(files: Files) -> list[dict[str, Any]]:
    """Return the views that are trained here, for the learning curve, with every learner of each."""
    every = files.plan.every_view
    return [
        {
            "name": view.name,
            "kind": view.kind,
            "modalities": list(view.modalities),
            "learners": {name: _learner_settings(every[name]) for name in view.candidates or (view.name,)},
        }
        for view in files.plan.views.values()
        if view.learned_here
    ]


def _learner_settings(view: View) -> dict[str, Any]:
    learner = view.learner
    if learner is None:
        raise ValueError(f"{view.name} has no learner")
    options = {} if view.has_svm else dict(learner.options)
    return {"learner": learner.learner, "options": options, "svm": dict(view.svm)}


def curve_modalities(files: Files) -> list[str]:
    """Return the modalities whose embeddings the learning curve reads."""
    return list(dict.fromkeys(name for view in curve_views(files) for name in view["modalities"]))


def curve_rules(files: Files) -> dict[str, dict[str, Any]]:
    """Return the rules of the learning curve, with their options where the configuration has the rule."""
    return {
        name: dict(files.plan.rules[name].options) if name in files.plan.rules else {} for name in CURVE_RULES
    }


def learning_curve(files: Files, protocol: str) -> list[str]:
    """Return the learning curve on a protocol's first partition, where the configuration asks for one."""
    wanted = files.config["evaluation"]["learning_curve"] and protocol != "replica"
    external = any(not files.plan.views[name].learned_here for name in files.plan.modalities)
    if not wanted or external:
        return []
    return [f"{ROOT}/{files.plan.partitions[protocol][0]}/learning_curve.json"]
