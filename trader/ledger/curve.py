"""How a result grew over a stretch of time.  In: fills, corrections, prices by moment.  Out: KRW by moment.  Pure.

Worked out backwards from what is held now, so that only the fills of the stretch are needed. A result counts what is
held at its price of the moment, so it also moves while nothing is traded; at its end it is what was realised in the
stretch plus the change of what was not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from trader.ledger.accounting import EXACT
from trader.model.difference import Correction
from trader.model.market import Market, Timeframe
from trader.model.order import ZERO, Fill, Side
from trader.model.seoul import day_start
from trader.ports import Records

OLDEST_PRICE = timedelta(hours=1)
"""A market that has not traded for longer before midnight has no price of midnight."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What one market was worth: `values[i]` (quote per base) from `times[i]` on; ascending, equally many."""

    times: tuple[datetime, ...]
    values: tuple[Decimal, ...]

    def at(self, moment: datetime) -> Decimal | None:
        """The newest at or before `moment`; None before the first."""
        place = bisect_right(self.times, moment)
        return self.values[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class _Move:
    """Coins that came (+) or went (−), and the money that went or came for them."""

    at: datetime
    market: Market
    quantity: Decimal
    krw: Decimal


def results(
    held: Mapping[Market, Decimal],
    fills: Iterable[Fill],
    corrections: Iterable[Correction],
    prices: Mapping[Market, Prices],
    moments: Sequence[datetime],
) -> list[Decimal | None]:
    """KRW won since the first of the moments, net of fees, at each of them.

    Args:
        held: our coins now, by market.
        fills, corrections: at least those after the first moment; earlier ones do not matter.
        moments: ascending; nothing was traded after the last.
    Returns:
        As many as moments. None where the price of something held then, or at the first moment, is not known.
    """
    start = moments[0]
    with localcontext(EXACT):
        moves = sorted(_moves(fills, corrections, start), key=lambda move: move.at)
        holding = dict(held)
        for move in moves:
            holding[move.market] = holding.get(move.market, ZERO) - move.quantity
        worth_then = _worth(holding, prices, start)
        found: list[Decimal | None] = []
        cash, done = ZERO, 0
        for moment in moments:
            while done < len(moves) and moves[done].at <= moment:
                move = moves[done]
                holding[move.market] += move.quantity
                cash += move.krw
                done += 1
            worth = _worth(holding, prices, moment)
            found.append(None if worth is None or worth_then is None else worth + cash - worth_then)
    return found


def _moves(fills: Iterable[Fill], corrections: Iterable[Correction], after: datetime) -> Iterable[_Move]:
    """A person's coins come in and go out at the price they were settled at: neither won nor lost."""
    for fill in fills:
        if fill.at > after:
            bought = fill.side is Side.BUY
            quantity = fill.quantity if bought else -fill.quantity
            yield _Move(fill.at, fill.market, quantity, -(fill.funds if bought else -fill.funds) - fill.fee)
    for correction in corrections:
        if correction.at > after:
            paid = correction.quantity * correction.price
            yield _Move(correction.at, correction.market, correction.quantity, -paid)


def _worth(holding: Mapping[Market, Decimal], prices: Mapping[Market, Prices], moment: datetime) -> Decimal | None:
    worth = ZERO
    for market, quantity in holding.items():
        if not quantity:
            continue
        price = prices[market].at(moment) if market in prices else None
        if price is None:
            return None
        worth += quantity * price
    return worth


def bought_and_held(prices: Sequence[Prices], moments: Sequence[datetime], fee_rate: Decimal) -> list[Decimal | None]:
    """What equal parts of these markets, bought at the first moment and kept, came to: fractions, after the fee of
    buying. Markets without a price at the first moment are left out; None for every moment when none is left."""
    bought = [(series, series.at(moments[0])) for series in prices]
    parts = [(series, price) for series, price in bought if price]
    if not parts:
        return [None] * len(moments)
    found: list[Decimal | None] = []
    for moment in moments:
        grown = [(series.at(moment) or price) / price for series, price in parts]
        found.append(sum(grown, ZERO) / len(grown) * (1 - fee_rate) - 1)
    return found


def day_result(records: Records, bids: Mapping[Market, Decimal], now: datetime) -> Decimal | None:
    """KRW won since Korean midnight: realised, and how what is held moved. From rows and the present bids alone; None
    where the price at midnight of something held then, or a bid, is not known."""
    midnight = day_start(now)
    held = {position.market: position.quantity for position in records.positions.open()}
    fills = records.fills.since(midnight)
    prices = {}
    for market in {*held, *(fill.market for fill in fills)}:
        known = [(midnight, close)] if (close := _price_at(records, market, midnight)) is not None else []
        known += [(now, bids[market])] if market in bids else []
        prices[market] = Prices(tuple(at for at, _ in known), tuple(price for _, price in known))
    corrections = [c for c in records.corrections.all() if c.at > midnight]
    if any(market not in bids for market in held):
        return None
    return results(held, fills, corrections, prices, (midnight, now))[-1]


def _price_at(records: Records, market: Market, moment: datetime) -> Decimal | None:
    """Of the last minute that closed before `moment`; minutes are collected for every market in use."""
    newest = records.candles.latest(market, Timeframe.M1, 1, moment)
    return newest[-1].close if newest and moment - newest[-1].closed_at <= OLDEST_PRICE else None
