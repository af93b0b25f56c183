"""What `make lint` says of known vulnerabilities."""

from project.audit import verdict

SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
BROKEN = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"]}]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def test_a_vulnerability_fails_and_is_named():
    code, text = verdict({"dependencies": [SOUND, BROKEN]})
    assert code == 1
    assert "jinja2 3.0: PYSEC-1, mended in 3.1" in text


def test_what_the_service_does_not_know_is_not_called_sound():
    code, text = verdict({"dependencies": [SOUND, UNKNOWN]})
    assert code == 0
    assert "1 of 2 packages checked" in text
    assert "NOT CHECKED, as the advisory service does not know them: torch" in text


def test_without_a_network_nothing_fails_and_nothing_is_green():
    code, text = verdict(None, "ConnectionError")
    assert code == 0
    assert text == "NOT CHECKED for known vulnerabilities: pip-audit gave no answer (ConnectionError)"


def test_all_checked_says_so():
    assert verdict({"dependencies": [SOUND]}) == (0, "1 of 1 packages checked for vulnerabilities")
