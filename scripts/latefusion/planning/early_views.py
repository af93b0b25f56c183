"""Views of several modalities as they are configured: the one by default, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from latefusion.core.errors import Problem, nearest, shorten
from latefusion.planning.config_types import Config, EarlyView, Modality
from latefusion.planning.modality_sources import has_embedding
from latefusion.planning.schema_problems import schema_problems
from latefusion.planning.tasks import has_classes

COOPERATIVE: Final = "cooperative"
"""How a view is combined that no SVM is trained for, and the learner that it has."""


def default_view(modalities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the view of all embeddings, where there are several."""
    names = [modality["name"] for modality in modalities if has_embedding(cast("Modality", modality))]
    taken = {modality["name"].casefold() for modality in modalities}
    name = "early_fusion" if "early" in taken else "early"
    return [{"name": name, "modalities": names}] if len(names) > 1 else []


def option_problems(
    views: Sequence[Mapping[str, Any]], learners: Mapping[str, Any] | None, file: str
) -> Iterator[Problem]:
    """Yield the options of cooperative learning that the schema of the learners refuses."""
    schema = (learners or {}).get("properties", {}).get(COOPERATIVE)
    for position, view in enumerate(views if schema else ()):
        own = {**view.get(COOPERATIVE, {}), "name": COOPERATIVE}
        yield from schema_problems(own, schema, file, ("views", position, COOPERATIVE))


def view_problems(view: EarlyView, config: Config, place: str, file: str) -> Iterator[Problem]:
    """Find what a schema cannot say of a view.

    Parameters
    ----------
    view : EarlyView
    config : Config
        Complete.
    place, file : str
        Where the view stands, for messages.
    """
    yield from _modality_problems(view, config["modalities"], f"{place}.modalities", file)
    # numbers are not calibrated, probabilities on two other folds are
    folds = config["folds"] if has_classes(config) else None
    yield from _cooperative_problems(view, folds, place, file)


def _modality_problems(
    view: EarlyView, modalities: Sequence[Modality], place: str, file: str
) -> Iterator[Problem]:
    names = [modality["name"] for modality in modalities]
    for name in view["modalities"]:
        if name not in names:
            close = nearest(name, names)
            fix = f"write {close!r}" if close else "name one of these, or add it to modalities"
            yield Problem(file, shorten(name), ", ".join(names), fix, column=place)
    external = [m["name"] for m in modalities if m["name"] in view["modalities"] and not has_embedding(m)]
    if external and view["pretrained"] is None:
        found = f"{', '.join(external)}, which brings probabilities and no embedding"
        yield Problem(file, found, "modalities with an embedding", "leave it out of the view", column=place)


def _cooperative_problems(view: EarlyView, folds: int | None, place: str, file: str) -> Iterator[Problem]:
    """Find what means nothing in a view that is learned cooperatively, or in one that is not."""
    combine, options = view["combine"], view["cooperative"]
    if combine != COOPERATIVE:
        if options:
            found, allowed = f"options of a view with combine: {combine}", "none: they are for cooperative"
            fix = "write combine: cooperative, or remove them"
            yield Problem(file, found, allowed, fix, column=f"{place}.cooperative")
        return
    if len(view["modalities"]) < 2:
        found, allowed = "one modality, which has nothing to agree with", "two or more"
        yield Problem(file, found, allowed, "add another, or remove combine", column=f"{place}.modalities")
    if view["svm"]:
        found, allowed = f"{', '.join(view['svm'])}, for a view without an SVM", "options under cooperative"
        fix = "remove it; gamma and scale of cooperative learning stand under cooperative"
        yield Problem(file, found, allowed, fix, column=f"{place}.svm")
    if view["pretrained"] is not None:
        found, allowed = "a pretrained model of a view with combine: cooperative", "one or the other"
        yield Problem(file, found, allowed, "remove combine", column=f"{place}.pretrained")
    if folds is not None and folds < 3:
        found, allowed = f"{folds}, for a view with combine: cooperative", "3 or more, which calibrate it"
        yield Problem(file, found, allowed, "write 3 or more", column="folds")
