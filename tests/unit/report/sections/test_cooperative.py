"""What the page says of cooperative learning: where between early and late, and how much it matters."""

from types import SimpleNamespace

import pytest

from latefusion.report.results import Tables
from latefusion.report.sections.cooperative import section


def row(rho, error, *, chosen=False, partition="given", penalty=1.0):
    return {
        "model": "mixed",
        "partition": partition,
        "rho": rho,
        "penalty": penalty,
        "squared_error": error,
        "chosen": chosen,
        "at_edge": None,
    }


def page(*rows):
    return section(SimpleNamespace(best=Tables("honest", {"cooperative": list(rows)})))


def test_without_it_there_is_no_section():
    assert page() is None


@pytest.mark.parametrize(
    ("taken", "said"),
    [(0.0, "ρ = 0 was taken, early fusion"), (0.5, "between early and late"), (1.0, "taken, late fusion")],
)
def test_a_sentence_says_where_the_data_lie_and_how_much_that_matters(taken, said):
    errors = {rho: 0.4 if rho == taken else 0.5 for rho in (0.0, 0.5, 1.0)}
    part = page(*(row(rho, error, chosen=rho == taken) for rho, error in errors.items()))
    (sentence,) = part.sentences
    assert said in sentence
    assert sentence.endswith("held out goes from 0.400 to 0.500, by 20.0\u00a0%.")


def test_over_several_training_parts_losses_are_means_and_choices_are_counted():
    part = page(
        row(0.0, 0.4, chosen=True, partition="a", penalty=10.0),
        row(0.3, 0.5, partition="a"),
        row(0.0, 0.6, partition="b"),
        row(0.3, 0.5, chosen=True, partition="b"),
    )
    (sentence,) = part.sentences
    assert "of 2\u00a0training parts, ρ = 0 in 1 and ρ = 0.3 in 1 was taken" in sentence
    assert "from early fusion to between both" in sentence
    assert "goes from 0.500 to 0.500, by 0.0\u00a0%" in sentence
    (table,) = part.tables
    assert [[cell.text for cell in line] for line in table.rows] == [
        ["mixed", "0", "early fusion (additive)", "1, 10", "0.500", "taken in 1 of 2 training parts"],
        ["mixed", "0.3", "between", "1", "0.500", "taken in 1 of 2 training parts"],
    ]
    assert table.strong == {0, 1}


def test_the_chart_has_a_point_for_each_weight_on_an_axis_from_early_to_late():
    part = page(row(0.0, 0.5), row(0.5, 0.45, chosen=True), row(1.0, 0.5))
    (chart,) = part.figures
    assert "mixed 0.450 at ρ = 0.5, taken" in chart.description
    axis = chart.spec["layer"][0]["encoding"]["x"]
    assert axis["axis"]["title"] == "ρ, from 0, early (additive), to 1, late (separate fits)"
    assert axis["scale"]["domain"] == [0, 1]
