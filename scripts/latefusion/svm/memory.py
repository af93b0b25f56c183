"""Memory that fitting an SVM takes, and memory that there is. Light: the plan asks before any job starts."""

from __future__ import annotations

from pathlib import Path

from latefusion.core.errors import InputError, Problem

MEGABYTE = 1_000_000
# Interpreter, numpy, pyarrow, numba, scipy and scikit-learn, and the code that numba compiles.
BASE_BYTES = 350 * MEGABYTE
DEFAULT_COMPONENTS = 1000
# Rows and columns of a block of the Gram matrix where half of it is kept, and the part of these blocks' bytes
# that whole rows may take beside them.
PACKED_SIDE = 512
WORKING_SHARE = 4
# Rows whose approximated features are held in double precision at a time.
ROWS_IN_DOUBLE = 16_384


def gram_bytes(rows: int) -> int:
    """Bytes of the float32 Gram matrix."""
    return 4 * rows * rows


def packed_bytes(rows: int) -> int:
    """Bytes of the blocks of the Gram matrix on and under its diagonal."""
    return 4 * PACKED_SIDE * PACKED_SIDE * packed_blocks(rows)


def packed_blocks(rows: int) -> int:
    """Number of blocks of the Gram matrix on and under its diagonal."""
    count = -(-rows // PACKED_SIDE)
    return count * (count + 1) // 2


def distance_bytes(rows: int, parts: int) -> int:
    """Bytes of the distances that are kept where a kernel is computed several times."""
    return 2 * rows * rows * parts


def svm_bytes(
    rows: int,
    columns: int,
    *,
    classes: int = 4,
    folds: int = 5,
    models: int = 1,
    components: int | None = None,
    packed: bool = False,
) -> int:
    """Return what fitting takes beside the libraries, without distances that may be kept.

    Parameters
    ----------
    rows, columns : int
        Of the training part, all modalities of the view together.
    classes, folds : int
    models : int
        Points of the grid.
    components : int, optional
        Of the Nyström approximation; by default the whole Gram matrix is used.
    packed : bool
        Whether half of the Gram matrix is kept, and rows of it that solvers used last.
    """
    pairs = classes * (classes - 1) // 2
    features = 4 * rows * columns
    # coefficients, scores and row numbers of every one-vs-one classifier
    classifiers = 24 * rows * (classes - 1) * (1 + folds)
    decisions = 8 * rows * (2 * pairs + 2 * classes) * models + 8 * rows * pairs
    if components is None:
        # beside the input, its rows in the kernel's space, and these padded to whole blocks
        half = packed_bytes(rows)
        kernel = 2 * features + (half + half // WORKING_SHARE if packed else gram_bytes(rows))
    else:
        kept = min(components, rows)
        # the features and, of some rows, in double precision; rows in the kernel's space by blocks
        kernel = 4 * (rows + 2 * ROWS_IN_DOUBLE) * kept + 4 * 8 * kept * kept
    return features + classifiers + decisions + kernel


def available_bytes(root: Path = Path("/")) -> int | None:
    """Return the bytes that this process may still take, or None where the system does not tell.

    The least of what is free on the machine and what is left in the control group.
    """
    found = [_free_on_machine(root), _left_in_group(root)]
    known = [amount for amount in found if amount is not None]
    return min(known) if known else None


def _free_on_machine(root: Path) -> int | None:
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _left_in_group(root: Path) -> int | None:
    left = []
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            folder, names = root / "sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            folder = root / "sys/fs/cgroup/memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        # a limit may stand at any level above; inside a container the group is its own root
        levels = [folder / path.strip("/"), *(folder / path.strip("/")).parents]
        for level in levels[: 1 + len(Path(path.strip("/")).parts)]:
            limit, used = (_number(level / name) for name in names[:2])
            if limit is not None and used is not None:
                cache = [
                    text.split()[1] for text in _lines(level / "memory.stat") if text.startswith(names[2])
                ]
                left.append(limit - used + (int(cache[0]) if cache else 0))
    return max(min(left), 0) if left else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _number(path: Path) -> int | None:
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def budget(memory_mb: float | None) -> int | None:
    """Return the bytes that may be asked for: those left, and of a job's megabytes what is not taken."""
    limits = [available_bytes()]
    if memory_mb is not None:
        limits.append(max(int(memory_mb * MEGABYTE) - BASE_BYTES, 0))
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def fits(needed: int, memory_mb: float | None) -> bool:
    """Say whether so many bytes may be asked for."""
    limit = budget(memory_mb)
    return limit is None or needed <= limit


def require(needed: int, rows: int, memory_mb: float | None, *, approximated: bool) -> None:
    """Refuse what does not fit, before any of it is asked for.

    Raises
    ------
    InputError
        Naming the bytes that are needed and those that there are.
    """
    limit = budget(memory_mb)
    if fits(needed, memory_mb) or limit is None:
        return
    offer = (
        f"set `svm: {{approximation: {{components: {DEFAULT_COMPONENTS}}}}}`, or "
        if not approximated
        else "set fewer components under `svm: {approximation: {components: …}}`, or "
    )
    what = "their Nyström approximation" if approximated else "their Gram matrix and what goes with it"
    raise InputError(
        [
            Problem(
                file="the configuration and the machine",
                column="svm.approximation",
                found=f"{rows:,} training rows: {what} take {needed:,} bytes",
                allowed=f"{limit:,} bytes, which is what this job may use",
                fix=offer + "give the job more memory (`resources: mem_mb`)",
            )
        ]
    )
