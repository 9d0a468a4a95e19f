"""Promise 5: why nothing was bought, without the same line forty times."""

from datetime import timedelta

from tests.examples import NOON
from trader.model.events import JournalEntry
from trader.report.passes import counts, runs


def entry(minutes_ago: int, stage: str, code: str, **details: str) -> JournalEntry:
    at = NOON - timedelta(minutes=minutes_ago)
    return JournalEntry("C", at, "KRW-BTC", "sma_cross", "1m", stage, code, details)


PASSES = [
    *(entry(n, "signal", "stay_out") for n in range(3)),
    entry(3, "risk", "max_spread cooldown"),
    entry(4, "risk", "max_spread"),
    *(entry(n, "signal", "stay_out") for n in range(5, 37)),
]


def test_equal_passes_in_a_row_are_one_stretch() -> None:
    found = runs(PASSES)
    assert [(run.entry.code, run.count) for run in found] == [
        ("stay_out", 3),
        ("max_spread cooldown", 1),
        ("max_spread", 1),
        ("stay_out", 32),
    ]
    assert (found[0].entry.at, found[0].since) == (NOON, NOON - timedelta(minutes=2))


def test_counts_tell_where_passes_ended() -> None:
    """37 passes: 35 without a signal, 2 stopped by limits, one of them by two."""
    (count,) = counts(PASSES)
    assert (count.strategy, count.passes, count.denied) == ("sma_cross", 37, 2)
    assert count.ends == (("signal", "stay_out", 35), ("risk", "max_spread", 2), ("risk", "cooldown", 1))


def test_a_sale_is_not_a_buy() -> None:
    asked = [entry(0, "approval", "asked", side="sell"), entry(1, "approval", "asked", side="buy")]
    assert [run.count for run in runs(asked)] == [1, 1]
