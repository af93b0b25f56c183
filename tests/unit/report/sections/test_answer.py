"""The three answers, for every way that a comparison can end."""

import dataclasses

import pytest

from latefusion.report.reading import read_results
from latefusion.report.sections.answer import distrust, helps, which
from made_up_results import MadeUp


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    made_up = MadeUp(tmp_path_factory.mktemp("answer"), n=(150, 60))
    return read_results(made_up.sources, made_up.config)


def ended(results, accuracy, log_loss="undecided"):
    """The same tables, had the comparisons of the lead ended otherwise."""
    tables = results.best
    rows = [
        row | {"verdict": {"accuracy": accuracy, "log_loss": log_loss}[row["metric"]]}
        if row["model"] == tables.lead and row["metric"] in ("accuracy", "log_loss")
        else row
        for row in tables.rows["comparisons"]
    ]
    return dataclasses.replace(tables, rows=tables.rows | {"comparisons": rows})


@pytest.mark.parametrize(
    ("accuracy", "log_loss", "use", "helped", "tone"),
    [
        ("better", "undecided", "log_logistic_regression.", "Yes, by", "yes"),
        ("undecided", "undecided", "No rule has shown a gain: use {} alone.", "Not shown.", "unsure"),
        ("undecided", "better", "log_logistic_regression.", "In its probabilities, not", "yes"),
        ("worse", "undecided", "No rule: use {} alone.", "No, it harms.", "no"),
        ("same", "undecided", "No rule has shown a gain: use {} alone.", "No: it decides as {} does.", "no"),
    ],
)  # fmt: skip
def test_the_verdicts_follow_the_comparison_with_the_best_single_modality(
    results, accuracy, log_loss, use, helped, tone
):
    tables = ended(results, accuracy, log_loss)
    name = tables.reference
    assert which(results, tables).verdict == use.format(name)
    answer = helps(tables)
    assert answer.verdict.startswith(helped.format(name))
    assert answer.tone == tone
    assert f"Against {name} alone" in answer.text


def test_what_could_have_been_seen_is_said_where_nothing_was(results):
    assert "is missed more than once in five times" in helps(ended(results, "undecided")).text
    assert "is missed" not in helps(ended(results, "better")).text


def test_groups_on_both_sides_are_what_to_distrust_first(results):
    answer = distrust(results, results.best)
    assert answer.verdict == "Accuracies on the split of the files: they reward knowing the artist."
    assert "2\u00a0test items have the very embeddings of a training item." in answer.text
    assert answer.tone == "no"


def test_a_run_of_the_notebook_s_way_alone_is_not_to_be_believed(tmp_path):
    made_up = MadeUp(tmp_path, n=(120, 60), protocols=("replica",))
    results = read_results(made_up.sources, made_up.config)
    assert distrust(results, results.best).verdict == "Every accuracy on this page."


def test_nothing_to_distrust_is_said_as_well(results):
    groups = results.dataset["groups"] | {"test_items_seen": 0}
    clean = dataclasses.replace(
        results, dataset=results.dataset | {"groups": groups, "duplicates": {"across": 0}}, across={}
    )
    tables = dataclasses.replace(results.best, rows=results.best.rows | {"per_class": []})
    assert distrust(clean, tables).verdict == "Nothing that was looked for."


def test_a_run_without_rules_recommends_none(tmp_path):
    made_up = MadeUp(tmp_path, n=(120, 60), rules=(), protocols=("honest",))
    results = read_results(made_up.sources, made_up.config)
    assert which(results, results.best).verdict == "No rule was run."
    assert helps(results.best).verdict == "Not known."
