"""`demo`: the whole product against a local exchange in this process, with play money; no key, account or server.

In: how long, how fast, which prices, which commands when. Out: what the phone would be told, on the terminal, and at
the end a summary that compares the books with the exchange's own account."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from chatbot.console.printer import Printer
from chatbot.console.reader import PERSON
from chatbot.console.script import ScriptLine
from chatbot.people.access import CONSOLE
from chatbot.reply import Reply
from chatbot.running.app import App
from chatbot.wording import Words, figures
from trader.ledger.accounting import cash_after
from trader.model.events import EventKind
from trader.model.limits import ApprovalPolicy, OrderStyle
from trader.model.market import EPOCH, Market, Timeframe
from trader.model.mode import Mode
from trader.model.order import OrderState
from trader.model.plain import plain
from trader.ports import Records
from trader.settings import Settings

FAULTS = (EventKind.ERROR, EventKind.JOB_FAILED, EventKind.MISMATCH, EventKind.ORDER_UNKNOWN)
SETTLE_SECONDS = 5.0
STRATEGY = "sma_cross"
QUICK = {"fast": "4", "slow": "12"}
"""So short that something happens within the minute a newcomer gives it."""
REPLAYED = ("KRW-BTC", "KRW-ETH", "KRW-XRP")
MADE_UP = (*REPLAYED, "KRW-SOL", "KRW-ADA")


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` of real time; None = until the person ends it."""

    seconds: float | None
    speed: float
    seed: int
    replay: Path | None
    script: tuple[ScriptLine, ...] = ()


def demo_settings(plan: Plan, data_dir: Path) -> Settings:
    """Lively: one-minute candles, tight exits, nobody is asked. Language and chat come from the environment."""
    markets = REPLAYED if plan.replay else MADE_UP
    return Settings(
        mode=Mode.SANDBOX,
        data_dir=data_dir,
        database_url="",
        upbit_rest_url="",
        upbit_ws_url="",
        sandbox_feed=f"replay:{plan.replay}" if plan.replay else "synthetic",
        sandbox_seed=plan.seed,
        sandbox_speed=plan.speed,
        sandbox_cash_krw=Decimal(10_000_000),
        markets=markets,
        strategy=STRATEGY,
        timeframe=Timeframe.M1,
        order_style=OrderStyle.LIMIT,
        approval=ApprovalPolicy.AUTO,
        approval_ttl_seconds=int(min(3600, 120 * max(plan.speed, 1))),
        stop_fraction=Decimal("0.005"),
        take_fraction=Decimal("0.006"),
        trail_fraction=Decimal("0.004"),
        max_hold_seconds=600,
        cooldown_seconds=60,
        max_spread_bps=Decimal(50),
        max_stops_in_a_row=0,
        raise_delay_seconds=0,
    )


async def run_demo(plan: Plan, *, talk: bool, out: TextIO) -> tuple[dict[str, Any], str]:
    """Run to the end and return the summary, for programs and for people. Notices and replies go to `out`; `talk`
    listens to the terminal."""
    with tempfile.TemporaryDirectory(prefix="trader-demo-") as folder:
        app = await App.start(demo_settings(plan, Path(folder)))
        try:
            await app.trader.ready.wait()
            for name, value in QUICK.items():
                await app.trader.bureau.change_param(STRATEGY, name, value, "demo")
            printer = Printer(app.languages.words(), out)
            printer.reply(greeting(app.languages.words(), plan, talk))
            app.print_notices(printer)
            await _live(app, plan, printer, talk)
            await _settle(app)
            found = await summary(app)
        finally:
            await app.stop()
    return found, summary_text(found, app.languages.words())


def greeting(words: Words, plan: Plan, talk: bool) -> Reply:
    """What runs here, and what one may type, where somebody can."""
    said = [words("demo-typed"), words("demo-leave")] if talk else [] if plan.script else [words("demo-no-terminal")]
    return Reply(words("demo-greeting", speed=figures.quantity(Decimal(str(plan.speed)))), lines=tuple(said))


