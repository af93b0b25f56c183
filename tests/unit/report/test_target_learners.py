"""The section of learners on the page of numbers: which was chosen how often, and how good each one is."""

import json
from dataclasses import replace

import pytest

from latefusion.report.sections.targets.learners import section
from latefusion.report.target_page import render
from latefusion.report.target_results import read_target_results
from target_results import made_up


def results_of(folder, models):
    sources, config = made_up(folder, groups=60)
    files = []
    for partition, views in models.items():
        place = folder / partition / "models"
        place.mkdir(parents=True)
        for name, facts in views.items():
            files.append(place / f"{name}.json")
            files[-1].write_text(json.dumps(facts), encoding="utf-8")
    return read_target_results(replace(sources, models=files), config)


def facts(learner, mse, variance=4.0, **more):
    said = {name: {"mse": one, "variance": variance} for name, one in mse.items()}
    return {"learner": learner, "targets": said, **more}


def cells(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_one_learner_has_what_its_view_has(tmp_path):
    mse = {"valence": 3.0, "arousal": 2.0}
    results = results_of(tmp_path, {"given": {"audio": facts("ridge", mse), "text": facts("ridge", mse)}})
    part = section(results)
    assert part.sentences == []
    rows = cells(part.tables[0])
    assert [row[:5] for row in rows] == [
        ["audio", "ridge", "1 of 1", "0.250", "0.500"],
        ["text", "ridge", "1 of 1", "0.250", "0.500"],
    ]
    tested = results.best.metric("audio", "valence")["value"]
    assert part.tables[0].rows[0][5].value == pytest.approx(tested)
    assert 'id="learners"' in render(results)


def test_of_several_learners_it_is_said_which_was_chosen_in_how_many_training_parts(tmp_path):
    def chosen(name):
        mse = {"audio.ridge": {"valence": 3.0, "arousal": 2.0}, "audio.svr": {"valence": 2.0, "arousal": 4.0}}
        candidates = {one: {"error": 0.6, "mse": own} for one, own in mse.items()}
        return facts("x", mse[name], chosen=name, candidates=candidates)

    results = results_of(tmp_path, {"given": {"audio": chosen("audio.svr")}})
    part = section(results)
    assert part.sentences == ["audio is learned by svr, of 2\u00a0learners that were tried."]
    assert [row[:5] for row in cells(part.tables[0])] == [
        ["audio", "ridge", "0 of 1", "0.250", "0.500"],
        ["audio", "svr", "1 of 1", "0.500", "0.000"],
    ]


def test_no_model_no_section(tmp_path):
    assert section(results_of(tmp_path, {})) is None
