"""Which learner each view has, and how good every one that was tried is out of fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from latefusion.report.components import Cell, Column, Section, Table, estimate, figure, text
from latefusion.report.number_format import number, span
from latefusion.report.sentences import listed, plural
from latefusion.report.target_results import Row, TargetResults

Errors = Mapping[str, float]


def section(results: TargetResults) -> Section | None:
    """Return the learners of each view; None where no model is known."""
    models = results.models_of(results.best.protocol)
    if not models:
        return None
    part = Section(
        "learners",
        "Learners",
        lead="What each modality and view is learned by, and what that explains out of fold.",
    )
    part.sentences = list(_sentences(models))
    part.tables = [_table(results, models)]
    return part


def _sentences(models: Mapping[str, list[Row]]) -> Iterator[str]:
    for view, parts in models.items():
        if "chosen" not in parts[0]:
            continue
        names = [own(facts["chosen"]) for facts in parts]
        times = {name: names.count(name) for name in dict.fromkeys(names)}
        if len(parts) == 1:
            tried = plural(len(parts[0]["candidates"]), "learner")
            yield f"{view} is learned by {names[0]}, of {tried} that were tried."
        elif len(times) == 1:
            yield f"{view} is learned by {names[0]} in each of {plural(len(parts), 'training part')}."
        else:
            counted = listed([f"{name} in {count}" for name, count in times.items()])
            yield f"{view} is learned by {counted} of {plural(len(parts), 'training part')}."


def own(candidate: str) -> str:
    """Return the name of the learner in `{view}.{learner}`."""
    return candidate.partition(".")[2]


def _table(results: TargetResults, models: Mapping[str, list[Row]]) -> Table:
    rows = [row for view, parts in models.items() for row in _rows(results, view, parts)]
    return Table(
        "learners",
        "R² of every learner: out of fold, averaged over training parts, by which one is chosen; and on test "
        "items, with 95 % intervals.",
        [
            Column("View", "view", "text"),
            Column("Learner", "learner", "text"),
            Column("Chosen", "chosen", help="in how many training parts"),
            *(Column(f"{target}, out of fold", f"held_{target}", unit="R²") for target in results.targets),
            *(
                Column(f"{target}, test", f"test_{target}", unit="R²", interval="beside")
                for target in results.targets
            ),
        ],
        [cells for cells, _ in rows],
        strong=frozenset(at for at, (_, strong) in enumerate(rows) if strong),
        note="Of several learners the one with the least squared error out of fold is taken, each target in "
        "units of its variance, anew in each training part.",
    )


def _rows(results: TargetResults, view: str, parts: list[Row]) -> Iterator[tuple[list[Cell], bool]]:
    """Yield a row for each learner of a view, and whether it was chosen most often."""
    several = "chosen" in parts[0]
    names = list(parts[0]["candidates"]) if several else [f"{view}.{parts[0]['learner']}"]
    chosen = [facts["chosen"] if several else names[0] for facts in parts]
    most = max(chosen.count(name) for name in names)
    for name in names:
        explained = [
            [
                1 - (facts["candidates"][name]["mse"][target] if several else said["mse"]) / said["variance"]
                for target, said in facts["targets"].items()
            ]
            for facts in parts
        ]
        count = chosen.count(name)
        values = dict(zip(parts[0]["targets"], np.mean(explained, axis=0).tolist(), strict=True))
        yield (
            [
                text(view),
                text(own(name)),
                Cell(f"{count} of {len(parts)}", count),
                *(figure(values[target], number) for target in results.targets),
                *(
                    estimate(_tested(results, view, own(name), target, several=several), number, span)
                    for target in results.targets
                ),
            ],
            count == most,
        )


def _tested(results: TargetResults, view: str, learner: str, target: str, *, several: bool) -> Row:
    """Return R² of a learner on test items: that of the view, where it has no other."""
    if several:
        wanted = {"view": view, "learner": learner, "target": target, "metric": "r2"}
        return results.best.one("learners", **wanted)
    return results.best.metric(view, target)
