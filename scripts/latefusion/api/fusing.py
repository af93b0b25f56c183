"""One fusion rule of a run in one folder; other processes import this module, which imports little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import read_partition_inputs
from latefusion.fusion.robustness import ROBUSTNESS
from latefusion.fusion.runner import Protocol
from latefusion.store.tables import write_json, write_table


class NamedPaths(dict[str, str]):
    """Files by name, of which a missing one is an error, as among Snakemake's."""

    def get(self, name: str) -> str:  # type: ignore[override]
        return self[name]


@dataclass(frozen=True)
class Fusing:
    """What fuses one rule under a protocol, called with its name and parameters.

    Attributes
    ----------
    partitions, modalities : list of str
    files : NamedPaths
        Inputs of a job of the workflow.
    protocol : str
    seed : int
    folder : Path
        Where results go.
    """

    partitions: list[str]
    modalities: list[str]
    files: NamedPaths
    protocol: Protocol
    seed: int
    folder: Path

    def __call__(self, name: str, rule: Mapping[str, Any]) -> None:
        """Write table, report and robustness of one rule."""
        fused = fuse(
            rule["rule"],
            rule["options"],
            read_partition_inputs(self.partitions, self.modalities, self.files),
            protocol=self.protocol,
            seed=self.seed,
        )
        write_table(fused.table, self.folder / f"{name}.parquet", fused.table.schema)
        write_json(fused.learned, self.folder / f"{name}.json")
        write_table(fused.robustness, self.folder / f"{name}.robustness.parquet", ROBUSTNESS)
