"""Small decisions of the painter: labels of the time axis, digits, places."""

from datetime import UTC, datetime

from trader.report.drawing.advice import advice_picture
from trader.report.drawing.candles import candles_picture, free_place, time_ticks
from trader.report.drawing.labels import decimals, length, signed
from trader.report.drawing.paper import INK, MEMBERS


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


def test_no_label_of_the_price_axis_is_rounded() -> None:
    """A coin of 240 … 252 KRW with a tick of 1: no step of 2.5 that reads 242, 245, 248."""
    for low, high in ((240.0, 252.0), (3.0, 4.0), (98_000_000.0, 98_600_000.0), (0.00001, 0.000012)):
        close = [low, high, low]
        spec = {"title": "x", "seconds": 60, "width": 1080, "height": 720, "marks": [], "lines": {}}
        columns = {"open": close, "high": close, "low": close, "close": close, "volume": [1.0, 1.0, 1.0]}
        figure = candles_picture({**spec, **columns, "opened_at": opened(datetime(2026, 11, 20, tzinfo=UTC), 60, 3)})
        axis = figure.axes[0].yaxis
        words = axis.get_major_formatter().format_ticks(axis.get_majorticklocs())
        read = [
            (float(word.replace(",", "")), at) for word, at in zip(words, axis.get_majorticklocs(), strict=True) if word
        ]
        assert len(read) >= 4
        assert all(abs(shown - at) < 1e-9 * high for shown, at in read), (low, high, words)


def test_nothing_has_no_sign() -> None:
    assert [signed(v, 0) for v in (1200.0, -1200.4, -0.2)] == ["+1,200", "−1,200", "0"]
    assert signed(0.5, 1) == "+0.5"


def test_lengths_of_time_are_short() -> None:
    assert [length(s) for s in (2700, 12_000, 86_400, 360_000)] == ["45m", "3h 20m", "24h", "4d 4h"]


def test_a_label_avoids_candles_and_other_labels() -> None:
    low, high = [9.0] * 50 + [20.0] * 50, [11.0] * 50 + [22.0] * 50
    assert free_place(low, high, 10.0, 0.5, [], beside=False) == (0.6, 10.0), "candles lie at 10 in the left half"
    taken = [(0.6, 10.0)]
    assert free_place(low, high, 10.0, 0.5, taken, beside=False) == (0.006, 10.0), "rather candles than another label"
    low, high = [9.0] * 100, [10.05] * 100
    assert free_place(low, high, 10.0, 0.5, [], beside=True) == (0.006, 10.6), "just above the line is free"


def test_advice_is_drawn_with_the_ensemble_black_and_nothing_known_is_no_error() -> None:
    """Two days; a member and all together, then nothing at all."""
    days = [int(datetime(2026, 11, day, tzinfo=UTC).timestamp()) for day in (1, 2)]
    bins = [[0.2, 0.0, 3], [0.7, 1.0, 5]]
    rows = [{"name": name, "at": days, "value": [-700.0, 1300.0], "bins": bins} for name in ("openai", "ensemble")]
    size = {"title": "AI 30d", "width": 1080, "height": 720}
    value, stated = advice_picture({**size, "members": rows}).axes
    assert [line.get_color() for line in value.get_lines()[1:]] == [MEMBERS[0], INK]
    assert stated.get_lines()[1].get_xydata().tolist() == [[0.2, 0.0], [0.7, 1.0]]
    nothing = [{"name": "ensemble", "at": [], "value": [], "bins": []}]
    assert len(advice_picture({**size, "members": nothing}).axes) == 2
