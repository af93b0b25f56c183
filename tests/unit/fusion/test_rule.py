"""The contract of a rule, and finding it by name."""

import ast
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

import latefusion.rules
from latefusion.core.errors import InputError
from latefusion.fusion.fuse import fuse
from latefusion.fusion.rule import Rule, rule_class
from latefusion.fusion.rule_errors import RuleError
from latefusion.planning.code_digest import Code
from latefusion.planning.rule_catalogue import read_rule
from worlds import NAMES, RULES, column, part, world

TRIMMED = '''
"""A rule that somebody dropped into the folder."""

import numpy as np

from latefusion.fusion.rule import Rule


class Power(Rule):
    """Mean of powers.

    Notes
    -----
    :formula: p_c ∝ mean over m of p_mc^a
    """

    def __init__(self, *, random_state=None, power: float = 2.0):
        super().__init__(random_state=random_state)
        self.power = power

    def _combine(self, P):
        return np.nanmean(P**self.power, axis=1)
'''

BARE = '''
import numpy as np

from latefusion.fusion.rule import Rule


class Bare(Rule):
    """Defines the contract's two methods by itself."""

    def fit(self, P, y, *, fold=None):
        return self

    def predict_proba(self, P):
        return {returned}
'''


@pytest.fixture
def drop_in(tmp_path, monkeypatch):
    """Drop a file into the folder of rules, which for the test has another folder beside it."""
    monkeypatch.setattr(latefusion.rules, "__path__", [*latefusion.rules.__path__, str(tmp_path)])

    def drop(name, text):
        monkeypatch.delitem(sys.modules, f"latefusion.rules.{name}", raising=False)
        (tmp_path / f"{name}.py").write_text(text)

    return drop


def test_a_file_dropped_into_the_folder_is_a_rule(drop_in, tmp_path):
    drop_in("power", TRIMMED)
    one = part(n=60)
    table = fuse("power", {"power": 1}, [one], protocol="honest", seed=0).table
    assert column(table) == pytest.approx(column(fuse("mean", {}, [one], protocol="honest", seed=0).table))
    facts = read_rule(tmp_path / "power.py")
    assert (facts.learns, facts.probabilistic, dict(facts.options)) == (False, True, {"power": 2.0})


def test_a_rule_may_define_the_two_methods_of_the_contract_alone(drop_in):
    drop_in("bare", BARE.format(returned="P[:, 0]"))
    one = part(n=60)
    table = fuse("bare", {}, [one], protocol="honest", seed=0, robustness=False).table
    assert (column(table) == one.test["m0"].p).all()


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        ("2 * P[:, 0]", "which sum to 2, for the item 'i0' in the partition given"),
        ("P[:, 0] - 0.5", "for the item 'i0' in the partition given"),
        ("P[:, 0] * float('nan')", r"\[nan, nan, nan\], for the item 'i0'"),
        ("P[:, 0] / np.zeros(1)", r"\[inf, inf, inf\], for the item 'i0'"),
        ("P[0, :1]", r"an array of shape \(1, 3\) for \d+ items and 3 classes"),
        ("P[:, 0, 0]", r"an array of shape \(\d+,\) for"),
        ("None", "found:   None, in the partition given"),
        ("{'a': 1}", "dict .*no array of numbers"),
        ("np.where(np.arange(len(P))[:, None] == 3, np.nan, P[:, 0])", r"nan\], for the item 'i15'"),
    ],
)
def test_a_rule_that_returns_no_probabilities_is_told_the_item_and_the_values(drop_in, returned, found):
    drop_in("bare", BARE.format(returned=returned))
    with np.errstate(divide="ignore"), pytest.raises(RuleError, match=found) as refused:
        fuse("bare", {}, [part(n=60)], protocol="cross", seed=0)
    assert "bare.py" in str(refused.value)
    assert "finite numbers >= 0, one for each class" in str(refused.value)


