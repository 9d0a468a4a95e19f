"""What trading brought: results of a period beside just holding, closed trades."""

from __future__ import annotations

from decimal import Decimal

import structlog

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Picture, Reply, Table, Tone
from chatbot.slots.common import Count, Days, OwnMarket
from chatbot.slots.views import Page
from chatbot.views import data, lines, paging
from chatbot.views.buttons import runs
from chatbot.wording import figures
from trader.model.views import Performance, PnlReport
from trader.report.chart import ChartFailed

log = structlog.get_logger(__name__)

FEW_TRADES = 30
"""Below it a share of winners says little."""
DAYS_SHOWN = 31
PERIODS = {"day": 1, "week": 7, "month": 30}


@command("pnl", group="look", role=Role.VIEWER, aliases=("손익", "수익"))
async def pnl(ctx: Context, period: Days = 1) -> Reply:
    found = await ctx.desk.performance(period)
    report, words = found.report, ctx.words
    return Reply(
        title=words("pnl-title", days=period, realised=words.krw_change(report.realised)),
        lines=(
            *_result_lines(found, ctx),
            words("pnl-fees", fees=words.fee(report.fees)),
            *_model_lines(found, ctx),
            *_trade_lines(report, ctx),
        ),
        table=_table(found, period, ctx),
        picture=await _picture(found, period, ctx),
        buttons=(
            *runs(*((words(f"button-pnl-{name}"), f"/pnl {name}") for name in PERIODS)),
            *runs((words("button-trades"), "/trades"), *_csv(ctx, f"trades {period}")),
        ),
        data=data.performance(found),
    )


def _result_lines(found: Performance, ctx: Context) -> list[str]:
    """What is not realised, our result and that of holding, and how much was traded for it."""
    words = ctx.words
    said = [words("pnl-unrealised", unrealised=words.krw_change(found.report.unrealised))]
    if found.result is not None:
        share = words.change(found.share)
        said.append(words("pnl-result", result=words.krw_change(found.result), share=share))
    if found.held_share is not None:
        coins = " ".join(market.base for market in found.held_markets)
        share = words.change(found.held_share)
        if found.moments[0] > found.report.start:
            began = f"{found.moments[0].astimezone(figures.SEOUL):%m-%d}"
            said.append(words("pnl-held-since", share=share, coins=coins, day=began))
        else:
            said.append(words("pnl-held", share=share, coins=coins))
    else:
        said.append(words("pnl-held-unknown"))
    if found.traded:
        turnover = words.unknown if found.turnover is None else words.share(found.turnover)
        said.append(words("pnl-turnover", traded=words.krw(found.traded), turnover=turnover))
    return said


def _model_lines(found: Performance, ctx: Context) -> list[str]:
    """What models cost, where they cost anything, and what is left after it."""
    words, cost = ctx.words, found.report.model_cost
    if not cost:
        return []
    net = words.krw_change(None if found.result is None else found.result - cost)
    return [words("pnl-model-cost", cost=words.fee(cost), net=net)]


def _trade_lines(report: PnlReport, ctx: Context) -> list[str]:
    """Winners with the size of the sample; the best and the worst where there are two."""
    words = ctx.words
    if not report.closed:
        return [words("pnl-no-trades")]
    rate = words.share(Decimal(report.wins) / report.closed)
    said = [words("pnl-closed", closed=report.closed, wins=report.wins, rate=rate)]
    if report.closed < FEW_TRADES:
        said[0] += " · " + words("pnl-few")
    if report.closed > 1 and report.best and report.worst:
        said.append(words("pnl-best", line=lines.short_trade(report.best, words)))
        said.append(words("pnl-worst", line=lines.short_trade(report.worst, words)))
    return said


def _table(found: Performance, period: int, ctx: Context) -> Table | None:
    """By Korean day when there are several, by market otherwise."""
    words, report, capital = ctx.words, found.report, found.capital
    if period > 1 and report.by_day:
        days = tuple(
            (
                f"{day.astimezone(figures.SEOUL):%m-%d}",
                words.brief_change(won),
                words.change(won / capital) if capital else "–",
            )
            for day, won in report.by_day[-DAYS_SHOWN:]
            if day >= found.moments[0]
        )
        return Table((words("column-day"), words("column-result"), words("column-share")), days)
    if report.by_market:
        rows = tuple((market.base, words.brief_change(won)) for market, won in report.by_market.items())
        return Table((words("column-coin"), words("column-result")), rows)
    return None


async def _picture(found: Performance, period: int, ctx: Context) -> Picture | None:
    """The figures are worth telling also where the picture cannot be drawn."""
    alt = ctx.words("pnl-picture", days=period)
    try:
        png = await ctx.desk.performance_picture(found, "P&L today" if period == 1 else f"P&L {period}d")
    except ChartFailed as err:
        log.warning("picture_failed", error=str(err))
        return None
    return None if png is None else Picture(png, alt)


@command("trades", group="look", role=Role.VIEWER, aliases=("거래", "매매내역"))
async def trades(ctx: Context, count: Count | None = None, market: OwnMarket | None = None, *, page: Page = 1) -> Reply:
    size, words = paging.rows(count, 10), ctx.words
    closed, more = paging.cut(await ctx.desk.trades(size + 1, market, (page - 1) * size), size)
    line = f"/trades {size} {market.code}" if market else f"/trades {size}"
    turns = paging.turns(line, page, more, words)
    if not closed:
        return Reply(title=words("trades-none"), buttons=runs(*turns), tone=Tone.INFO, data={"trades": []})
    now = ctx.services.clock.now()
    total = sum((trade.position.realised_pnl for trade in closed), Decimal(0))
    return Reply(
        title=words("trades-title", count=len(closed), total=words.krw_change(total), page=page),
        lines=tuple(lines.trade_line(trade, words, now) for trade in closed),
        buttons=runs(*turns, *_csv(ctx, "trades month")),
        data={"trades": [data.trade(trade) for trade in closed], "page": page, "more": more},
    )


def _csv(ctx: Context, what: str) -> list[tuple[str, str]]:
    return [(ctx.words("button-csv"), f"/export {what}")] if ctx.role >= Role.TRADER else []
