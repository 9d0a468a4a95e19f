"""Looking: how it stands now."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.delivery import channel_name
from chatbot.people.access import Role
from chatbot.reply import Reply, Tone
from chatbot.views.buttons import runs
from chatbot.views.causes import cause_text
from chatbot.views.status import status_reply
from chatbot.wording import Words
from trader.model.views import HealthCheck

_NEXT = 3
"""Jobs whose turn is told; there are a dozen."""


@command("status", group="look", role=Role.VIEWER, aliases=("상태", "현황", "s"))
async def status(ctx: Context) -> Reply:
    now = await ctx.desk.status()
    return status_reply(now, ctx.words, ctx.services.clock.speed)


@command("health", group="look", role=Role.VIEWER, aliases=("건강", "점검"))
async def health(ctx: Context) -> Reply:
    checks = await ctx.desk.health()
    words = ctx.words
    bad = [check for check in checks if check.ok is False]
    waiting = [check for check in checks if check.due is not None]
    unknown = [check for check in checks if check.ok is None and not check.value and check.due is None]
    fine = [check for check in checks if check.ok]
    key = "health-title-bad" if bad else "health-title-unknown" if unknown else "health-title-good"
    return Reply(
        title=words(key, bad=len(bad), unknown=len(unknown)),
        lines=(
            *(_check_line(check, words) for check in checks if check.due is None and not check.ok),
            *([words("health-good", checks=" · ".join(_named(check, words) for check in fine))] if fine else []),
            *_waiting(waiting, ctx),
        ),
        buttons=runs((words("button-refresh"), "/health")),
        tone=Tone.ERROR if bad else Tone.WARNING if unknown else Tone.OK,
        data={"checks": [{"key": c.key, "ok": c.ok, "value": c.value} for c in checks]},
    )


def _check_name(check: HealthCheck, words: Words) -> str:
    return words.first((f"health-{check.key.replace('_', '-')}",), check.key)


def _waiting(checks: list[HealthCheck], ctx: Context) -> list[str]:
    """Jobs that have not run yet, those whose turn comes next with its time."""
    if not checks:
        return []
    words, now = ctx.words, ctx.services.clock.now()
    soon = sorted(checks, key=lambda check: check.due or now)[:_NEXT]
    jobs = ", ".join(f"{_check_name(check, words)} {words.moment(check.due, now)}" for check in soon)
    return [words("health-waiting", jobs=jobs, more=len(checks) - len(soon))]


def _named(check: HealthCheck, words: Words) -> str:
    """What is well stands in one line with its like; a count of nothing is not said."""
    value = _figure(check.value, words)
    return f"{_check_name(check, words)} {value}" if value not in ("", "0") else _check_name(check, words)


def _figure(value: str, words: Words) -> str:
    """`0.3 s` as the reader writes it."""
    seconds = value.removesuffix(" s")
    return words("span-seconds", n=seconds) if seconds != value else value


def _check_line(check: HealthCheck, words: Words) -> str:
    """A figure without a verdict (memory) is information; neither figure nor verdict is unknown."""
    mark = "✅" if check.ok else "❌" if check.ok is False else "▫️" if check.value else "❔"
    name, value = _check_name(check, words), _figure(check.value, words)
    if check.cause:
        value = cause_text(check.cause, words)
    if words.has(value):
        value = words.lenient(value, {"channel": channel_name(check.key.removeprefix("chat-"), words)})
    return f"{mark} {name}" + (f" – {value}" if value else "" if check.ok else f" – {words.unknown}")
