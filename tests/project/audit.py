"""Ask for known vulnerabilities of the pinned requirements, and say what could not be asked.

Run it from the root: `python tests/project/audit.py envs/constraints.txt`. pip-audit alone
reports "no known vulnerabilities" also where its service knew none of the packages, as behind a mirror, and
fails without a network just as it fails with a vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OPTIONS = ("--format", "json", "--progress-spinner", "off", "--no-deps", "--disable-pip")


def verdict(answer: Mapping[str, Any] | None, why: str = "") -> tuple[int, str]:
    """Return the exit code and what to say of pip-audit's answer; None where it gave none."""
    if answer is None:
        return 0, f"NOT CHECKED for known vulnerabilities: pip-audit gave no answer ({why})"
    checked = [entry for entry in answer["dependencies"] if "skip_reason" not in entry]
    skipped = [entry["name"] for entry in answer["dependencies"] if "skip_reason" in entry]
    found = [
        f"{entry['name']} {entry['version']}: {one['id']}, mended in {' '.join(one['fix_versions']) or '-'}"
        for entry in checked
        for one in entry["vulns"]
    ]
    lines = [*found, f"{len(checked)} of {len(checked) + len(skipped)} packages checked for vulnerabilities"]
    if skipped:
        lines.append(f"NOT CHECKED, as the advisory service does not know them: {', '.join(skipped)}")
    return int(bool(found)), "\n".join(lines)


def ask(requirements: Sequence[str]) -> tuple[int, str]:
    """Run pip-audit on requirements files."""
    command = [Path(sys.executable).with_name("pip-audit"), *OPTIONS]
    command += [part for file in requirements for part in ("--requirement", file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return verdict(json.loads(done.stdout))
    except ValueError:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return verdict(None, said[-1][:200])


if __name__ == "__main__":
    code, text = ask(sys.argv[1:])
    print(text)
    sys.exit(code)
