"""The ranking: its order, its axis, its marks."""

import dataclasses

import pytest

from latefusion.report.sections.ranking import _Axis, ranking


def row(value, low, high):
    return {"value": value, "low": low, "high": high}


def test_the_axis_reaches_as_far_as_the_models_near_the_best():
    axis = _Axis([row(0.5, 0.48, 0.52), row(0.47, 0.44, 0.5), row(0.2, 0.18, 0.22)])
    assert axis.cut
    assert 0.43 < axis.low < 0.44
    assert 0.52 < axis.high < 0.53
    near, far = axis.bar(row(0.47, 0.44, 0.5), 0.5, "plain"), axis.bar(row(0.2, 0.18, 0.22), 0.5, "plain")
    assert 0 < near.low < near.at < near.high <= near.guide < 100
    assert (far.at, far.low, far.high) == (None, None, None)


def test_an_interval_that_leaves_the_axis_ends_there():
    bar = _Axis([row(0.5, 0.48, 0.52)]).bar(row(0.49, 0.1, 0.9), None, "plain")
    assert (bar.low, bar.high, bar.guide) == (0, 100, None)


def test_one_model_without_interval_has_an_axis():
    axis = _Axis([row(0.5, None, None)])
    assert 0 < axis.bar(row(0.5, None, None), None, "plain").at < 100


@pytest.fixture(scope="module")
def table(results):
    return results, ranking(results, results.best)


def column(table, name):
    place = [one.name for one in table.columns].index(name)
    return [cells[place] for cells in table.rows]


def test_models_stand_by_accuracy_with_interval_gain_and_mark(table):
    results, shown = table
    accuracy = column(shown, "accuracy")
    assert [cell.value for cell in accuracy] == sorted((cell.value for cell in accuracy), reverse=True)
    assert all(cell.low <= cell.value <= cell.high for cell in accuracy)
    inside = {row["model"] for row in results.best.models if row["in_confidence_set"]}
    names = [cell.value for cell in column(shown, "model")]
    marks = column(shown, "in_confidence_set")
    marked = {name for name, cell in zip(names, marks, strict=True) if cell.mark == "tied"}
    assert marked == inside != set()
    gain = dict(zip(names, column(shown, "difference"), strict=True))
    assert gain[results.best.reference].text == "reference"
    assert gain["mean"].low <= gain["mean"].value <= gain["mean"].high


def test_a_tied_model_that_is_worse_than_the_reference_says_both(results, ended):
    shown = ranking(results, ended("worse"))
    names = [cell.value for cell in column(shown, "model")]
    cell = column(shown, "in_confidence_set")[names.index("selected")]
    assert (cell.mark, cell.note) == ("tied", f"though worse than {results.best.reference} by itself")


def test_ten_models_are_shown_at_once_and_what_the_page_speaks_of(results):
    more = [row | {"model": f"other {k}"} for row in results.best.models[-1:] for k in range(20)]
    tables = dataclasses.replace(
        results.best, rows=results.best.rows | {"models": [*results.best.models, *more]}
    )
    shown = ranking(results, tables)
    names = [cell.value for cell in column(shown, "model")]
    first = {names[at] for at in shown.first}
    assert {"selected", "text", "audio", "majority", "group_lookup"} <= first
    assert len(first) + shown.rest == len(names)
    assert shown.rest >= 20


def test_what_was_picked_without_test_stands_out_and_says_what_it_stands_for(table):
    _, shown = table
    (strong,) = shown.strong
    assert shown.rows[strong][0].value == "selected"
    assert shown.rows[strong][0].note == "picked without test: log_logistic_regression in 4 of 5"
