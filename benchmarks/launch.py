"""Run a command and write its accounts to a file: `python -I -S launch.py ACCOUNTS.json COMMAND …`.

A process inherits the peak memory of the one that starts it. This one is small, so what it notes is the
command's own.
"""

import json
import os
import sys
import time

began = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would double the size of this process
    json.dump(
        {
            "wall": time.perf_counter() - began,
            "processor": usage.ru_utime + usage.ru_stime,
            "system": usage.ru_stime,
            "peak_mb": usage.ru_maxrss * 1024 / 1e6,
        },
        file,
    )
sys.exit(os.waitstatus_to_exitcode(status) and 1)
