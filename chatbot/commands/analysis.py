"""Markets: candles as a picture, and which of them move and trade most."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Button, Picture, Reply, Table, Tone
from chatbot.slots.common import CandleCount, Count, Frame, OwnMarket
from chatbot.slots.views import RankedBy
from chatbot.views import data, lines, paging
from chatbot.views.buttons import rows_of, runs
from chatbot.wording import Words
from trader.errors import UserInputError
from trader.market.screener import Ranking
from trader.model.market import Market, Timeframe
from trader.model.views import PositionView, ScreenedMarket

FEWEST_CANDLES, MOST_CANDLES, CANDLES = 20, 500, 100
FRAMES = (Timeframe.M5, Timeframe.M15, Timeframe.H1, Timeframe.H4, Timeframe.D1)
MOST_SCREENED = 30
OFFERED = 6
"""Markets that the screener's buttons can add."""


@command("chart", group="look", role=Role.VIEWER, aliases=("차트", "그래프"))
async def chart(
    ctx: Context, market: OwnMarket | None = None, timeframe: Frame | None = None, candles: CandleCount = CANDLES
) -> Reply:
    if not FEWEST_CANDLES <= candles <= MOST_CANDLES:
        raise UserInputError("count-range", value=candles, low=FEWEST_CANDLES, high=MOST_CANDLES)
    settings = {view.key: view.value for view in ctx.desk.settings()}
    chosen = market or Market.parse(settings["markets"].split()[0])
    frame, words = timeframe or Timeframe(settings["timeframe"]), ctx.words
    held = next((view for view in await ctx.desk.positions() if view.position.market == chosen), None)
    png = await ctx.desk.chart(chosen, frame, candles)
    title = words("chart-title", market=words.market(chosen.code), timeframe=frame.value, candles=candles)
    return Reply(
        title=title,
        lines=tuple(lines.position_lines(held, words, ctx.services.clock.now())) if held else (),
        picture=Picture(png, title),
        buttons=_chart_buttons(ctx, chosen, frame, candles, held),
        data={"market": chosen.code, "timeframe": frame.value, "bytes": len(png)},
    )


def _chart_buttons(
    ctx: Context, market: Market, frame: Timeframe, candles: int, held: PositionView | None
) -> tuple[tuple[Button, ...], ...]:
    words, code = ctx.words, market.code
    frames = [(other.value, f"/chart {code} {other.value} {candles}") for other in FRAMES if other is not frame]
    next_steps = [
        (words("button-refresh"), f"/chart {code} {frame.value} {candles}"),
        (words("button-why", coin=market.base), f"/why {code}"),
    ]
    if held and ctx.role >= Role.TRADER:
        next_steps.append((words("button-sell-all", coin=market.base), f"/sell {code}"))
    return (*runs(*frames), *runs(*next_steps))


@command("screener", group="look", role=Role.VIEWER, aliases=("스크리너", "종목찾기", "급등"))
async def screener(ctx: Context, ranking: RankedBy | None = None, count: Count | None = None) -> Reply:
    by, size, words = ranking or Ranking.TURNOVER, paging.rows(count, 10, MOST_SCREENED), ctx.words
    found = await ctx.desk.screener(by, size)
    other = Ranking.VOLATILE if by is Ranking.TURNOVER else Ranking.TURNOVER
    switch = runs(
        (words("button-refresh"), f"/screener {by.value} {size}"),
        (words(f"ranking-{other.value}"), f"/screener {other.value} {size}"),
    )
    if not found:
        return Reply(title=words("screener-none"), buttons=switch, tone=Tone.INFO, data={"markets": []})
    return Reply(
        title=words("screener-title", ranking=words(f"ranking-{by.value}"), count=len(found)),
        lines=(*_warnings(found, words), words("screener-legend")),
        table=_screen_table(found, words),
        buttons=(*_adds(found, ctx), *switch),
        data={"ranking": by.value, "markets": [data.screened(one) for one in found]},
    )


def _screen_table(found: Sequence[ScreenedMarket], words: Words) -> Table:
    """Percent without its sign, spread in bps: five columns on a phone. A dot marks what the bot trades."""
    rows = tuple(
        (
            f"{one.info.market.base}{'·' if one.traded else ''}",
            f"{one.ticker.change * 100:+.1f}",
            f"{one.ticker.true_range * 100:.1f}",
            words.brief(one.ticker.turnover),
            "–" if one.spread_bps is None else f"{one.spread_bps:.0f}",
        )
        for one in found
    )
    names = ("column-coin", "column-change", "column-range", "column-turnover")
    return Table((*map(words, names), "bps"), rows)


def _warnings(found: Sequence[ScreenedMarket], words: Words) -> list[str]:
    """What the venue warns of, one line a market."""
    warned = [words("screener-warning", coin=one.info.market.base) for one in found if one.info.warning]
    return warned + [
        words("screener-caution", coin=one.info.market.base, cautions=lines.cautions(one.info.cautions, words))
        for one in found
        if one.info.cautions
    ]


def _adds(found: Sequence[ScreenedMarket], ctx: Context) -> tuple[tuple[Button, ...], ...]:
    """For owners: markets that are not traded yet and that the venue does not warn of."""
    if ctx.role < Role.OWNER:
        return ()
    fresh = [one.info.market for one in found if not one.traded and not one.info.warning][:OFFERED]
    return rows_of([(f"+ {market.base}", f"/markets add {market.code}") for market in fresh], 3)
