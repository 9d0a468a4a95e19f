"""A short day of the whole service between both chat services and the exchange: an outage, 429s, a kill, repeated and
reordered updates. The long form is one command: `tests/day/run.py` (C1 C3 P5)."""

from __future__ import annotations

from tests.day.day import Day
from tests.day.judge import judge


def test_a_day_loses_no_event_leaves_no_command_without_an_answer_and_does_nothing_twice(short_day: Day) -> None:
    verdict = judge(short_day)
    assert verdict.wrong == []
    assert short_day.troubles == ["429 from both", "Telegram away", "killed by force while both are away"]
    assert verdict.figures["commands"] >= 20
    assert verdict.figures["events told"] >= 50
    assert verdict.figures["orders at the exchange"] > 0
