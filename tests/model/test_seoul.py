"""A Korean day begins at 15:00 UTC of the day before."""

from datetime import UTC, datetime, timedelta

from trader.model.seoul import SEOUL, day_start


def test_midnight_in_seoul_is_15_utc_the_day_before() -> None:
    assert day_start(datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)) == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert day_start(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == datetime(2026, 11, 20, 15, tzinfo=UTC)


def test_the_answer_is_utc_whatever_zone_is_asked_in() -> None:
    start = day_start(datetime(2026, 11, 21, 0, 30, tzinfo=SEOUL))
    assert start == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert start.utcoffset() == timedelta(0)


def test_days_back_counts_whole_days() -> None:
    assert day_start(datetime(2026, 11, 21, 3, tzinfo=UTC), 6) == datetime(2026, 11, 14, 15, tzinfo=UTC)
