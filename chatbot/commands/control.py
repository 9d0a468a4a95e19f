"""Start, pause, resume, stop, panic. What makes things safer happens at once and waits for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.failures import sentence
from chatbot.people.access import Role
from chatbot.reply import Reply, Tone
from chatbot.slots.common import CancelOnly, OfStrategy, OwnMarket, Until
from chatbot.views import cards, data, lines
from chatbot.views.buttons import runs
from chatbot.views.status import status_reply
from trader.errors import TraderError
from trader.model.mode import Mode
from trader.model.portfolio import TradingState
from trader.model.views import StateNote, Status


@command("start", group="control", role=Role.OWNER, change=Role.OWNER, asks=True, aliases=("시작",))
async def start(ctx: Context) -> Reply:
    return await _activate(ctx, "start", ask_always=ctx.services.mode is Mode.LIVE)


@command("resume", group="control", role=Role.OWNER, change=Role.OWNER, asks=True, aliases=("재개",))
async def resume(ctx: Context) -> Reply:
    return await _activate(ctx, "resume", ask_always=False)


async def _activate(ctx: Context, action: str, *, ask_always: bool) -> Reply:
    """A state with a reason (panic, a limit, books that disagree) was not simply wished by a person: it asks first.
    So it does where entries wait after too many losing stops in a row; going on ends that wait too."""
    now = await ctx.desk.status()
    words = ctx.words
    waiting = now.entries_wait_until is not None
    if now.state.state is TradingState.ACTIVE and not waiting:
        reply = status_reply(now, words, ctx.services.clock.speed)
        return Reply(
            title=words("already-active"),
            lines=(reply.title, *reply.lines),
            buttons=reply.buttons,
            tone=Tone.INFO,
            data={**data.status(now), "outcome": "already"},
        )
    if not ctx.confirmed and (ask_always or ctx.spoken or now.state.reason or waiting):
        return ctx.ask(words(f"{action}-ask"), _what_will_run(now, ctx))
    note = await ctx.desk.set_state(action, ctx.by)
    return _state_reply(ctx, note, _what_will_run(now, ctx)[1:], ("button-pause", "/pause"))


def _what_will_run(now: Status, ctx: Context) -> tuple[str, ...]:
    words = ctx.words
    at = words.moment(now.entries_wait_until, now.now)
    stops = (words("status-stops", at=at),) if now.entries_wait_until else ()
    return (
        lines.state_title(now.state, now.mode, words, now.now),
        *([words("resume-ends-panic")] if now.panics else []),
        *stops,
        words("status-strategy", strategy=now.strategy, timeframe=now.timeframe),
        words("status-markets", markets=" ".join(market.base for market in now.markets)),
        words("status-equity", equity=words.krw(now.equity), day=words.krw_change(now.day_realised)),
    )


@command("pause", group="control", role=Role.TRADER, change=Role.TRADER, aliases=("일시정지", "쉬어", "멈춰"))
async def pause(ctx: Context, until: Until | None = None) -> Reply:
    note = await ctx.desk.set_state("pause", ctx.by, until)
    return _state_reply(ctx, note, (ctx.words("pause-explained"),), ("button-resume", "/resume"))


@command("stop", group="control", role=Role.OWNER, change=Role.OWNER, aliases=("중지", "정지"))
async def stop(ctx: Context) -> Reply:
    note = await ctx.desk.set_state("stop", ctx.by)
    words = ctx.words
    left = await _left_open(ctx)
    return _state_reply(
        ctx, note, (words("stop-explained"), *left), ("button-cancel-all", "/cancel all"), ("button-start", "/start")
    )


async def _left_open(ctx: Context) -> list[str]:
    """What stays open after a stop; when it cannot be read, the stop stands all the same."""
    words = ctx.words
    try:
        now = await ctx.desk.status()
    except TraderError as err:
        return [words("stop-left-unknown", why=sentence(err, words))]
    counts = words("stop-left", positions=len(now.positions), orders=now.open_orders)
    return [counts, *(lines.position_head(view, words) for view in now.positions)]


def _state_reply(ctx: Context, note: StateNote, said: Sequence[str], *buttons: tuple[str, str]) -> Reply:
    words = ctx.words
    return Reply(
        title=lines.state_title(note, ctx.services.mode.value, words, ctx.services.clock.now()),
        lines=tuple(said),
        buttons=runs(*((words(key), line) for key, line in buttons)),
        tone=Tone.OK if note.state is TradingState.ACTIVE else Tone.WARNING,
        data={
            "outcome": "ok",
            "state": note.state.value,
            "by": note.by,
            "until": note.until.isoformat() if note.until else None,
        },
    )


@command("panic", group="control", role=Role.TRADER, change=Role.TRADER, asks=True, aliases=("긴급", "비상", "kill"))
async def panic(
    ctx: Context, *markets: OwnMarket, strategy: OfStrategy | None = None, cancel_only: CancelOnly = False
) -> Reply:
    words = ctx.words
    if not ctx.confirmed:
        scope = ", ".join([*([strategy] if strategy else []), *(words.market(m.code) for m in markets)])
        return ctx.ask(
            words("panic-ask-cancel" if cancel_only else "panic-ask", scope=scope or words("everything")),
            (words("panic-explained"),),
        )
    receipt = await ctx.desk.panic(
        ctx.by, cancel_only=cancel_only, markets=markets, strategy=strategy or "", answered=ctx.shown_in
    )
    return cards.panic_receipt(receipt, words, cancel_only=cancel_only, speed=ctx.services.clock.speed)
