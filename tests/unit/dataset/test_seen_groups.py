"""From what share of seen groups on folds no longer keep groups together."""

import pytest

from latefusion.dataset.seen_groups import many_seen


@pytest.mark.parametrize(
    ("seen", "tested", "many"),
    [
        (0, 0, False),
        (0, 346, False),
        (1, 346, False),
        (19, 400, False),
        (20, 400, True),
        (400, 400, True),
        (1, 1, True),
    ],
)
def test_a_twentieth_of_the_test_items_is_many(seen, tested, many):
    assert many_seen(seen, tested) is many
