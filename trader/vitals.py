"""Does the trader deserve to be left alone by a watchdog? In: ages. Out: yes or no; pure, but for `take_vitals`.

A service whose prices have dried up while it holds positions, or whose guard looks at nothing, is worse than one that
was started anew. A venue that is away is no fault of ours: a restart would not bring it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trader.clock import Clock
from trader.guard.watch import Guard
from trader.jobs import Timetable
from trader.live import LiveFeed
from trader.market.quotes import QuoteBoard
from trader.ports import Streams

FRESH_SECONDS = 45.0
"""A price, and the guard's last look, may be so old. The stream replaces itself after 60 s of silence, and is then
read by REST within a second: the pause in between stays far below the WatchdogSec of the unit."""

ASKED_SECONDS = 90.0
"""The venue counts as being retried when it was asked so lately; it is asked every 30 s at least."""

UNGUARDED_SECONDS = 900.0
"""With positions held, an outage so long is answered by one restart all the same: the fault may be ours. After it the
service waits for the venue before it says that it is ready, and no watchdog runs."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """Real seconds since something; None = never, or not so.

    `price`: since the oldest price of what is held is known to have been true (nothing held: since the stream's last
    word); `guard`: since the guard held a price against a level; `away`: since the price stream was lost; `asked`:
    since the venue was last asked by REST, whatever it answered."""

    holding: bool
    price: float | None = None
    guard: float | None = None
    away: float | None = None
    asked: float | None = None


def deserves_watchdog(vitals: Vitals) -> bool:
    """Fresh prices and a guard that looks at them; or a venue known to be away that is being asked again."""
    if _within(vitals.price, FRESH_SECONDS) and (not vitals.holding or _within(vitals.guard, FRESH_SECONDS)):
        return True
    retried = vitals.away is not None and _within(vitals.asked, ASKED_SECONDS)
    return retried and (not vitals.holding or _within(vitals.away, UNGUARDED_SECONDS))


def _within(age: float | None, limit: float) -> bool:
    return age is not None and age < limit


def take_vitals(
    guard: Guard, quotes: QuoteBoard, streams: Streams, feed: LiveFeed, timetable: Timetable, clock: Clock
) -> Vitals:
    """As they are now."""

    def age(moment: datetime | None) -> float | None:
        return None if moment is None else max((clock.now() - moment).total_seconds() / clock.speed, 0.0)

    public = feed.health["public"]
    by_stream = streams.last_message_age("public") if public.up else None
    ages = [by_stream]
    if guard.markets and not _within(by_stream, FRESH_SECONDS):
        known = [quotes.age_seconds(market) for market in guard.markets]
        ages.append(None if None in known else max(seconds for seconds in known if seconds is not None) / clock.speed)
    told = [seconds for seconds in ages if seconds is not None]
    asked = [timetable.health[name].last_run for name in ("guard", "reconcile") if name in timetable.health]
    return Vitals(
        holding=bool(guard.markets),
        price=min(told, default=None),
        guard=age(guard.evaluated_at),
        away=age(public.lost_at) if public.up is False else None,
        asked=age(max((moment for moment in asked if moment is not None), default=None)),
    )
