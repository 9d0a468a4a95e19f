"""Why something was bought, or was not: what blocks it now, where passes ended, and the last of them."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Reply, Tone
from chatbot.slots.common import OwnMarket
from chatbot.views import data, lines
from chatbot.views.buttons import rows_of, runs
from chatbot.views.reasons import reason_text
from chatbot.wording import Words
from trader.model.views import PassCount, PassRun, Why

STRETCHES = 6


@command("why", group="look", role=Role.VIEWER, aliases=("왜", "이유"))
async def why(ctx: Context, market: OwnMarket | None = None) -> Reply:
    found = await ctx.desk.why(market, STRETCHES if market else 1)
    words = ctx.words
    if not any(one.runs or one.blocks for one in found):
        return Reply(title=words("why-nothing"), tone=Tone.INFO, data={"markets": []})
    if market:
        code = market.code
        buttons = runs((words("button-refresh"), f"/why {code}"), (words("button-chart"), f"/chart {code}"))
    else:
        codes = [one.market.code for one in found]
        buttons = rows_of([(words("button-why", coin=words.coin(code)), f"/why {code}") for code in codes], 2)
    return Reply(
        title=words("why-title"),
        lines=tuple(line for one in found for line in _why_lines(one, ctx)),
        buttons=buttons,
        data={"markets": [data.why(one) for one in found]},
    )


def _why_lines(one: Why, ctx: Context) -> list[str]:
    words, now = ctx.words, ctx.services.clock.now()
    age = words.span((now - one.since).total_seconds())
    return [
        f"▸ {words.market(one.market.code)}",
        *(words("why-block", reason=reason_text(reason, words)) for reason in one.blocks),
        *(_count_line(count, age, words) for count in one.counts),
        *(_run_line(run, ctx) for run in one.runs),
    ]


def _count_line(count: PassCount, age: str, words: Words) -> str:
    """`sma_cross · 24시간 동안 37회: 살 신호 없음 35 · 거부 2 (호가 차이 2, 매도 후 대기 1)`"""
    told = [f"{lines.code_name(stage, code, words)} {n}" for stage, code, n in count.ends if stage != "risk"]
    denied = ", ".join(f"{lines.code_name(stage, code, words)} {n}" for stage, code, n in count.ends if stage == "risk")
    if denied:
        told.append(words("why-denied", count=count.denied, reasons=denied))
    return words("why-counts", strategy=count.strategy, age=age, passes=count.passes, ends=" · ".join(told))


def _run_line(run: PassRun, ctx: Context) -> str:
    """The newest of equal passes, and from when on they were equal."""
    words, now = ctx.words, ctx.services.clock.now()
    line = words(
        "why-pass",
        at=words.moment(run.entry.at, now),
        stage=words.first((f"stage-{run.entry.stage}",), run.entry.stage),
        text=lines.journal_text(run.entry, words),
    )
    more = "" if run.count == 1 else " " + words("why-times", count=run.count, since=words.moment(run.since, now))
    return line + more
