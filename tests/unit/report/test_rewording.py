"""Prose is reworded, data are not."""

from latefusion.report.components import Cell, Column, Section, Table, text
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
