"""Sentences that agree with their numbers."""

import pytest

from latefusion.report.sentences import amount, article, capitalised, listed, plural, quoted, sample, say


@pytest.mark.parametrize(
    ("n", "told"),
    [
        (0, "no\u00a0test item has an equal among 400"),
        (1, "1\u00a0test item has an equal among 400"),
        (2, "2\u00a0test items have an equal among 400"),
        (13588, "13\u202f588\u00a0test items have an equal among 400"),
    ],
)
def test_nouns_and_verbs_agree_with_nothing_one_and_many(n, told):
    assert say("{n:test item} {n:~has|have} an equal among {all}", n=n, all=400) == told


def test_a_noun_may_name_its_plural():
    assert say("{n:class|classes}", n=3) == "3\u00a0classes"
    assert say("{n:class|classes}", n=1) == "1\u00a0class"


@pytest.mark.parametrize("template", ["{n:item}", "{n:~is|are}"])
def test_what_is_no_number_has_no_plural(template):
    with pytest.raises(TypeError, match="no number"):
        say(template, n="many")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (plural(0, "item"), "no\u00a0item"),
        (plural(1, "item"), "1\u00a0item"),
        (plural(2, "class", "classes"), "2\u00a0classes"),
        (sample(0, "item"), "n = 0\u00a0items"),
        (sample(1, "item"), "n = 1\u00a0item"),
        (amount(0), "none"),
        (amount(7), "7"),
        (listed([]), ""),
        (listed(["a"]), "a"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (listed(["a", "b"], last="or"), "a or b"),
        (quoted([]), "none"),
        (quoted(["a", "b", "c"], 2), "a, b and c"),
        (quoted(["a", "b", "c", "d"], 2), "a, b and 2 more"),
        (article("artist"), "an artist"),
        (capitalised("a Song"), "A Song"),
    ],
)
def test_counts_and_lists_read_as_a_sentence_does(written, expected):
    assert written == expected
