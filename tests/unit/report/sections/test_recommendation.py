"""Which rule is recommended, for every way that a comparison can end."""

import dataclasses

import pytest

from latefusion.report.sections.gain import helps
from latefusion.report.sections.recommendation import which
from latefusion.report.vocabulary import recommended


@pytest.mark.parametrize(
    ("accuracy", "log_loss", "use", "tone"),
    [
        ("better", "not shown", "{rule}.", "yes"),
        ("not shown", "not shown", "Not settled: {rule}, or {alone} alone.", "unsure"),
        (
            "negligible",
            "not shown",
            "{alone} alone: fusing gains next to nothing, if it does not harm.",
            "no",
        ),
        ("not shown", "better", "{rule}, for its probabilities.", "yes"),
        ("worse", "better", "{alone} alone, or {rule} for its probabilities.", "unsure"),
        ("worse", "not shown", "No rule: use {alone} alone.", "no"),
        ("same", "not shown", "{alone} alone.", "no"),
    ],
)
def test_the_recommendation_follows_the_verdict(results, ended, accuracy, log_loss, use, tone):
    tables = ended(accuracy, log_loss)
    answer = which(results, tables)
    assert answer.verdict == use.format(rule=recommended(tables), alone=tables.reference)
    assert answer.tone == tone
    assert "confidence set" not in answer.text


def test_models_that_lack_the_metric_are_not_compared_and_none_is_said_to_be_absent(results):
    rows = results.best.rows | {"comparisons": []}
    tables = dataclasses.replace(results.best, rows=rows)
    said = f"there is no accuracy of both {tables.lead} and {tables.reference} to compare"
    for answer in (which(results, tables), helps(results, tables)):
        assert answer.verdict == "Not known."
        assert said in answer.text


def test_a_rule_that_was_not_picked_is_named_where_it_alone_is_shown_to_be_better(results, ended):
    answer = which(results, ended("not shown", others="better"))
    assert answer.verdict.endswith(", with care.")
    assert "shown to be better" in answer.text
    assert "the rule picked without test is not" in answer.text


def test_what_the_confidence_set_left_out_is_recommended_with_a_reason(results, ended):
    rule, alone = recommended(results.best), results.best.reference
    told = which(results, ended("better", **{rule: False})).text
    assert f"{rule} is not in the 95 % model confidence set" in told
    assert "it was picked without a look at test items" in told
    told = which(results, ended("worse", **{alone: False})).text
    assert f"{alone} is not in the 95 % model confidence set" in told
    assert "no rule is shown to be better than it" in told
