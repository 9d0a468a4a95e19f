"""Findings of a drill → what a person reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chatbot.drill.judging import Check, Outcome, Step, begun, checks_of, failed, judged_of, passes
from chatbot.reply import Tone
from chatbot.wording import Words

TONES: Final[Mapping[str, Tone]] = {
    Outcome.PASSED: Tone.OK,
    Outcome.FAILED: Tone.ERROR,
    Outcome.STOPPED: Tone.INFO,
    Outcome.CUT: Tone.WARNING,
    Outcome.BROKEN: Tone.ERROR,
}
FACTS: Final[Mapping[Step, tuple[str, ...]]] = {
    Step.OUTAGE: ("outage_seconds",),
    Step.PANIC: ("sold", "cancelled"),
    Step.BOOKS: ("orders", "fills"),
}
"""Told, not judged: `drill-facts-STEP`."""


def tone(findings: Mapping[str, str]) -> Tone:
    return TONES.get(findings.get("outcome", ""), Tone.WARNING)


def lines(findings: Mapping[str, str], words: Words) -> list[str]:
    """One line a step with the times reached; where it failed, what was allowed and what to do."""
    outcome = findings.get("outcome", "")
    over = outcome in (Outcome.PASSED, Outcome.FAILED)
    said = [_step(step, findings, words) for step in Step if step in begun(findings)] if over else done(findings, words)
    if outcome == Outcome.FAILED:
        said += _what_to_do(findings, words)
    if outcome == Outcome.BROKEN:
        said.append(words("drill-broken"))
    if findings.get("detail"):
        said.append(words("drill-why", detail=findings["detail"]))
    return said


def done(findings: Mapping[str, str], words: Words) -> list[str]:
    """The steps already gone through, of a drill that is under way or was ended early."""
    measured = [step for step in Step if any(check.name in findings for check in checks_of(step))]
    return [_step(step, findings, words) for step in measured]


def _step(step: Step, findings: Mapping[str, str], words: Words) -> str:
    """`✅ 재시작: 종료 0.05초 · 준비 1.4초 · 포지션과 주문 그대로 ✓`"""
    checks = judged_of(step, findings)
    good = all(passes(check, findings.get(check.name, "")) for check in checks)
    mark = "✅" if good and findings.get("cut_short") != step else "❌"
    facts = FACTS.get(step, ())
    told = {name: findings.get(name, "") for name in facts}
    said = [words(f"drill-facts-{step.value}", **told)] if facts and all(told.values()) else []
    said += [_check(check, findings.get(check.name, ""), words) for check in checks]
    return f"{mark} {words(f'drill-step-{step.value}')}: {' · '.join(said)}".removesuffix(": ")


def _check(check: Check, value: str, words: Words) -> str:
    name = words(f"drill-check-{_dashed(check)}")
    if check.allowed is None:
        return f"{name} {'✓' if value == 'yes' else '✗'}"
    if not value:
        return words("drill-never", name=name, allowed=f"{check.allowed:g}")
    reached = f"{name} {words('span-seconds', n=value)}"
    return reached if passes(check, value) else words("drill-late", reached=reached, allowed=f"{check.allowed:g}")


def _what_to_do(findings: Mapping[str, str], words: Words) -> list[str]:
    left = [words(f"drill-step-{step.value}") for step in Step if step not in begun(findings)]
    return [
        *([words("drill-not-run", steps=", ".join(left))] if left else []),
        *([f"→ {words('drill-ended')}"] if findings.get("cut_short") else []),
        *([words("drill-differs", what=_defects(findings["differs"], words))] if findings.get("differs") else []),
        *(f"→ {words(f'drill-hint-{_dashed(check)}')}" for check in failed(findings)),
        words("drill-log"),
    ]


def _defects(kinds: str, words: Words) -> str:
    return ", ".join(words.first((f"drill-defect-{kind.replace(' ', '-')}",), kind) for kind in kinds.split(","))


def _dashed(check: Check) -> str:
    return check.name.replace("_", "-")
