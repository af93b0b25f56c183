"""The page without a browser: what it says, what it keeps out, how large it is."""

import base64
import hashlib
import html
import json
import re

import pytest

from latefusion.report.html import as_json, coded, inlined, policy, soft
from latefusion.report.page import render, write_report
from latefusion.report.reading import read_results
from made_up_results import EVIL, MadeUp


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return MadeUp(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def page(made_up):
    return render(read_results(made_up.sources, made_up.config))


def specs(page):
    found = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, re.S)
    return {name: json.loads(text) for name, text in found}


def markup(page):
    """The page without what stands in its scripts."""
    return re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_every_chart_keeps_to_the_schema_of_vega_lite(page):
    import altair

    found = specs(page)
    assert len(found) >= 15
    for name, spec in found.items():
        spec.pop("usermeta")
        altair.Chart.from_dict(spec, validate=True), name


def test_every_chart_has_a_text_that_stands_for_it_and_says_n(page):
    figures = re.findall(r"<figure .*?</figure>", page, re.S)
    assert len(figures) == len(specs(page))
    for figure in figures:
        assert len(re.search(r'role="img" aria-label="([^"]*)"', figure)[1]) > 20
        assert re.search(
            r"\bn\b|items of each class", re.search(r"<figcaption>(.*?)</figcaption>", figure, re.S)[1]
        )


def test_tables_have_captions_headers_and_a_download(page):
    tables = re.findall(r'<table id="([^"]+)">\s*<caption><span>.+?</span></caption>\s*<thead>', page, re.S)
    assert len(tables) == markup(page).count("<table") == len(set(tables))
    assert {*re.findall(r'data-table="([^"]+)"', page)} == {*tables}


def test_a_grid_is_shown_whole_with_what_was_chosen_first(page):
    grid = re.search(r'<table id="grid">.*?</table>', page, re.S)[0]
    body = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in grid.split("<tr")[2:]]
    words = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in body]
    assert [row[2] for row in words[:2]] == ["0.1", "1"]
    assert [row[-1] for row in words[:2]] == ["yes", "no"]
    assert float(words[0][4]) < float(words[1][4])


def test_the_policy_names_the_hash_of_each_script_and_allows_nothing_else(page):
    allowed = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    assert allowed.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in allowed
    assert "'unsafe-inline'" not in allowed.split("style-src-attr")[0]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert not re.search(r'<(script|link|img|iframe)[^>]+(src|href)="(?!data:,)', markup(page))


def test_the_answer_says_which_rule_how_sure_and_what_to_distrust(page):
    answer = re.search(r'<ol class="answer">(.*?)</ol>', page, re.S)[1]
    told = re.sub(r"<[^>]+>", "", answer.replace("<wbr>", ""))
    assert "log_logistic_regression." in told
    assert "picked from 5 without a look at test items (log_logistic_regression in 4 of 5 partitions)" in told
    assert re.search(r"right for \d\d\.\d\u00a0% of 400\u00a0items \(95\u00a0% interval", told)
    assert "each of an artist that its model had never seen" in told
    assert re.search(r"Yes, by \d+\.\d percentage points of accuracy\.", told)
    assert re.search(
        r"Against (text|audio) alone, fusion changes accuracy by \+\d+\.\d percentage points", told
    )
    assert re.search(r"\d+ of 100\u00a0test items \(\d+\u00a0%\) have their artist in training", told)


@pytest.mark.parametrize(
    "place",
    [
        r"The 4 classes are (not )?balanced",
        r"text is (badly |not )?over-fitted",
        r"What a modality is, and how these numbers came about",
        r"What valence and arousal are",
        r"What a support vector machine is, and why scale matters to it",
        r"text is right for .* it knows \w+ best",
        r"What fusing means, and why it can help",
        r"what went wrong, what would be better",
        r"Deezer published .* Here text has valence right for \d",
    ],
)
def test_each_point_that_a_presentation_has_to_show_has_its_place(page, place):
    assert re.search(place, re.sub(r"<[^>]+>", "", markup(page)).replace("\n", " "))


def test_what_was_noticed_while_reading_is_told(made_up):
    results = read_results(made_up.sources, made_up.config)
    message = "data/train.csv: text: every number is whole"
    results.dataset["warnings"] = [{"code": "whole_numbers:text", "message": message}]
    assert f"<li>{message}</li>" in render(results)


