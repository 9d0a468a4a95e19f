"""What happened: the audit trail, the log, and everything of a period as a file."""

from __future__ import annotations

import asyncio

from chatbot.commands.register import command
from chatbot.context import Context, Forbidden
from chatbot.notices import brief
from chatbot.people.access import Role
from chatbot.recent_logs import RECENT, LogLine
from chatbot.reply import JSON, Reply, Tone
from chatbot.slots.common import Count
from chatbot.slots.views import KINDS, Level, Page, Period, Stretch, TrailArg, What
from chatbot.views import data, exports, paging
from chatbot.views.buttons import rows_of, runs
from trader.desk.lookups import Exported

MONTH = Period(days=30)
_SIGNS = {"warning": "⚠️", "error": "❌", "critical": "🚨"}
_FIELDS_SHOWN = 6


@command("history", group="look", role=Role.VIEWER, aliases=("기록", "이력"))
async def history(ctx: Context, count: Count | None = None, trail: TrailArg | None = None, *, page: Page = 1) -> Reply:
    size, words = paging.rows(count, 15), ctx.words
    kinds, person = (trail.kinds, trail.person) if trail else (frozenset(), "")
    found = await ctx.desk.events(size + 1, kinds, person, (page - 1) * size)
    events, more = paging.cut(found, size)
    line = f"/history {size} {trail.word}" if trail else f"/history {size}"
    turns = paging.turns(line, page, more, words)
    others = [(words(f"trail-{kind}"), f"/history {size} {kind}") for kind in KINDS if not trail or kind != trail.word]
    buttons = (*runs(*turns), *(rows_of(others, 3) if page == 1 else ()))
    if not events:
        return Reply(title=words("history-none"), buttons=buttons, tone=Tone.INFO, data={"events": []})
    now = ctx.services.clock.now()
    return Reply(
        title=words("history-title", count=len(events), page=page),
        lines=tuple(f"{words.moment(event.at, now)} {brief(event, words)}" for event in events),
        buttons=buttons,
        data={"events": [data.event(event) for event in events], "page": page, "more": more},
    )


@command("logs", group="look", role=Role.OWNER, aliases=("로그",))
async def logs(ctx: Context, count: Count | None = None, level: Level | None = None, *, page: Page = 1) -> Reply:
    size, least, words = paging.rows(count, 15), level or "info", ctx.words
    found, more = paging.cut(RECENT.newest(size + 1, least, (page - 1) * size), size)
    turns = paging.turns(f"/logs {size} {least}", page, more, words)
    other = "info" if least == "warning" else "warning"
    buttons = runs(
        (words("button-refresh"), f"/logs {size} {least}"), (words(f"level-{other}"), f"/logs {size} {other}")
    )
    if not found:
        return Reply(title=words("logs-none"), buttons=buttons, tone=Tone.INFO, data={"logs": []})
    return Reply(
        title=words("logs-title", level=words(f"level-{least}"), count=len(found), page=page),
        lines=tuple(_log_line(line, ctx) for line in found),
        buttons=(*runs(*turns), *buttons),
        data={"logs": [_log_data(line) for line in found], "page": page, "more": more},
    )


def _log_line(line: LogLine, ctx: Context) -> str:
    """`⚠️ 12:00:05 venue_read_again path=/v1/ticker pause=0.2`: as it was written, which is what one searches for."""
    at = ctx.words.moment(line.at, ctx.services.clock.now())
    fields = " ".join(f"{name}={value}" for name, value in line.fields[:_FIELDS_SHOWN])
    return " ".join(part for part in (_SIGNS.get(line.level, "·"), at, line.event, fields) if part)


def _log_data(line: LogLine) -> dict[str, JSON]:
    fields: dict[str, JSON] = dict(line.fields)
    return {"at": data.moment(line.at), "level": line.level, "event": line.event, "fields": fields}


@command("export", group="look", role=Role.TRADER, aliases=("내보내기", "엑셀"))
async def export(ctx: Context, what: What | None = None, period: Stretch = MONTH) -> Reply:
    words, (start, end) = ctx.words, period.between(ctx.services.clock.now())
    if what is None:
        allowed = [kind for kind in Exported if kind is not Exported.EVENTS or ctx.role >= Role.OWNER]
        return Reply(
            title=words("export-which"),
            lines=tuple(f"▸ {words(f'export-{kind.value}')}: {words(f'export-{kind.value}-what')}" for kind in allowed),
            buttons=rows_of([(words(f"export-{kind.value}"), f"/export {kind.value} month") for kind in allowed], 2),
            tone=Tone.INFO,
            data={"kinds": [kind.value for kind in allowed]},
        )
    if what is Exported.EVENTS and ctx.role < Role.OWNER:
        raise Forbidden(Role.OWNER)  # what persons wrote
    rows = await ctx.desk.exported(what, start, end)
    span = words("export-year", year=str(period.year)) if period.year else words("export-days", days=period.days)
    if not rows:
        return Reply(title=words("export-none", span=span), tone=Tone.INFO, data={"rows": 0})

    def make() -> Reply:
        document = exports.document(what, rows[-exports.MOST_ROWS :], words, start, end)
        cut = (words("export-cut", most=f"{exports.MOST_ROWS:,}"),) if len(rows) > exports.MOST_ROWS else ()
        kept = min(len(rows), exports.MOST_ROWS)
        return Reply(
            title=words("export-title", what=words(f"export-{what.value}"), span=span, rows=f"{kept:,}"),
            lines=cut,
            document=document,
            data={"rows": kept, "bytes": len(document.content), "name": document.name},
        )

    return await asyncio.to_thread(make)  # also what masks keys: the loop guards positions meanwhile
