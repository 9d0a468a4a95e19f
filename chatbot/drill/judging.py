"""What a drill measured → passed or failed, check by check. Pure.

In: the findings as flat text: for each check seconds (`0.42`), `yes` or `no`, empty = it never happened; `steps` names
the steps that were begun. The times allowed are for a small server that does other work meanwhile, not for a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """In this order. A step that leaves no service behind ends the drill."""

    START = "start"
    OUTAGE = "outage"
    CRASH = "crash"
    RESTART = "restart"
    PANIC = "panic"
    BOOKS = "books"


class Outcome(StrEnum):
    """PASSED, FAILED: gone through · STOPPED: by a person · CUT: the service it ran beside ended · BROKEN: the drill
    itself could not go on."""

    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"
    CUT = "cut"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Check:
    """`allowed` seconds; None = it is answered by yes or no."""

    name: str
    step: Step
    allowed: float | None = None


CHECKS: Final = (
    Check("start_ready", Step.START, 20),
    Check("start_bought", Step.START),
    Check("outage_noticed", Step.OUTAGE, 5),
    Check("outage_answer", Step.OUTAGE, 15),
    Check("outage_stop", Step.OUTAGE, 5),
    Check("outage_streams", Step.OUTAGE, 20),
    Check("outage_trading", Step.OUTAGE, 20),
    Check("crash_ready", Step.CRASH, 15),
    Check("crash_order", Step.CRASH, 20),
    Check("crash_guards", Step.CRASH),
    Check("crash_stop", Step.CRASH, 5),
    Check("restart_end", Step.RESTART, 10),
    Check("restart_ready", Step.RESTART, 15),
    Check("restart_kept", Step.RESTART),
    Check("panic_flat", Step.PANIC, 5),
    Check("books_equal", Step.BOOKS),
)
ALLOWED: Final = {check.name: check.allowed for check in CHECKS if check.allowed is not None}
KEYS: Final = (
    *("outcome", "by", "seconds", "steps", "detail"),
    *(check.name for check in CHECKS),
    *("outage_seconds", "sold", "cancelled", "orders", "fills", "differs", "cut_short"),
)
"""What the event of a finished drill carries: the findings, and who began or ended it. `differs` are kinds of defects
(`compare.KINDS`, between commas), `cut_short` is the step in which the service ended by itself, `detail` is how."""


def passes(check: Check, value: str) -> bool:
    if check.allowed is None:
        return value == "yes"
    return bool(value) and float(value) <= check.allowed


def begun(findings: Mapping[str, str]) -> frozenset[Step]:
    named = findings.get("steps", "").split()
    return frozenset(step for step in Step if step.value in named)


def checks_of(step: Step) -> tuple[Check, ...]:
    return tuple(check for check in CHECKS if check.step is step)


def failed(findings: Mapping[str, str]) -> tuple[Check, ...]:
    """Checks of the steps begun that were not met. Of a step cut short only what was measured counts."""
    judged = [check for step in Step if step in begun(findings) for check in judged_of(step, findings)]
    return tuple(check for check in judged if not passes(check, findings.get(check.name, "")))


def judged_of(step: Step, findings: Mapping[str, str]) -> tuple[Check, ...]:
    cut_short = findings.get("cut_short") == step
    return tuple(check for check in checks_of(step) if check.name in findings or not cut_short)


def outcome(findings: Mapping[str, str]) -> Outcome:
    """Of a drill that came to its own end: passed only when every step was begun and every check is met."""
    whole = begun(findings) == frozenset(Step) and not findings.get("cut_short")
    return Outcome.PASSED if whole and not failed(findings) else Outcome.FAILED
