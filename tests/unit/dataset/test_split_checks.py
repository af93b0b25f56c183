"""Where the training and the test file contradict each other; the messages are in `refusals/splits.py`."""

import pyarrow as pa
import pytest

from latefusion.dataset.split_checks import Splits, check_classes, class_index


def splits(train, test, names=None):
    def table(labels):
        return pa.table(
            {
                "item": [str(i) for i in range(len(labels))],
                "label": labels,
                "class": [f"c{label}" for label in labels],
            }
        )

    facts = {
        split: {"path": f"{split}.csv", "columns": {"label": "y", "class_name": names}}
        for split in ("train", "test")
    }
    return Splits({"train": table(train), "test": table(test)}, facts)


def test_class_indices_follow_the_order_of_the_labels():
    both = splits([5, -1] * 20, [7, 5, -1])
    classes = check_classes(splits([5, -1] * 20 + [7] * 10, [7, 5, -1]), 5)
    assert [entry["label"] for entry in classes] == [-1, 5, 7]
    assert class_index(both, classes).tolist() == [1, 0] * 20 + [2, 1, 0]


@pytest.mark.parametrize(("rows", "refused"), [(30, False), (29, True)])
def test_at_most_a_class_for_every_ten_rows(rows, refused):
    both = splits([i % 3 for i in range(rows)], [0])
    check_classes(both, 2)
    assert bool(both.problems) == refused


@pytest.mark.parametrize(("rare", "problems", "warnings"), [(1, 1, 0), (2, 0, 1), (4, 0, 1), (5, 0, 0)])
def test_a_class_needs_two_rows_and_is_small_with_fewer_than_folds(rare, problems, warnings):
    both = splits([0] * 30 + [1] * rare, [0, 1])
    check_classes(both, 5)
    assert len(both.problems) == problems
    assert len(both.warnings) == warnings


def test_an_identifier_is_one_problem_and_not_one_for_each_of_its_values():
    both = splits(list(range(50)), [0])
    check_classes(both, 5)
    assert len(both.problems) == 1
