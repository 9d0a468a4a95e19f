"""/drill: a rehearsal beside the running service; it touches nothing of it."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.drill import report
from chatbot.drill.drills import USUAL_SECONDS, Running
from chatbot.notices import notice
from chatbot.people.access import Role
from chatbot.reply import Button, Reply, Tone
from chatbot.slots.common import DrillPart
from chatbot.views.buttons import runs


@command("drill", group="control", role=Role.VIEWER, change=Role.OWNER, aliases=("훈련", "모의훈련", "리허설"))
async def drill(ctx: Context, part: DrillPart | None = None) -> Reply:
    drills, words = ctx.services.drills, ctx.words
    if part == "last":
        return await _last(ctx)
    if part == "stop":
        ctx.changing()
        await drills.stop(ctx.by)
        return Reply(title=words("drill-stopped"), data={"outcome": "stopped"})
    if drills.running is not None:
        return _running(ctx, drills.running)
    ctx.changing()
    drills.start(ctx.by)
    return Reply(
        title=words("drill-started", seconds=words.span(USUAL_SECONDS)),
        lines=(words("drill-untouched"),),
        buttons=runs((words("button-drill-stop"), "/drill stop")),
        tone=Tone.INFO,
        data={"outcome": "started", "seconds": USUAL_SECONDS},
    )


def _running(ctx: Context, now: Running) -> Reply:
    words = ctx.words
    return Reply(
        title=words("drill-runs", seconds=words.span(now.seconds), step=words(f"drill-step-{now.step.value}")),
        lines=tuple(report.done(now.findings, words)),
        buttons=runs((words("button-refresh"), "/drill"), (words("button-drill-stop"), "/drill stop"))
        if ctx.role >= Role.OWNER
        else (),
        tone=Tone.INFO,
        data={"outcome": "running", "by": now.by, "seconds": round(now.seconds, 1), "findings": dict(now.findings)},
    )


async def _last(ctx: Context) -> Reply:
    """The message everybody got, with its time above it."""
    words = ctx.words
    event = await ctx.services.drills.last()
    told = notice(event, words) if event is not None else None
    if event is None or told is None:
        return Reply(title=words("drill-never-run"), buttons=_again(ctx), tone=Tone.INFO, data={"outcome": "none"})
    at = words.moment(event.at, ctx.services.clock.now())
    return Reply(title=f"{at} {told.title}", lines=told.lines, buttons=_again(ctx), tone=told.tone, data=told.data)


def _again(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    return runs((ctx.words("button-drill"), "/drill")) if ctx.role >= Role.OWNER else ()
