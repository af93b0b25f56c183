"""How inner loops are compiled by numba, kept, and made fast.

Compiled code is cached beside this file or, where that folder cannot be written or belongs to an installed
package, in the user's cache folder, so each machine compiles once. Compiled functions call one another across
the files of their room, so a change of one file compiles all of the room anew.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202, ARG001

from __future__ import annotations

import hashlib
import logging
import pickle
from functools import cache
from pathlib import Path
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import config, njit
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.extending import intrinsic

from latefusion.core.errors import InputError, Problem

# What lets the compiler turn maxima into vector instructions; nothing here is ever NaN. Without "reassoc":
# sums keep their order.
FAST = frozenset({"contract", "nnan", "nsz"})

# What reading a file of the cache raises that is empty, cut short, or of something else.
DAMAGED = (
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)

logger = logging.getLogger(__name__)

if config.DISABLE_JIT:
    raise InputError(
        [
            Problem(
                file="the environment",
                column="NUMBA_DISABLE_JIT",
                found=str(config.DISABLE_JIT),
                allowed="0, or no such variable: SVMs are trained by compiled code alone",
                fix="unset NUMBA_DISABLE_JIT (or take `disable_jit` out of .numba_config.yaml)",
            )
        ]
    )


@cache
def _code_stamp(room):
    """Return the digest of every file of a room with compiled functions; numba itself asks for one file's."""
    files = [(file.name, file.read_bytes()) for file in (Path(__file__), *sorted(room.glob("*.py")))]
    compiled = [pair for pair in files if b"latefusion.core.jit" in pair[1] or pair[0] == "jit.py"]
    return hashlib.sha256(repr(compiled).encode()).hexdigest()


class _StampOfAll:
    """What tells versions of kept code apart."""

    _py_file: str

    def get_source_stamp(self):
        """Return the digest of all compiled code that the function may call."""
        return _code_stamp(Path(self._py_file).parent)


class _Chosen(_StampOfAll, UserProvidedCacheLocator):
    pass


class _Beside(_StampOfAll, InTreeCacheLocator):
    pass


class _OfTheUser(_StampOfAll, UserWideCacheLocator):
    pass


IS_INSTALLED = (Path(__file__).resolve().parents[1] / "_workflow").is_dir()
"""Whether a wheel brought this file: nothing is written beside what an installer has to remove."""


class _Places(CompileResultCacheImpl):
    """Where compiled code is kept, the first place first that can be written."""

    _locator_classes = [_Chosen, *(() if IS_INSTALLED else (_Beside,)), _OfTheUser]  # noqa: RUF012 - numba's


class SelfRepairingCache(FunctionCache):
    """numba's cache of compiled code, which makes damaged files anew instead of ending with their error."""

    _impl_class = _Places

    def load_overload(self, sig, target_context):
        """Return the compiled function that is kept, or None where there is none or it cannot be read."""
        try:
            return super().load_overload(sig, target_context)
        except DAMAGED as error:
            logger.warning(
                "compiled code kept in %s is damaged (%s) and made anew",
                self.cache_path,
                type(error).__name__,
            )
            self.flush()
            return None


OPTIONS = {"nogil": True, "error_model": "numpy"}


def inlined(fast=frozenset()):
    """Compile a function that only compiled functions call, into these: a call a step can be felt."""
    return njit(fastmath=set(fast), forceinline=True, **OPTIONS)


def compiled(fast=frozenset()):
    """Compile a function on its first call and keep the result between processes.

    It is kept beside the package or, where that cannot be written, in the user's cache folder: one place
    for every working directory. Where neither can be written each process compiles anew.
    """

    def decorate(function):
        dispatcher = njit(fastmath=set(fast), **OPTIONS)(function)
        try:
            dispatcher._cache = SelfRepairingCache(function)
        except RuntimeError:
            # numba found no folder that it may write to
            logger.debug("no cache folder for %s can be written", function.__name__)
        return dispatcher

    return decorate


def say_if_compiling(*functions: Any) -> None:  # noqa: ANN401 - what numba makes
    """Say in the log that functions are about to be compiled, unless they are or were kept."""
    fresh = [function for function in functions if not function.signatures and not _is_kept(function)]
    if fresh:
        names = ", ".join(function.__name__ for function in fresh)
        folder = fresh[0].stats.cache_path
        kept = f"and kept in {folder}" if folder else "for this job alone: no cache folder can be written"
        logger.info("compiling %s, which takes some seconds, %s", names, kept)


def _is_kept(function):
    folder = function.stats.cache_path
    if folder is None:
        return False
    written = Path(function.py_func.__code__.co_filename).stat().st_mtime
    indices = Path(folder).glob(f"*.{function.__name__}-*.nbi")
    return any(index.stat().st_mtime >= written for index in indices)


def _extremum(name):
    """Make a two-argument maximum or minimum that the compiler turns into vector instructions.

    Those of Python become comparisons and branches on NaN, ten times as slow.
    """

    @intrinsic
    def extremum(typingctx, a, b):
        def codegen(context, builder, signature, arguments):
            kind = arguments[0].type
            function = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind, kind]))
            return builder.call(function, arguments, fastmath=("nnan", "nsz"))

        return a(a, a), codegen

    return extremum


fmax = _extremum("llvm.maxnum")
fmin = _extremum("llvm.minnum")
