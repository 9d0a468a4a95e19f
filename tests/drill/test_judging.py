"""Given these times and these books: passed or failed, what is said about it, and what to do (S9 P5 P7)."""

from __future__ import annotations

import pytest

from chatbot.drill import judging, report
from chatbot.drill.compare import KINDS
from chatbot.drill.judging import Check, Outcome, Step
from chatbot.notices import notice
from chatbot.reply import Tone
from chatbot.wording import LANGUAGES, Words
from trader.clock import ManualClock
from trader.model.events import Event, EventKind
from trader.model.market import EPOCH

GOOD = {
    "steps": "start outage crash restart panic books",
    "start_ready": "1.29",
    "start_bought": "yes",
    "outage_seconds": "8",
    "outage_noticed": "0.02",
    "outage_answer": "5.23",
    "outage_stop": "0.81",
    "outage_streams": "4.02",
    "outage_trading": "0.18",
    "crash_ready": "1.31",
    "crash_order": "1.31",
    "crash_guards": "yes",
    "crash_stop": "0.05",
    "restart_end": "0.05",
    "restart_ready": "1.36",
    "restart_kept": "yes",
    "panic_flat": "0.09",
    "sold": "4",
    "cancelled": "2",
    "orders": "14",
    "fills": "12",
    "differs": "",
    "books_equal": "yes",
    "seconds": "20",
    "outcome": "passed",
}


def failed(**changes: str) -> list[str]:
    return [check.name for check in judging.failed(GOOD | changes)]


def told(language: str = "en", **changes: str) -> tuple[str, tuple[str, ...], Tone]:
    data = GOOD | {"by": "telegram:1"} | changes
    reply = notice(Event("E1", EventKind.DRILL_FINISHED, ManualClock(EPOCH).now(), data=data), Words(language))
    assert reply is not None
    return reply.title, reply.lines, reply.tone


def test_all_within_what_is_allowed() -> None:
    assert failed() == []
    assert judging.outcome(GOOD) is Outcome.PASSED


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("panic_flat", "5.00", "5.01"),
        ("outage_stop", "5", "5.5"),
        ("crash_order", "19.9", ""),
        ("restart_end", "10.0", "10.1"),
        ("crash_guards", "yes", "no"),
        ("books_equal", "yes", ""),
    ],
)
def test_one_check_is_enough_to_fail(name: str, good: str, bad: str) -> None:
    """At the limit is met; later, never, or no is not."""
    assert failed(**{name: good}) == []
    assert failed(**{name: bad}) == [name]
    assert judging.outcome(GOOD | {name: bad}) is Outcome.FAILED


def test_a_drill_that_ended_early_has_not_passed() -> None:
    """Steps that were never begun are not blamed, but without them it is no pass."""
    findings = {"steps": "start outage", "start_ready": "1", "start_bought": "yes"} | {
        check.name: "1" for check in judging.checks_of(Step.OUTAGE)
    }
    assert judging.failed(findings) == ()
    assert judging.outcome(findings) is Outcome.FAILED


def test_every_check_belongs_to_a_step_and_to_the_event() -> None:
    assert {check.step for check in judging.CHECKS} == set(Step)
    assert {check.name for check in judging.CHECKS} <= set(judging.KEYS)
    assert judging.passes(Check("x", Step.BOOKS), "yes")


def test_a_pass_states_the_times() -> None:
    title, lines, tone = told()
    assert (title, tone) == ("✅ Drill passed (20s)", Tone.OK)
    assert lines == (
        "✅ Start: ready 1.29s · bought, orders resting ✓",
        "✅ Exchange away: for 8s · told 0.02s · /status answered 5.23s · stop loss after it 0.81s · "
        "streams back 4.02s · trading again 0.18s",
        "✅ Crash (kill -9, order under way): ready 1.31s · order found and booked 1.31s · guards restored ✓ · "
        "stop loss 0.05s",
        "✅ Restart: stopped 0.05s · ready 1.36s · all kept ✓",
        "✅ Panic: 4 sold, 2 cancelled · flat 0.09s",
        "✅ Books against exchange: 14 orders, 12 fills · orders, fills, cash, coins ✓",
    )


