"""What is tuned for the whole process, and how old it is. Nothing of the product is imported here.

Each line was measured with `benchmarks/footprint.py`; the figures stand in `docs/performance.md`."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def tune() -> None:
    """Before anything large is imported."""
    one_blas_thread()
    few_heaps()
    quick_switches()
    no_collections_yet()
    lean_imports()


def settle() -> None:
    """Once all is loaded and running."""
    freeze()
    trim()


def one_blas_thread() -> None:
    """numpy's BLAS makes a pool of threads with buffers of their own; the daemon multiplies no matrices."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def few_heaps() -> None:
    """Threads of the books and of `to_thread` would each get a heap of their own that never shrinks."""
    if (libc := _glibc()) is not None:
        libc.mallopt(M_ARENA_MAX, 2)


def quick_switches() -> None:
    """So long a thread that has an answer waits for the interpreter: a stop loss hops through the books' thread."""
    sys.setswitchinterval(0.0005)


def no_collections_yet() -> None:
    """What is imported stays: collections in between only look at it in vain (until `freeze`)."""
    gc.set_threshold(100_000, 50, 100)


def lean_imports() -> None:
    """Libraries that load others, where these are installed, for what is not used here: colours in tracebacks and a
    command line (rich), signatures with public keys (cryptography), a second HTTP transport (httpx_aiohttp)."""
    for unused, names in (("rich", ("structlog", "httpx")), ("cryptography", ("jwt",)), ("httpx_aiohttp", ("upbit",))):
        with without(unused):
            for name in names:
                importlib.import_module(name)


@contextlib.contextmanager
def without(unused: str) -> Iterator[None]:
    """What is imported inside does without the library `unused`; afterwards it can be imported as ever."""
    if unused in sys.modules:
        yield
        return
    sys.modules[unused] = None  # type: ignore[assignment]  # so the import system remembers that there is none
    try:
        yield
    finally:
        del sys.modules[unused]


def freeze() -> None:
    """What lives now lives until the end, so no collection needs to look at it again. Of what comes later little lives
    long and a full collection takes milliseconds: they may be as frequent as usual. Were they rare, answers of the
    exchange, which are circular, would pile up by 1.5 MB a minute."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 5, 5)


def trim() -> None:
    """Hand back to the system what importing and starting needed only for a moment."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


M_ARENA_MAX = -8
"""From glibc's malloc.h."""


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
