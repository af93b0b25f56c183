"""The page of numbers without a browser: its verdicts are true of the numbers beside them."""

import html
import json
import re

import numpy as np
import pyarrow as pa
import pytest

from latefusion.evaluation.targets.bridge import cells
from latefusion.evaluation.targets.checks import CHECKS
from latefusion.report.sections.checks import FAULTS
from latefusion.report.sections.targets import answer, bridge, divisions, making, predictions
from latefusion.report.sections.targets.published import FIGURES, published, standing
from latefusion.report.target_page import render, write_target_report
from latefusion.report.target_results import read_target_results
from target_results import made_up

EVIL = "</script><img src=x onerror=alert(1)>"


def results_of(folder, **more):
    return read_target_results(*made_up(folder, **more))


@pytest.fixture(scope="module")
def helped(tmp_path_factory):
    return results_of(
        tmp_path_factory.mktemp("helped"),
        say=lambda said: {
            "mean": said["audio"] / 2,
            "sum": 0.85 * (said["audio"] + said["text"]),
            "selected": 0.85 * (said["audio"] + said["text"]),
        },
    )


@pytest.fixture(scope="module")
def page(helped):
    return render(helped)


def specs(page):
    found = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, re.S)
    return {name: json.loads(text) for name, text in found}


def verdicts(results):
    return {one.label: one for one in answer.section(results).facts["answers"]}


def test_every_chart_keeps_to_the_schema_of_vega_lite(page):
    import altair

    found = specs(page)
    assert len(found) >= 7
    for spec in found.values():
        chart = {key: value for key, value in spec.items() if key != "usermeta"}
        altair.Chart.from_dict(chart) if "mark" in chart else altair.LayerChart.from_dict(chart)


def test_the_page_asks_for_nothing_from_elsewhere(page):
    assert not re.search(r'(?:src|href)="(?!#|data:)', re.sub(r"<script.*?</script>", "", page, flags=re.S))
    assert page.count("<script") == len(specs(page)) + 2


def test_a_gain_that_is_shown_is_told_with_its_interval(helped):
    told = verdicts(helped)["Does fusing help?"]
    row = helped.best.comparison("selected")
    assert told.verdict.startswith(f"Yes: +{row['r2_difference']:.3f} in R² (95 %: {row['r2_low']:.3f}")
    assert told.verdict.endswith("over audio alone.") or told.verdict.endswith("over text alone.")
    assert told.tone == "good"
    assert row["p_holm"] <= 0.05


def test_r2_of_each_target_stands_in_the_answer(helped):
    text = verdicts(helped)["Which rule?"].text
    for target in ("valence", "arousal"):
        row = helped.best.metric("selected", target)
        assert f"{target} {row['value']:.3f} (95 %: {row['low']:.3f}–{row['high']:.3f})" in text


@pytest.mark.parametrize(
    ("scale", "head"),
    [(None, "No: it says what "), (-1.0, "No, it does harm: −"), (1.02, "No gain that matters: ")],
)
def test_other_ways_that_a_comparison_can_end(tmp_path, scale, head):
    def say(said):
        own = said["text"] if scale is None else said["text"] * scale
        return {"mean": own, "sum": own, "selected": own}

    results = results_of(tmp_path, say=say, groups=400)
    assert verdicts(results)["Does fusing help?"].verdict.startswith(head)


def test_a_rule_on_one_modality_alone_fuses_nothing(tmp_path):
    def say(said):
        return {"mean": said["audio"], "sum": said["audio"] * 0.7, "selected": said["audio"] * 0.7}

    told = verdicts(results_of(tmp_path, say=say, singles=("audio",), groups=100))["Does fusing help?"]
    assert (told.verdict, told.text) == ("There is nothing to fuse.", "audio is the only modality.")


def test_few_items_leave_a_gain_open(tmp_path):
    results = results_of(tmp_path, groups=20, seed=4)
    told = verdicts(results)["Does fusing help?"]
    assert told.verdict.startswith("Not shown: ")
    assert "would mostly have been found" in told.text


