"""What is tuned for the whole process, and how old it is. Nothing of the product is imported here.

Each line was measured with `benchmarks/footprint.py`; the figures stand in `docs/performance.md`."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import time
from pathlib import Path


def tune() -> None:
    """Before anything large is imported."""
    # numpy's BLAS makes a pool of threads with buffers of its own; the daemon multiplies no matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Threads of the books and of `to_thread` would each get a heap of their own that never shrinks.
    _malloc_option(M_ARENA_MAX, 2)
    # A thread that has an answer waits this long for the interpreter: the stop loss hops through the books' thread.
    sys.setswitchinterval(0.0005)
    # Collections while modules are loaded find nothing.
    gc.set_threshold(100_000, 20, 100)


def settle() -> None:
    """Once all is loaded and running: what lives now lives until the end, so no collection needs to look at it."""
    gc.collect()
    gc.freeze()
    _trim()


M_ARENA_MAX = -8
"""From glibc's malloc.h."""


def _malloc_option(option: int, value: int) -> None:
    if (libc := _glibc()) is not None:
        libc.mallopt(option, value)


def _trim() -> None:
    """Hand back to the system what importing and starting needed only for a moment."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """None on other systems (macOS, musl), which have neither function."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None


def age_seconds() -> float:
    """Since the system started this process (on Linux), else since Python did."""
    if sys.platform != "linux":
        return time.process_time()
    started = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
