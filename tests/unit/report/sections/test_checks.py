"""Checks on the page: each has words for what it found and for what holds."""

from latefusion.evaluation.checks.suite import CHECKS
from latefusion.report.sections.checks import FAULTS, HOLDS, NEEDS


def test_every_check_has_words_for_what_it_found_and_for_what_holds():
    assert set(CHECKS) <= set(FAULTS)
    assert set(CHECKS) <= set(HOLDS)
    assert set(NEEDS) <= set(CHECKS)
