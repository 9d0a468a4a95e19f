"""One pass through the stages: the table of contents of the program.

    candles (market) → signal (signals) → size and limits (risk) → advice → approval → order (execution)

For each market the pass ends in a journal row that says how far it came and why it stopped there (promise 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import structlog

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import TraderError
from trader.flow import Flow
from trader.ids import new_id
from trader.market.collector import Collector, NoCandles
from trader.market.quotes import QuoteBoard
from trader.model.events import JournalEntry
from trader.model.market import Market, Timeframe
from trader.model.order import Denied, Intent, Order, Origin, Side
from trader.model.plain import plain
from trader.model.portfolio import Position
from trader.model.signal import Action, Signal
from trader.model.ticket import Ticket
from trader.ports import Exchange, Records
from trader.risk.exits import exit_plan
from trader.risk.sizing import size_entry
from trader.signals.evaluate import history_rows, last_signal
from trader.signals.registry import Strategy, get
from trader.tuning import Tuning

log = structlog.get_logger(__name__)


class CycleFailed(TraderError):
    """Some markets could not be looked at; the others were."""


class Cycle:
    def __init__(
        self,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        tuning: Tuning,
        collector: Collector,
        quotes: QuoteBoard,
        flow: Flow,
    ) -> None:
        self._exchange = exchange
        self._chronicle = chronicle
        self._clock = clock
        self._tuning = tuning
        self._collector = collector
        self._quotes = quotes
        self._flow = flow

    async def run(self) -> list[JournalEntry]:
        """Every market in use, one after another. CycleFailed at the end if a market failed; its row says why."""
        cycle_id, entries = new_id(), list[JournalEntry]()
        failed: list[str] = []
        for market in await self.markets():
            try:
                entry = await self.consider(market)
            except Exception as err:
                failed.append(f"{market}: {err}")
                entry = self._entry(market, "market", "error", {"error": str(err)})
                log.warning("market_failed", market=str(market), exc_info=err)
            entries.append(replace(entry, cycle_id=cycle_id))
        await self._chronicle.storage.write(lambda records: _store(records, entries))
        if failed:
            raise CycleFailed("; ".join(failed))
        return entries

    async def markets(self) -> list[Market]:
        """Those in the settings, and those we still hold: a market taken off the list is still left by its strategy."""
        held = await self._chronicle.storage.read(lambda records: [p.market for p in records.positions.open()])
        return list(dict.fromkeys([*self._tuning.current.market_list, *held]))

    def strategy(self, market: Market) -> Strategy:
        name = self._tuning.strategy_for(market)
        return get(name, self._tuning.params_of(name))

    async def consider(self, market: Market) -> JournalEntry:
        """One market, through the stages."""
        strategy, timeframe = self.strategy(market), self._tuning.current.timeframe
        try:
            candles = await self._collector.load(market, timeframe, history_rows(strategy, timeframe))
        except NoCandles:
            return self._entry(market, "market", "no_candles")
        needed = strategy.warmup_on(timeframe)
        if len(candles) <= needed:
            figures = {"have": str(len(candles)), "need": str(needed + 1)}
            return self._entry(market, "market", "warming_up", figures)
        if not self._fresh(int(candles.opened_at[-1]), timeframe):
            return self._entry(market, "market", "stale_candles")
        signal = await asyncio.to_thread(last_signal, strategy, candles)
        position = await self._chronicle.storage.read(lambda records: records.positions.open_for(market))
        if signal.action is Action.ENTER and position is None:
            return await self._enter(signal)
        if signal.action is Action.EXIT and position is not None and position.owner == signal.strategy:
            return await self._exit(signal, position)
        out = Action.STAY_OUT if signal.action is Action.EXIT else signal.action  # there is nothing to leave
        code = "holding" if position is not None else out.value
        return self._entry(market, "signal", code, _said(signal))

    def _fresh(self, opened_at: int, timeframe: Timeframe) -> bool:
        """The newest candle is the one that closed last, or at worst the one before it (it may be a moment late)."""
        age = self._clock.now().timestamp() - opened_at
        return age < 3 * timeframe.seconds

    async def _enter(self, signal: Signal) -> JournalEntry:
        market, settings = signal.market, self._tuning.current
        portfolio = await self._flow.portfolio()
        rules = await self._exchange.rules(market)
        quote = self._quotes.quote(market)
        price = quote.ask if quote else signal.close
        exits = exit_plan(settings.exit_rule, price, rules, signal.stop)
        notional = size_entry(
            settings.sizing_rule,
            portfolio,
            settings.limits,
            market=market,
            price=price,
            stop=exits.stop,
            rules=rules,
            share=Decimal(repr(signal.exposure)),
        )
        intent = Intent(
            new_id(),
            market,
            Side.BUY,
            Origin.STRATEGY,
            signal.strategy,
            signal.reason,
            self._clock.now(),
            price,
            notional=notional,
            exits=exits,
        )
        moved = await self._flow.moved(market)
        unknown = settings.volatility_block_fraction > 0 and moved is None
        return await self._pass_on(signal, intent, {"moved": "unknown"} if unknown else {"moved": plain(moved)})

    async def _exit(self, signal: Signal, position: Position) -> JournalEntry:
        quote = self._quotes.quote(signal.market)
        intent = Intent(
            new_id(),
            signal.market,
            Side.SELL,
            Origin.STRATEGY,
            signal.strategy,
            signal.reason,
            self._clock.now(),
            quote.bid if quote else signal.close,
            quantity=position.quantity,
        )
        return await self._pass_on(signal, intent)

    async def _pass_on(self, signal: Signal, intent: Intent, more: dict[str, str] | None = None) -> JournalEntry:
        outcome = await self._flow.wish(intent)
        details = {**_said(signal), "side": intent.side.value, "notional": plain(intent.notional), **(more or {})}
        match outcome:
            case Denied():
                codes = [reason.code for reason in outcome.reasons]
                for reason in outcome.reasons:
                    details |= {f"{reason.code}.{name}": text for name, text in reason.params.items()}
                return self._entry(signal.market, "risk", " ".join(codes), details)
            case Ticket():
                details["ticket_id"] = outcome.ticket_id
                return self._entry(signal.market, "approval", "asked", details)
            case Order():
                details["client_order_id"] = outcome.client_order_id
                return self._entry(signal.market, "done", outcome.state.value, details)

    def _entry(self, market: Market, stage: str, code: str, details: dict[str, str] | None = None) -> JournalEntry:
        return JournalEntry(
            cycle_id=new_id(),
            at=self._clock.now(),
            market=market.code,
            strategy=self._tuning.strategy_for(market),
            timeframe=self._tuning.current.timeframe.value,
            stage=stage,
            code=code,
            details=details or {},
        )


def _store(records: Records, entries: Sequence[JournalEntry]) -> None:
    for entry in entries:
        records.journal.add(entry)


def _said(signal: Signal) -> dict[str, str]:
    """What the strategy saw, as text."""
    said = {
        "action": signal.action.value,
        "reason": signal.reason,
        "close": plain(signal.close),
        "candle": signal.candle.isoformat(),
        **signal.details,
    }
    if signal.score is not None:
        said["score"] = f"{signal.score:.3f}"
    if signal.stop is not None:
        said["stop"] = plain(signal.stop)
    return said
