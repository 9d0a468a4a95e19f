"""Looking: money, positions and orders."""

from __future__ import annotations

from decimal import Decimal

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Button, Reply, Table, Tone
from chatbot.slots.common import OrderId
from chatbot.views import data, lines
from chatbot.views.buttons import runs
from chatbot.views.causes import cause_text
from chatbot.wording import figures
from trader.model.views import PositionView

_DUST = Decimal(1)


@command("balance", group="look", role=Role.VIEWER, aliases=("잔고", "잔액", "자산"))
async def balance(ctx: Context) -> Reply:
    found = await ctx.desk.balances()
    rows, words = found.rows, ctx.words
    shown = [r for r in rows if r.currency == "KRW" or r.value is None or r.value >= _DUST]
    known = bool(rows) and all(r.value is not None for r in rows)
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
        lines=(*lines.away_lines(found.away, words), *locked, *own, *dust),
        table=table if shown else None,
        tone=Tone.WARNING if found.away else Tone.OK,
        data={"total_krw": data.text(total), "rows": [data.balance(r) for r in rows], **data.away(found.away)},
    )


@command("positions", group="look", role=Role.VIEWER, aliases=("포지션", "보유"))
async def positions(ctx: Context) -> Reply:
    views = await ctx.desk.positions()
    words = ctx.words
    now = ctx.services.clock.now()
    if not views:
        return Reply(title=words("positions-none"), tone=Tone.INFO, data={"positions": []})
    return Reply(
        title=words("positions-title", count=len(views)),
        lines=(
            *lines.old_prices(ctx.desk.price_age(view.position.market for view in views), words),
            *(line for view in views for line in lines.position_lines(view, words, now)),
        ),
        buttons=tuple(row for view in views for row in _position_buttons(view, ctx)),
        data={"positions": [data.position(view) for view in views]},
    )


def _position_buttons(view: PositionView, ctx: Context) -> tuple[tuple[Button, ...], ...]:
    """Sales become proposals: nothing is sold by one tap."""
    words, market = ctx.words, view.position.market
    sells = [
        (words("button-sell-half", coin=market.base), f"/sell {market.code} 50%"),
        (words("button-sell-all", coin=market.base), f"/sell {market.code}"),
    ]
    chart = (words("button-chart-of", coin=market.base), f"/chart {market.code}")
    return runs(*(sells if ctx.role >= Role.TRADER else []), chart)


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
            note=f" ({cause_text(note, words)})" if note != before else "",
        )
        for (at, state, note), before in zip(view.history, ("", *(note for _, _, note in view.history)), strict=False)
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
