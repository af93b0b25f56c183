"""The simulation of the intervals of proportions: what it found is what was asked for."""

from benchmarks import measure, proportions


def test_what_was_simulated_last_covers_as_often_as_is_asked():
    rows = measure.load("proportions")["rows"]
    cells = {(row["accuracy"], row["groups"], row["correlation"]) for row in rows}
    assert cells == {
        (accuracy, groups, correlation)
        for accuracy in proportions.ACCURACIES
        for groups in proportions.GROUPS
        for correlation in proportions.CORRELATIONS
    }
    for row in rows:
        assert 100 * row["covered"] >= proportions.ASKED, row
        assert row["points"] == 0, row
        assert 0 <= row["least"] < row["most"] <= 1, row


def test_the_section_shows_the_width_beside_the_coverage():
    row = {"accuracy": 0.97, "groups": 30, "points": 0, "least": 0.5, "most": 1}
    text = "\n".join(
        proportions.section(
            {
                "sets": 4000,
                "draws": 1000,
                "rows": [
                    row | {"correlation": correlation, "covered": covered, "width": width}
                    for correlation, covered, width in ((0.0, 0.99, 0.113), (0.3, 0.972, 0.141))
                ],
            }
        )
    )
    assert "| 97 | 30 | 99.0, 11.3 wide | 97.2, 14.1 wide |" in text
