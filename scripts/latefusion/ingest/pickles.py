"""Pickles, told by their first bytes: never loaded, since that runs whatever code they hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_PROTOCOLS: Final = re.compile(rb"\x80[\x02-\x05][\x95()\]}cX\x8c\x8a]", re.DOTALL)
_OLD: Final = (b"(lp", b"(dp", b"ccopy_reg", b"cnumpy", b"cpandas", b"c__builtin__", b"ccollections")
_DICT: Final = re.compile(rb"\x80[\x02-\x05](?:\x95.{8})?}", re.DOTALL)
_INDENT = "\n             "


def is_pickle(head: bytes) -> bool:
    """Say whether a file begins as a pickle does."""
    return (
        _PROTOCOLS.match(head) is not None or head.startswith(_OLD) or head[:2] in (b"\x80\x04", b"\x80\x05")
    )


def conversion(path: Path, head: bytes, *, torch: bool = False) -> str:
    """Return the lines of Python that convert a pickle, by what its first bytes say of its content.

    Parameters
    ----------
    path : Path
    head : bytes
        Of the pickle itself.
    torch : bool
        Whether PyTorch wrote it, which loads tensors and nothing else if told so.
    """
    stem = path.name.partition(".")[0]
    loaded = (
        f"torch.load({path.name!r}, weights_only=True)" if torch else f"pandas.read_pickle({path.name!r})"
    )
    if torch and _DICT.match(head):
        lines = (
            "import numpy as np, torch",
            f"np.savez('{stem}.npz', **{{k: v.float().numpy() for k, v in {loaded}.items()}})",
        )
    elif torch:
        lines = ("import numpy as np, torch", f"np.save('{stem}.npy', {loaded}.float().numpy())")
    elif _DICT.match(head):
        lines = (
            f"import numpy as np, pandas; d = {loaded}",
            f"np.savez('{stem}.npz', ids=list(d), emb=np.stack(list(d.values())))",
        )
    elif b"numpy" in head and b"pandas" not in head:
        lines = ("import numpy as np, pandas", f"np.save('{stem}.npy', np.array({loaded}.tolist()))")
    else:
        lines = ("import pandas", f"pandas.DataFrame({loaded}).to_parquet('{stem}.parquet')")
    first = "convert it:" if torch else "if you trust the file, convert it:"
    return _INDENT.join([first, *lines])


def conversion_of_objects(path: Path, name: str | None) -> str:
    """Return the lines of Python that convert an array of Python objects into one of numbers."""
    at = "" if name is None else f"[{name!r}]"
    return _INDENT.join(
        [
            "if you trust the file, convert it:",
            f"import numpy as np; a = np.load({path.name!r}, allow_pickle=True){at}",
            f"np.save({path.stem + '_plain.npy'!r}, np.array(a.tolist()))",
        ]
    )
