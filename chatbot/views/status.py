"""How it stands, as one reply: mode, state, equity, result of the day, positions and how far their levels are, age of
the data.  In: Status, Words.  Out: Reply.  Pure.

The same for /status, for the message that is kept up to date after it, and for Slack's Home tab."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chatbot.reply import Button, Reply, Tone
from chatbot.views import data, lines
from chatbot.views.buttons import runs
from chatbot.wording import Words
from trader.model.portfolio import TradingState
from trader.model.views import PositionView, Status

VIEW = "status"
"""How a reply that shows it is marked (`data["view"]`), however it was asked for."""
FRESH_SECONDS = 10
"""Below this nobody needs to be told again how old the newest price is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`reply` is what is said; `same` what of it must differ for it to be said anew: no ages, no times of the clock."""

    reply: Reply
    same: Reply


def status_reply(now: Status, words: Words, speed: float, *, until: datetime | None = None) -> Reply:
    """`until`: it is kept up to date until then; None: it stays as it is."""
    body = (*_body(now, words, speed), _data_line(now, words), _as_of(now, words, until))
    return Reply(
        title=lines.state_title(now.state, now.mode, words, now.now),
        lines=body,
        buttons=_buttons(now, words),
        tone=Tone.WARNING if is_stopped(now) or now.unresolved_orders or now.away else Tone.OK,
        data={**data.status(now), "view": VIEW},
    )


def shown(now: Status, words: Words, speed: float, *, until: datetime | None = None) -> Shown:
    reply = status_reply(now, words, speed, until=until)
    age = int((now.data_age_seconds or 0) // FRESH_SECONDS)
    same = (*_body(now, words, speed), str(age), words.moment(until))
    return Shown(reply, replace(reply, lines=same, data={}))


def is_stopped(now: Status) -> bool:
    """Nothing is bought."""
    return now.state.state is not TradingState.ACTIVE or now.entries_wait_until is not None


def _body(now: Status, words: Words, speed: float) -> tuple[str, ...]:
    open_positions = tuple(line for view in now.positions for line in _position_lines(view, words))
    counts = words(
        "status-counts",
        positions=len(now.positions),
        orders=now.open_orders,
        tickets=now.pending_tickets,
    )
    waiting = (
        (words("status-stops", at=words.moment(now.entries_wait_until, now.now)),) if now.entries_wait_until else ()
    )
    checking = (words("status-unresolved", count=now.unresolved_orders),) if now.unresolved_orders else ()
    return (
        *lines.panic_lines(now.panics, words, speed),
        *lines.away_lines(now.away, words),
        words("status-equity", equity=words.krw(now.equity)),
        _day_line(now, words),
        *([words("status-model-cost", cost=words.fee(now.model_cost))] if now.model_cost else []),
        words("status-cash", free=words.krw(now.cash_free), locked=words.krw(now.cash_locked)),
        words("status-unrealised", unrealised=words.krw_change(now.unrealised)),
        counts,
        *checking,
        *waiting,
        *open_positions,
        words("status-strategy", strategy=now.strategy, timeframe=now.timeframe),
        words("status-markets", markets=" ".join(market.base for market in now.markets)),
    )


def _buttons(now: Status, words: Words) -> tuple[tuple[Button, ...], ...]:
    second = ("button-resume", "/resume") if is_stopped(now) else ("button-pause", "/pause")
    return runs(
        (words("button-refresh"), "/status"),
        (words("button-positions"), "/positions"),
        (words("button-result"), "/pnl"),
        (words(second[0]), second[1]),
    )


def _day_line(now: Status, words: Words) -> str:
    """What the day brought, and what of it is realised; the latter alone while prices of midnight are not known."""
    realised = words.krw_change(now.day_realised)
    if now.day_result is None:
        return words("status-day-realised", realised=realised)
    day, share = words.krw_change(now.day_result), words.change(now.day_share)
    return words("status-day", day=day, share=share, realised=realised)


def _position_lines(view: PositionView, words: Words) -> list[str]:
    """Its result, and how far the guard's levels are."""
    far = lines.guard_distances(view, words) or words("position-unguarded")
    return [lines.position_head(view, words), f"  {far}"]


def _data_line(now: Status, words: Words) -> str:
    up = words.span((now.now - now.started_at).total_seconds())
    return words("status-data", age=words.span(now.data_age_seconds), up=up)


def _as_of(now: Status, words: Words, until: datetime | None) -> str:
    """Honest also where nobody edits it any more."""
    at = words.moment(now.now, now.now)
    if until is None:
        return words("status-as-of", at=at)
    return words("status-live", at=at, until=words.moment(until, now.now))
