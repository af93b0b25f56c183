"""Checks of what the fusion rules of each protocol had to fuse."""

from __future__ import annotations

from latefusion.core.wording import listed
from latefusion.evaluation.checks.finding import WARNING, Evidence, Finding, Findings
from latefusion.evaluation.names import FEWER_FUSED


def fewer_modalities_fused(evidence: Evidence) -> Findings:
    """The rules of a protocol fuse fewer modalities than there are, or it has no rule."""
    do = (
        "Bring the probabilities for each partition of `cross` (`cross: tables/{partition}/{table}.csv`), or"
        " train the modality here; until then compare rules on all modalities under the other protocols."
    )
    for protocol, fused in evidence.fused.items():
        absent = [name for name in evidence.modalities if name not in fused]
        rules = [row["model"] for row in evidence.tables[protocol]["models"] if row["kind"] == "rule"]
        if not rules:
            sentence = f"{protocol} has no fusion rule: nothing is said there of fusion."
        elif absent:
            sentence = (
                f"Under {protocol} the rules fuse {listed(fused)} alone, without {listed(absent)}: their"
                " accuracy there is not that of all modalities together."
            )
        else:
            continue
        figures = {"modalities": len(evidence.modalities), "fused": len(fused)}
        yield Finding(FEWER_FUSED, WARNING, sentence, figures, do, protocol, absent)
