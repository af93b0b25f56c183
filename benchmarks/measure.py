"""Run work in a child process, note its seconds, processor time and peak memory, and keep them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("numpy", "scikit-learn", "numba", "pandas", "pyarrow", "torch", "snakemake")


def child(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run a command to its end.

    Returns
    -------
    dict
        `wall`, `processor`, `system`: seconds, those of its children included, the last the system's part of
        the processor's; `peak_mb`: most memory that any one
        process held, from the kernel's own accounts, in MB of 10^6 bytes; `together_mb`: most memory that
        all its processes held at a time, looked at twice a second, shared pages counted for each;
        `load_before`: processes that wanted a core in the minute before; `stdout`, `stderr`.

    Raises
    ------
    RuntimeError
        If it fails; the message holds the end of what it printed.
    """
    place = os.environ | python_path(ROOT) | dict(environment or {})
    load = os.getloadavg()[0]
    with tempfile.NamedTemporaryFile("r", suffix=".json") as accounts:
        launcher = [sys.executable, "-I", "-S", Path(__file__).with_name("launch.py"), accounts.name]
        with subprocess.Popen(
            [str(part) for part in (*launcher, *command)],
            cwd=cwd,
            env=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            watch = _Watch(process.pid)
            printed, errors = process.communicate()
            together = watch.stop()
        if process.returncode:
            raise RuntimeError(
                f"{command} ended with {process.returncode}:\n{printed[-2000:]}\n{errors[-4000:]}"
            )
        cost = json.load(accounts)
    return {**cost, "together_mb": together, "load_before": load, "stdout": printed, "stderr": errors}


def python_path(root: Path) -> dict[str, str]:
    """Return what a child's environment needs to find the modules of a checkout."""
    return {"PYTHONPATH": f"{root / 'scripts'}{os.pathsep}{root}"}


def task(name: str, *, python: str | Path = sys.executable, **arguments: object) -> dict[str, Any]:
    """Run a function of `benchmarks.tasks` in a process of its own and return its result with the costs.

    `seconds`, where the task gives it, is the time of its core alone, without imports and reading.
    """
    command = [python, "-m", "benchmarks.tasks", name, json.dumps(arguments, default=str)]
    cost = child(command)
    del cost["stderr"]
    result = json.loads(cost.pop("stdout").splitlines()[-1])
    return {**cost, **result}


class _Watch(threading.Thread):
    """Look at the memory of a process and all its descendants until stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(0.5):
            self.most = max(self.most, sum(_resident(pid) for pid in _family(self.pid)) / 1e6)

    def stop(self) -> float:
        self.over.set()
        self.join()
        return self.most


def _family(pid: int) -> list[int]:
    found = [pid]
    for member in found:
        try:
            for thread in Path(f"/proc/{member}/task").iterdir():
                text = (thread / "children").read_text(encoding="utf-8")
                found += [int(each) for each in text.split() if int(each) not in found]
        except OSError:
            continue  # it has ended since
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    except (OSError, IndexError):
        return 0


def machine() -> dict[str, Any]:
    """Say where and with what something was measured."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE", "not set"),
        "commit": _commit(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _processor() -> str:
    fields: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if not line:
            break
        key, _, value = line.partition(":")
        fields[key.strip()] = value.strip()
    name, family, model = (fields.get(key, "?") for key in ("model name", "cpu family", "model"))
    wide = "AVX-512" if "avx512f" in fields.get("flags", "") else "no AVX-512"
    return f"{name}, family {family}, model {model}, {wide}"


def _commit() -> str:
    run = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    return run.stdout.strip() or "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def save(name: str, measured: Mapping[str, Any]) -> None:
    """Write what a benchmark measured, with the machine and the date, to `results/{name}.json`."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **measured}, indent=1, default=float)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load(name: str) -> dict[str, Any] | None:
    """Return what a benchmark measured last, or None."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
