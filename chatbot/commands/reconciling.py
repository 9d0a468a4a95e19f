"""Books against the exchange: compare now, look at what somebody else changed, answer it."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.failures import sentence
from chatbot.people.access import Role
from chatbot.reply import Button, Reply, Tone
from chatbot.slots.common import Answer, DifferenceId
from chatbot.views import data, differences, lines
from chatbot.views.buttons import runs
from trader.errors import TraderError
from trader.model.difference import Difference, DifferenceKind, DifferenceState, Reconciliation
from trader.reconcile.telling import as_data

MOST_SHOWN = 8
EVERYTHING = "ALL"

_BOOKED = frozenset({DifferenceKind.EXTRA, DifferenceKind.SHORT})


@command("reconcile", group="look", role=Role.VIEWER, change=Role.TRADER, asks=True, aliases=("대조", "장부대조"))
async def reconcile(ctx: Context, answer: Answer | None = None, name: DifferenceId | None = None) -> Reply:
    if answer is None and name is None:
        return _result(ctx, await ctx.desk.reconcile())
    if answer is None:
        return await _look_into(ctx, name or "")
    ctx.changing()
    if answer == "ignore" and (name or "").upper() == EVERYTHING:
        return await _ignore_all(ctx)
    difference = await ctx.desk.difference(name or "")
    if answer == "adopt" and difference.kind is DifferenceKind.EXTRA and not ctx.confirmed:
        return ctx.ask(ctx.words("adopt-ask"), (_head(difference, ctx), ctx.words("adopt-explained")))
    done = await ctx.desk.answer_difference(answer, difference.difference_id, ctx.by)
    return _answered(ctx, done)


# ---------------------------------------------------------------- looking


def _result(ctx: Context, found: Reconciliation) -> Reply:
    words = ctx.words
    if not found.equal:
        key, tone = "reconcile-differs", Tone.ERROR
    else:
        key, tone = "reconcile-known" if found.open else "reconcile-equal", Tone.OK
    if found.unsettled and not any(d.kind is DifferenceKind.SHORT for d in found.open):
        key, tone = "reconcile-unsettled", Tone.WARNING
    said = [words("reconcile-counts", orders=found.orders, positions=found.positions, seconds=f"{found.seconds:.2f}")]
    if found.unsettled:
        said.append(words("reconcile-moving", currencies=" ".join(found.unsettled)))
    rows: list[tuple[Button, ...]] = []
    for difference in found.open[:MOST_SHOWN]:
        said += [f"▸ {_head(difference, ctx)}", *(f"  {line}" for line in _lines(difference, ctx))]
        if ctx.role >= Role.TRADER:
            rows += differences.buttons(as_data(difference), words)
    more = len(found.open) - MOST_SHOWN
    if more > 0:
        said.append(words("reconcile-more", count=more))
    said += [words("reconcile-standing", what=_head(d, ctx)) for d in found.standing[:MOST_SHOWN]]
    if ctx.role >= Role.TRADER:
        rows += _adopt_buttons(found, ctx)
    return Reply(
        title=words(key, count=len(found.open)),
        lines=tuple(said),
        buttons=tuple(rows),
        tone=tone,
        data={
            "equal": found.equal,
            "unsettled": list(found.unsettled),
            "open": [data.difference(d) for d in found.open],
            "standing": [data.difference(d) for d in found.standing],
            "orders": found.orders,
            "positions": found.positions,
            "seconds": found.seconds,
        },
    )


def _adopt_buttons(found: Reconciliation, ctx: Context) -> list[tuple[Button, ...]]:
    """For coins that were left aside and can be taken over after all."""
    named = [
        (ctx.words("button-adopt-coin", currency=d.currency), f"/reconcile adopt {d.difference_id}")
        for d in found.standing[:MOST_SHOWN]
        if d.market is not None
    ]
    return [row for pair in named for row in runs(pair)]


def _head(difference: Difference, ctx: Context) -> str:
    return differences.title(_shown(difference, ctx), ctx.words)


def _lines(difference: Difference, ctx: Context) -> tuple[str, ...]:
    return differences.lines(_shown(difference, ctx), ctx.words)


def _shown(difference: Difference, ctx: Context) -> dict[str, str]:
    market = difference.market.code if difference.market else ""
    return differences.params(as_data(difference), market, ctx.words)


async def _look_into(ctx: Context, name: str) -> Reply:
    """The difference with what is known around it: when it was found, and the bot's last orders of that market."""
    difference = await ctx.desk.difference(name)
    words, now = ctx.words, ctx.services.clock.now()
    cash = difference.kind is DifferenceKind.CASH
    orders = [o for o in await ctx.desk.orders(50) if cash or o.market == difference.market][:3]
    waiting = difference.state is DifferenceState.OPEN
    state = words(
        "difference-state",
        state=words(f"answer-{difference.state.value}"),
        by=lines.who(difference.answered_by, words),
    )
    return Reply(
        title=_head(difference, ctx),
        lines=(
            words("difference-found", at=words.moment(difference.at, now), id=difference.difference_id),
            *_lines(difference, ctx),
            *(() if waiting else (state,)),
            *((words("difference-orders"),) if orders else ()),
            *(line for order in orders for line in lines.order_lines(order, words, now)),
        ),
        buttons=differences.buttons(as_data(difference), words, look=False)
        if waiting and ctx.role >= Role.TRADER
        else (),
        tone=differences.tone(difference.kind.value) if waiting else Tone.INFO,
        data=data.difference(difference),
    )


# ---------------------------------------------------------------- answering


def _answered(ctx: Context, done: Difference) -> Reply:
    words = ctx.words
    shown = _shown(done, ctx)
    booked = done.state is DifferenceState.ADOPTED and done.kind in _BOOKED
    return Reply(
        title=words("difference-done", what=words(f"answer-{done.state.value}"), currency=shown["market"]),
        lines=(words.lenient(f"adopted-{done.kind.value}", shown),) if booked else (),
        buttons=runs((words("button-positions"), "/positions")) if booked else (),
        data={**data.difference(done), "outcome": done.state.value},
    )


async def _ignore_all(ctx: Context) -> Reply:
    """Everything that waits except missing coins: those need an answer of their own."""
    words = ctx.words
    found = await ctx.desk.reconcile()
    left = [d for d in found.open if d.kind is not DifferenceKind.SHORT]
    failed: list[str] = []
    for difference in left:
        try:
            await ctx.desk.answer_difference("ignore", difference.difference_id, ctx.by)
        except TraderError as err:
            failed.append(f"❌ {_head(difference, ctx)} – {sentence(err, words)}")
    return Reply(
        title=words("difference-all-ignored", count=len(left) - len(failed)),
        lines=tuple(failed),
        tone=Tone.ERROR if failed else Tone.OK,
        data={"outcome": "partly" if failed else "ok", "ignored": len(left) - len(failed)},
    )
