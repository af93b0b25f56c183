"""What is known of rules without running them."""

import pytest

from latefusion.catalogue import markdown, read_rule, read_rules
from latefusion.errors import InputError
from latefusion.rule import rule_class
from settings import ROOT

FOLDER = ROOT / "scripts/latefusion/rules"
RULES = read_rules(FOLDER)

EXAMPLE = '''
"""A rule."""
import torch_that_is_not_installed
from latefusion.rule import Rule

class Mine(Rule):
    """Says something.

    Parameters
    ----------
    random_state : int, optional
        Not used.
    power : float
        Exponent of
        everything.

    Notes
    -----
    :formula: p_c ∝ p |c|
        to a power
    :source: Nobody 1900
    """

    learns = True
    probabilistic = False

    def __init__(self, *, random_state=None, power: float = 2.0, names: tuple = ("a", "b")) -> None:
        pass

class _Helper:
    pass
'''


def test_a_rule_is_read_without_being_imported(tmp_path):
    (tmp_path / "mine.py").write_text(EXAMPLE)
    rule = read_rule(tmp_path / "mine.py")
    assert (rule.name, rule.learns, rule.probabilistic, rule.stochastic) == ("mine", True, False, False)
    assert rule.options == {"power": 2.0, "names": ("a", "b")}
    assert rule.described["power"] == "Exponent of everything."
    assert rule.notes == {"formula": "p_c ∝ p |c| to a power", "source": "Nobody 1900"}
    assert rule.summary == "Says something."


def test_a_file_that_is_no_python_names_its_line(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(InputError, match=r"mine\.py, line 2"):
        read_rule(tmp_path / "mine.py")


def test_a_file_without_a_class_is_refused(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\n")
    with pytest.raises(InputError, match="one public class"):
        read_rule(tmp_path / "mine.py")


@pytest.mark.parametrize("name", sorted(RULES))
def test_what_was_read_is_what_the_class_says(name):
    rule, facts = rule_class(name), RULES[name]
    for attribute in ("learns", "probabilistic", "stochastic", "replica_source"):
        assert getattr(rule, attribute) == getattr(facts, attribute), attribute


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_s_docstring_says_all_that_the_catalogue_needs(name):
    facts = RULES[name]
    assert set(facts.notes) >= {"formula", "source", "needs", "ties", "missing", "shapes"}
    assert all(facts.notes.values())
    assert set(facts.options) <= set(facts.described)


def test_the_catalogue_has_one_row_a_rule_and_escapes_bars(tmp_path):
    (tmp_path / "mine.py").write_text(EXAMPLE)
    _, _, row = markdown(read_rules(tmp_path)).splitlines()
    assert row.startswith("| `mine` | p_c ∝ p \\|c\\| to a power | `power: 2.0`, `names: ['a', 'b']` |")
    assert row.endswith("| yes; a score, no probability | Nobody 1900 |")
