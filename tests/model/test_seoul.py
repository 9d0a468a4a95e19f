"""A Korean day begins at 15:00 UTC of the day before."""

from datetime import UTC, datetime, timedelta

import pytest

from trader.model.seoul import SEOUL, Hours, day_start


def test_midnight_in_seoul_is_15_utc_the_day_before() -> None:
    assert day_start(datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)) == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert day_start(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == datetime(2026, 11, 20, 15, tzinfo=UTC)


def test_the_answer_is_utc_whatever_zone_is_asked_in() -> None:
    start = day_start(datetime(2026, 11, 21, 0, 30, tzinfo=SEOUL))
    assert start == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert start.utcoffset() == timedelta(0)


def test_days_back_counts_whole_days() -> None:
    assert day_start(datetime(2026, 11, 21, 3, tzinfo=UTC), 6) == datetime(2026, 11, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "inside"),
    [
        ("23:00-07:00", "22:59", False),
        ("23:00-07:00", "23:00", True),
        ("23:00-07:00", "03:00", True),
        ("23:00-07:00", "07:00", False),
        ("9:00~18:00", "09:00", True),
        ("9:00~18:00", "18:00", False),
    ],
)
def test_hours_of_a_day_in_seoul_also_over_midnight(hours: str, at: str, inside: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-21T{at}:00+09:00").astimezone(UTC)
    assert (moment in Hours.parse(hours)) is inside


def test_hours_are_written_in_one_way() -> None:
    assert str(Hours.parse("9:00 ~ 18:30")) == "09:00-18:30"


@pytest.mark.parametrize("text", ["", "23-7", "24:00-07:00", "07:60-08:00", "07:00-07:00", "at night"])
def test_what_is_no_stretch_of_a_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|hour must|minute must"):
        Hours.parse(text)
