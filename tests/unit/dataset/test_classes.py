"""Classes of both files; the messages are in `refusals/splits.py`."""

import pyarrow as pa
import pytest

from latefusion.dataset.classes import check_classes
from latefusion.dataset.split_checks import Splits
from latefusion.store.samples import class_indices


def splits(train, test, *, train_names=None, test_names=None):
    def table(labels, names):
        return pa.table(
            {
                "item": [str(i) for i in range(len(labels))],
                "label": labels,
                "class": names or [str(label) for label in labels],
            }
        )

    columns = {"label": "y", "class_name": None if train_names is None else "name"}
    facts = {split: {"path": f"{split}.csv", "columns": columns} for split in ("train", "test")}
    return Splits({"train": table(train, train_names), "test": table(test, test_names)}, facts)


def classes_of(train, test, **names):
    both = splits(train, test, **names)
    classes = check_classes(both, 2)
    assert not both.problems, both.problems
    return both, {entry["label"]: (entry["train"], entry["test"]) for entry in classes}, classes


def codes(both):
    return [warning["code"] for warning in both.warnings]


def test_class_indices_follow_the_order_of_the_labels():
    both, counts, classes = classes_of([5, -1] * 20 + [7] * 10, [7, 5, -1])
    assert counts == {-1: (20, 1), 5: (20, 1), 7: (10, 1)}
    assert [entry["index"] for entry in classes] == [0, 1, 2]
    assert "written" not in classes[0]
    labels = [both.tables[split]["label"] for split in ("train", "test")]
    assert class_indices(labels, classes).tolist() == [1, 0] * 20 + [2] * 10 + [2, 1, 0]


def test_text_that_is_no_plain_integer_is_text():
    both, counts, _ = classes_of(["1e1", "10", "2e1", "20"] * 10, ["1e1", "10", "2e1", "20"])
    assert counts == dict.fromkeys(["10", "1e1", "20", "2e1"], (10, 1))
    assert codes(both) == ["similar_labels"]
    assert "'10' (11 rows) and '1e1' (11 rows)" in both.warnings[0]["message"]
    _, counts, _ = classes_of(["01", "1", "001", "+1"] * 10, ["01", "1", "001", "+1"])
    assert counts == dict.fromkeys(["+1", "001", "01", "1"], (10, 1))


def test_integers_that_a_float_column_wrote_are_integers_where_all_labels_are():
    both, counts, classes = classes_of(["3.0", "10.0"] * 10, [3, 10, 3])
    assert counts == {3: (10, 2), 10: (10, 1)}
    assert [entry["name"] for entry in classes] == ["3", "10"]
    assert classes[0]["written"] == ["3", "3.0"]
    labels = [both.tables[split]["label"] for split in ("train", "test")]
    assert class_indices(labels, classes).tolist() == [0, 1] * 10 + [0, 1, 0]


def test_integers_that_a_float_column_wrote_are_text_where_one_label_is_text():
    _, counts, _ = classes_of(["3.0", "3", "3a"] * 10, ["3.0", "3"])
    assert counts == {"3": (10, 1), "3.0": (10, 1), "3a": (10, 0)}


def test_text_in_one_file_and_integers_in_the_other_are_decided_together():
    both, counts, classes = classes_of(["1", "2", "3a", "3b"] * 10, [1, 2])
    assert counts == {"1": (10, 1), "2": (10, 1), "3a": (10, 0), "3b": (10, 0)}
    labels = [both.tables[split]["label"] for split in ("train", "test")]
    assert class_indices(labels, classes).tolist() == [0, 1, 2, 3] * 10 + [0, 1]


@pytest.mark.parametrize("word", ["other", "none"])
def test_a_class_that_is_frequent_in_one_file_and_rare_in_the_other_is_a_class(word):
    both, counts, _ = classes_of(["1", "2", "1", "2", word] * 20, ["1", "2"] * 19 + [word, "1"])
    assert counts[word] == (20, 1)
    assert codes(both) == (["missing_words"] if word == "none" else [])


def test_a_rare_word_for_a_missing_value_among_numbers_is_refused_wherever_it_stands():
    both = splits(["1", "2"] * 20, ["1", "2"] * 5 + ["None"])
    check_classes(both, 2)
    (problem,) = both.problems
    assert (problem.file, problem.row, problem.column) == ("test.csv", 11, "y")
    assert problem.found == "'None': no label, in 1 row"


def test_composed_and_decomposed_letters_are_one_class_and_the_difference_is_shown():
    both, counts, classes = classes_of(["caf\u00e9", "tea"] * 10, ["cafe\u0301", "tea"])
    assert counts == {"caf\u00e9": (10, 1), "tea": (10, 1)}
    assert codes(both) == ["label_forms"]
    assert "'cafe\\u0301' (1 row) and 'caf\\xe9' (10 rows)" in both.warnings[0]["message"]
    labels = [both.tables[split]["label"] for split in ("train", "test")]
    assert class_indices(labels, classes).tolist() == [0, 1] * 10 + [0, 1]


def test_references_of_one_file_are_the_letters_of_the_other():
    _, counts, _ = classes_of(["R&amp;B", "rock &#39;n&#39; roll"] * 10, ["R&B", "rock 'n' roll"])
    assert counts == {"R&B": (10, 1), "rock 'n' roll": (10, 1)}


