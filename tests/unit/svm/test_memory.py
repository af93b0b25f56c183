import subprocess
import sys

import pytest

from latefusion.core.errors import InputError
from latefusion.svm import memory
from latefusion.svm.memory import (
    available_bytes,
    budget,
    predict_memory_mb,
    require,
    svm_bytes,
    svm_memory_mb,
    svm_runtime_minutes,
    svm_threads,
    table_memory_mb,
    table_runtime_minutes,
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


def test_a_job_asks_for_its_gram_matrix_and_little_else():
    asked = svm_memory_mb(10_870, 768)
    assert 4 * 10_870**2 / 1e6 < asked < 1500
    # 50,000 rows have to fit 14 GB
    assert 10_000 < svm_memory_mb(50_000, 768) < 14_000


def test_kept_distances_and_grids_ask_for_more():
    plain = svm_memory_mb(10_000, 100)
    assert svm_memory_mb(10_000, 100, kernels=3) - plain == pytest.approx(1.1 * 200, abs=2)
    assert svm_memory_mb(10_000, 100, kernels=6, parts=2) - plain == pytest.approx(1.1 * 400, abs=2)
    assert svm_memory_mb(10_000, 100, models=9) > plain


def test_an_approximation_asks_for_no_square_of_the_rows():
    components = {"components": 1000}
    assert svm_memory_mb(200_000, 100, components) < 4000 < svm_memory_mb(200_000, 100)
    assert svm_bytes(500, 10, components=1000) == svm_bytes(500, 10, components=500)


def test_what_a_job_asks_for_is_enough_for_its_fit(monkeypatch):
    """The estimate holds for itself: a job with these megabytes is not refused."""
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    for rows in (100, 5_000, 60_000):
        needed = svm_bytes(rows, 768, classes=10, folds=5)
        asked = svm_memory_mb(rows, 768, classes=10, folds=5)
        require(needed, rows, asked, approximated=False)
        with pytest.raises(InputError, match=f"{needed:,} bytes"):
            require(needed, rows, needed / 2e6, approximated=False)


def test_times_and_prediction_grow_with_the_data():
    assert svm_runtime_minutes(1000, 100) == 6
    assert 10 < svm_runtime_minutes(50_000, 768) < 60
    assert predict_memory_mb(3000, 768, 10_000) < 500
    assert predict_memory_mb(50_000, 768, 50_000) > 1000
    assert table_memory_mb(2000, 1000) == 1040
    assert table_memory_mb(50_000, 1000) == 2000
    assert table_runtime_minutes(2000, 10) == 12
    assert table_runtime_minutes(50_000, 10) == 60


@pytest.mark.slow
def test_a_fit_takes_no_more_than_was_asked_for():
    code = """
import re, numpy as np
from latefusion.svm.estimator import SVM
rng = np.random.default_rng(0)
y = rng.integers(0, 4, 6000)
X = rng.standard_normal((6000, 300), dtype=np.float32)
SVM().fit(X, y, fold=np.arange(6000) % 5)
# the kernel's other account, ru_maxrss, begins with the size of whoever started the process
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert int(found.stdout) * 1024 / 1e6 < svm_memory_mb(6000, 300)


def test_importing_loads_no_library():
    code = "import sys, latefusion.svm.memory; print('numpy' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert found.stdout.strip() == "False"


def test_views_of_some_thousand_rows_train_beside_each_other_and_larger_ones_with_more_threads():
    assert svm_threads(2_000, 96) == 1
    assert svm_threads(10_870, 1_266) == 1
    assert 2 <= svm_threads(20_000, 768) <= 4
    assert svm_threads(50_000, 768) == 8
    assert svm_threads(10_870, 768, models=15) > svm_threads(10_870, 768)
