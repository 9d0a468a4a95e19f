"""Small decisions of the painter: labels of the time axis, digits, places."""

from datetime import UTC, datetime

from trader.report.draw import decimals, free_place, length, time_ticks


def opened(start: datetime, seconds: int, count: int) -> list[int]:
    first = int(start.timestamp())
    return [first + i * seconds for i in range(count)]


def test_labels_stand_at_round_seoul_times_and_midnight_shows_the_date() -> None:
    """96 quarter hours from 21:00 in Seoul: every four hours."""
    ticks = time_ticks(opened(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), 900, 96), 900)
    assert ticks == [(12, "11/21"), (28, "04:00"), (44, "08:00"), (60, "12:00"), (76, "16:00"), (92, "20:00")]


def test_daily_candles_are_labelled_by_their_date() -> None:
    """A daily candle opens at 09:00 in Seoul; 1 November 2026 is candle 0."""
    ticks = time_ticks(opened(datetime(2026, 11, 1, tzinfo=UTC), 86400, 20), 86400)
    assert [index for index, _ in ticks] == list(range(ticks[0][0], 20, 5))
    assert ticks[0][1] == f"11/{1 + ticks[0][0]}"


def test_prices_get_the_digits_they_need() -> None:
    assert decimals([132_450_000.0, 132_451_000.0]) == 0
    assert decimals([3.5, 3.45]) == 2
    assert decimals([0.00001234]) == 8


def test_lengths_of_time_are_short() -> None:
    assert [length(s) for s in (2700, 12_000, 86_400, 360_000)] == ["45m", "3h 20m", "24h", "4d 4h"]


def test_a_label_avoids_candles_and_other_labels() -> None:
    low, high = [9.0] * 50 + [20.0] * 50, [11.0] * 50 + [22.0] * 50
    assert free_place(low, high, 10.0, 0.5, [], beside=False) == (0.6, 10.0), "candles lie at 10 in the left half"
    taken = [(0.6, 10.0)]
    assert free_place(low, high, 10.0, 0.5, taken, beside=False) == (0.006, 10.0), "rather candles than another label"
    low, high = [9.0] * 100, [10.05] * 100
    assert free_place(low, high, 10.0, 0.5, [], beside=True) == (0.006, 10.6), "just above the line is free"
