"""Never more than a group's limit in any window, in the order of asking; the venue's own word pauses a group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trader.errors import VenueBusy, VenueOffline
from trader.exchange.upbit.limits import PER_SECOND, Group, Limiter, Limits


class Seconds:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 0.4), min_size=1, max_size=80), st.integers(1, 12))
def test_no_window_ever_holds_more_than_the_limit(gaps: list[float], calls: int) -> None:
    """Slots are reserved, so their times can be checked without waiting."""
    seconds = Seconds()
    limiter = Limiter(calls, 1.0, seconds)
    starts = []
    for gap in gaps:
        seconds.now += gap
        starts.append(seconds.now + limiter._reserve(1e9))
    assert starts == sorted(starts)
    assert all(starts[i + calls] - starts[i] >= 1.0 - 1e-9 for i in range(len(starts) - calls))


def test_a_free_slot_costs_no_turn_of_the_loop() -> None:
    with pytest.raises(StopIteration):
        Limiter(2, 1.0, Seconds()).acquire(0).send(None)


async def test_who_cannot_wait_is_told_how_long_it_would_take() -> None:
    limiter = Limiter(1, 1.0, Seconds())
    await limiter.acquire(0)
    with pytest.raises(VenueBusy) as busy:
        await limiter.acquire(0.5)
    assert busy.value.retry_after == pytest.approx(1.0)


async def test_pauses_double_while_the_venue_keeps_saying_no() -> None:
    seconds = Seconds()
    limiter = Limiter(10, 1.0, seconds)
    waits = []
    for _ in range(5):
        limiter.pause(1.0)
        with pytest.raises(VenueBusy) as busy:
            await limiter.acquire(0)
        waits.append(busy.value.retry_after)
        seconds.now += waits[-1]
    assert waits == pytest.approx([1, 2, 4, 8, 8])
    limiter.answered("group=default; min=1800; sec=29")
    limiter.pause(1.0)
    with pytest.raises(VenueBusy) as busy:
        await limiter.acquire(0)
    assert busy.value.retry_after == pytest.approx(1.0)


async def test_a_block_is_offline_until_it_ends() -> None:
    seconds = Seconds()
    limiter = Limiter(10, 1.0, seconds)
    limiter.block(30)
    with pytest.raises(VenueOffline):
        await limiter.acquire(2)
    seconds.now += 30
    await limiter.acquire(0)


async def test_none_left_while_our_window_is_not_full_means_somebody_else_asks_too() -> None:
    limiter = Limiter(10, 1.0, Seconds())
    await limiter.acquire(0)
    limiter.answered("group=order; min=1800; sec=0")
    with pytest.raises(VenueBusy):
        await limiter.acquire(0.5)


async def test_none_left_after_our_own_burst_adds_no_pause() -> None:
    seconds = Seconds()
    limiter = Limiter(2, 1.0, seconds)
    await limiter.acquire(0)
    await limiter.acquire(0)
    limiter.answered("group=order; min=1800; sec=0")
    seconds.now += 1.0
    await limiter.acquire(0)


@pytest.mark.parametrize("header", ["", "nonsense", "group=order; min=1800; sec=11"])
async def test_other_headers_change_nothing(header: str) -> None:
    limiter = Limiter(2, 1.0, Seconds())
    limiter.answered(header)
    await limiter.acquire(0)


def test_every_group_has_a_limiter_of_its_own() -> None:
    limits = Limits()
    assert len({id(limits[g]) for g in Group}) == len(Group) == len(PER_SECOND)
    assert PER_SECOND[Group.ORDER] == 12
