"""The graph of the workflow on the page."""

import re

import pytest

from documents import section
from latefusion.report.workflow_graph import EDGES, HEIGHT, OPTIONAL, PREDICTED, STAGES, WIDTH, graph

EVERY = [name for stage in STAGES for name, _ in stage]


def test_every_arrow_is_one_that_snakemake_draws():
    drawn = section("rulegraph")
    arrows = {
        (start.removesuffix("_given"), end.removesuffix("_given"))
        for start, end in re.findall(r"^ +([a-z_]+) --> ([a-z_]+)$", drawn, re.M)
    }
    there = {name for arrow in arrows for name in arrow}
    shown = [arrow for arrow in EDGES if {*arrow} <= there]
    assert len(shown) >= 9
    assert [arrow for arrow in shown if arrow not in arrows] == []


def test_every_arrow_joins_rules_that_are_drawn():
    finished = {name for stage in PREDICTED for name, _ in stage}
    assert {name for arrow in EDGES for name in arrow} == {*EVERY} | finished


@pytest.mark.parametrize("jobs", [{}, dict.fromkeys(EVERY, 3), {"ingest": 2, "fuse": 4}])
def test_no_box_covers_another(jobs):
    boxes = graph(jobs)["boxes"]
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            assert abs(one["x"] - other["x"]) >= WIDTH or abs(one["y"] - other["y"]) >= HEIGHT


def test_rules_that_a_run_did_without_are_left_out():
    drawn = graph({"ingest": 2, "import_probabilities": 1})
    names = {box["name"]: box["what"] for box in drawn["boxes"]}
    assert {*names} & OPTIONAL == {"import_probabilities"}
    assert names["ingest"] == "2 jobs"
    assert names["evaluate"] == "one a protocol"


def test_finished_predictions_are_read_and_nothing_is_trained():
    names = [box["name"] for box in graph({}, predicted=True)["boxes"]]
    assert names == ["ingest_predictions", "fuse", "select_rule", "evaluate", "summarise", "report"]
    assert len(graph({}, predicted=True)["arrows"]) == len(names) - 1
