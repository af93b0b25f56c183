"""Claimed against honest: the loss that is named is one that is shown, where one is."""

import dataclasses

import pytest

from latefusion.report.sections import claims


def with_losses(results, shown):
    """From `replica` to `honest` the first rule loses most and the rest less; `shown` of the rest surely."""
    rows, place = [], 0
    for row in results.across["leaks"]:
        if (row["claimed"], row["honest"], row["metric"], row["kind"]) == (
            "replica",
            "honest",
            "accuracy",
            "rule",
        ):
            sure = 0 < place <= shown
            change = {"difference": 0.09 - 0.01 * place, "verdict": "flatters" if sure else "not shown"}
            row, place = row | change, place + 1
        rows.append(row)
    return dataclasses.replace(results, across=results.across | {"leaks": rows})


@pytest.mark.parametrize(
    ("shown", "told", "points"),
    [(0, "the largest observed is that of", 9), (1, "it is that of", 8), (2, "the largest is that of", 8)],
)
def test_a_loss_that_is_shown_is_named_before_a_larger_one_that_is_not(results, shown, told, points):
    sentence = claims.section(with_losses(results, shown)).sentences[0]
    assert sentence.startswith("From replica to honest")
    assert told in sentence
    assert f" {points}.0 points (95 % interval" in sentence
