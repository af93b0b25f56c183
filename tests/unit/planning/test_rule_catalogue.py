"""What is known of rules without running them."""

import pytest

from latefusion.core.errors import InputError
from latefusion.fusion.rule import rule_class
from latefusion.planning.rule_catalogue import markdown, read_rule, read_rules
from settings import ROOT

FOLDER = ROOT / "scripts/latefusion/rules"
RULES = read_rules(FOLDER)

EXAMPLE = '''
"""A rule."""
import torch_that_is_not_installed
from latefusion.fusion.rule import Rule

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


def test_options_may_stand_before_the_star_or_without_one(tmp_path):
    signature = "(self, power: float = 2.0, random_state=None, *, base=10)"
    text = EXAMPLE.replace(
        '(self, *, random_state=None, power: float = 2.0, names: tuple = ("a", "b"))', signature
    )
    (tmp_path / "mine.py").write_text(text)
    assert read_rule(tmp_path / "mine.py").options == {"power": 2.0, "base": 10}


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        ("(self, power, *, random_state=None)", "the option power without a default"),
        ("(self, *, random_state=None, power)", "the option power without a default"),
        ("(self, *, power=2.0)", "an __init__ without random_state"),
    ],
)
def test_an_init_that_a_job_could_not_call_is_refused_with_its_line(tmp_path, signature, words):
    text = EXAMPLE.replace(
        '(self, *, random_state=None, power: float = 2.0, names: tuple = ("a", "b"))', signature
    )
    (tmp_path / "mine.py").write_text(text)
    line = 1 + next(i for i, row in enumerate(text.splitlines()) if "__init__" in row)
    with pytest.raises(InputError, match=words) as refused:
        read_rule(tmp_path / "mine.py")
    assert f"mine.py, line {line}" in str(refused.value)


def test_a_file_that_is_no_python_names_its_line(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(InputError, match=r"mine\.py, line 2"):
        read_rule(tmp_path / "mine.py")


def test_a_file_without_a_class_is_refused(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\n")
    with pytest.raises(InputError, match="one public class"):
        read_rule(tmp_path / "mine.py")


def written(folder, text, *beside):
    """Write mine.py, with some of the package's rules beside it, and read it."""
    for name in beside:
        (folder / f"{name}.py").write_bytes((FOLDER / f"{name}.py").read_bytes())
    (folder / "mine.py").write_text(text)
    return read_rule(folder / "mine.py")


def facts(rule):
    return rule.learns, rule.probabilistic, rule.stochastic, rule.replica_source


VOTE = "from latefusion.rules.majority_vote import MajorityVote\n"
FOREST = "from latefusion.rules.random_forest import RandomForest\n"
OPTIONS = RULES["random_forest"].options


def test_a_rule_is_what_the_rule_that_it_inherits_from_is(tmp_path):
    rule = written(tmp_path, VOTE + "class Mine(MajorityVote):\n    pass\n", "majority_vote")
    assert (facts(rule), rule.options) == ((False, False, False, "in_sample"), {})
    rule = written(tmp_path, FOREST + "class Mine(RandomForest):\n    pass\n", "random_forest")
    assert (facts(rule), rule.options) == ((True, True, True, "in_sample"), OPTIONS)
    assert OPTIONS["trees"] > 1


def test_what_a_rule_says_itself_comes_before_what_it_inherits(tmp_path):
    own = (
        "class Mine(RandomForest):\n    stochastic = False\n    replica_source = 'test'\n"
        "    def __init__(self, *, random_state=None, depth=-3):\n        pass\n"
    )
    rule = written(tmp_path, FOREST + own, "random_forest")
    assert (facts(rule), rule.options) == ((True, True, False, "test"), {"depth": -3})


def test_options_that_are_passed_on_are_options_as_well(tmp_path):
    own = "class Mine(RandomForest):\n    def __init__(self, *, trees=7, depth=3, **others):\n        pass\n"
    rule = written(tmp_path, FOREST + own, "random_forest")
    assert rule.options == OPTIONS | {"trees": 7, "depth": 3}


@pytest.mark.parametrize(
    "text",
    [
        "from .majority_vote import MajorityVote as Vote\nclass Mine(Vote): pass\n",
        "from latefusion.rules import majority_vote\nclass Mine(majority_vote.MajorityVote): pass\n",
        (
            "import latefusion.rules.majority_vote\n"
            "class Mine(latefusion.rules.majority_vote.MajorityVote): pass\n"
        ),
        "import latefusion.rules.majority_vote as mv\nclass Mine(mv.MajorityVote): pass\n",
        VOTE + "class _Between(MajorityVote): pass\nclass Mine(_Between): pass\n",
        (
            "from latefusion.fusion.rule import Rule\nclass _Vote:\n    probabilistic = False\n"
            "class Mine(_Vote, Rule): pass\n"
        ),
        # as Python orders them: both before the one that they share
        VOTE + "from latefusion.fusion.rule import Rule\nclass _Other(Rule): pass\n"
        "class Mine(_Other, MajorityVote): pass\n",
    ],
)
def test_a_base_is_found_however_it_is_named(tmp_path, text):
    assert facts(written(tmp_path, text, "majority_vote")) == (False, False, False, "in_sample")


def test_a_base_class_from_the_package_has_its_own_facts(tmp_path):
    text = (
        "from latefusion.fusion.stacking import StackingRule\nclass Mine(StackingRule):\n    learns = True\n"
    )
    assert facts(written(tmp_path, text)) == (True, True, False, "in_sample")


UNREAD = "from sklearn.base import BaseEstimator\nfrom latefusion.fusion.rule import Rule\n\n"
RESTATED = (
    "    learns = True\n    probabilistic = True\n    stochastic = False\n    replica_source = 'test'\n"
    "    def __init__(self, *, random_state=None, cut=0.5): pass\n"
)


def test_a_base_that_is_not_read_is_refused_unless_everything_is_restated(tmp_path):
    text = UNREAD + "class Mine(BaseEstimator, Rule):\n    learns = True\n"
    with pytest.raises(InputError, match=r"mine\.py, line 4") as caught:
        written(tmp_path, text)
    assert "the base 'BaseEstimator'" in str(caught.value)
    assert "state learns, probabilistic, stochastic, replica_source and __init__" in str(caught.value)
    assert str(caught.value).count("found:") == 1
    rule = written(tmp_path, UNREAD + "class Mine(BaseEstimator, Rule):\n" + RESTATED)
    assert (facts(rule), rule.options) == ((True, True, False, "test"), {"cut": 0.5})
    assert facts(written(tmp_path, UNREAD + "class Mine(Rule, BaseEstimator): pass\n")) == (
        False,
        True,
        False,
        "in_sample",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "class Mine: pass\n",
            ["line 1", "no subclass of Rule", "derive it from latefusion.fusion.rule.Rule"],
        ),
        ("class Mine(Rule): pass\n", ["line 1", "the base 'Rule'"]),
        (VOTE.replace("rules.majority", "rules.majorty") + "class Mine(MajorityVote): pass\n", ["line 2"]),
        (VOTE.replace("import Maj", "import Myj") + "class Mine(MyjorityVote): pass\n", ["line 2"]),
        ("from latefusion.rules.mine import Mine\nclass Mine(Mine): pass\n", ["line 2", "the base 'Mine'"]),
        (VOTE + "class Mine(object, MajorityVote): pass\n", ["line 2", "bases that Python can order"]),
    ],
)
def test_a_base_that_leads_nowhere_is_refused(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        written(tmp_path, text, "majority_vote")
    assert [word for word in ("mine.py", *words) if word not in str(caught.value)] == []


IN_NO_WORDS = "from latefusion.fusion.rule import Rule\nWHY = True\nclass Mine(Rule):\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "    def __init__(self, *, random_state=None,\n        cut=float('inf')): pass\n",
            ["line 5", "float('inf')", "as the default of the option cut", "a default may be None"],
        ),
        ("    learns = WHY\n", ["line 4", "'WHY' as learns", "write the value itself"]),
    ],
)
def test_what_must_be_computed_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        written(tmp_path, IN_NO_WORDS + text)
    assert [word for word in ("mine.py", *words) if word not in str(caught.value)] == []


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


BOTH = """
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.rule import Rule


class Mine(Rule):
    learns = True


class MineOfTargets(RegressionRule):
    def __init__(self, *, random_state=None, power=2.0):
        pass
"""


def test_a_file_may_serve_classes_and_targets_each_with_options_of_its_own(tmp_path):
    (tmp_path / "mine.py").write_text(BOTH)
    classes, targets = (read_rules(tmp_path, task)["mine"] for task in ("classes", "targets"))
    assert (classes.task, classes.learns, classes.options) == ("classes", True, {})
    assert (targets.task, targets.learns, targets.options) == ("targets", False, {"power": 2.0})


def test_a_file_that_serves_the_other_task_alone_is_passed_over():
    of_classes, of_targets = read_rules(FOLDER), read_rules(FOLDER, "targets")
    assert "bates_granger" not in of_classes
    assert "product" not in of_targets
    assert of_classes.keys() & of_targets.keys() == {"mean", "median", "mlp", "random_forest"}


def test_two_rules_for_one_task_in_a_file_are_refused(tmp_path):
    (tmp_path / "mine.py").write_text(BOTH + "\n\nclass Other(MineOfTargets):\n    pass\n")
    assert read_rules(tmp_path)["mine"].learns
    with pytest.raises(InputError, match="2 public classes"):
        read_rules(tmp_path, "targets")
