"""The simulation of the statistics: what it found is what was asked for, and it goes on where it stopped."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import known_truth, measure, simulated_cells


def test_what_was_simulated_last_is_within_what_is_asked():
    rows = measure.load("statistics")["rows"]
    assert {(row["what"], row["groups"]) for row in rows} >= set(known_truth.ASKED)
    for row in rows:
        least, most = known_truth.ASKED.get((row["what"], row["groups"]), (0, 100))
        for name, share in row["found"].items():
            assert least <= 100 * share <= most, (row, name)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A simulation of one cell that counts how often it is asked for, and keeps its results aside."""
    asked = []

    def simulate(groups, correlation, sets, draws, seed):
        asked.append((groups, correlation))
        return {"accuracy": 0.95}

    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    monkeypatch.setattr(known_truth, "PLAN", {"coverage": (simulate, (50, 160), 100)})
    monkeypatch.setattr(simulated_cells, "ProcessPoolExecutor", lambda _: ThreadPoolExecutor(1))
    return asked


def test_cells_that_are_there_are_not_simulated_again(small, tmp_path):
    first = known_truth.run(tmp_path)
    assert small == [(50, 0.0), (50, 0.3), (160, 0.0), (160, 0.3)]
    measure.save("statistics", {"seed": 0, "rows": first["rows"][1:]})
    again = known_truth.run(tmp_path)
    assert small[4:] == [(50, 0.0)]
    assert again == first


@pytest.mark.parametrize("change", [{"code": "older"}, {"sets": 99}])
def test_cells_of_other_code_or_of_too_few_data_sets_are_simulated_anew(small, tmp_path, change):
    first = known_truth.run(tmp_path)
    measure.save("statistics", {"seed": 0, "rows": [first["rows"][0] | change, *first["rows"][1:]]})
    assert known_truth.run(tmp_path) == first
    assert small[4:] == [(50, 0.0)]


def test_the_section_shows_what_was_found_beside_what_is_asked():
    row = {"what": "coverage", "groups": 300, "sets": 2500, "draws": 2000}
    text = "\n".join(
        known_truth.section(
            {
                "rows": [
                    row | {"correlation": correlation, "found": {"macro_f1": share}}
                    for correlation, share in ((0.0, 0.95), (0.3, 0.936))
                ]
            }
        )
    )
    assert "2,500 data sets a cell, 2,000 draws" in text
    assert "| 95 % intervals hold the true macro-F1 | 300 | 95.0 ± 0.4 | 93.6 ± 0.5 | 93 to 97 |" in text
