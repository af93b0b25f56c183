"""Prose is reworded, data are not."""

from latefusion.report.components import Cell, Column, Figure, Section, Table, text
from latefusion.report.rewording import reworded


def test_prose_speaks_of_models_and_cells_of_what_they_hold():
    section = Section("who", "Missing modalities", sentences=["the best single modality, not modality_a"])
    section.tables.append(
        Table("t", "Each modality.", [Column("Modality", "modality", "text")], [[text("modality")]])
    )
    section.facts["kinds"] = [("single modality", 2, "triangle-up")]
    found = reworded(section)
    assert (found.id, found.title) == ("who", "Missing models")
    assert found.sentences == ["the best single model, not modality_a"]
    assert found.facts["kinds"] == [("single model", 2, "triangle-up")]
    (table,) = found.tables
    assert (table.caption, table.columns[0].title, table.columns[0].name) == (
        "Each model.",
        "Model",
        "modality",
    )
    assert table.rows == [[Cell("modality", "modality")]]
    assert section.title == "Missing modalities"


def test_notes_below_a_cell_and_titles_of_a_chart_are_prose_its_data_are_not():
    spec = {
        "encoding": {"x": {"field": "modality", "title": "items of the modality"}},
        "datasets": {"d": [{"modality": "modality", "label": "single modality"}]},
        "layer": [{"encoding": {"tooltip": [{"field": "modality", "title": "modality"}]}}],
    }
    found = reworded(Figure("f", "Every modality", "The modalities.", spec, "Bars of modalities"))
    assert (found.title, found.caption) == ("Every model", "The models.")
    assert found.spec["encoding"]["x"] == {"field": "modality", "title": "items of the model"}
    assert found.spec["layer"][0]["encoding"]["tooltip"] == [{"field": "modality", "title": "model"}]
    assert found.spec["datasets"] == spec["datasets"]
    assert reworded(text("modality", note="best single modality")) == Cell(
        "modality", "modality", note="best single model"
    )
