"""Texts as numbers: the different ones in order, and which of them stands where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def text_codes(texts: Sequence[str] | NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Different texts, sorted, and the number of each row's text among them.

    The same as `numpy.unique` with `return_inverse`, which compares Python objects and takes several times as
    long: UTF-8 is ordered by its bytes as Python orders by code points.

    Parameters
    ----------
    texts : (n,) sequence of str

    Returns
    -------
    different : (k,) object array of str
    codes : (n,) int64 array
    """
    encoded = pa.array(texts, pa.string()).dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary)
    place = np.empty(len(order), np.int64)
    place[order.to_numpy()] = np.arange(len(order))
    different = encoded.dictionary.take(order).to_numpy(zero_copy_only=False)
    return different.astype(object, copy=False), place[encoded.indices.to_numpy()]
