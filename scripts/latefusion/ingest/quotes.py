"""Quotes of a CSV, checked as its bytes pass."""

from __future__ import annotations

import codecs


class QuoteBalance:
    """Whether every quote opens or closes a whole field, as RFC 4180 has it.

    Readers disagree about other quotes: some glue text that follows a closing quote to the field, and a
    quote that is never closed swallows the rest of the file in silence. Files that have such quotes are
    left to the slow reader.
    """

    def __init__(self, delimiter: bytes) -> None:
        import numpy as np

        self._np = np
        self._inside = False
        self._last = ord("\n")
        self._pending = False  # the last byte so far was a closing quote
        self._beside = np.isin(np.arange(256), list(delimiter + b'\n\r"'))
        self._start = True

    def balanced(self, data: bytes) -> bool:
        np = self._np
        if not data:
            return not self._inside
        if self._start:
            self._start = False
            if data.startswith(codecs.BOM_UTF8):
                data = data[3:]
                if not data:
                    return True
        if self._pending and not self._beside[data[0]]:
            return False
        buffer = np.frombuffer(data, np.uint8)
        at = np.flatnonzero(buffer == ord('"'))
        first = 1 if self._inside else 0  # index of the first opening quote
        opening, closing = at[first::2], at[1 - first :: 2]
        before = buffer[opening - 1]
        if len(opening) and opening[0] == 0:
            before[0] = self._last
        within = closing[closing < len(buffer) - 1]
        after = buffer[within + 1]
        if not (self._beside[before].all() and self._beside[after].all()):
            return False
        self._pending = bool(len(closing) and closing[-1] == len(buffer) - 1)
        self._inside ^= bool(len(at) % 2)
        self._last = int(buffer[-1])
        return True
