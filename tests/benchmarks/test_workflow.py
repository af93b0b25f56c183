"""Another commit that took its turns stands beside this one, each figure under its own heading."""

from benchmarks import workflow

NAME = "with cross"


def runs(*costs):
    return [
        {"wall": wall, "processor": processor, "peak_mb": 900.0, "load_before": 1.0, "jobs": {}}
        for wall, processor in costs
    ]


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_least_of_each_ones_runs_is_compared_on_the_clock_and_by_processor_seconds(monkeypatch):
    monkeypatch.setattr(workflow, "load", lambda _: {"stages": {"all": {"processor": 1200.0}}})
    against = {"commit": "0123456789abcdef", "runs": {NAME: runs((60.0, 100.0), (50.0, 120.0))}}
    result = {"runs": {NAME: runs((20.0, 40.0), (25.0, 30.0))}, "against": against}
    head, rule, row = workflow.section(result)[4].splitlines()
    assert set(cells(rule)[1:]) == {"---:"}
    assert dict(zip(cells(head), cells(row), strict=True)) == {
        "protocols": NAME,
        "runs of each": "2",
        "0123456, s": "50.0",
        "here, s": "20.0",
        "notebook / 0123456": "24",
        "notebook / here": "60",
        "0123456 / here": "2.5",
        "0123456, processor s": "100",
        "here, processor s": "30.0",
        "notebook / 0123456, processor": "12.0",
        "notebook / here, processor": "40",
        "0123456 / here, processor": "3.3",
    }


def test_without_another_commit_there_is_nothing_beside():
    ours = {"runs": {NAME: runs((20.0, 40.0))}}
    assert len(workflow.section(ours)) + 2 == len(
        workflow.section({**ours, "against": {"commit": "0" * 40, "runs": ours["runs"]}})
    )
    assert workflow.section(ours) == workflow.section({**ours, "against": {"commit": "0" * 40, "runs": {}}})
