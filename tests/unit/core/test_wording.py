"""Counts and lists in sentences."""

import pytest

from latefusion.core.wording import listed, plural, verb


@pytest.mark.parametrize(
    ("n", "written"), [(0, "0 items"), (1, "1 item"), (2, "2 items"), (2718, "2,718 items")]
)
def test_a_noun_agrees_with_its_count(n, written):
    assert plural(n, "item") == written


def test_a_plural_of_its_own():
    assert [plural(n, "class", "classes") for n in (1, 3)] == ["1 class", "3 classes"]


def test_a_verb_agrees_with_its_count():
    assert [verb(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b and 2 more"),
    ],
)
def test_words_are_joined_and_long_lists_cut(words, joined):
    assert listed(words, 2) == joined
