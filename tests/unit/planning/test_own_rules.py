"""Rules in a folder of the user's, beside those of the package."""

from pathlib import Path

import pytest

from latefusion.core.errors import InputError
from latefusion.planning.learner_catalogue import read_learners
from latefusion.planning.own_rules import own_folder, read_all_learners, read_all_rules
from latefusion.planning.rule_catalogue import read_rules
from settings import ROOT

FOLDER = ROOT / "scripts/latefusion/rules"
TEMPLATE = (ROOT / "workflow/launcher/new_rule.txt").read_text(encoding="utf-8")


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    return Path("mine")


def test_they_stand_beside_those_of_the_package_with_their_files(own):
    (own / "sharp.py").write_text(TEMPLATE, encoding="utf-8")
    (own / "_helper.py").write_text("X = 1\n")
    rules = read_all_rules(FOLDER, own)
    assert rules.keys() == read_rules(FOLDER).keys() | {"sharp"}
    assert rules["sharp"].options == {"sharpness": 2.0}
    assert rules["sharp"].file == own / "sharp.py"
    assert rules["mean"].file == FOLDER / "mean.py"


def test_they_inherit_from_the_package_and_from_one_another(own):
    (own / "one.py").write_text(
        "from latefusion.rules.power_mean import PowerMean\nclass One(PowerMean):\n    pass\n"
    )
    (own / "two.py").write_text(
        "from latefusion.rules.one import One\nclass Two(One):\n    stochastic = True\n"
    )
    rules = read_all_rules(FOLDER, own)
    assert rules["two"].options == rules["power_mean"].options
    assert (rules["one"].stochastic, rules["two"].stochastic) == (False, True)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "mean.py",
            TEMPLATE,
            ["mine/mean.py", "a rule called mean, as one of the package is", "my_mean.py"],
        ),
        ("selected.py", TEMPLATE, ["which has a meaning of its own", "rename the file"]),
        ("my-rule.py", TEMPLATE, ["the name 'my-rule'", "letters, digits and _ alone"]),
        ("own.py", f"import helper\n{TEMPLATE}", ["own.py", "`from latefusion.rules.helper import …`"]),
        ("own.py", f"from helper import x\n{TEMPLATE}", ["the import of helper, a file beside it"]),
        ("own.py", "class A(: pass\n", ["own.py, line 1", "a Python module"]),
        ("own.py", "X = 1\n", ["own.py", "0 public classes", "names of helper classes begin with _"]),
    ],
)
def test_one_that_cannot_be_used_is_refused_by_its_path(own, name, text, words):
    (own / "helper.py").write_text(TEMPLATE, encoding="utf-8")
    (own / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_all_rules(FOLDER, own)
    for word in words:
        assert word in str(caught.value)


def test_an_own_file_called_as_a_library_is_not_in_its_way(own):
    (own / "statistics.py").write_text(TEMPLATE, encoding="utf-8")
    (own / "other.py").write_text(f"import statistics\n{TEMPLATE}", encoding="utf-8")
    assert {"statistics", "other"} <= read_all_rules(FOLDER, own).keys()


class TestFolder:
    """Where the configuration says that they are."""

    def test_is_seen_from_where_the_run_starts(self, own):
        assert own_folder({"rules_path": "mine"}, "config.yaml") == own
        assert own_folder({}, "config.yaml") is None
        assert own_folder({"rules_path": None}, "config.yaml") is None

    def test_that_is_not_there_is_told_the_nearest(self, own):
        with pytest.raises(InputError, match=r"config\.yaml, rules_path\n.*\n.*\n.*write 'mine'"):
            own_folder({"rules_path": "mien"}, "config.yaml")


class TestLearners:
    """They are found, and refused, as rules are."""

    FOLDER = ROOT / "scripts/latefusion/learners"
    TEXT = (
        "from latefusion.learners.knn import KNearestNeighbours\nclass Mine(KNearestNeighbours):\n    pass\n"
    )

    def test_stand_beside_those_of_the_package_with_their_files(self, own):
        (own / "mine.py").write_text(self.TEXT)
        learners = read_all_learners(self.FOLDER, own)
        assert learners.keys() == read_learners(self.FOLDER).keys() | {"mine"}
        assert learners["mine"].options == learners["knn"].options
        assert (learners["mine"].file, learners["knn"].file) == (own / "mine.py", self.FOLDER / "knn.py")
        assert own_folder({"learners_path": "mine"}, "config.yaml", "learners_path") == own

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("svm.py", "a learner called svm, as one of the package is"),
            ("chosen.py", "a learner called chosen, which has a meaning of its own"),
            ("my-own.py", "letters, digits and _ alone"),
        ],
    )
    def test_that_cannot_be_used_are_refused_by_their_path(self, own, name, words):
        (own / name).write_text(self.TEXT)
        with pytest.raises(InputError, match=words):
            read_all_learners(self.FOLDER, own)
