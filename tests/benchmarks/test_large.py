"""The time and memory from a table of a million rows to probabilities are those of all its parts."""

from benchmarks import large


def test_time_is_added_up_and_the_largest_process_counts():
    million = {
        "wall": 100.0,
        "peak_mb": 500.0,
        "bytes": 3_100_000_000,
        "rows": 1_000_000,
        "svm": {"wall": 400.0, "peak_mb": 6300.0},
        "jobs": {},
    }
    last = large.section({"million": million})[1].splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == [
        "**from Parquet to probabilities**",
        "",
        "",
        "500",
        "6,300",
    ]
