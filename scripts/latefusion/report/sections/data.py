"""The data: classes, modalities and groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np

from latefusion.evaluation.names import UNBALANCED
from latefusion.report.charts import INK, colours, data, finished, keys, percent_axis
from latefusion.report.components import Column, Figure, Section, Table, figure, text
from latefusion.report.number_format import count, percent
from latefusion.report.results import Results
from latefusion.report.sections import valence_arousal
from latefusion.report.sentences import listed, plural, sample, say
from latefusion.report.vocabulary import prior_unit, split_titles

SIZES = (1, 2, 3, 5, 10, 20, 50, 100)


def section(results: Results) -> Section:
    """Return what the data are, before any model."""
    part = Section("data", "The data")
    part.sentences = [_balance(results), _group_sentence(results)]
    part.figures.append(_classes(results))
    part.tables.append(_modalities(results))
    part.facts["plane"] = valence_arousal.plane(results)
    part.facts["groups"] = _sizes(results) if results.grouped else None
    duplicates = results.dataset.get("duplicates", {})
    if duplicates.get("across"):
        part.sentences.append(
            say("{n:test item} {n:~has|have} the very embeddings of a training item.", n=duplicates["across"])
        )
    part.facts["warnings"] = [warning["message"] for warning in results.dataset.get("warnings", [])]
    part.facts["groups_reason"] = results.dataset["groups"].get("reason", "")
    return part


def _predicted_balance(results: Results) -> str:
    """Return how the classes are spread over the items that judge: all of them under `cross`."""
    split = "test" if results.dataset["n"]["test"] else "train"
    classes, n = results.dataset["classes"], max(1, results.dataset["n"][split])
    most = max(classes, key=lambda entry: entry[split])
    least = min(classes, key=lambda entry: entry[split])
    judging = f"of the {plural(n, 'item')} that judge the models"
    shares = (
        f"are balanced: each holds about {percent(1 / len(classes))} {judging}"
        if most[split] <= UNBALANCED * least[split]
        else f"are not balanced: {most['name']} holds {percent(most[split] / n)} {judging}, "
        f"{least['name']} {percent(least[split] / n)}"
    )
    return (
        f"The {len(classes)} classes {shares}. Always saying {most['name']} is right for "
        f"{percent(most[split] / n)}, so that is what a model has to beat."
    )


def _balance(results: Results) -> str:
    if results.predicted:
        return _predicted_balance(results)
    classes, splits = results.dataset["classes"], results.splits
    learn, tested = splits[0], splits[-1]
    most = max(classes, key=lambda entry: entry[learn])
    least = min(classes, key=lambda entry: entry[learn])
    ratio = most[learn] / max(1, least[learn])
    of_train, of_test = ("training ", "test ") if len(splits) > 1 else ("", "")
    shares = (
        f"are balanced: each holds about {percent(1 / len(classes))} of the {of_train}items"
        if ratio <= UNBALANCED
        else f"are not balanced: {most['name']} holds {percent(most['prior'])} of the {of_train}items, "
        f"{least['name']} {percent(least['prior'])}"
    )
    return (
        f"The {len(classes)} classes {shares}. Always saying {most['name']} is right for "
        f"{percent(most[tested] / max(1, results.dataset['n'][tested]))} of the {of_test}items, so that is "
        "what a model has to beat."
    )


def _group_sentence(results: Results) -> str:
    groups, n = results.dataset["groups"], results.dataset["n"].get("test", 0)
    if not groups["known"]:
        return "No column names groups of items that belong together, so every item counts as its own group."
    division = "division into dev and test rows" if results.predicted else "given split"
    told = say("Items come in {n:group} ({word})", n=groups["n"], word=results.group_word)
    if groups.get("shared"):
        share = percent(groups["test_items_seen"] / max(1, n))
        told += say(
            "; {shared} of them {shared:~is|are} on both sides of the {files}, and {share} of the "
            "{n:test item} {seen:~belongs|belong} to {shared:~it|one of those}",
            shared=groups["shared"],
            files=division,
            share=share,
            n=n,
            seen=groups["test_items_seen"],
        )
    elif n and results.dataset["n"].get("train"):
        told += f"; none is on both sides of the {division}"
    return (
        f"{told}. The largest holds {plural(groups['largest'], 'item')}, "
        f"{percent(groups['largest'] / max(1, results.n))} of all."
    )


def _classes(results: Results) -> Figure:
    classes, n = results.dataset["classes"], results.dataset["n"]
    titles = split_titles(results)
    names = list(titles.values())
    rows = [
        {
            "label": entry["name"],
            "name": title,
            "value": entry[split] / max(1, n[split]),
            "shown": (
                f"{percent(entry[split] / max(1, n[split]))}, {count(entry[split])} of "
                f"{count(n[split])} items"
            ),
        }
        for entry in classes
        for split, title in titles.items()
    ]
    sizes = ", ".join(f"{title} n = {count(n[split])}" for split, title in titles.items())
    bars = (
        alt.Chart(data(rows))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", axis=percent_axis("share of the items (%)")),
            y=alt.Y("label:N", sort=results.classes, axis=alt.Axis(title=None, ticks=False)),
            yOffset=alt.YOffset("name:N", sort=names),
            color=colours(names),
            tooltip=[
                alt.Tooltip("label:N", title="class"),
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("shown:N", title="is"),
            ],
        )
    )
    even = (
        alt.Chart(data([{"even": 1 / len(classes)}]))
        .mark_rule(strokeDash=[4, 3], color=INK)
        .encode(x=alt.X("even:Q"))
    )
    return Figure(
        "class-shares",
        "How many items each class has",
        f"Share of the items in per cent; {sizes}. "
        "Dashed: where all bars would end if the classes were balanced.",
        finished(alt.layer(bars, even), height=34 * len(classes), legend=keys(names, shaped=False)),
        "Bars of the share of each class: "
        + listed([f"{entry['name']} {percent(entry['prior'])} of {names[0]}" for entry in classes]),
        _class_table(results),
    )


def _class_table(results: Results) -> Table:
    titles = split_titles(results)
    return Table(
        "classes",
        "Items of each class.",
        [
            Column("Class", "class", "text"),
            Column("Label", "label", "text"),
            *(Column(title.capitalize(), split, unit="items") for split, title in titles.items()),
            Column("Prior", "prior", unit=prior_unit(results)),
        ],
        [
            [
                text(entry["name"]),
                text(entry["label"], tone="muted"),
                *(figure(entry[split], count) for split in titles),
                figure(entry["prior"], percent),
            ]
            for entry in results.dataset["classes"]
        ],
    )


def _modalities(results: Results) -> Table:
    found = results.dataset["modalities"]
    sources = {entry["name"]: _source_of(entry) for entry in results.config["modalities"]}
    own = any("match" in entry for entry in found.values())
    matched = {
        "matched": Column("Items with an embedding", "matched"),
        "lost": Column("Items without", "lost", help="items of no embedding in the modality's own file"),
        "left_over": Column(
            "Rows of no item", "left_over", help="rows of its own file that no item asks for"
        ),
    }
    return Table(
        "modalities",
        "The modalities: one vector of numbers for each item.",
        [
            Column("Modality", "modality", "text"),
            Column("Column or file", "source", "text"),
            Column("Numbers an item", "dimension"),
            *(Column(f"Missing in {split}", f"missing_{split}", unit="items") for split in results.splits),
            *(matched.values() if own else ()),
        ],
        [
            [
                text(name),
                text(sources.get(name)),
                figure(entry["dimension"], count),
                *(figure(entry["missing"][split], count) for split in results.splits),
                *(figure(entry.get("match", {}).get(key), count) for key in matched if own),
            ]
            for name, entry in found.items()
        ],
    )


def _source_of(entry: Mapping[str, Any]) -> str | None:
    """Return where a modality's embeddings stand: its files, and what in them."""
    named = (entry.get(key) for key in ("file", "files", "array", "column", "columns"))
    parts = [one if isinstance(one, str) else ", ".join(one) for one in named if one is not None]
    return " · ".join(parts) or None


