"""/alerts: what a person wants to be told of."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import JSON, Button, Reply, Tone
from chatbot.slots.alerts import Again, AlertRequest, AlertUntil, Delete, Mute, Repeat, Set, Unmute
from chatbot.slots.views import Page
from chatbot.views import alert_text
from chatbot.views.buttons import runs
from chatbot.views.paging import cut, turns
from trader.errors import UserInputError
from trader.model.alert import Alert, AlertState, Reading

PAGE = 6
"""Alerts on a page: each has a row of buttons."""
OVER_SHOWN = 3
_ID_SHOWN = 6


@command("alerts", group="look", role=Role.VIEWER, change=Role.VIEWER, aliases=("알림", "가격알림", "alert"))
async def alerts(
    ctx: Context,
    what: AlertRequest | None = None,
    *,
    until: AlertUntil | None = None,
    repeat: Repeat = False,
    page: Page = 1,
) -> Reply:
    if what is None:
        return _list(ctx, await ctx.desk.alerts(ctx.by), page)
    ctx.changing()
    desk = ctx.desk
    match what:
        case Set(market, condition, ends):
            if market.quote != "KRW":
                raise UserInputError("alert-krw-only", market=market.code)
            return _set(
                ctx, *await desk.add_alert(ctx.by, ctx.place, market, condition, repeat=repeat, until=until or ends)
            )
        case Again(id_start):
            return _set(ctx, *await desk.alert_again(ctx.by, ctx.place, id_start))
        case Delete(id_start):
            return _changed(ctx, "alerts-deleted", await desk.delete_alerts(ctx.by, id_start), id_start)
        case Mute(id_start, ends):
            found = await desk.mute_alerts(ctx.by, id_start, until or ends)
            return _changed(ctx, "alerts-muted", found, id_start)
        case Unmute(id_start):
            return _changed(ctx, "alerts-unmuted", await desk.unmute_alerts(ctx.by, id_start), id_start)


def _set(ctx: Context, alert: Alert, reading: Reading) -> Reply:
    words, now = ctx.words, ctx.services.clock.now()
    value = alert_text.value_text({"condition": alert.condition.kind.value, "value": str(reading.value or "")}, words)
    said = [words("alert-now", value=value)] if value else []
    if reading.holds:
        said.append(words("alert-holds"))
    said.append(words("alert-ends", at=words.moment(alert.expires_at, now)))
    if alert.repeat:
        said.append(words("alert-repeats"))
    start = alert.alert_id[:_ID_SHOWN]
    return Reply(
        title=words("alert-set", alert=alert_text.of(alert, words)),
        lines=tuple(said),
        buttons=runs((words("button-delete"), f"/alerts delete {start}"), (words("button-alerts"), "/alerts")),
        data={"outcome": "ok", "alert": _data(alert), "value": str(reading.value) if reading.value else None},
    )


def _changed(ctx: Context, key: str, found: list[Alert], id_start: str) -> Reply:
    words, now = ctx.words, ctx.services.clock.now()
    if not found:
        return Reply(title=words("alerts-none"), tone=Tone.INFO, data={"outcome": "ok", "alerts": []})
    named = alert_text.of(found[0], words) if id_start else words("alerts-count", count=len(found))
    until = found[0].muted_until
    forever = until is None or until >= found[0].expires_at
    lines = () if forever else (words("alerts-muted-until", at=words.moment(until, now)),)
    return Reply(
        title=words(key, alert=named),
        lines=lines,
        buttons=runs((words("button-alerts"), "/alerts")),
        data={"outcome": "ok", "alerts": [_data(alert) for alert in found]},
    )


def _list(ctx: Context, found: list[Alert], page: int) -> Reply:
    words = ctx.words
    active = [alert for alert in found if alert.state is AlertState.ACTIVE]
    shown, more = cut(active[(page - 1) * PAGE :], PAGE)
    over = [alert for alert in found if alert.state is not AlertState.ACTIVE][:OVER_SHOWN] if page == 1 else []
    if not shown and not over:
        return Reply(
            title=words("alerts-none"), lines=(words("alerts-how"),), tone=Tone.INFO, data={"alerts": [], "over": []}
        )
    rows = [_buttons(ctx, alert) for alert in shown]
    rows += [runs((f"↻ {_short(ctx, alert)}", f"/alerts again {alert.alert_id[:_ID_SHOWN]}")) for alert in over]
    return Reply(
        title=words("alerts-title", count=len(active)),
        lines=(
            *(_line(ctx, a) for a in shown),
            *([words("alerts-over")] if over else []),
            *(_line(ctx, a) for a in over),
        ),
        buttons=(
            *(row for each in rows for row in each),
            *_all(ctx, active),
            *runs(*turns("/alerts", page, more, words)),
        ),
        data={"alerts": [_data(a) for a in active], "over": [_data(a) for a in over]},
    )


def _line(ctx: Context, alert: Alert) -> str:
    words, now = ctx.words, ctx.services.clock.now()
    parts = [alert_text.of(alert, words)]
    if alert.state is AlertState.FIRED:
        parts.append(words("alert-was-fired", at=words.moment(alert.fired_at, now)))
    elif alert.state is AlertState.EXPIRED:
        parts.append(words("alert-was-expired", at=words.moment(alert.expires_at, now)))
    else:
        parts += [words("alert-repeating")] if alert.repeat else []
        parts += [words("until", at=words.moment(alert.expires_at, now))]
    sign = "🔕" if alert.muted(now) else "🔔" if alert.state is AlertState.ACTIVE else "·"
    return f"{sign} {' · '.join(parts)}"


def _short(ctx: Context, alert: Alert) -> str:
    """As it fits on a button."""
    condition = alert_text.condition_text(alert_text.flat(alert.condition), ctx.words)
    return f"{ctx.words.coin(alert.market.code)} {condition}"


def _buttons(ctx: Context, alert: Alert) -> tuple[tuple[Button, ...], ...]:
    muted, start = alert.muted(ctx.services.clock.now()), alert.alert_id[:_ID_SHOWN]
    other = ("🔔", f"/alerts unmute {start}") if muted else ("🔕", f"/alerts mute {start}")
    return runs((f"🗑 {_short(ctx, alert)}", f"/alerts delete {start}"), other)


def _all(ctx: Context, active: list[Alert]) -> tuple[tuple[Button, ...], ...]:
    if len(active) < 2:
        return ()
    words, now = ctx.words, ctx.services.clock.now()
    silent = all(alert.muted(now) for alert in active)
    other = (
        (words("button-unmute-all"), "/alerts unmute all") if silent else (words("button-mute-all"), "/alerts mute all")
    )
    return runs(other, (words("button-delete-all"), "/alerts delete all"))


def _data(alert: Alert) -> dict[str, JSON]:
    return {
        "id": alert.alert_id,
        "market": alert.market.code,
        **alert_text.flat(alert.condition),
        "repeat": alert.repeat,
        "state": alert.state.value,
        "until": alert.expires_at.isoformat(),
        "muted_until": alert.muted_until.isoformat() if alert.muted_until else None,
    }
