"""What a decision is told (R1–R4): one module per source, all of them asked at once by the `Gatherer`.

A source reads (`web`, or the ports), checks what came, keeps it with its age (`kept`) and hands out items with status,
age and origin. Absent is absent, never zero; a dead source delays nothing. The table: docs/context.md."""

from trader.advice.context.build import build_gatherer, build_outside
from trader.advice.context.gatherer import Gatherer

__all__ = ["Gatherer", "build_gatherer", "build_outside"]
