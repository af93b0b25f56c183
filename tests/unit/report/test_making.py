"""The graph of the workflow on the page."""

import re

from latefusion.report.making import EDGES, STAGES
from settings import ROOT


def test_every_arrow_is_one_that_snakemake_draws():
    drawn = (ROOT / "README.md").read_text()
    arrows = {
        (start.removesuffix("_given"), end.removesuffix("_given"))
        for start, end in re.findall(r"^ +([a-z_]+) --> ([a-z_]+)$", drawn, re.M)
    }
    there = {name for arrow in arrows for name in arrow}
    shown = [arrow for arrow in EDGES if {*arrow} <= there]
    assert len(shown) >= 9
    assert [arrow for arrow in shown if arrow not in arrows] == []


def test_every_arrow_joins_rules_that_are_drawn():
    boxes = {name for stage in STAGES for name, _ in stage}
    assert {name for arrow in EDGES for name in arrow} == boxes
