"""What to distrust: a headline needs evidence."""

import dataclasses

import pytest

from latefusion.report.reading import read_results
from latefusion.report.sections.distrust import distrust
from made_up_results import MadeUp

SPLIT = "Accuracies on the given split"


def changed_groups(results, **groups):
    dataset = results.dataset | {"groups": results.dataset["groups"] | groups, "duplicates": {"across": 0}}
    return dataclasses.replace(results, dataset=dataset, checks=[])


def with_lookup(results, low):
    """The look-up of the group right for 40 %, with an interval that begins at `low`."""
    protocols = {}
    for name, tables in results.protocols.items():
        rows = [
            row | {"value": 0.4, "low": low, "high": 0.5}
            if row["model"] == "group_lookup" and row["metric"] == "accuracy"
            else row | {"value": 0.3}
            if row["model"] == "majority" and row["metric"] == "accuracy"
            else row
            for row in tables.rows["metrics"]
        ]
        protocols[name] = dataclasses.replace(tables, rows=tables.rows | {"metrics": rows, "per_class": []})
    return dataclasses.replace(results, protocols=protocols, across={})


@pytest.mark.parametrize(
    ("area", "headline", "said"),
    [
        (0.71, "Accuracy by itself.", "Something was learned even so: the AUROC of selected is 0.83"),
        (0.45, "Whether anything was learned.", "(accuracy 90.7\u00a0%)."),
    ],
)
def test_a_commonest_class_that_is_not_beaten_is_no_doubt_of_what_the_auroc_shows(
    results, area, headline, said
):
    changed = {
        ("majority", "accuracy"): {"value": 0.907, "low": 0.85, "high": 0.95},
        ("selected", "auroc"): {"value": 0.83, "low": area, "high": 0.95},
    }
    below = {"value": 0.7, "low": 0.6, "high": 0.8}
    tables = results.best
    rows = [
        row
        | changed.get((row["model"], row["metric"]), below if row["metric"] == "accuracy" else {"low": 0.4})
        for row in tables.rows["metrics"]
    ]
    changed_tables = dataclasses.replace(tables, rows=tables.rows | {"metrics": rows, "comparisons": []})
    answer = distrust(changed_groups(results, test_items_seen=0), changed_tables)
    assert answer.verdict == headline
    assert said in answer.text


@pytest.mark.parametrize(
    ("low", "headline", "tone"),
    [
        (0.35, f"{SPLIT}: the artist alone tells something of the class.", "unsure"),
        (0.25, "Nothing grave.", "yes"),
    ],
)
def test_groups_on_both_sides_are_a_headline_where_knowing_them_is_worth_something(
    results, low, headline, tone
):
    found = with_lookup(changed_groups(results, test_items_seen=1), low)
    answer = distrust(found, found.best)
    assert (answer.verdict, answer.tone) == (headline, tone)
    assert "1 of 60\u00a0test items (2\u00a0%) has its artist in training." in answer.text


def test_a_leak_that_is_measured_and_is_nothing_is_said_to_be_nothing(results):
    found = with_lookup(changed_groups(results, test_items_seen=50), 0.25)
    row = {"claimed": "honest", "honest": "cross", "subset": "given_test", "metric": "accuracy"}
    row |= {"model": "selected", "difference": -0.01, "low": -0.05, "high": 0.03, "verdict": "not shown"}
    found.across["leaks"] = [row]
    told = distrust(found, found.best)
    assert told.verdict == "Nothing grave."
    assert "That this flatters selected is not shown" in told.text
    found.across["leaks"] = [row | {"difference": 0.05, "low": 0.01, "high": 0.09, "verdict": "flatters"}]
    told = distrust(found, found.best)
    assert told.verdict == "Accuracies on the given split: they reward knowing the artist."
    assert "flatters selected by +5.0 points" in told.text


@pytest.mark.parametrize(("across", "grave"), [(1, False), (9, True)])
def test_duplicates_are_a_headline_where_they_are_many(results, across, grave):
    found = with_lookup(changed_groups(results, test_items_seen=0), 0.25)
    found.dataset["duplicates"] = {"across": across}
    found.dataset["n"] = {"train": 500, "test": 200}
    answer = distrust(found, found.best)
    assert (answer.verdict == "Items that are in training and in test.") == grave
    assert ("have" if across > 1 else "has") + " the very embeddings" in answer.text


def test_cross_alone_says_nothing_of_the_split_of_the_files(tmp_path):
    made_up = MadeUp(tmp_path, n=(120, 60), protocols=("cross",))
    results = read_results(made_up.sources, made_up.config)
    answer = distrust(results, results.best)
    assert "given split" not in answer.verdict + answer.text
    assert "training item" not in answer.text


def test_a_run_of_the_notebook_s_way_alone_is_not_to_be_believed(tmp_path):
    made_up = MadeUp(tmp_path, n=(120, 60), protocols=("replica",))
    results = read_results(made_up.sources, made_up.config)
    assert distrust(results, results.best).verdict == "Every accuracy on this page."


def test_nothing_to_distrust_is_said_as_well(results):
    found = with_lookup(changed_groups(results, test_items_seen=0), 0.25)
    answer = distrust(found, found.best)
    assert (answer.verdict, answer.text) == ("Nothing that was looked for.", "No check found a fault.")


def test_an_error_of_the_checks_is_never_passed_over(results):
    found = with_lookup(changed_groups(results, test_items_seen=0), 0.25)
    found.checks.append(
        {"severity": "error", "code": "majority_not_beaten", "protocol": "cross", "sentence": "None learns."}
    )
    answer = distrust(found, found.best)
    assert answer.verdict == "Models that do not beat always saying the commonest class."
    assert (answer.text, answer.tone) == ("None learns.", "no")
