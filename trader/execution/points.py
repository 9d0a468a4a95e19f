"""Named moments between "intent written" and "fill booked", so that a crash can be staged at each of them.

In the service `reached` does nothing. The crash tests put their own function into `at`."""

from __future__ import annotations

from collections.abc import Callable

POINTS = ("intent-written", "accepted-by-venue", "acceptance-written", "fills-read", "fills-booked")

at: Callable[[str], None] | None = None


def reached(point: str) -> None:
    if at is not None:
        at(point)
