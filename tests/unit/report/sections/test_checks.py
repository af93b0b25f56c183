"""Checks on the page: each has words for what it found and for what holds."""

import pytest

from latefusion.evaluation.checks.suite import CHECKS
from latefusion.report.sections.checks import FAULTS, HOLDS, NEEDS, all_counted


def test_every_check_has_words_for_what_it_found_and_for_what_holds():
    assert set(CHECKS) <= set(FAULTS)
    assert set(CHECKS) <= set(HOLDS)
    assert set(NEEDS) <= set(CHECKS)


@pytest.mark.parametrize(
    ("severities", "told"),
    [
        (["note"], "The 1 note"),
        (["note", "warning", "warning"], "All 2 warnings and 1 note"),
        ([], ""),
    ],
)
def test_a_single_finding_is_not_called_all_of_them(severities, told):
    checks = [{"severity": severity} for severity in severities]
    assert all_counted(checks).replace("\N{NO-BREAK SPACE}", " ") == told