def test_groups_that_could_show_nothing_are_said_to_be_too_few(tmp_path):
    told = verdicts(results_of(tmp_path, groups=12, seed=3))["Does fusing help?"]
    assert told.verdict.startswith("Not shown: ")
    assert "would mostly have been found" not in told.text
    assert "groups could not show any gain, however large." in told.text


def test_without_rules_the_page_speaks_of_the_best_modality(tmp_path):
    results = results_of(tmp_path, rules=())
    told = verdicts(results)
    assert told["Which rule?"].verdict.startswith("No rule was run; ")
    assert told["Does fusing help?"].verdict == "There is nothing to compare."
    assert "<h2" in render(results)


@pytest.mark.parametrize(
    "more", [{"targets": ("tempo",), "quadrants": False}, {"known": False}, {"singles": ("audio",)}]
)
def test_the_page_holds_for_one_target_no_groups_and_one_modality(tmp_path, more):
    page = render(results_of(tmp_path, **more))
    assert ("Beside the literature" in page) == ("targets" not in more)
    assert ("by how many items the artist has" in page) == more.get("known", True)
    assert "nan" not in re.sub(r"<script.*?</script>", "", page, flags=re.S).lower().split()
    assert "None" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)


def test_the_published_figures_stand_beside_the_models_and_what_is_from_memory_is_marked(helped):
    table = published(helped, helped.best)
    shown = [[cell.text for cell in row] for row in table.rows]
    assert len(shown) == len(FIGURES) + 3
    assert shown[0][2:] == ["0.179", "about 0.235"]
    assert shown[1][2:] == ["–", "about 0.03"]
    assert shown[2][2:] == ["0.219", "about 0.23"]
    assert shown[5][2:] == ["0.236", "0.190"]
    row = helped.best.metric("audio", "valence")
    assert shown[len(FIGURES)][2] == f"{row['value']:.3f}"
    assert "from memory" in table.note


def test_names_that_are_code_are_shown_as_text(tmp_path):
    page = render(results_of(tmp_path, names=EVIL))
    assert EVIL not in page
    assert html.escape(EVIL) in page


def perfect(items):
    """A classifier that is always right."""
    return pa.table(
        {"model": ["selected"] * len(items.item), "item": items.item, "correct": np.ones(len(items.item))}
    )


def blind(items):
    """A classifier that always says the first class."""
    right = (cells(items.y, np.zeros(2)) == 0).astype(float)
    return pa.table({"model": ["selected"] * len(right), "item": items.item, "correct": right})


@pytest.mark.parametrize(
    ("classifiers", "advice"),
    [
        (perfect, "For classes use the classifier: "),
        (blind, "For classes use numbers, "),
        (None, "No classifier was run"),
    ],
)
def test_the_page_says_which_reading_to_use(tmp_path, classifiers, advice):
    results = results_of(tmp_path, classifiers=classifiers)
    told = bridge.verdict(results)
    assert any(sentence.startswith(advice) for sentence in told)
    row = results.best.one("bridge", reading="cut", model="selected", subset="all")
    assert f"{100 * row['accuracy']:.1f}\u00a0% of the classes rightly" in told[0]


def test_the_same_results_give_the_same_page(tmp_path):
    sources, config = made_up(tmp_path)
    assert write_target_report(sources, tmp_path / "a.html", config) > 100_000
    write_target_report(sources, tmp_path / "b.html", config)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_rule_that_nobody_picked_is_not_called_picked(tmp_path):
    results = results_of(tmp_path, rules=("mean", "sum"))
    part = answer.section(results)
    assert ", the best out of fold: " in part.facts["answers"][0].verdict
    titles = [one["title"] for one in part.facts["key"]]
    assert f"Fusion, {results.best.lead}" in titles


def test_each_subset_has_the_models_that_the_page_speaks_of(tmp_path):
    results = results_of(tmp_path)
    rows = [[cell.value for cell in row] for row in divisions.protocols(results).rows]
    assert [row[:3] for row in rows] == [
        ["honest", "all test items", model] for model in ("selected", results.best.reference, "group_mean")
    ]
    assert rows[0][3] == results.best.metric("selected", "mean")["value"]


