"""The pipeline of a run: which files its models are in, with their hashes, and the rule that was chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.fusion.choice import ChosenRule, choose_rule
from latefusion.fusion.quality_columns import quality_names, read_quality
from latefusion.store.models import load_checked
from latefusion.store.probabilities import Probabilities
from latefusion.store.samples import embedding_type
from latefusion.store.schemas import in_order
from latefusion.store.tables import TableError, read_json

PIPELINE: Final = "pipeline.json"
EVERYTHING: Final = "all"
"""The partition that trains on every labelled item."""


@dataclass(frozen=True)
class SavedModality:
    """The model of one modality of a pipeline.

    Attributes
    ----------
    name : str
        That of the modality, or `{modality}.{learner}` where one of several learners is meant.
    columns : int
        Length of an embedding.
    names : tuple of str
        Of its numbers, where each had a column of its own; else none.
    dtype : str
        Precision of the matrices that it was trained on.
    model : object
        Trained on all labelled items that have the modality.
    """

    name: str
    columns: int
    names: tuple[str, ...]
    dtype: str
    model: Any

    @property
    def modality(self) -> str:
        """Name of the modality; names have no dot of their own."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class SavedPipeline:
    """Models of all modalities, and the rule that fuses what they say.

    Attributes
    ----------
    classes : tuple of str
    modalities : tuple of SavedModality
    rule : ChosenRule
    """

    classes: tuple[str, ...]
    modalities: tuple[SavedModality, ...]
    rule: ChosenRule


def describe_pipeline(
    modalities: Sequence[str],
    files: NamedFiles,
    candidates: Mapping[str, Mapping[str, Any]],
    *,
    by: str,
    seed: int,
    results: Path,
) -> dict[str, Any]:
    """Return what pipeline.json says: files with their hashes, and the rule that was best out of fold.

    Parameters
    ----------
    modalities : sequence of str
    files : NamedFiles
        For each modality ``model:``, on all labelled items; ``learn:``, what it says of them out of fold;
        ``train:``, or ``all:`` where nothing divides the items, its embeddings; ``columns:``, what was noted
        as they were read. ``items:`` of each split where a candidate reads the quality of items.
    candidates : mapping of str to mapping
        `rule`, its file, `options` and the columns of `quality` of each candidate.
    by : str
        The metric that chooses.
    seed : int
        The configured one.
    results : Path
        The folder that paths are written relative to.
    """
    learn = {name: Probabilities.read(files.get(input_name("learn", name))) for name in modalities}
    quality = read_quality(quality_names(candidates), files).of(next(iter(learn.values())).item)
    chosen = choose_rule(
        candidates, learn, partition=EVERYTHING, protocol="cross", by=by, seed=seed, quality=quality
    )
    return {
        "classes": list(next(iter(learn.values())).classes),
        "modalities": describe_modalities(modalities, files, ("model", "learn"), results),
        "rule": chosen.name,
        "rule_file": candidates[chosen.name]["rule"],
        "options": dict(candidates[chosen.name]["options"]),
        "by": by,
        "seed": seed,
        "cross_validated": chosen.validated,
    }


def read_pipeline(results: Path) -> SavedPipeline:
    """Load the pipeline of a run, its rule fitted as it was chosen.

    Parameters
    ----------
    results : Path
        The folder of results, with `PIPELINE` in it.

    Raises
    ------
    TableError
        If a file is not the one that the pipeline was made of.
    """
    path = results / PIPELINE
    facts = read_json(path)
    learn = {}
    modalities = []
    for entry in facts["modalities"]:
        table = results / entry["learn"]["file"]
        require_same(table, entry["learn"]["sha256"], path)
        learn[entry["name"]] = Probabilities.read(table)
        model = load_checked(results / entry["model"]["file"], entry["model"]["sha256"], path)
        modalities.append(SavedModality(*embedding_of(entry), model))
    candidate = {facts["rule"]: {"rule": facts["rule_file"], "options": facts["options"]}}
    chosen = choose_rule(
        candidate, learn, partition=EVERYTHING, protocol="cross", by=facts["by"], seed=facts["seed"]
    )
    return SavedPipeline(tuple(facts["classes"]), tuple(modalities), chosen)


def describe_modalities(
    names: Sequence[str], files: NamedFiles, kinds: Sequence[str], results: Path
) -> list[dict[str, Any]]:
    """Return what pipeline.json says of each modality: embeddings, and files with their hashes."""
    split = in_order(key.partition(":")[0] for key in files.keys())[0]  # noqa: SIM118 - no mapping
    entries = []
    for name in names:
        columns, dtype = embedding_type(files.get(input_name(split, name)))
        wide = _columns_of(name.partition(".")[0], read_json(files.get(input_name("columns", name))))
        named = {"names": wide} if wide else {}
        own = {kind: _hashed(Path(files.get(input_name(kind, name))), results) for kind in kinds}
        entries.append({"name": name, "columns": columns, **named, "dtype": dtype, **own})
    return entries


def _columns_of(modality: str, facts: Mapping[str, Any]) -> list[str]:
    """Return the columns of a modality's numbers, from the facts of the items' table or of its own files."""
    wide = facts.get("wide", [])
    columns: list[str] = wide.get(modality, []) if isinstance(wide, Mapping) else wide
    return columns


def embedding_of(entry: Mapping[str, Any]) -> tuple[str, int, tuple[str, ...], str]:
    """Return name, columns, their names and precision, as `SavedModality` has them."""
    return entry["name"], entry["columns"], tuple(entry.get("names", ())), entry["dtype"]


def require_same(file: Path, sha256: str, stated_in: Path) -> None:
    """Refuse a file that is not the one a pipeline was made of.

    Raises
    ------
    TableError
        If it is gone, or has another hash.
    """
    if not file.exists() or _hash_of(file) != sha256:
        raise TableError(f"{file}: gone, or changed since {stated_in} was written; run `snakemake pipeline`")


def _hashed(path: Path, results: Path) -> dict[str, str]:
    return {"file": path.relative_to(results).as_posix(), "sha256": _hash_of(path)}


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
