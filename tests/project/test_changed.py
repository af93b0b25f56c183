"""`make check` runs the tests that a change concerns."""

import pytest

from changed import PACKAGE, UNIT, concerned, imported
from settings import ROOT

TESTS = sorted(UNIT.rglob("test_*.py"))


def names(*files):
    return {str(test.relative_to(UNIT)) for test in concerned([*files], TESTS)}


def test_a_module_concerns_the_tests_of_its_room_and_of_what_imports_it():
    found = names(PACKAGE / "svm/platt_scaling.py")
    assert {"svm/test_platt_scaling.py", "svm/test_smo.py", "api/test_api.py"} & found >= {
        "svm/test_platt_scaling.py",
        "svm/test_smo.py",
    }
    assert "evaluation/statistics/test_metrics.py" not in found
    assert "ingest/test_csv_records.py" not in found


def test_a_template_concerns_its_room():
    assert names(PACKAGE / "report/templates/page.html") == {
        str(test.relative_to(UNIT)) for test in TESTS if test.is_relative_to(UNIT / "report")
    }


def test_a_test_and_a_helper_concern_those_that_run_them():
    assert names(UNIT / "core/test_seeds.py") == {"core/test_seeds.py"}
    helped = names(ROOT / "tests/made_up_results.py")
    assert helped == {
        str(test.relative_to(UNIT)) for test in TESTS if ROOT / "tests/made_up_results.py" in imported(test)
    }
    assert "report/test_page.py" in helped


@pytest.mark.parametrize("name", ["config.yaml", "workflow/schemas/config.schema.yaml"])
def test_what_any_test_may_read_concerns_all(name):
    assert concerned([ROOT / name], TESTS) == TESTS


def test_what_no_unit_test_reads_concerns_none():
    assert names(ROOT / "Makefile", ROOT / "CHANGELOG.md", ROOT / "envs/constraints.txt") == set()
