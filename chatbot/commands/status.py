"""Looking: how it stands now."""

from __future__ import annotations

from chatbot import data, lines
from chatbot.access import Role
from chatbot.buttons import runs
from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.reasons import reason_text
from chatbot.reply import Reply, Tone
from chatbot.slots import OwnMarket
from trader.model.portfolio import TradingState
from trader.model.views import HealthCheck, Status, Why


@command("status", group="look", role=Role.VIEWER, aliases=("상태", "현황", "s"))
async def status(ctx: Context) -> Reply:
    now = await ctx.desk.status()
    return status_reply(now, ctx)


def status_reply(now: Status, ctx: Context) -> Reply:
    words = ctx.words
    open_positions = tuple(lines.position_head(view, words) for view in now.positions)
    counts = words(
        "status-counts",
        positions=len(now.positions),
        orders=now.open_orders,
        tickets=now.pending_tickets,
    )
    waiting = (
        (words("status-stops", at=words.moment(now.entries_wait_until, now.now)),) if now.entries_wait_until else ()
    )
    checking = (words("status-unresolved", count=now.unresolved_orders),) if now.unresolved_orders else ()
    state = now.state.state
    stopped = state is not TradingState.ACTIVE or now.entries_wait_until is not None
    second = ("button-resume", "/resume") if stopped else ("button-pause", "/pause")
    return Reply(
        title=lines.state_title(now.state, now.mode, words, now.now),
        lines=(
            words("status-equity", equity=words.krw(now.equity), day=words.krw_change(now.day_realised)),
            words("status-cash", free=words.krw(now.cash_free), locked=words.krw(now.cash_locked)),
            words("status-unrealised", unrealised=words.krw_change(now.unrealised)),
            counts,
            *checking,
            *waiting,
            *open_positions,
            words("status-strategy", strategy=now.strategy, timeframe=now.timeframe),
            words("status-markets", markets=" ".join(market.base for market in now.markets)),
            words(
                "status-data",
                age=words.span(now.data_age_seconds),
                up=words.span((now.now - now.started_at).total_seconds()),
            ),
        ),
        buttons=runs(
            (words("button-refresh"), "/status"),
            (words("button-positions"), "/positions"),
            (words(second[0]), second[1]),
        ),
        tone=Tone.WARNING if stopped or now.unresolved_orders else Tone.OK,
        data=data.status(now),
    )


@command("health", group="look", role=Role.VIEWER, aliases=("건강", "점검"))
async def health(ctx: Context) -> Reply:
    checks = await ctx.desk.health()
    words = ctx.words
    bad = [check for check in checks if check.ok is False]
    unknown = [check for check in checks if check.ok is None and not check.value]
    key = "health-title-bad" if bad else "health-title-unknown" if unknown else "health-title-good"
    return Reply(
        title=words(key, bad=len(bad), unknown=len(unknown)),
        lines=tuple(_check_line(check, ctx) for check in checks),
        buttons=runs((words("button-refresh"), "/health")),
        tone=Tone.ERROR if bad else Tone.WARNING if unknown else Tone.OK,
        data={"checks": [{"key": c.key, "ok": c.ok, "value": c.value} for c in checks]},
    )


def _check_line(check: HealthCheck, ctx: Context) -> str:
    """A figure without a verdict (memory) is information; neither figure nor verdict is unknown."""
    words = ctx.words
    mark = "✅" if check.ok else "❌" if check.ok is False else "▫️" if check.value else "❔"
    name = words.first((f"health-{check.key.replace('_', '-')}",), check.key)
    value = check.value
    if words.has(value):
        value = words.lenient(value, {"channel": check.key.removeprefix("chat-").capitalize()})
    return f"{mark} {name}" + (f" – {value}" if value else "" if check.ok else f" – {words.unknown}")


@command("why", group="look", role=Role.VIEWER, aliases=("왜", "이유"))
async def why(ctx: Context, market: OwnMarket | None = None) -> Reply:
    found = await ctx.desk.why(market, 5 if market else 1)
    words = ctx.words
    if not any(w.entries or w.blocks for w in found):
        return Reply(title=words("why-nothing"), tone=Tone.INFO, data={"markets": []})
    return Reply(
        title=words("why-title"),
        lines=tuple(line for one in found for line in _why_lines(one, ctx)),
        data={"markets": [data.why(one) for one in found]},
    )


def _why_lines(one: Why, ctx: Context) -> list[str]:
    words = ctx.words
    now = ctx.services.clock.now()
    blocks = [words("why-block", reason=reason_text(reason, words)) for reason in one.blocks]
    passes = [
        words(
            "why-pass",
            at=words.moment(entry.at, now),
            stage=words.first((f"stage-{entry.stage}",), entry.stage),
            text=lines.journal_text(entry, words),
        )
        for entry in one.entries
    ]
    return [f"▸ {words.market(one.market.code)}", *blocks, *passes]