def test_a_finding_of_several_protocols_is_told_once(made_up):
    results = read_results(made_up.sources, made_up.config)
    one = results.checks[1]
    results.checks[:] = [one | {"protocol": "honest"}, one, one | {"sentence": "Sad as well."}]
    checks = re.search(r'<ul class="checks">(.*?)</ul>', render(results), re.S)[1]
    assert checks.count(one["sentence"]) == 1
    assert ">honest, cross:</span>" in checks
    assert "Sad as well." in checks
    assert "Classes that are nearly never predicted" in checks


def test_a_section_with_nothing_to_compare_is_not_there_and_not_in_the_menu(tmp_path, page):
    alone = MadeUp(tmp_path, n=(120, 60), protocols=("honest",))
    less = render(read_results(alone.sources, alone.config))
    assert 'href="#claims"' in page
    assert 'href="#claims"' not in less
    assert "Claimed against honest" not in less


def test_what_follows_the_fusion_is_folded_under_its_finding(page):
    found = re.findall(
        r'<section id="(\w+)" class="part"[^>]*>\s*<details><summary><h2[^>]*>[^<]*</h2>'
        r' <span class="finding">(.*?)</span>',
        page,
    )
    assert [name for name, _ in found] == [
        "claims", "who", "calibration", "robustness", "overfitting", "checks", "making",
    ]  # fmt: skip
    assert all(len(finding) > 20 for _, finding in found)


def test_names_that_are_code_are_shown_as_text(tmp_path):
    evil = MadeUp(tmp_path, evil=True, n=(150, 60))
    page = render(read_results(evil.sources, evil.config))
    assert EVIL not in page
    assert html.escape(EVIL) in page
    assert "<img src=x" not in markup(page)
    assert page.count("<script") == len(specs(page)) + 2
    classes = next(spec for name, spec in specs(page).items() if name == "spec-class-shares")
    assert EVIL in json.dumps(classes)


def test_json_cannot_end_the_element_that_it_stands_in():
    value = {"a": "</script><!-- & \u2028", "b": [1.5, None]}
    text = str(as_json(value))
    assert not {*"<>&\u2028"} & {*text}
    assert json.loads(text) == value


def test_text_is_escaped_before_it_may_be_broken():
    assert soft("<b>a_b</b>") == "&lt;b&gt;a_<wbr>b&lt;/b&gt;"
    assert coded("set `a<b` to 2") == "set <code>a&lt;b</code> to 2"
    assert coded("one ` alone") == "one ` alone"


def test_code_that_would_end_its_element_is_not_inlined(monkeypatch):
    with pytest.raises(ValueError, match="<script>"):
        inlined("x = '</SCRIPT>'", "script")


def test_the_policy_takes_any_number_of_scripts():
    assert policy(["a", "b"], ["c"]).count("sha256-") == 3


@pytest.mark.parametrize(
    "less",
    [
        {"protocols": ("honest",)},
        {"protocols": ("replica",), "rules": ("mean",)},
        {"protocols": ("replica", "cross"), "views": ()},
        {"rules": (), "protocols": ("honest", "cross")},
        {"grouped": False, "protocols": ("honest",)},
    ],
)
def test_a_run_that_makes_less_has_a_page_too(tmp_path, less):
    made_up = MadeUp(tmp_path, n=(120, 60), **less)
    page = render(read_results(made_up.sources, made_up.config))
    assert 'id="answer"' in page
    assert "None" not in markup(page)


def test_the_page_is_one_file_written_whole_and_small(tmp_path, made_up):
    size = write_report(made_up.sources, tmp_path / "report.html", made_up.config)
    assert size == (tmp_path / "report.html").stat().st_size < 2e6
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_the_same_tables_make_the_same_page(made_up, page):
    assert render(read_results(made_up.sources, made_up.config)) == page


def test_one_test_group_has_a_page_with_values_and_no_intervals(tmp_path):
    alone = MadeUp(tmp_path, protocols=("honest",), test_groups=1)
    results = read_results(alone.sources, alone.config)
    assert {row["low"] for row in results.best.where("metrics", metric="accuracy")} == {None}
    text = render(results)
    value = results.best.value("selected", "accuracy")
    assert f"{100 * value:.1f}\u00a0%" in text
    assert "Minimum detectable difference (80 % power, the same correction)" not in re.sub(r"\s+", " ", text)
    assert "minimum detectable difference (80 % power, by" not in re.sub(r"\s+", " ", text)
