"""The README says what is so."""

import re

import pytest
import yaml

import front_page
from settings import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_catalogue_is_that_of_the_docstrings():
    assert front_page.section(TEXT, "catalogue") == front_page.catalogue()


def test_the_diagram_is_that_of_the_workflow():
    assert front_page.section(TEXT, "rulegraph") == front_page.rule_graph()


def test_the_figures_of_speed_are_those_that_were_measured():
    assert front_page.section(TEXT, "speed") == front_page.speed()


def test_every_link_leads_to_a_file():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ((?:\w+ ?)+)`|\$ make (\w+)", TEXT))
    words = {word for pair in named for group in pair for word in group.split()}
    assert {"run", "test"} <= words <= targets


def test_every_configuration_and_profile_that_a_command_names_exists():
    for path in re.findall(r"--configfile (\S+\.yaml)|--workflow-profile (\S+?)`", TEXT):
        name = next(part for part in path if part)
        assert name == "mine.yaml" or (ROOT / name).exists(), name


def test_every_key_that_it_names_is_in_the_schema():
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())["properties"]
    for path in re.findall(r"`((?:data|modalities)(?:\[\])?\.\w+)`", TEXT):
        key, name = re.split(r"(?:\[\])?\.", path)
        part = schema[key]
        assert name in (part.get("items") or part)["properties"], path


def test_the_python_example_runs(capsys):
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["fused"].shape == (300, 3)
    assert (names["fused"].argmax(axis=1) == names["y"]).mean() > 0.9


@pytest.mark.parametrize("name", ["ranking", "digits"])
def test_the_rankings_come_from_a_run(name):
    shown = front_page.section(TEXT, name)
    assert "selected" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_it_can_be_written_again():
    text = front_page.filled("<!-- a -->\nold\n<!-- /a -->\nrest", "a", "new")
    assert text == "<!-- a -->\nnew\n<!-- /a -->\nrest"
    assert front_page.section(text, "a") == "new"