@pytest.mark.parametrize("shape", ["(1, P.shape[2])", "(len(P), 1)", "P.shape[2]"])
def test_scores_that_only_broadcasting_would_fit_are_refused(drop_in, shape):
    """One row would have stood for every item."""
    drop_in("power", TRIMMED.replace("np.nanmean(P**self.power, axis=1)", f"np.ones({shape})"))
    with pytest.raises(RuleError, match="an array of shape"):
        fuse("power", {}, [part(n=60)], protocol="honest", seed=0)


def test_a_rule_that_forgets_missing_modalities_is_told_so(drop_in):
    drop_in("power", TRIMMED.replace("np.nanmean", "np.mean"))
    with pytest.raises(RuleError, match=r"P is NaN where m0 is missing: leave that out, as np\.nanmean"):
        fuse("power", {}, [part(n=60)], protocol="honest", seed=0)


def test_items_without_any_modality_ask_nothing_of_a_rule(drop_in):
    drop_in("bare", BARE.format(returned="np.nanmean(P, axis=1)"))
    one = part(n=60)
    empty = np.full_like(one.test["m0"].p, np.nan)
    none = {
        name: replace(view, p=np.where(np.arange(60)[:, None] == 2, empty, view.p))
        for name, view in one.test.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        table = fuse("bare", {}, [replace(one, test=none)], protocol="honest", seed=0, robustness=False).table
    assert column(table)[2] == pytest.approx(
        np.bincount(one.learn["m0"].label, minlength=3) / len(one.learn["m0"].label)
    )


BROKEN = (
    TRIMMED.replace("        return np.nanmean(P**self.power, axis=1)", "        return helper(P)")
    + """

def helper(P):
    return P[:, 7]
"""
)


def test_an_error_in_a_rule_names_its_file_and_line(drop_in, tmp_path, caplog):
    drop_in("broken", BROKEN)
    with pytest.raises(RuleError, match=r"IndexError: .*in helper") as refused:
        fuse("broken", {}, [part(n=60)], protocol="honest", seed=0)
    line = 1 + BROKEN.splitlines().index("    return P[:, 7]")
    assert str(refused.value).startswith(f"{tmp_path / 'broken.py'}, line {line}\n")
    assert "in _combine" in caplog.text


def test_an_option_that_a_rule_refuses_is_told_with_the_line_that_refuses_it(drop_in):
    drop_in(
        "power", TRIMMED.replace("        self.power = power", "        raise ValueError(f'not {power}')")
    )
    with pytest.raises(RuleError, match=r"ValueError: 'not -3' \(in __init__"):
        fuse("power", {"power": -3}, [part(n=60)], protocol="honest", seed=0)


def test_what_a_rule_says_of_itself_must_fit_into_json(drop_in):
    drop_in("power", TRIMMED + "\n    def learned(self):\n        return {'seen': {1, 2}}\n")
    with pytest.raises(RuleError, match=r"learned\(\) returned what JSON cannot hold: .*set"):
        fuse("power", {}, [part(n=60)], protocol="honest", seed=0)


def test_an_error_around_a_rule_is_not_put_down_to_it():
    with pytest.raises(ValueError, match="no row to learn from") as refused:
        fuse("linear_pool", {}, [gone(part(n=60))], protocol="honest", seed=0)
    assert not isinstance(refused.value, InputError)


def gone(one):
    """Return a partition in whose training part no item has any modality."""
    learn = {name: replace(view, p=np.full_like(view.p, np.nan)) for name, view in one.learn.items()}
    return replace(one, learn=learn)


def test_a_row_that_is_partly_no_number_is_a_failure_of_its_model_and_not_a_gap():
    one = part(n=60)
    p = one.test["m1"].p.copy()
    p[5, 1] = np.nan
    broken = replace(one, test={**one.test, "m1": replace(one.test["m1"], p=p)})
    with pytest.raises(ValueError, match=r"given, test part: m1 says .*nan.* of the item t5"):
        fuse("mean", {}, [broken], protocol="honest", seed=0)


def test_a_file_must_define_one_rule(drop_in):
    drop_in("two_rules", TRIMMED + "\n\nclass Other(Power):\n    pass\n")
    with pytest.raises(
        TypeError, match=r"rules/two_rules\.py must define exactly one subclass of Rule, not 2"
    ):
        rule_class("two_rules")


def test_helpers_of_a_rule_may_be_rules_themselves(drop_in):
    drop_in("helped_rule", TRIMMED + "\n\nclass _Other(Power):\n    pass\n")
    assert rule_class("helped_rule").__name__ == "Power"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_from_the_file_is_what_the_class_has(name):
    facts, rule = read_rule(RULES / f"{name}.py"), rule_class(name)
    assert facts.reads_quality == rule.reads_quality
    assert (facts.learns, facts.probabilistic, facts.stochastic, facts.replica_source) == (
        rule.learns,
        rule.probabilistic,
        rule.stochastic,
        rule.replica_source,
    )
    made = rule(**facts.options)
    for option, default in facts.options.items():
        found = getattr(made, option)
        assert found == default
        assert facts.described[option]


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_says_formula_source_needs_ties_missing_and_shapes(name):
    assert list(read_rule(RULES / f"{name}.py").notes) == [
        "formula",
        "source",
        "needs",
        "ties",
        "missing",
        "shapes",
    ]


def test_the_rules_are_those_of_the_specification():
    specified = """
        mean product geometric_mean power_mean max_confidence min median majority_vote borda
        accuracy_weighted class_weighted_max weighted_vote entropy_weighted
        linear_pool class_weighted_linear_pool log_linear_pool llr_fusion quality_weighted greedy_ensemble
        logistic_regression random_forest mlp log_logistic_regression gradient_boosting mlp_log
        naive_bayes behaviour_knowledge_space decision_templates dempster_shafer nearest_output_profiles
    """
    assert set(NAMES) == set(specified.split())


def test_fusion_reaches_no_rule():
    scripts = RULES.parent.parent
    files, _ = Code(scripts).closure(RULES.parent / "fusion" / "fuse.py")
    assert not [file for file in files if file.parent == RULES]


@pytest.mark.parametrize("name", NAMES)
def test_fixed_and_weighted_rules_import_nothing_heavy(name):
    scripts = RULES.parent.parent
    _, distributions = Code(scripts).closure(RULES / f"{name}.py")
    heavy = {
        "random_forest": ["llvmlite", "numba", "scikit-learn"],
        "logistic_regression": ["scikit-learn"],
        "gradient_boosting": ["scikit-learn"],
        "mlp": ["scikit-learn", "torch"],
        "mlp_log": ["torch"],
    }.get(name, [])
    assert [one for one in distributions if one not in ("numpy", "threadpoolctl")] == heavy


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_file_imports_no_other_rule(name):
    tree = ast.parse((RULES / f"{name}.py").read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [module for module in imported if module and module.startswith("latefusion.rules")]


def test_shapes_that_do_not_fit_are_refused():
    P, y, fold, _, _ = world(30, 2, 3, seed=0)
    rule = rule_class("mean")()
    with pytest.raises(ValueError, match=r"probabilities \(30, 3\) \(not n, M, K\) for labels \(30,\)"):
        rule.fit(P[:, 0], y)
    with pytest.raises(ValueError, match=r"labels \(29,\)"):
        rule.fit(P, y[1:])
    with pytest.raises(ValueError, match=r"folds \(29,\)"):
        rule.fit(P, y, fold=fold[1:])


def test_a_rule_that_learns_needs_something_to_learn_from():
    nothing, y = np.full((4, 2, 3), np.nan), np.zeros(4, np.int32)
    with pytest.raises(ValueError, match="no row to learn from has any modality"):
        rule_class("linear_pool")().fit(nothing, y)
    assert rule_class("mean")().fit(nothing, y).predict_proba(nothing).tolist() == [[1, 0, 0]] * 4


def test_the_base_class_combines_nothing():
    P, y, _, _, _ = world(10, 2, 3, seed=0)
    with pytest.raises(NotImplementedError):
        Rule().fit(P, y).predict_proba(P)