def test_white_space_around_a_label_makes_no_difference_and_is_shown():
    both, counts, _ = classes_of(["Angry", "Sad"] * 10, ["Angry ", "Sad"])
    assert counts == {"Angry": (10, 1), "Sad": (10, 1)}
    assert "'Angry' (10 rows) and 'Angry ' (1 row)" in both.warnings[0]["message"]


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        ("Angry ", "'Angry' (12 rows)"),
        ("ANGRY", "'ANGRY' (12 rows)"),
        ("angry\u200b", "'angry\\u200b' (12 rows)"),
        ("an\u00adgry", "'an\\xadgry' (12 rows)"),
    ],
)
def test_labels_that_differ_by_case_or_white_space_are_classes_of_their_own_with_a_warning(other, shown):
    both, counts, _ = classes_of(["angry", "sad"] * 20 + [other] * 12, ["angry", "sad"])
    assert counts[other.strip()] == (12, 0)
    (message,) = [warning["message"] for warning in both.warnings if warning["code"] == "similar_labels"]
    assert shown in message
    assert "'angry' (21 rows)" in message


def test_names_of_classes_that_differ_by_case_only_are_named():
    names = {"train_names": ["Angry", "Sad", "angry"] * 10, "test_names": ["Angry"]}
    both, counts, _ = classes_of([0, 1, 2] * 10, [0], **names)
    assert len(counts) == 3
    message = next(w["message"] for w in both.warnings if w["code"] == "similar_labels")
    assert "names of classes" in message
    assert "'Angry' (11 rows) and 'angry' (10 rows)" in message


@pytest.mark.parametrize(
    "labels",
    [
        ["rock", "sad", "rock|sad"],
        ["rock; sad", "sad; pop", "rock; pop"],
        ["['rock', 'sad']", "['sad', 'pop']", "['rock', 'pop']"],
    ],
)
def test_several_labels_in_one_cell_raise_the_question(labels):
    both, counts, _ = classes_of(labels * 10, labels)
    assert len(counts) == 3
    (message,) = [w["message"] for w in both.warnings if w["code"] == "label_separators"]
    assert "may be several labels in one cell" in message


@pytest.mark.parametrize("labels", [["AC/DC", "Earth, Wind & Fire"], ["R&B", "drum & bass"], ["a", "b"]])
def test_a_separator_in_a_name_alone_raises_no_question(labels):
    assert codes(classes_of(labels * 10, labels)[0]) == []


def test_fractions_among_numbers_are_a_score_and_among_text_are_text():
    both = splits(["1.5", "2", "3"] * 10, ["2", "2.5"])
    check_classes(both, 2)
    assert [(p.file, p.row, p.found) for p in both.problems] == [
        ("train.csv", 1, "'1.5': a fraction, in 10 rows"),
        ("test.csv", 2, "'2.5': a fraction, in 1 row"),
    ]
    _, counts, _ = classes_of(["1.5", "2", "2b"] * 10, ["1.5"])
    assert counts == {"1.5": (10, 1), "2": (10, 0), "2b": (10, 0)}


@pytest.mark.parametrize(("classes", "rows"), [(50, 4), (3, 9), (20, 2)])
def test_few_rows_of_each_class_are_accepted_with_a_warning(classes, rows):
    both, counts, _ = classes_of([f"c{i}" for i in range(classes)] * rows, ["c0", "c1"])
    assert set(counts) == {f"c{i}" for i in range(classes)}
    assert "few_rows_a_class" in codes(both)
    assert len(both.warnings) < 5


@pytest.mark.parametrize("lonely", [30, 50])
def test_labels_that_nearly_every_row_has_alone_are_one_problem(lonely):
    both = splits([*range(lonely), *[99] * (50 - lonely)], [0])
    check_classes(both, 5)
    (problem,) = both.problems
    assert "probably an identifier" in problem.fix


@pytest.mark.parametrize(("rare", "problems", "warnings"), [(1, 1, 0), (2, 0, 1), (4, 0, 1), (5, 0, 0)])
def test_a_class_needs_two_rows_and_is_small_with_fewer_than_folds(rare, problems, warnings):
    both = splits([0] * 30 + [1] * rare, [0, 1])
    check_classes(both, 5)
    assert len(both.problems) == problems
    assert len(both.warnings) == warnings


def test_a_class_that_only_test_has_is_told_how_its_neighbour_is_written():
    both = splits(["Angry", "sad"] * 10, ["sad", "angry"])
    check_classes(both, 2)
    (problem,) = both.problems
    assert (problem.file, problem.row) == ("test.csv", 2)
    assert "did you mean 'Angry'?" in problem.fix


def contradictions(names, labels):
    both = splits(labels, labels[:1], train_names=names, test_names=names[:1])
    check_classes(both, 2)
    return [(problem.file, problem.row, problem.found) for problem in both.problems]


def test_the_rarer_of_two_names_is_the_wrong_one():
    names = ["b", "a", "b", "b", "c", "c"]
    assert contradictions(names, [0, 0, 0, 0, 1, 1]) == [("train.csv", 2, "'a' for label 0")]


def test_the_rarer_of_two_labels_is_the_wrong_one():
    names = ["a", "a", "a", "a", "c", "c"]
    assert contradictions(names, [1, 0, 0, 1, 2, 2]) == [("train.csv", 2, "'a' for label 0, in 2 rows")]


def test_names_may_be_swapped_as_long_as_they_are_one_to_one():
    assert contradictions(["b", "a"] * 3, [0, 1] * 3) == []


def test_labels_and_names_that_float_columns_wrote_contradict_nobody():
    names = {"train_names": ["1.0", "2.0"] * 10, "test_names": ["1", "2"]}
    _, counts, classes = classes_of(["3.0", "3", "4.0", "4"][::2] * 10, ["3", "4"], **names)
    assert counts == {3: (10, 1), 4: (10, 1)}
    assert [entry["name"] for entry in classes] == ["1", "2"]