def test_errors_by_kind_of_items_are_those_of_the_lead(tmp_path):
    results = results_of(tmp_path)
    rows = [[cell.value for cell in row] for row in divisions.strata(results.best).rows]
    own = [row["rmse"] for row in results.best.where("strata", model="selected")]
    assert [row[4] for row in rows] == own
    assert {row[0] for row in rows} == {"group size", "true valence", "true arousal", "cell"}


def test_every_check_of_numbers_has_a_heading():
    assert set(CHECKS) <= {*making.TITLES, *FAULTS}


@pytest.mark.parametrize(
    ("inside", "models", "said"),
    [
        (["sum"], 1, "No other model differs from it."),
        (["sum"], 2, "With these items sum is told from the other model."),
        (["sum"], 5, "With these items sum is told from each of the 4 other models."),
        (["sum", "mean"], 5, "With these items 2 of 5 models, the best among them, cannot be told apart."),
        (["sum", "mean"], 2, "With these items none of the 2 models can be told from the best."),
    ],
)
def test_the_confidence_set_is_told_without_counting_the_best_as_tied_with_itself(inside, models, said):
    assert answer._tied(inside, models) == said


def test_a_rule_outside_the_confidence_set_is_said_to_be(tmp_path):
    text = verdicts(results_of(tmp_path))["Which rule?"].text
    assert text.endswith(
        "With these items sum is told from each of the 3 other models. The rule picked is another."
    )


def test_a_page_of_a_few_items_has_no_empty_chart_and_counts_what_was_tested(tmp_path):
    results = results_of(tmp_path, groups=15, seed=3)
    part = predictions.section(results)
    assert [figure.id for figure in part.facts["plane"]] == ["arrows"]
    assert "51 items, 19 of them tested under honest; 2 targets, 2 modalities." in " ".join(
        render(results).split()
    )


def test_one_axis_is_called_one(tmp_path):
    results = results_of(tmp_path, targets=("tempo",))
    part = bridge.section(results)
    assert "axes" not in " ".join([part.lead, *part.sentences, part.figures[0].caption])
    assert part.sentences[0].startswith("Cut at the axis, what selected says names ")


def test_predictions_that_have_nothing_to_do_with_the_truth_are_not_called_too_large(tmp_path):
    results = results_of(
        tmp_path,
        groups=60,
        r2=0.02,
        say=lambda said: {"mean": np.roll(said["audio"], 7, axis=0), "sum": -5.0 * said["audio"]},
    )
    told = predictions.section(results).sentences
    assert all(one.endswith("so it is not shown to move with it.") for one in told), told
    assert "shrunk" not in {check["code"] for check in results.checks}


def test_where_these_data_stand_is_told_of_each_axis(helped, tmp_path):
    told = standing(helped, helped.best)
    row = helped.best.metric("selected", "valence")
    assert told[0].startswith(
        f"valence: selected reaches {row['value']:.3f} here, more than each of the 6 published"
    )
    assert told[0].endswith("the highest is 0.236 (Krols et al., both (linear)).")
    assert "more than each of the 7" in told[1]
    assert told[1].endswith(
        "the highest is about 0.235 (Delbouys et al. 2018 (arXiv 1809.07276), audio ConvNet)."
    )
    assert told[2].startswith("Such figures compare where songs, labels and split are the same")
    energy = results_of(tmp_path / "energy", targets=("energy",), r2=0.02)
    (first, _) = standing(energy, energy.best)
    assert first.startswith("arousal (here energy): selected reaches ")
    assert "no more than any of the 7" in first or "more than 2 of the 7" in first
    tempo = results_of(tmp_path / "tempo", targets=("tempo",))
    assert standing(tempo, tempo.best) == []


@pytest.mark.parametrize(
    ("singles", "rules", "title"),
    [
        (
            ("audio", "text"),
            ("mean", "sum"),
            "Fusing audio and text: which rule predicts valence and arousal",
        ),
        (("audio", "text"), (), "How well do audio and text predict valence and arousal?"),
        (("audio",), ("mean",), "How well does audio predict valence and arousal?"),
    ],
)
def test_the_title_asks_what_the_page_answers(tmp_path, singles, rules, title):
    assert title in render(results_of(tmp_path, singles=singles, rules=rules))
