"""From a signal, and what the models left of it, to a wish.  In: Signal, Advice.  Out: Intent, or a Question.

Sizes and levels are made here, from the money and prices of the moment; advice only makes them smaller and tighter."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.flow import Flow
from trader.ids import new_id
from trader.market.quotes import QuoteBoard
from trader.model.advice import NOT_ASKED, Advice, Question
from trader.model.limits import SizingMethod
from trader.model.order import ZERO, ExitPlan, Intent, Origin, Side
from trader.model.portfolio import Position
from trader.model.rules import TradingRules
from trader.model.signal import Signal
from trader.model.ticks import stop_on_tick
from trader.ports import Exchange
from trader.risk.exits import exit_plan
from trader.risk.kelly import TrackRecord, track_record
from trader.risk.sizing import size_entry
from trader.tuning import Tuning

RECORD_SIZE = 2000
"""Closed positions looked through for a strategy's win rate and payoff."""
ONE = Decimal(1)


class Wishes:
    """Makes `Intent`s of a strategy's signals, sized by the settings in force, and the questions put to models."""

    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        tuning: Tuning,
        quotes: QuoteBoard,
        flow: Flow,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._tuning = tuning
        self._quotes = quotes
        self._flow = flow

    async def entry(
        self, signal: Signal, advice: Advice = NOT_ASKED, *, exposure: float | None = None, intent_id: str = ""
    ) -> Intent:
        """A buy as large as rules and advice allow, 0 KRW where they leave nothing. `exposure` instead of the
        signal's own; `intent_id` of the wish that was asked about, so that all of it is one thread. VenueError."""
        settings, market = self._tuning.current, signal.market
        portfolio, rules = await self._flow.portfolio(), await self._exchange.rules(market)
        quote = self._quotes.quote(market)
        price = quote.ask if quote else signal.close
        exits = _tighter(exit_plan(settings.exit_rule, price, rules, signal.stop), advice, price, rules)
        share = Decimal(repr(signal.exposure if exposure is None else exposure)) * advice.share
        notional = size_entry(
            settings.sizing_rule,
            portfolio,
            settings.limits,
            market=market,
            price=price,
            stop=exits.stop,
            rules=rules,
            record=await self._record(signal.strategy),
            share=share,
        )
        return Intent(
            intent_id or new_id(),
            market,
            Side.BUY,
            Origin.STRATEGY,
            signal.strategy,
            signal.reason,
            self._clock.now(),
            price,
            notional=notional,
            exits=exits,
            figures=_figures(signal),
        )

    def leaving(self, signal: Signal, position: Position, share: Decimal = ONE, intent_id: str = "") -> Intent:
        """A sale of `share` of the position, to eight decimals."""
        quote = self._quotes.quote(signal.market)
        part = (position.quantity * share).quantize(Decimal("1e-8"), ROUND_DOWN)
        return Intent(
            intent_id or new_id(),
            signal.market,
            Side.SELL,
            Origin.STRATEGY,
            signal.strategy,
            signal.reason,
            self._clock.now(),
            quote.bid if quote else signal.close,
            quantity=position.quantity if share >= ONE else part,
            thread=position.thread_id,
            figures=_figures(signal),
        )

    async def question(self, signal: Signal, intent: Intent, *, open_side: bool = False) -> Question:
        """What models are asked about the wish; with `open_side` they are to say themselves which side. VenueError."""
        portfolio = await self._flow.portfolio()
        return Question(
            market=signal.market,
            strategy=signal.strategy,
            timeframe=signal.timeframe,
            candle=signal.candle,
            side=None if open_side else intent.side,
            price=intent.price,
            notional=intent.notional or ZERO,
            quantity=intent.quantity or ZERO,
            stop=intent.exits.stop,
            take=intent.exits.take,
            cash_free=portfolio.cash.free,
            equity=portfolio.equity,
            reason=signal.reason,
        )

    async def _record(self, strategy: str) -> TrackRecord:
        """What the strategy's positions came to; only asked for where the size depends on it."""
        if self._tuning.current.sizing is not SizingMethod.KELLY:
            return TrackRecord()
        closed = await self._chronicle.storage.read(lambda records: records.positions.recent_closed(RECORD_SIZE))
        return track_record(position for position in closed if position.owner == strategy)


def _figures(signal: Signal) -> dict[str, str]:
    """What the strategy saw, for who is asked."""
    score = {} if signal.score is None else {"score": f"{signal.score:.3f}"}
    return {**signal.details, **score}


def _tighter(exits: ExitPlan, advice: Advice, price: Decimal, rules: TradingRules) -> ExitPlan:
    """The models' levels count where they are nearer to the price than the rules' own, on a tick."""
    stop, take = exits.stop, exits.take
    if advice.stop is not None and advice.stop < price and (stop is None or advice.stop > stop):
        stop = stop_on_tick(rules.ticks, advice.stop, price)
    if advice.take is not None and advice.take > price and (take is None or advice.take < take):
        take = rules.round_price(advice.take, Side.SELL)
    return replace(exits, stop=stop, take=take)
