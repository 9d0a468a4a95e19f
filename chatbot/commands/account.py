"""Looking: money, positions, orders and what came of them."""

from __future__ import annotations

from decimal import Decimal

from chatbot import data, lines
from chatbot.access import Role
from chatbot.buttons import runs
from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.reply import Reply, Table, Tone
from chatbot.slots import Count, Days, OrderId, OwnMarket
from chatbot.wording import figures
from trader.errors import UserInputError
from trader.model.views import PnlReport

MOST_ROWS = 50
_DUST = Decimal(1)


@command("balance", group="look", role=Role.VIEWER, aliases=("잔고", "잔액", "자산"))
async def balance(ctx: Context) -> Reply:
    rows = await ctx.desk.balances()
    words = ctx.words
    shown = [r for r in rows if r.currency == "KRW" or r.value is None or r.value >= _DUST]
    known = all(r.value is not None for r in rows)
    total = sum((r.value for r in rows if r.value is not None), Decimal(0)) if known else None
    table = Table(
        (words("column-coin"), words("column-quantity"), words("column-value")),
        tuple(
            (
                r.currency,
                figures.amount(r.free + r.locked) if r.currency == "KRW" else figures.quantity(r.free + r.locked),
                words.unknown if r.value is None else figures.amount(r.value),
            )
            for r in shown
        ),
    )
    locked = [words("balance-locked", what=lines.held(r.currency, r.locked, words)) for r in shown if r.locked]
    own = [
        words("balance-own", what=lines.held(r.currency, r.free + r.locked - r.bot_quantity, words))
        for r in shown
        if r.currency != "KRW" and r.free + r.locked > r.bot_quantity
    ]
    hidden = len(rows) - len(shown)
    dust = [words("balance-dust", count=hidden)] if hidden else []
    return Reply(
        title=words("balance-title", total=words.krw(total)),
        lines=(*locked, *own, *dust),
        table=table,
        data={"total_krw": data.text(total), "rows": [data.balance(r) for r in rows]},
    )


@command("positions", group="look", role=Role.VIEWER, aliases=("포지션", "보유"))
async def positions(ctx: Context) -> Reply:
    views = await ctx.desk.positions()
    words = ctx.words
    now = ctx.services.clock.now()
    if not views:
        return Reply(title=words("positions-none"), tone=Tone.INFO, data={"positions": []})
    sells = [
        runs((words("button-sell", coin=words.coin(v.position.market.code)), f"/sell {v.position.market.code}"))
        for v in views
        if ctx.role >= Role.TRADER
    ]
    return Reply(
        title=words("positions-title", count=len(views)),
        lines=tuple(line for view in views for line in lines.position_lines(view, words, now)),
        buttons=tuple(row for rows in sells for row in rows),
        data={"positions": [data.position(view) for view in views]},
    )


@command("orders", group="look", role=Role.VIEWER, aliases=("주문",))
async def orders(ctx: Context, order_id: OrderId | None = None) -> Reply:
    if order_id is not None:
        return await _one_order(ctx, order_id)
    found = await ctx.desk.orders(10)
    words = ctx.words
    now = ctx.services.clock.now()
    unfinished = sum(not o.state.final for o in found)
    if not found:
        return Reply(title=words("orders-none"), tone=Tone.INFO, data={"orders": []})
    cancel = runs((words("button-cancel-all"), "/cancel all")) if unfinished and ctx.role >= Role.TRADER else ()
    return Reply(
        title=words("orders-title", open=unfinished, count=len(found)),
        lines=tuple(line for order in found for line in lines.order_lines(order, words, now)),
        buttons=cancel,
        data={"orders": [data.order(order) for order in found]},
    )