def _sizes(results: Results) -> Figure:
    sizes = results.group_sizes
    labels = [f"{a}" if b == a + 1 else f"{a}–{b - 1}" for a, b in pairwise(SIZES)] + [f"{SIZES[-1]}+"]
    place = np.searchsorted(SIZES, sizes, side="right") - 1
    groups, items = Counter[int](), Counter[int]()
    for size, at in zip(sizes, place.tolist(), strict=True):
        groups[at] += 1
        items[at] += size
    rows = [
        {
            "label": labels[at],
            "value": items[at] / max(1, results.n),
            "shown": (
                f"{percent(items[at] / max(1, results.n))} of the items, in {plural(groups[at], 'group')}"
            ),
        }
        for at in range(len(labels))
        if groups[at]
    ]
    chart = (
        alt.Chart(data(rows))
        .mark_bar(color="var(--c0)")
        .encode(
            x=alt.X("label:N", sort=labels, axis=alt.Axis(title="items of the group", labelAngle=0)),
            y=alt.Y("value:Q", axis=percent_axis("share of all items (%)")),
            tooltip=[alt.Tooltip("label:N", title="items"), alt.Tooltip("shown:N", title="is")],
        )
    )
    table = Table(
        "group-sizes",
        "Groups by their number of items, over all items.",
        [
            Column("Items of the group", "size", "text"),
            Column("Groups", "groups"),
            Column("Items", "items"),
            Column("Share of items", "share", unit="%"),
        ],
        [
            [
                text(labels[at]),
                figure(groups[at], count),
                figure(items[at], count),
                figure(items[at] / max(1, results.n), percent),
            ]
            for at in range(len(labels))
            if groups[at]
        ],
    )
    return Figure(
        "groups",
        "How large the groups are",
        f"Share of all items in per cent by size of their group; {sample(results.n, 'item')} in "
        f"{plural(len(sizes), 'group')}. Items of a large group are not independent: they sway an estimate "
        "together.",
        finished(chart, height=200),
        "Bars of how the items are spread over group sizes; the largest group has "
        f"{plural(sizes[0], 'item')}.",
        table,
    )
