import subprocess
import sys

import pytest

from latefusion.core.errors import InputError
from latefusion.svm import memory
from latefusion.svm.memory import (
    available_bytes,
    budget,
    require,
)


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


MACHINE = {"proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:    5000 kB\n"}


def test_without_a_control_group_what_is_free_counts(tmp_path):
    write(tmp_path, MACHINE)
    assert available_bytes(tmp_path) == 5000 * 1024


def test_the_limit_of_a_control_group_counts_and_its_page_cache_does_not(tmp_path):
    group = "sys/fs/cgroup/slice/job"
    write(
        tmp_path,
        {
            **MACHINE,
            "proc/self/cgroup": "0::/slice/job\n",
            f"{group}/memory.max": "3000000\n",
            f"{group}/memory.current": "1500000\n",
            f"{group}/memory.stat": "anon 5\ninactive_file 500000\n",
        },
    )
    assert available_bytes(tmp_path) == 3_000_000 - 1_500_000 + 500_000


def test_a_limit_further_up_counts_too(tmp_path):
    write(
        tmp_path,
        {
            **MACHINE,
            "proc/self/cgroup": "0::/slice/job\n",
            "sys/fs/cgroup/slice/job/memory.max": "max\n",
            "sys/fs/cgroup/slice/job/memory.current": "1\n",
            "sys/fs/cgroup/slice/memory.max": "2000\n",
            "sys/fs/cgroup/slice/memory.current": "400\n",
        },
    )
    assert available_bytes(tmp_path) == 1600


def test_the_older_control_groups_are_understood(tmp_path):
    group = "sys/fs/cgroup/memory/job"
    write(
        tmp_path,
        {
            **MACHINE,
            "proc/self/cgroup": "9:cpu:/job\n4:memory:/job\n",
            f"{group}/memory.limit_in_bytes": "1000\n",
            f"{group}/memory.usage_in_bytes": "900\n",
        },
    )
    assert available_bytes(tmp_path) == 100


def test_a_system_that_tells_nothing_limits_nothing(tmp_path):
    assert available_bytes(tmp_path) is None


def test_the_jobs_megabytes_limit_what_may_be_asked_for(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 10**12)
    assert budget(1000) == 1000 * 10**6 - memory.BASE_BYTES
    assert budget(None) == 10**12
    assert budget(10) == 0


def test_what_does_not_fit_is_refused_with_bytes_and_the_way_out(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 5_000_000_000)
    require(5_000_000_000, 50_000, None, approximated=False)
    with pytest.raises(InputError) as error:
        require(10_000_000_001, 50_000, None, approximated=False)
    text = str(error.value)
    assert "50,000 training rows: their Gram matrix and what goes with it take 10,000,000,001 bytes" in text
    assert "5,000,000,000 bytes" in text
    assert "svm: {approximation: {components: 1000}}" in text


def test_a_refused_approximation_offers_fewer_components(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 10)
    with pytest.raises(InputError, match="fewer components"):
        require(11, 5, None, approximated=True)


def test_importing_loads_no_library():
    code = "import sys, latefusion.svm.memory; print('numpy' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert found.stdout.strip() == "False"
