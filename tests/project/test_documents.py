"""README.md and docs/ say what is so."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import numpy as np
import pytest
import yaml

import documents
import latefusion.rules
from documents import DOCS, PAGES, README, section
from latefusion.fusion.rule import rule_class
from latefusion.planning.rule_catalogue import read_rule
from picture import MOST_BYTES, PICTURE
from settings import ROOT

TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
EVERYTHING = "\n".join(TEXTS.values())


def test_the_catalogue_is_that_of_the_docstrings():
    assert section("catalogue") == documents.catalogue()


def test_the_catalogue_of_rules_for_numbers_is_that_of_the_docstrings():
    assert section("target-catalogue") == documents.target_catalogue()


def test_the_catalogue_of_learners_is_that_of_the_docstrings():
    assert section("learners") == documents.learners()


def test_the_diagram_is_that_of_the_workflow():
    assert section("rulegraph") == documents.rule_graph()


def test_the_figures_beside_libsvm_are_those_that_were_measured():
    assert section("svc") == documents.in_place_of_svc()


def test_the_table_of_forms_is_that_of_the_files_that_are_compared():
    assert section("forms") == documents.forms()


def test_the_figures_of_speed_are_those_that_were_measured():
    assert section("speed") == documents.speed()


def test_the_front_page_shows_the_top_of_the_ranking():
    assert section("ranking-top") == documents.top(section("ranking"))


def test_the_top_of_a_ranking_has_five_rows_and_what_stands_above_and_below():
    rows = [f"* rule_{number:<15} {60 - number}.5  49.3–54.4   --o--  1.088 0.512" for number in range(7)]
    block = "\n".join(["```text", "cross: accuracy", "  model", *rows, "* not distinguishable", "```"])
    assert documents.top(block).splitlines() == [
        *("```text", "cross: accuracy", "  model", *rows[:5], "  … 2 more", "* not distinguishable", "```")
    ]


def test_the_front_page_is_short_and_its_picture_small():
    assert len(TEXTS[README].encode()) <= 7_000
    assert f"]({PICTURE.relative_to(ROOT)})" in TEXTS[README]
    image = PICTURE.read_bytes()
    assert image.startswith(b"\x89PNG")
    assert len(image) <= MOST_BYTES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXTS[page]) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


def test_the_front_page_leads_to_every_page():
    named = set(re.findall(r"\]\(docs/(\w+\.md)\)", TEXTS[README]))
    assert named == {page.name for page in DOCS.glob("*.md")} - {"README.md"}


class Links(HTMLParser):
    """What a page links to, and the places in it that can be linked to."""

    def __init__(self, page):
        super().__init__()
        self.targets, self.ids = [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids |= {named["id"]} if "id" in named else set()
        self.targets += [named[name] for name in ("href", "src") if named.get(name)]


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_no_link_in_it_is_broken(tmp_path):
    command = [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--site-dir", tmp_path]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {page: Links(page) for page in tmp_path.rglob("*.html") if page.name != "404.html"}
    assert len(pages) == len(PAGES) - 1
    for page, found in pages.items():
        for target in found.targets:
            if re.match(r"\w+:", target):
                continue
            path, anchor = urldefrag(target)
            file = (page.parent / unquote(path)).resolve() if path else page
            file = file / "index.html" if file.is_dir() else file
            assert file.is_file(), f"{page.relative_to(tmp_path)} links to {target}"
            assert not anchor or anchor in pages[file].ids, f"{page.relative_to(tmp_path)} links to {target}"
    assert '<pre class="mermaid">' in (tmp_path / "rerun/index.html").read_text(encoding="utf-8")


def test_every_page_is_in_the_menu_of_the_site():
    # the tag of the diagram's formatter is a Python object to MkDocs and text to this test
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("!!python/name:", "")
    assert sorted(yaml.safe_load(text)["nav"]) == sorted(page.name for page in DOCS.glob("*.md"))


def test_the_page_of_the_tests_names_each_of_their_files_and_folders_and_no_other():
    table = (ROOT / "tests/README.md").read_text(encoding="utf-8").partition("## ")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(.*?)`", row)
    }
    there = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "tests").iterdir()
        if path.name not in ("README.md", "conftest.py", "__pycache__")
    }
    assert named == there


def test_every_make_target_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ((?:\w+ ?)+)`|\$ make (\w+)", EVERYTHING))
    words = {word for pair in named for group in pair for word in group.split()}
    assert {"run", "test"} <= words <= targets


WRITTEN_BY_THE_READER = ("mine.yaml", "compare.yaml", "referee.yaml")
"""Configurations that a page shows, or that a command on it writes."""


def test_every_configuration_and_profile_that_a_command_names_exists():
    for path in re.findall(r"--configfile (\S+\.yaml)|--workflow-profile (\S+?)`", EVERYTHING):
        name = next(part for part in path if part)
        # the command `latefusion` finds the profiles that it brings along by their names
        places = (ROOT / name, ROOT / "profiles" / name)
        assert name in WRITTEN_BY_THE_READER or any(place.exists() for place in places), name


def test_every_key_that_it_names_is_in_the_schema():
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())["properties"]
    for path in re.findall(r"`((?:data|modalities)(?:\[\])?\.\w+)`", EVERYTHING):
        key, name = re.split(r"(?:\[\])?\.", path)
        part = schema[key]
        assert name in (part.get("items") or part)["properties"], path


def test_the_python_example_runs():
    code = "\n".join(re.findall(r"```python\n(.*?)```", TEXTS[DOCS / "python.md"], re.DOTALL))
    names = {}
    exec(compile(code, "python.md", "exec"), names)
    assert names["fused"].shape == (300, 3)
    assert (names["fused"].argmax(axis=1) == names["y"]).mean() > 0.9
    assert set(names["verdict"].ranking.index) >= {"upper", "lower", "bayes", "selected", "llr_fusion"}
    assert names["verdict"].answer[0].startswith("Which rule to use: ")
    assert (names["p"].argmax(axis=1) == names["y"][200:]).mean() > 0.8
    first = re.search(r"```python\n(.*?)```", TEXTS[DOCS / "python.md"], re.DOTALL)[1]
    assert len([line for line in first.splitlines() if line.strip()]) == 10


@pytest.fixture
def template(tmp_path, monkeypatch):
    """Return the folder of rules with the template of the guide, as a user would put it there."""
    code = re.search(r"<!-- template -->\n```python\n(.*?)```", TEXTS[DOCS / "rules.md"], re.DOTALL)[1]
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(latefusion.rules, "__path__", [*latefusion.rules.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "latefusion.rules.mine", raising=False)
    yield tmp_path
    sys.modules.pop("latefusion.rules.mine", None)


def test_the_template_of_a_rule_is_read_with_its_options(template):
    facts = read_rule(template / "mine.py")
    assert facts.options == {"sharpness": 2.0}
    assert facts.learns
    assert facts.probabilistic


def test_the_template_of_a_rule_leaves_a_missing_modality_out(template):
    P = np.array([[[0.8, 0.2], [0.4, 0.6]], [[0.3, 0.7], [0.9, 0.1]], [[0.6, 0.4], [0.2, 0.8]]])
    P = np.concatenate([P, P])
    P[3:, 1] = np.nan
    y = np.array([0, 1, 0, 0, 1, 1])
    rule = rule_class("mine")(sharpness=3.0).fit(P, y)
    assert rule.weights == pytest.approx([(5 / 6) ** 3, 0.0])  # 5 of 6 right; none of 3
    rule.weights = np.array([3.0, 1.0])
    fused = rule.predict_proba(P)
    assert fused[0] == pytest.approx([0.7, 0.3])
    assert fused[3] == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize("name", ["ranking", "digits"])
def test_the_rankings_come_from_a_run(name):
    shown = section(name)
    assert "selected" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_it_can_be_written_again():
    text = documents.filled("<!-- a -->\nold\n<!-- /a -->\nrest", "a", "new")
    assert text == "<!-- a -->\nnew\n<!-- /a -->\nrest"
    assert section("a", text) == "new"
