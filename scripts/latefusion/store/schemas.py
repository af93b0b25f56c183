"""Schemas of the tables that several stages read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pyarrow as pa

SPLITS: Final = ("train", "test", "all")
"""Splits that labelled items may be in, in their order: of two files or a divided one, or `all` of one."""


def in_order(splits: Iterable[str]) -> list[str]:
    """Return the splits that there are in their order, which JSON does not keep."""
    there = {*splits}
    return [split for split in SPLITS if split in there]


PARTITION = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("fold", pa.int32()),
    ]
)

GROUPS = pa.schema(
    [pa.field("item", pa.string(), nullable=False), pa.field("group", pa.string(), nullable=False)]
)

SELECTION = pa.schema(
    [pa.field("split", pa.string(), nullable=False), pa.field("row", pa.int64(), nullable=False)]
)

GIVEN_FOLDS = pa.schema([pa.field("fold", pa.int32(), nullable=False)])


def features_schema(dimension: int, *, double: bool = False) -> pa.Schema:
    """Schema of a feature matrix, in single or double precision; a null embedding is a lacking modality."""
    number = pa.float64() if double else pa.float32()
    return pa.schema(
        [
            pa.field("item", pa.string(), nullable=False),
            pa.field("embedding", pa.list_(pa.field("element", number), dimension)),
        ]
    )


TARGET_PREFIX: Final = "target__"
"""What the columns of an items table that hold a continuous target begin with."""


def items_schema(
    label: pa.DataType | None, describe: Mapping[str, pa.DataType], targets: Sequence[str] = ()
) -> pa.Schema:
    """Schema of an items table: `label` is as in the file (int64 or string), `class` its name.

    New items have neither, and no continuous targets.
    """
    fields = [pa.field("item", pa.string(), nullable=False)]
    if label is not None:
        fields += [
            pa.field("label", label, nullable=False),
            pa.field("class", pa.string(), nullable=False),
        ]
    fields += [pa.field(TARGET_PREFIX + name, pa.float64(), nullable=False) for name in targets]
    fields.append(pa.field("group", pa.string(), nullable=False))
    return pa.schema(fields + [pa.field(name, kind) for name, kind in describe.items()])


def probabilities_schema(
    classes: Sequence[str], *, ovo_prediction: bool = False, fused: bool = False
) -> pa.Schema:
    """Schema of a probability table; `fused` tables add the partition and the repeat of the rule."""
    fields = [
        pa.field("item", pa.string(), nullable=False),
        pa.field("label", pa.int32()),
        pa.field("fold", pa.int32()),
        pa.field("predicted", pa.int32()),
    ]
    if ovo_prediction:
        fields.append(pa.field("ovo_prediction", pa.int32()))
    fields += [pa.field(f"p_{name}", pa.float64()) for name in classes]
    if fused:
        fields += [
            pa.field("partition", pa.string(), nullable=False),
            pa.field("repeat", pa.int32(), nullable=False),
        ]
    return pa.schema(fields)


def target_predictions_schema(
    targets: Sequence[str], *, variance: bool = False, fused: bool = False
) -> pa.Schema:
    """Schema of predictions of continuous targets; `fused` tables add the partition and the repeat."""
    fields = [pa.field("item", pa.string(), nullable=False), pa.field("fold", pa.int32())]
    kinds = ["target", "predicted", *(["variance"] if variance else [])]
    fields += [pa.field(f"{kind}__{name}", pa.float64()) for kind in kinds for name in targets]
    if fused:
        fields += [
            pa.field("partition", pa.string(), nullable=False),
            pa.field("repeat", pa.int32(), nullable=False),
        ]
    return pa.schema(fields)
