"""The table of the items that predictions are of, where labels and groups stand beside the predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from latefusion.core.errors import shorten
from latefusion.core.table_files import Source
from latefusion.external.judged_items import JudgedItems
from latefusion.external.prediction_items import ItemTable
from latefusion.external.prediction_rows import MAX_CELL_BYTES
from latefusion.ingest.findings import Findings, Where, strip
from latefusion.ingest.items import read_description
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.readers.reader import Selection
from latefusion.store.schemas import TARGET_PREFIX


def read_item_table(data: Mapping[str, Any], source: Source, targets: Sequence[str] = ()) -> ItemTable:
    """Read the table of items that labels and groups are taken from.

    Parameters
    ----------
    data : mapping
        The key `data` of the configuration: `item`, `label`, `group`, `describe`, `delimiter`.
    source : path or sequence of paths
    targets : sequence of str, optional
        Columns of true numbers.

    Raises
    ------
    InputError
        If it cannot be read, or lacks a column.
    """
    table = open_table(source, MAX_CELL_BYTES, data.get("delimiter"))
    names = list(table.names)
    item = data.get("item") or next((name for name in ("item", "id") if name in names), None)
    if item is None and names and names[0] == "":
        item = ""
    wanted = {"item": item, "label": data.get("label"), "group": data.get("group")}
    wanted |= {TARGET_PREFIX + name: name for name in targets}
    findings = Findings()
    where = Where([str(path) for path in table.files], np.empty(0, np.int64), table.unit)
    for part, name in wanted.items():
        if name not in names and (name is not None or part == "item"):
            found = f"no such column; there are {', '.join(map(shorten, names[:10]))}"
            fix = f"name it in data.{'target' if part.startswith(TARGET_PREFIX) else part}"
            findings.add(where.whole(str(name or part), found, "a column of the table", fix))
    findings.check()
    called = {part: name for part, name in wanted.items() if name is not None}
    described = [name for name in data.get("describe", ()) if name in names]
    selection = Selection(
        list(dict.fromkeys([*called.values(), *described])),
        numbers=[name for name in described if name not in called.values()],
    )
    batches = list(table.exact(selection, findings))
    findings.check()
    lines = [line for _, line in batches if line is not None]
    whole = pa.Table.from_batches([batch for batch, _ in batches])
    return ItemTable(
        Where([str(path) for path in table.files], np.concatenate(lines), table.unit),
        {part: strip(whole[name].combine_chunks()) for part, name in called.items()},
        called,
        {name: read_description(whole[name]) for name in described},
    )


def described(table: ItemTable | None, predicted: JudgedItems) -> dict[str, pa.ChunkedArray]:
    """Return the descriptive columns of the items, in their order."""
    if table is None or predicted.place is None:
        return {}
    at = pa.array(predicted.place, mask=predicted.place < 0)
    return {name: pc.take(values, at) for name, values in table.described.items()}