async def _live(app: App, plan: Plan, printer: Printer, talk: bool) -> None:
    """Until the time is up, or the person leaves."""
    ends = [asyncio.create_task(app.talk(printer))] if talk else []
    if plan.seconds is not None:
        ends.append(asyncio.create_task(asyncio.sleep(plan.seconds)))
    script = asyncio.create_task(_play(app, plan.script, printer))
    try:
        await asyncio.wait(ends or [script], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (script, *ends):
            task.cancel()
        await asyncio.gather(script, *ends, return_exceptions=True)


async def _play(app: App, script: tuple[ScriptLine, ...], printer: Printer) -> None:
    """Each line at its second; lines of one second in the order they stand."""
    began = asyncio.get_running_loop().time()
    for line in script:
        await asyncio.sleep(max(0.0, began + line.second - asyncio.get_running_loop().time()))
        reply = await app.dispatcher.line(PERSON, line.text, conversation=CONSOLE)
        if reply is not None:
            printer.reply(reply, line.text)


async def _settle(app: App) -> None:
    """No new decisions; what is under way is brought to an end, also an order that was cut off on its way."""
    trader = app.trader
    trader.timetable.stop()
    await trader.world.streams.close()
    await trader.guard.close()
    await trader.executor.resume()
    await trader.executor.cancel_all()
    working = trader.executor.working()
    await asyncio.gather(*(trader.executor.wait(order.client_order_id, SETTLE_SECONDS) for order in working))


async def summary(app: App) -> dict[str, Any]:
    """Counts and sums; sums as text. `equity_krw` is worked out from our fills alone, `exchange_equity_krw` from what
    the exchange says it holds for us; both at the same bids."""
    bids = app.trader.quotes.bids()
    found = await app.storage.read(lambda records: _books(records, app.settings.sandbox_cash_krw, bids))
    balances = await app.trader.world.exchange.balances()
    prices = {market.base: bid for market, bid in bids.items()} | {"KRW": Decimal(1)}
    found["exchange_equity_krw"] = plain(sum((b.total * prices[b.currency] for b in balances.values()), Decimal(0)))
    found["state"] = app.trader.state.current.value
    return found


def summary_text(found: Mapping[str, Any], words: Words) -> str:
    """The same for a person, in two lines."""
    return words(
        "demo-summary",
        equity=words.krw(Decimal(found["equity_krw"])),
        exchange=words.krw(Decimal(found["exchange_equity_krw"])),
        orders=found["orders"],
        fills=found["fills"],
        positions=len(found["positions"]),
        fees=words.fee(Decimal(found["fees_krw"])),
    )


def _books(records: Records, start: Decimal, bids: Mapping[Market, Decimal]) -> dict[str, Any]:
    fills, positions = records.fills.all(), records.positions.open()
    events = records.events.latest(100_000)
    closed = records.positions.closed_since(EPOCH)
    denied: Counter[str] = Counter()
    for event in events:
        if event.kind is EventKind.DENIED:
            denied.update(event.data["reasons"].split())
    equity = cash_after(fills, start) + sum((p.quantity * bids[p.market] for p in positions), Decimal(0))
    return {
        "orders": len(records.orders.since(EPOCH)),
        "fills": len(fills),
        "denied": dict(denied),
        "fees_krw": plain(sum((fill.fee for fill in fills), Decimal(0))),
        "equity_krw": plain(equity),
        "positions": [
            {"market": p.market.code, "quantity": plain(p.quantity), "cost_krw": plain(p.cost)} for p in positions
        ],
        "closed_positions": len(closed),
        "realised_krw": plain(sum((p.realised_pnl for p in closed), Decimal(0))),
        "errors": sum(1 for event in events if event.kind in FAULTS),
        "unresolved_orders": sum(1 for order in records.orders.unfinished() if order.state is OrderState.UNKNOWN),
        "outbox_pending": records.outbox.pending_count(),
    }