async def _one_order(ctx: Context, order_id: str) -> Reply:
    view = await ctx.desk.order(order_id)
    words, order = ctx.words, view.order
    now = ctx.services.clock.now()
    fills = [
        words(
            "order-fill",
            at=words.moment(fill.at, now),
            quantity=words.quantity(fill.quantity, fill.market.base),
            price=words.price(fill.price),
            fee=words.fee(fill.fee),
        )
        for fill in view.fills
    ]
    history = [
        words(
            "order-step",
            at=words.moment(at, now),
            state=lines.order_state(state, words),
            note=f" ({note})" if note else "",
        )
        for at, state, note in view.history
    ]
    cancel = (words("button-cancel"), f"/cancel {order.client_order_id}")
    return Reply(
        title=words("order-title", id=order.client_order_id),
        lines=(
            *lines.order_lines(order, words, now),
            words("order-ids", venue=order.venue_id or words.unknown),
            *lines.slippage_lines(order, words),
            words("order-owner", owner=lines.who(order.owner, words), reason=lines.why_text(order.reason, words)),
            *fills,
            *history,
        ),
        buttons=runs(cancel) if not order.state.final and ctx.role >= Role.TRADER else (),
        data={**data.order(order), "fills": [data.fill(fill) for fill in view.fills]},
    )


@command("trades", group="look", role=Role.VIEWER, aliases=("거래", "매매내역"))
async def trades(ctx: Context, count: Count | None = None, market: OwnMarket | None = None) -> Reply:
    closed = await ctx.desk.trades(_rows(count, 10), market)
    words = ctx.words
    if not closed:
        return Reply(title=words("trades-none"), tone=Tone.INFO, data={"trades": []})
    now = ctx.services.clock.now()
    total = sum((trade.position.realised_pnl for trade in closed), Decimal(0))
    return Reply(
        title=words("trades-title", count=len(closed), total=words.krw_change(total)),
        lines=tuple(lines.trade_line(trade, words, now) for trade in closed),
        data={"trades": [data.trade(trade) for trade in closed]},
    )


@command("pnl", group="look", role=Role.VIEWER, aliases=("손익", "수익"))
async def pnl(ctx: Context, period: Days = 1) -> Reply:
    report = await ctx.desk.pnl(period)
    words = ctx.words
    best = [words("pnl-best", line=lines.short_trade(report.best, words))] if report.best else []
    worst = [words("pnl-worst", line=lines.short_trade(report.worst, words))] if report.worst else []
    rate = Decimal(report.wins) / report.closed if report.closed else None
    return Reply(
        title=words("pnl-title", days=period, realised=words.krw_change(report.realised)),
        lines=(
            words("pnl-fees", fees=words.krw(report.fees)),
            words("pnl-unrealised", unrealised=words.krw_change(report.unrealised)),
            words(
                "pnl-closed",
                closed=report.closed,
                wins=report.wins,
                rate=words.share(rate) if rate is not None else "–",
            ),
            *best,
            *worst,
        ),
        table=_pnl_table(report, period, ctx),
        buttons=runs(*((words(f"button-pnl-{name}"), f"/pnl {name}") for name in ("day", "week", "month"))),
        data=data.pnl(report),
    )


def _pnl_table(report: PnlReport, period: int, ctx: Context) -> Table | None:
    """By Korean day when there are several, by market otherwise; result and nothing else fits a phone."""
    words = ctx.words
    if period > 1 and report.by_day:
        days = tuple(
            (f"{day.astimezone(figures.SEOUL):%m-%d}", figures.signed(won)) for day, won in report.by_day[-31:]
        )
        return Table((words("column-day"), words("column-result")), days)
    if report.by_market:
        rows = tuple((market.base, figures.signed(won)) for market, won in report.by_market.items())
        return Table((words("column-coin"), words("column-result")), rows)
    return None


@command("history", group="look", role=Role.VIEWER, aliases=("기록", "이력"))
async def history(ctx: Context, count: Count | None = None) -> Reply:
    from chatbot.notices import brief

    events = await ctx.desk.events(_rows(count, 15))
    words = ctx.words
    if not events:
        return Reply(title=words("history-none"), tone=Tone.INFO, data={"events": []})
    now = ctx.services.clock.now()
    return Reply(
        title=words("history-title", count=len(events)),
        lines=tuple(f"{words.moment(event.at, now)} {brief(event, words)}" for event in events),
        data={"events": [data.event(event) for event in events]},
    )


def _rows(count: int | None, default: int) -> int:
    """UserInputError: count-range."""
    wanted = default if count is None else count
    if not 1 <= wanted <= MOST_ROWS:
        raise UserInputError("count-range", value=wanted, low=1, high=MOST_ROWS)
    return wanted
