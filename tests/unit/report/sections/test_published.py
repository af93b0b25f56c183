"""Published figures on the page: there where the data are the notebook's."""

import pytest

from latefusion.evaluation.tables.published import CLASSES, DIMENSIONS, SUPPORT, N, published_rows
from latefusion.report.page import render
from latefusion.report.reading import read_results
from latefusion.report.sections.published import tables
from made_up_results import MadeUp

DATASET = {
    "classes": [{"name": name, "test": n} for name, n in zip(CLASSES, SUPPORT, strict=True)],
    "n": dict(N),
    "modalities": {"text": {"dimension": DIMENSIONS["lyrics"]}, "audio": {"dimension": DIMENSIONS["audio"]}},
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    made_up = MadeUp(tmp_path_factory.mktemp("results"))
    return read_results(made_up.sources, made_up.config)


@pytest.fixture(scope="module")
def results(plain):
    for name, protocol in plain.protocols.items():
        empty = {"low": None, "high": None, "true": None, "predicted": None}
        rows = published_rows(name, DATASET, protocol.rows)
        protocol.rows["published"] = [empty | row for row in rows]
    return plain


def test_other_data_have_no_such_section(tmp_path):
    made_up = MadeUp(tmp_path, protocols=("honest",))
    found = read_results(made_up.sources, made_up.config)
    assert tables(found) == []
    assert "Beside the published figures" not in render(found)


def test_each_published_figure_has_a_column_for_each_protocol(results):
    figures, *_ = tables(results)
    names = [column.name for column in figures.columns]
    assert names == ["model", "measure", "published", "replica", "honest", "cross"]
    row = next(
        row for row in figures.rows if (row[0].value, row[1].value) == ("max_confidence", "accuracy in test")
    )
    assert row[2].text == "45.0\u00a0%"
    for place, protocol in enumerate(("replica", "honest", "cross"), 3):
        subset = "given_test" if protocol == "cross" else "all"
        measured = results.protocols[protocol].metric("max_confidence", "accuracy", subset)
        assert row[place].value == measured["value"]
        assert f"n = {measured['n']}" in row[place].note
    assert "honest: The split is the same" in figures.note
    assert "cross: The songs are the same, the split is not" in figures.note


def test_published_matrices_stand_beside_ours(results):
    _, *matrices = tables(results)
    assert [one.id for one in matrices] == ["published-text", "published-audio", "published-max_confidence"]
    cell = matrices[1].rows[3][2]
    own = results.protocols["replica"].one(
        "confusion", subset="all", model="audio", true="Sad", predicted="Happy"
    )
    assert (cell.text, cell.value) == ("277", 277)
    assert cell.note == f"here {round(own['count'])}"


def test_the_page_shows_them(results):
    page = render(results)
    assert "Beside the published figures" in page
    assert 'id="published-max_confidence"' in page