def test_a_failure_says_what_was_allowed_and_what_to_do() -> None:
    title, lines, tone = told(
        "ko",
        outcome="failed",
        outage_stop="7.5",
        crash_order="",
        books_equal="no",
        differs="order unresolved,cash differs",
    )
    assert (title, tone) == ("❌ 장애 훈련 실패 (20초)", Tone.ERROR)
    assert lines[1].startswith("❌ 거래소 두절: 8초 동안 · ")
    assert "❗복구 후 손절 7.5초 (허용 5초)" in lines[1]
    assert "❗보낸 주문 확인: 20초 안에 되지 않음" in lines[2]
    assert lines[5].endswith("주문·체결·현금·코인 ✗")
    assert lines[6] == "다른 점: 결과를 모르는 주문, 현금이 다름"
    hints = ("→ 두절 뒤 손절이 늦습니다.", "→ 도중에 있던 주문을", "→ 장부와 거래소가 달랐습니다.")
    assert all(line.startswith(hint) for line, hint in zip(lines[7:10], hints, strict=True))
    assert lines[10] == "훈련용 서비스의 기록: DATA_DIR의 drill.log"


def test_a_service_that_did_not_come_back() -> None:
    """The steps that could not be gone through are named, and why."""
    findings = {name: value for name, value in GOOD.items() if name.startswith(("start", "outage", "crash_ready"))}
    findings |= {
        "steps": "start outage crash",
        "crash_ready": "",
        "cut_short": "crash",
        "detail": "exit 1",
    }
    assert judging.outcome(findings) is Outcome.FAILED
    lines = report.lines(findings | {"outcome": "failed"}, Words("en"))
    assert lines[2] == "❌ Crash (kill -9, order under way): ❗ready: not within 15s"
    assert "Not run: Restart, Panic, Books against exchange" in lines
    assert [line[:22] for line in lines if line.startswith("→")] == ["→ The rehearsed servic", "→ A restart takes too "]
    assert lines[-1] == "Why: exit 1"


def test_a_service_that_ended_before_anything_was_measured() -> None:
    """The step fails without blaming what nobody could measure; also in the last step it is no pass."""
    lines = report.lines({"steps": "start", "cut_short": "start", "outcome": "failed"}, Words("en"))
    assert lines[0] == "❌ Start"
    assert judging.failed({"steps": "start", "cut_short": "start"}) == ()
    assert judging.outcome(GOOD | {"cut_short": "books"}) is Outcome.FAILED


def test_one_that_was_ended_shows_what_it_had_measured() -> None:
    begun = {"steps": "start outage", "start_ready": "1.29", "start_bought": "yes"}
    for outcome, title in (
        ("stopped", "Drill stopped by Telegram 1 (after 5s)"),
        ("cut", "⚠️ Drill cut off: the service"),
    ):
        event = Event(
            "E1", EventKind.DRILL_FINISHED, EPOCH, data=begun | {"outcome": outcome, "by": "telegram:1", "seconds": "5"}
        )
        reply = notice(event, Words("en"))
        assert reply is not None
        assert reply.title.startswith(title)
        assert reply.lines == ("✅ Start: ready 1.29s · bought, orders resting ✓",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_difference_has_words(language: str) -> None:
    findings = GOOD | {"outcome": "failed", "books_equal": "no", "differs": ",".join(KINDS)}
    [line] = [line for line in report.lines(findings, Words(language)) if line.startswith(("다른 점", "Differs"))]
    assert line.count(",") == len(KINDS) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_failure_has_its_hint(language: str) -> None:
    nothing = {"steps": GOOD["steps"], "outcome": "failed"}
    hints = [line for line in report.lines(nothing, Words(language)) if line.startswith("→")]
    assert len(hints) == len(judging.CHECKS)
