"""From what share of seen groups on a split is one of items rather than of groups."""

from __future__ import annotations

from typing import Final

SEEN_SHARE: Final = 0.05
"""Share of the test items with their group in train, under which folds keep groups together all the same:
out-of-fold rows are to resemble test rows, and a few of these do not make seen groups the rule."""


def many_seen(seen: int, tested: int) -> bool:
    """Return whether so many test items have their group in train that the split is one of items.

    Parameters
    ----------
    seen, tested : int
        Test items whose group is in train, and all of them.
    """
    return seen > 0 and seen >= SEEN_SHARE * tested
