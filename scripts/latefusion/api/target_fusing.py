"""One fusion rule of a run of numbers in one folder; other processes import this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latefusion.api.fusing import NamedPaths
from latefusion.fusion.fuse_targets import FusedTargets, fuse_targets
from latefusion.fusion.target_inputs import read_target_partitions
from latefusion.store.tables import write_json, write_table


@dataclass(frozen=True)
class TargetFusing:
    """What fuses one rule under a protocol, called with its name and parameters.

    Attributes
    ----------
    partitions, modalities : list of str
    files : NamedPaths
        Inputs of a job of the workflow.
    held_out : bool
        Whether there are out-of-fold predictions.
    protocol : str
    seed : int
    folder : Path
        Where results go.
    """

    partitions: list[str]
    modalities: list[str]
    files: NamedPaths
    held_out: bool
    protocol: str
    seed: int
    folder: Path

    def __call__(self, name: str, rule: Mapping[str, Any]) -> None:
        """Write table, out-of-fold table and report of one rule."""
        parts = read_target_partitions(self.partitions, self.modalities, self.files, held_out=self.held_out)
        fused = fuse_targets(rule["rule"], rule["options"], parts, protocol=self.protocol, seed=self.seed)
        write_fused(fused, self.folder, name)


def write_fused(fused: FusedTargets, folder: Path, name: str) -> None:
    """Write table, out-of-fold table and report of a rule."""
    write_table(fused.table, folder / f"{name}.parquet", fused.table.schema)
    write_table(fused.out_of_fold, folder / f"{name}.out_of_fold.parquet", fused.out_of_fold.schema)
    write_json(fused.learned, folder / f"{name}.json")
