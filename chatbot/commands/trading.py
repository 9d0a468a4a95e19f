"""Buying, selling, answering tickets, cancelling. Every wish goes through the desk's risk gate and becomes a ticket."""

from __future__ import annotations

from collections.abc import Awaitable
from decimal import ROUND_FLOOR, Decimal

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.failures import not_sent, sentence
from chatbot.language.replies import still_asked
from chatbot.people.access import Role
from chatbot.reply import Reply, Tone
from chatbot.slots.common import (
    AtPrice,
    BuySize,
    CancelTarget,
    Everything,
    Half,
    MarketArg,
    MarketOrAll,
    SellSize,
    Size,
    TicketId,
)
from chatbot.views import cards, data, lines
from trader.errors import TraderError, UserInputError, VenueError
from trader.model.market import Market
from trader.model.order import Denied, Side
from trader.model.rules import QUANTITY_STEP
from trader.model.ticket import Ticket
from trader.model.views import PositionView


@command("buy", group="trade", role=Role.TRADER, change=Role.TRADER, aliases=("매수", "사줘", "사"))
async def buy(ctx: Context, market: MarketArg, size: BuySize, *, at: AtPrice | None = None) -> Reply:
    if size.unit not in ("", market.base):
        raise UserInputError("buy-other-coin", unit=size.unit, market=market.code)
    wish = ctx.desk.propose(Side.BUY, market, ctx.by, notional=size.notional, quantity=size.quantity, price=at)
    return await _proposed(ctx, wish)


@command(
    "sell", group="trade", role=Role.TRADER, change=Role.TRADER, asks=True, aliases=("매도", "팔아줘", "팔아", "팔")
)
async def sell(ctx: Context, market: MarketOrAll, size: Size | None = None, *, at: AtPrice | None = None) -> Reply:
    if isinstance(market, Everything):
        if size is not None or at is not None:
            raise UserInputError("sell-all-alone")
        return await _sell_everything(ctx)
    share, quantity = await _size(ctx, market, size or SellSize(share=Decimal(1)), at)
    return await _proposed(ctx, ctx.desk.propose(Side.SELL, market, ctx.by, quantity=quantity, share=share, price=at))


async def _size(
    ctx: Context, market: Market, size: SellSize, at: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """(share, quantity), one of them None. A sum in KRW becomes a quantity at the limit, or at the bid."""
    if size.unit not in ("", market.base):
        raise UserInputError("sell-other-coin", unit=size.unit, market=market.code)
    if size.notional is None:
        return size.share, size.quantity
    view = next((v for v in await ctx.desk.positions() if v.position.market == market), None)
    if view is None:
        raise UserInputError("nothing-to-sell", market=market.code)
    price = at or view.bid
    if price is None:
        raise UserInputError("price-unknown", market=market.code)
    quantity = (size.notional / price).quantize(QUANTITY_STEP, ROUND_FLOOR)
    if quantity > view.position.quantity:
        held = ctx.words.krw(view.position.quantity * price)
        raise UserInputError("sell-more-than-held", value=ctx.words.krw(size.notional), held=held)
    return None, quantity


async def _proposed(ctx: Context, wish: Awaitable[Ticket | Denied]) -> Reply:
    try:
        result = await wish
    except VenueError as err:
        return not_sent(err, ctx.words)
    if isinstance(result, Denied):
        return cards.denied(result, ctx.words)
    if ctx.confirmed:
        return await _answer(ctx, result.ticket_id, approve=True, share=Decimal(1))
    return cards.ticket(result, ctx.services.mode, ctx.words, ctx.services.clock.now())


async def _sell_everything(ctx: Context) -> Reply:
    views = await ctx.desk.positions()
    words = ctx.words
    if not views:
        raise UserInputError("nothing-to-sell", market=words("everything"))
    if not ctx.confirmed:
        held = tuple(lines.position_head(view, words) for view in views)
        return ctx.ask(words("sell-all-ask", count=len(views)), held)
    results = [await _sell_one(ctx, view) for view in views]
    good = all(ok for ok, _ in results)
    return Reply(
        title=words("sell-all-done" if good else "sell-all-partly"),
        lines=tuple(line for _, line in results),
        tone=Tone.OK if good else Tone.ERROR,
        data={"outcome": "ok" if good else "partly"},
    )


async def _sell_one(ctx: Context, view: PositionView) -> tuple[bool, str]:
    """One market's failure must not keep the others from being sold: it becomes a line."""
    market, words = view.position.market, ctx.words
    try:
        result: Ticket | Denied = await ctx.desk.propose(Side.SELL, market, ctx.by, share=Decimal(1))
        answer = result if isinstance(result, Denied) else await ctx.desk.answer(result.ticket_id, True, ctx.by)
    except TraderError as err:
        return False, f"❌ {words.market(market.code)} – {sentence(err, words)}"
    reply = cards.answered(answer, words, ctx.services.clock.now())
    return reply.tone is not Tone.ERROR, "\n".join((reply.title, *reply.lines))


@command("approve", group="trade", role=Role.TRADER, change=Role.TRADER, aliases=("승인",))
async def approve(ctx: Context, ticket_id: TicketId | None = None, *, half: Half = False) -> Reply:
    share = Decimal("0.5") if half else Decimal(1)
    return await _answer(ctx, ticket_id, approve=True, share=share)


@command("reject", group="trade", role=Role.TRADER, change=Role.TRADER, aliases=("거절", "거부"))
async def reject(ctx: Context, ticket_id: TicketId | None = None) -> Reply:
    return await _answer(ctx, ticket_id, approve=False, share=Decimal(1))


async def _answer(ctx: Context, ticket_id: str | None, *, approve: bool, share: Decimal) -> Reply:
    now = ctx.services.clock.now()
    try:
        result = await ctx.desk.answer(ticket_id or "", approve, ctx.by, share)
    except UserInputError as err:
        waiting = ctx.services.confirmations.newest(ctx.by)
        if err.key == "ticket-none" and waiting:
            return still_asked(*waiting, ctx.words)
        if err.key != "ticket-ambiguous" or ticket_id:
            raise
        return cards.pending(await ctx.desk.tickets(), ctx.words, now)
    except VenueError as err:
        return not_sent(err, ctx.words, ctx.words("ticket-stays"))
    return cards.answered(result, ctx.words, now, rejected=not approve)


@command("again", group="trade", role=Role.TRADER, change=Role.TRADER, aliases=("다시제안",))
async def again(ctx: Context, ticket_id: TicketId) -> Reply:
    result = await ctx.desk.ask_anew(ticket_id, ctx.by)
    return cards.asked_anew(result, ctx.services.mode, ctx.words, ctx.services.clock.now())


@command("cancel", group="trade", role=Role.TRADER, change=Role.TRADER, aliases=("취소", "주문취소"))
async def cancel(ctx: Context, target: CancelTarget) -> Reply:
    results = await ctx.desk.cancel(target, ctx.by)
    words = ctx.words
    if not results:
        return Reply(title=words("cancel-none"), tone=Tone.INFO, data={"cancelled": [], "outcome": "none"})
    failed = sum(r.outcome == "failed" for r in results)
    return Reply(
        title=words("cancel-title", count=sum(r.outcome == "cancelled" for r in results), failed=failed),
        lines=tuple(lines.cancel_line(r, words) for r in results),
        tone=Tone.ERROR if failed else Tone.OK,
        data={
            "outcome": "partly" if failed else "ok",
            "cancelled": [data.cancelled(r) for r in results],
        },
    )
