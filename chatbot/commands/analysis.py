"""Pictures."""

from __future__ import annotations

from chatbot.access import Role
from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.reply import Picture, Reply
from chatbot.slots import CandleCount, Frame, OwnMarket
from trader.errors import UserInputError

FEWEST_CANDLES, MOST_CANDLES, CANDLES = 20, 500, 100


@command("chart", group="look", role=Role.VIEWER, aliases=("차트", "그래프"))
async def chart(
    ctx: Context, market: OwnMarket | None = None, timeframe: Frame | None = None, candles: CandleCount = CANDLES
) -> Reply:
    if not FEWEST_CANDLES <= candles <= MOST_CANDLES:
        raise UserInputError("count-range", value=candles, low=FEWEST_CANDLES, high=MOST_CANDLES)
    chosen = market or next(iter((await ctx.desk.status()).markets), None)
    if chosen is None:
        raise UserInputError("no-markets")
    png = await ctx.desk.chart(chosen, timeframe, candles)
    frame = timeframe.value if timeframe else ""
    title = ctx.words("chart-title", market=ctx.words.market(chosen.code), timeframe=frame, candles=candles)
    return Reply(title=title, picture=Picture(png, title), data={"market": chosen.code, "bytes": len(png)})
