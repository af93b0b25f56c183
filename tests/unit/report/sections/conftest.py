"""One set of made-up results for the tests of sections, and how a test has its comparisons end otherwise."""

import dataclasses

import pytest

from latefusion.report.reading import read_results
from made_up_results import MadeUp


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    made_up = MadeUp(tmp_path_factory.mktemp("sections"), n=(150, 60))
    return read_results(made_up.sources, made_up.config)


@pytest.fixture
def ended(results):
    """Return the same tables, had the comparisons of the lead, and of the others, ended otherwise."""

    def end(accuracy, log_loss="not shown", others="not shown", **inside):
        tables = results.best
        by_lead = {"accuracy": accuracy, "log_loss": log_loss}
        comparisons = [
            row
            | {"low": row["low"] - 0.1, "high": row["high"] + 0.1}
            | {"verdict": by_lead.get(row["metric"], others) if row["model"] == tables.lead else others}
            for row in tables.rows["comparisons"]
        ]
        members = [row | {"in_set": inside.get(row["model"], True)} for row in tables.rows["confidence_set"]]
        rows = tables.rows | {"comparisons": comparisons, "confidence_set": members}
        return dataclasses.replace(tables, rows=rows)

    return end
