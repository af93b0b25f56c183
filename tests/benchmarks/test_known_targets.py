"""The simulation of numbers: what it found is what was asked for, and the section says it."""

import pytest

from benchmarks import known_targets, measure


@pytest.fixture(scope="module")
def cells():
    rows = measure.load("target_statistics")["rows"]
    return {(row["what"], row["groups"]): row for row in rows}


def test_every_cell_was_simulated(cells):
    assert set(cells) == {(what, n) for what, (_, groups, _) in known_targets.PLAN.items() for n in groups}
    for (what, _), row in cells.items():
        assert row["sets"] >= known_targets.PLAN[what][2]


def test_intervals_cover_and_tests_reject_as_often_as_is_asked(cells):
    for (what, groups), row in cells.items():
        if what not in known_targets.ASKED or groups < known_targets.ENOUGH:
            continue
        least, most = known_targets.ASKED[what]
        for name in ("r2", "rmse", "ccc") if what == "coverage" else known_targets.TESTS:
            assert least <= 100 * row["found"][name] <= most, (groups, name)


def test_prediction_intervals_cover_in_each_fold(cells):
    found = dict(cells["held_out_groups", 160]["found"])
    error = found.pop("standard error")
    assert len(found) == 5
    for fold, share in found.items():
        assert share == pytest.approx(0.9, abs=0.01 + 3 * error), fold


def test_planted_weights_are_recovered_and_noise_has_next_to_none(cells):
    found = cells["weights", 3_100]["found"]
    for rule in ("bates_granger", "nnls_stacking"):
        own = [found[f"{rule}, modality {m}"] for m in (1, 2, 3)]
        assert own == pytest.approx([0.6, 0.4, 0.0], abs=0.02)
        assert own[-1] < known_targets.SMALL_WEIGHT
        assert found[f"{rule}, noise below 0.05"] > 0.95


def test_quadrants_are_within_a_point_of_the_formula(cells):
    found = cells["quadrants", 3_880]["found"]
    assert 100 * abs(found["accuracy"] - found["formula"]) < known_targets.POINTS


def test_the_section_shows_what_is_there():
    row = {"what": "coverage", "groups": 160, "sets": 2500, "draws": 2000}
    found = dict.fromkeys(known_targets.METRICS, 0.936)
    text = "\n".join(known_targets.section({"rows": [row | {"correlation": 0.28, "found": found}]}))
    assert "| 95 % intervals hold CCC |  |  | 93.6 ± 0.5 |  |" in text
    assert "92 to 97 % of 95 % intervals" in text
