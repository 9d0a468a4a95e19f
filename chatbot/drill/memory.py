"""Is there room for a drill? Free memory as the system and the limits of this service's control group see it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from trader.errors import UserInputError

NEEDED_MEGABYTES = 240.0
"""Measured: the exchange and the rehearsed service come to 206 MB at their peak (shared pages split)."""

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def check_room(free: float | None) -> None:
    """UserInputError: drill-no-room. None = unknown: then it is tried."""
    if free is not None and free < NEEDED_MEGABYTES:
        raise UserInputError("drill-no-room", free=f"{free:.0f}", needed=f"{NEEDED_MEGABYTES:.0f}")


def available_megabytes(proc: Path = PROC, cgroups: Path = CGROUPS) -> float | None:
    """The least of what the machine has free and what each limit above this process leaves; None = unknown (not
    Linux). Files the system keeps only for speed count as free."""
    try:
        rows = dict(line.split(":", 1) for line in (proc / "meminfo").read_text(encoding="ascii").splitlines())
        free = int(rows["MemAvailable"].split()[0]) / 2**10
    except (OSError, KeyError, ValueError):
        return None
    return min([free, *_left_by_limits(proc, cgroups)])


def _left_by_limits(proc: Path, cgroups: Path) -> Iterator[float]:
    """Of control groups of version 2, from this process's own upwards; others set no limit that is known here."""
    with contextlib.suppress(OSError):
        for line in (proc / "self/cgroup").read_text(encoding="utf-8").splitlines():
            if line.startswith("0::/"):
                own = Path(line.removeprefix("0::/"))
                for group in (own, *own.parents):
                    yield from _left_by(cgroups / group)


def _left_by(group: Path) -> Iterator[float]:
    with contextlib.suppress(OSError, ValueError, KeyError):
        stat = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
        used = int((group / "memory.current").read_text(encoding="ascii")) - int(stat["inactive_file"])
        for name in ("memory.max", "memory.high"):
            limit = (group / name).read_text(encoding="ascii").strip()
            if limit != "max":
                yield (int(limit) - used) / 2**20
