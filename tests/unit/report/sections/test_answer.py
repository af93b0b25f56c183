"""The key figures beside the answer."""

import copy

import pytest

from latefusion.report.reading import read_results
from latefusion.report.sections.answer import key_figures
from latefusion.report.sections.gain import helps
from latefusion.report.sections.recommendation import which
from made_up_results import MadeUp


def titles(results):
    return [one["title"] for one in key_figures(results, results.best)]


def test_a_claim_is_shown_only_of_a_rule_that_the_notebook_has(results):
    results = copy.deepcopy(results)
    assert "Claimed, the notebook’s way" not in titles(results)
    for partition in results.best.learned["selected"]["partitions"].values():
        partition["chosen"] = "mlp"
    assert "Claimed, the notebook’s way" not in titles(results)  # mlp was not run
    for partition in results.best.learned["selected"]["partitions"].values():
        partition["chosen"] = "random_forest"
    assert "Claimed, the notebook’s way" in titles(results)


def test_a_rule_that_was_not_picked_is_not_called_picked(tmp_path):
    made_up = MadeUp(tmp_path, n=(120, 60), rules=("mean",), protocols=("honest",))
    results = read_results(made_up.sources, made_up.config)
    assert "Fusion (mean)" in titles(results)
    assert which(results, results.best).text.startswith("The only rule, mean, is right for")


def test_a_run_without_rules_recommends_none(tmp_path):
    made_up = MadeUp(tmp_path, n=(120, 60), rules=(), protocols=("honest",))
    results = read_results(made_up.sources, made_up.config)
    assert which(results, results.best).verdict == "No rule was run."
    assert helps(results, results.best).verdict == "Not known."


@pytest.mark.parametrize(
    ("metric", "told"), [("macro_f1", "has a macro-F1 of 0."), ("log_loss", "has a log loss of ")]
)
def test_headline_and_ranking_name_the_metric(results, metric, told):
    results = copy.deepcopy(results)
    results.config["evaluation"]["metric"] = metric
    assert told in which(results, results.best).text
    assert f"fusion changes {results.metric.title} by" in helps(results, results.best).text
