"""What stands on a ticket's card: whole terms, what is at stake, what is left of the limits, and why.  In: the flat
text of a proposal.  Out: lines.  Pure.

A figure that did not come along is left out, or said to be unknown where a decision hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from chatbot.views import lines
from chatbot.views.plain import figure, moment
from chatbot.wording import Words, figures
from trader.model.order import Side

_PRICES = frozenset({"fast", "slow", "day_open", "range_yesterday", "target"})
"""Figures of strategies that are prices; the others are plain numbers."""
_FIRST = ("score", "threshold")
COUNTED_BELOW = 600
"""From so many seconds on the time left is told in minutes."""


def terms(flat: Mapping[str, str], market: str, words: Words, now: datetime, *, waits: bool = True) -> tuple[str, ...]:
    """`waits`: it can still be answered."""
    return (
        *_size(flat, market, words),
        *_price_limits(flat, words),
        *_stake(flat, words),
        *_room(flat, words),
        *_why(flat, words),
        *(_until(flat, words, now) if waits else ()),
    )


def _size(flat: Mapping[str, str], market: str, words: Words) -> Iterator[str]:
    price = _price(flat)
    notional, quantity = figure(flat.get("notional")), figure(flat.get("quantity"))
    if price and notional is None and quantity is not None:
        notional = quantity * price
    elif price and quantity is None and notional is not None:
        quantity = (notional / price).quantize(Decimal("0.00000001"))
    base = market.partition("-")[2]
    yield words("card-sum", sum=words.krw(notional), short=words.short(notional))
    yield words("card-quantity", quantity=words.quantity(quantity, base), price=words.price(lines.rounded(price)))
    share = words.share(figure(flat.get("equity_share")))
    yield words("card-fee", fee=words.fee(figure(flat.get("fee"))), share=share)


def _price(flat: Mapping[str, str]) -> Decimal | None:
    return figure(flat.get("limit_price")) or figure(flat.get("price"))


def _price_limits(flat: Mapping[str, str], words: Words) -> Iterator[str]:
    price, band = _price(flat), figure(flat.get("price_band"))
    if flat.get("limit_price"):
        yield words("card-limit", price=words.price(price))
    elif band is not None and price:
        low, high = (words.price(lines.rounded(price * (1 + sign * band))) for sign in (-1, 1))
        yield words("card-band", band=words.share(band), low=low, high=high)


def _stake(flat: Mapping[str, str], words: Words) -> Iterator[str]:
    """Where it will be left and what that comes to, fees of both ways included."""
    price, known = _price(flat), "exposure" in flat
    result = figure(flat.get("result"))
    if result is not None:
        yield words("card-result", arrow=lines.arrow(result), pnl=words.krw_change(result))
    for name in ("stop", "take"):
        level, comes_to = figure(flat.get(name)), figure(flat.get(f"at_{name}"))
        if level is not None and comes_to is not None:
            far = words.change(level / price - 1 if price else None)
            yield words(
                f"card-{name}", price=words.price(lines.rounded(level)), far=far, pnl=words.krw_change(comes_to)
            )
    if trail := figure(flat.get("trail")):
        yield words("card-trail", trail=words.share(trail))
    if known and flat.get("side") == Side.BUY.value and not (flat.get("stop") or flat.get("take")):
        yield words("position-unguarded")


def _room(flat: Mapping[str, str], words: Words) -> Iterator[str]:
    """What the limits leave after it."""
    exposure, limit = figure(flat.get("exposure")), figure(flat.get("exposure_limit"))
    if exposure is None:
        return
    parts = []
    if flat.get("entries_left"):
        parts.append(words("card-entries-left", count=flat["entries_left"]))
    if (spend := figure(flat.get("spend_left"))) is not None:
        parts.append(words("card-spend-left", sum=words.brief(spend)))
    parts.append(words("card-exposure", share=words.share(exposure), limit=words.share(limit)))
    yield words("card-room", parts=" · ".join(parts))


def _why(flat: Mapping[str, str], words: Words) -> Iterator[str]:
    if flat.get("owner") or flat.get("reason"):
        yield words("trade-why", why=lines.who_and_why(flat.get("owner", ""), flat.get("reason", ""), words))
    found = dict(pair.partition(":")[::2] for pair in flat.get("figures", "").split())
    ordered = sorted(found, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    if shown := [_figure(name, found[name], words) for name in ordered]:
        yield f"  {' · '.join(shown)}"
    if flat.get("verdict"):
        votes = " · ".join(_vote(vote, words) for vote in flat.get("votes", "").split())
        verdict = words.first((f"verdict-{flat['verdict']}",), flat["verdict"])
        yield words("card-votes", verdict=verdict, votes=f" – {votes}" if votes else "")


def _figure(name: str, value: str, words: Words) -> str:
    amount = figure(value)
    if amount is None:
        shown = value
    elif name in _PRICES:
        shown = words.price(lines.rounded(amount))
    else:
        shown = figures.quantity(round(amount, 3))
    key = f"figure-{name.replace('_', '-')}"
    return f"{words.first((key,), name)} {shown}"


def _vote(vote: str, words: Words) -> str:
    """`openai:BUY:62` → `openai 매수 62%`, `gemini:late` → `gemini 늦음`."""
    return lines.vote(vote.split(":"), words)


def _until(flat: Mapping[str, str], words: Words, now: datetime) -> Iterator[str]:
    expires = moment(flat.get("expires_at"))
    yield words("card-expires", at=words.moment(expires, now), left=left(expires, now, words))
    if flat.get("silence"):
        yield words(f"card-silence-{flat['silence']}")


def left(expires: datetime | None, now: datetime, words: Words) -> str:
    """In seconds while they are few."""
    if expires is None:
        return words.unknown
    seconds = max(0.0, (expires - now).total_seconds())
    return words("span-seconds", n=f"{seconds:.0f}") if seconds < COUNTED_BELOW else words.span(seconds)
