"""What models, metrics, protocols and verdicts are called on the page."""

from __future__ import annotations

from collections import Counter
from typing import Any

from latefusion.report.number_format import percent, percent_interval
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import plural, sample

PROTOCOLS = {
    "replica": "claimed (replica)",
    "honest": "honest",
    "cross": "unseen groups (cross)",
}
PROTOCOL_MEANING = {
    "replica": "as the notebook does it, leaks included",
    "honest": "same split; nothing is learned from test, or from probabilities of rows a model has seen",
    "cross": "cross-validation in which no group is on both sides",
}
KINDS = {"baseline": "baseline", "single": "single", "early": "early", "rule": "late", "learner": "learner"}


def reference_role(tables: Tables) -> str:
    """Return what the reference is: which single modality is the best is judged without a look at test."""
    singles = [row for row in tables.models if row["kind"] == "single"]
    if len(singles) < 2:
        return "the only single modality"
    chosen = next((row for row in singles if row["is_reference"]), singles[0])
    if any(chosen.get(f"out_of_fold_{metric}") is not None for metric in ("log_loss", "accuracy")):
        return "the best single modality out of fold"
    if tables.named("baseline") or chosen is singles[0]:
        return "the first single modality"
    return "the single modality that is best on these items"


def split_titles(results: Results) -> dict[str, str]:
    """Return what the parts of the items are called: of finished predictions those that there are."""
    n = results.dataset["n"]
    if not results.predicted:
        return {split: split for split in results.splits}
    if not n["test"]:
        return {"train": "all"}
    return {"train": "dev", "test": "test"} if n["train"] else {"test": "test"}


def prior_unit(results: Results) -> str:
    """Return what the prior of a class is a share of; without rows that teach all classes count equally."""
    titles = split_titles(results)
    return f"% of {titles['train']}" if "train" in titles else "%, equal"


def protocol_name(results: Results, protocol: str) -> str:
    """Return what a protocol is called where several are compared."""
    if protocol == "cross" and not results.apart:
        return "cross-validation (cross)"
    return PROTOCOLS[protocol]


def protocol_meaning(results: Results, protocol: str) -> str:
    """Return what a protocol does."""
    if protocol == "cross" and not results.apart:
        return "cross-validation over all items" + (
            "" if results.grouped else "; no column names groups that it could keep apart"
        )
    return PROTOCOL_MEANING[protocol]


def sized(results: Results, row: Row) -> str:
    """Return the size of the sample behind a row, with its groups where a column names them."""
    told = sample(row.get("n") or 0, "item")
    return f"{told} in {plural(row.get('groups') or 0, 'group')}" if results.grouped else told


def tested_on(results: Results, tables: Tables) -> str:
    """Return on which items a protocol tests its models, for a caption."""
    if tables.protocol == "cross":
        never = f"that never saw its {results.group_word}" if results.apart else "that never saw it"
        return f"each predicted by a model {never} (protocol cross)"
    how = "leaks included" if tables.protocol == "replica" else "nothing learned from them"
    return f"the test items, {how} (protocol {tables.protocol})"


def model_name(results: Results, model: str) -> str:
    """Return what a model is called in a sentence."""
    if model == "majority":
        return "always the commonest class"
    if model == "group_lookup":
        return f"look-up of its {results.group_word}"
    return model


def chosen_rules(tables: Tables) -> list[tuple[str, int]]:
    """Return the rules that `selected` stands for, each with the partitions in which it was chosen."""
    learned: dict[str, Any] = tables.learned.get("selected", {})
    counted = Counter(str(made["chosen"]) for made in learned.get("partitions", {}).values())
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def recommended(tables: Tables) -> str | None:
    """Return the rule to use: the one that `selected` chose most often, else the protocol's lead."""
    chosen = chosen_rules(tables)
    return chosen[0][0] if chosen else tables.lead


def shown_percent(row: Row) -> str:
    """Return a share with its interval and n, for a tooltip."""
    text = percent(row.get("value"))
    if row.get("low") is not None:
        text += f" ({percent_interval(row['low'], row['high'])})"
    return text + (f", n = {round(row['n'])}" if row.get("n") is not None else "")
