"""Faults on purpose: `board.Faults` holds what is set; `http`, `stream` and `market` carry it out, one file per family.

`model` says what a fault is and when it strikes, `kinds` which kinds there are and which fields each takes, `later`
waits in real time. Nothing here changes an order or a balance by itself: that goes through the engine, so that the
account stays true whatever is set."""

from sandbox.faults.board import Faults
from sandbox.faults.model import FaultError

__all__ = ["FaultError", "Faults"]
