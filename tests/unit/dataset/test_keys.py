"""Keys: what is one, and what decides it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.dataset.keys import alike, as_integer, canonical_text, told_apart, unify

SETTINGS = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (" a b ", "a b"),
        ("Beyonce\u0301", "Beyonc\u00e9"),
        ("Guns N&#39; Roses", "Guns N' Roses"),
        ("Guns N&#x27; Roses", "Guns N' Roses"),
        ("Simon &amp; Garfunkel", "Simon & Garfunkel"),
        ("Simon &amp;amp; Garfunkel", "Simon & Garfunkel"),
        ("&nbsp;a&nbsp;", "a"),
        ("AT&T; R&D &copyright", "AT&T; R&D &copyright"),
    ],
)
def test_the_form_of_a_text_makes_no_difference(text, canonical):
    assert canonical_text(text) == canonical


@SETTINGS
@given(st.text(st.sampled_from("aé&;#39amp \u0301\u00a0"), max_size=20))
def test_the_canonical_form_is_its_own(text):
    once = canonical_text(text)
    assert canonical_text(once) == once
    assert canonical_text(unicodedata.normalize("NFD", text)) == once


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-3", -3),
        ("3.0", 3),
        ("3.00", 3),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
        *((text, None) for text in ("", "01", "+1", "-0", "1e1", "1_0", "٣", "3.", ".0", "3.5", str(2**63))),
    ],
)
def test_integers_are_plain_or_what_a_float_column_writes(text, number):
    assert as_integer(text) == number
    plain = number is not None and "." not in text
    assert as_integer(text, written_by_floats=False) == (number if plain else None)


def test_keys_are_integers_only_where_every_text_is_one():
    assert unify(["1", " 1.0", "20"]) == {"1": 1, " 1.0": 1, "20": 20}
    assert unify(["1", "1.0", "x"]) == {"1": "1", "1.0": "1.0", "x": "x"}
    assert unify([]) == {}


@SETTINGS
@given(
    st.lists(st.sampled_from(["1", "1.0", "01", "2", "2.0", "1e1", "10", "x", " x", "e\u0301", "é"])),
    st.randoms(use_true_random=False),
)
def test_the_order_of_texts_decides_nothing_and_more_of_them_only_take_apart(texts, random):
    key = unify(texts)
    shuffled = texts[:]
    random.shuffle(shuffled)
    assert unify(shuffled) == key
    fewer = unify(texts[: len(texts) // 2])
    for one in fewer:
        for other in fewer:
            assert fewer[one] == fewer[other] or key[one] != key[other]


def test_keys_that_look_alike_are_found_by_case_white_space_and_notation():
    keys = ["Angry", "angry", "sad", "s ad", "1e1", "10", "1", "ﬁne", "fine", "a\u200bb", "ab", "1_0"]
    assert alike(keys) == [["Angry", "angry"], ["10", "1e1"], ["fine", "ﬁne"], ["ab", "a\u200bb"]]


def test_texts_that_look_the_same_are_written_out():
    counts = {"é": 1, "e\u0301": 2, "a ": 3}
    assert told_apart(["é", "e\u0301"], counts) == "'\\xe9' (1 row) and 'e\\u0301' (2 rows)"
    assert told_apart(["é", "a "], counts) == "'é' (1 row) and 'a ' (3 rows)"
