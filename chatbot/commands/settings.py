"""The settings as a menu: groups, settings, one setting; changed in two steps unless it makes things safer; undone."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Button, Reply, Tone
from chatbot.slots.common import SettingKey, Value, WithFixed
from chatbot.slots.views import CHANGED, GroupName, UndoKey, groups
from chatbot.views import data, lines, setting_values
from chatbot.views.buttons import rows_of, runs
from chatbot.views.setting_words import match, one_setting, setting_name, view_of
from chatbot.wording import Words
from trader.errors import UserInputError
from trader.loosening import loosens, waits
from trader.model.views import PendingRaise, SettingChange, SettingView, Undoable

UNDO_WORDS = frozenset({"undo", "되돌리기", "되돌려"})


@command("limits", group="settings", role=Role.VIEWER, change=Role.OWNER, asks=True, aliases=("한도",))
async def limits(ctx: Context, key: SettingKey | None = None, value: Value | None = None) -> Reply:
    words = ctx.words
    uses = await ctx.desk.limits()
    found = uses.rows
    if key is None:
        views = {view.key: view for view in ctx.desk.settings()}
        pending = [view.pending for view in views.values() if view.pending]
        said = (line for use in found for line in (lines.limit_line(use, words), *_waiting(ctx, views[use.key])))
        return Reply(
            title=words("limits-title"),
            lines=(*lines.away_lines(uses.away, words), *said, words("limits-hint")),
            buttons=(*_cancel_buttons(ctx, pending), *_change_buttons(ctx)),
            data={
                "limits": [data.limit(use) for use in found],
                **data.away(uses.away),
                "pending": [data.pending(one) for one in pending],
            },
        )
    chosen = match(key, [use.key for use in found])
    return await change_one(ctx, chosen, value)


def _change_buttons(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    return runs((ctx.words("button-change"), "/settings limits")) if ctx.role >= Role.OWNER else ()


@command("set", group="settings", role=Role.VIEWER, change=Role.OWNER, asks=True, aliases=("설정변경", "바꿔"))
async def set_(ctx: Context, key: SettingKey | None = None, value: Value | None = None) -> Reply:
    if key is None:
        return await settings(ctx)
    if key in UNDO_WORDS:
        return await undo(ctx, value)
    return await change_one(ctx, match(key, [v.key for v in ctx.desk.settings()]), value)


@command("undo", group="settings", role=Role.OWNER, change=Role.OWNER, asks=True, aliases=("되돌리기", "되돌려"))
async def undo(ctx: Context, key: UndoKey | None = None) -> Reply:
    """The newest change of a setting, or one's own newest: back to what was before it."""
    ctx.changing()
    found = await ctx.desk.undoable(key or "", ctx.by)
    diff = _diff(found.key, found.old, found.new, ctx.words)
    when = ctx.words("undo-of", by=lines.who(found.set_by, ctx.words), at=ctx.words.moment(found.set_at))
    if not ctx.confirmed and not _safer(found.key, found.old, found.new):
        return ctx.ask(ctx.words("undo-ask"), (*diff, when, *_will_wait(ctx, found.key, found.old, found.new)))
    return _undone(ctx, found, await ctx.desk.undo(found, ctx.by))


def _undone(ctx: Context, found: Undoable, done: SettingChange) -> Reply:
    words = ctx.words
    waiting = done.due is not None
    title = words("raise-waits", at=words.moment(done.due, ctx.services.clock.now())) if waiting else words("undone")
    return Reply(
        title=title,
        lines=tuple(_diff(found.key, found.old, found.new, words)),
        buttons=runs((words("button-settings"), "/settings")),
        tone=Tone.INFO if waiting else Tone.OK,
        data=data.change(done),
    )


@command("settings", group="settings", role=Role.VIEWER, aliases=("설정",))
async def settings(ctx: Context, group: GroupName | None = None, *, everything: WithFixed = False) -> Reply:
    """Groups; one group; `changed`: those that chat has changed; `all`: every line."""
    views = ctx.desk.settings()
    if group is None and not everything:
        return _menu(ctx, views)
    words = ctx.words
    shown = [v for v in views if group is None or (v.origin == "chat" if group == CHANGED else v.group == group)]
    pending = [view.pending for view in shown if view.pending]
    told = lines.setting_lines if group else lines.setting_compact
    said = (line for v in shown for line in (*told(v, words), *_waiting(ctx, v)))
    singles = [(setting_name(v, words), f"/set {v.key}") for v in shown if v.changeable] if group else []
    back = runs((words("button-settings"), "/settings"), *_undo_button(ctx, views))
    return Reply(
        title=_title(group, words),
        lines=(*said, words("settings-hint")) if shown else (words("settings-none-changed"),),
        buttons=(*_cancel_buttons(ctx, pending), *rows_of(singles, 2), *back),
        data={
            "settings": {v.key: {"value": v.value, "origin": v.origin, "group": v.group} for v in shown},
            "pending": [data.pending(one) for one in pending],
        },
    )


def _menu(ctx: Context, views: Sequence[SettingView]) -> Reply:
    """One line and one button a group: how many settings it has, how many of them chat has changed."""
    words = ctx.words
    said, buttons = [], []
    for group in groups():
        own = [view for view in views if view.group == group]
        changed = sum(view.origin == "chat" for view in own)
        name = words.first((f"setting-group-{group}",), group)
        said.append(words("settings-group-line", group=name, count=len(own), changed=changed))
        buttons.append((name, f"/settings {group}"))
    pending = [view.pending for view in views if view.pending]
    waits_now = [view for view in views if view.pending]
    waiting = [line for view in waits_now for line in (lines.setting_line(view, words), *_waiting(ctx, view))]
    changed_ones = (words("setting-group-changed"), f"/settings {CHANGED}")
    return Reply(
        title=words("settings-title"),
        lines=(*said, *waiting, words("settings-hint")),
        buttons=(
            *_cancel_buttons(ctx, pending),
            *rows_of(buttons, 2),
            *runs(changed_ones, *_undo_button(ctx, views)),
        ),
        data={
            "settings": {
                v.key: {"value": v.value, "origin": v.origin, "group": v.group} for v in views if v.changeable
            },
            "pending": [data.pending(one) for one in pending],
        },
    )


def _title(group: str | None, words: Words) -> str:
    name = words.first((f"setting-group-{group}",), group or "")
    return words("settings-group", group=name) if group else words("settings-title")


def _undo_button(ctx: Context, views: Sequence[SettingView]) -> list[tuple[str, str]]:
    mine = any(view.origin == "chat" and view.set_by == ctx.by for view in views)
    return [(ctx.words("button-undo-last"), "/undo")] if mine and ctx.role >= Role.OWNER else []


def _waiting(ctx: Context, view: SettingView) -> list[str]:
    return [lines.pending_line(view.pending, view.unit, ctx.words, ctx.services.clock.now())] if view.pending else []


def _cancel_buttons(ctx: Context, pending: Sequence[PendingRaise]) -> tuple[tuple[Button, ...], ...]:
    """One row for each change that waits; only for those who may change."""
    if ctx.role < Role.OWNER:
        return ()
    return rows_of([(ctx.words("button-cancel-raise", key=one.key), f"/set {one.key} cancel") for one in pending], 1)


async def change_one(ctx: Context, key: str, value: str | None) -> Reply:
    """Show one setting, or change it: `value` as it was typed, `cancel` for a change that waits."""
    words = ctx.words
    view = view_of(ctx, key)
    if value is None:
        return one_setting(
            ctx,
            view,
            _waiting(ctx, view),
            _cancel_buttons(ctx, [view.pending] if view.pending else []),
            await ctx.desk.setting_history(key, 3),
        )
    ctx.changing()
    if not view.changeable:
        raise UserInputError("setting-fixed", key=key)
    if setting_values.is_cancel(value):
        return _raise_cancelled(ctx, view, await ctx.desk.cancel_raise(key, ctx.by))
    back = setting_values.is_default(value)
    new = None if back else setting_values.normalised(view, value, ctx.services.coins)
    target = view.base if new is None else ctx.desk.check_setting(key, new)
    if not ctx.confirmed and not _safer(key, view.value, target):
        said = [*_diff(key, view.value, target, words), words(f"setting-{key}")]
        looser = loosens(key, view.value, target)
        return ctx.ask(
            words("loosen-ask" if looser else "change-ask"), (*said, *_will_wait(ctx, key, view.value, target))
        )
    return _changed(ctx, view, await ctx.desk.change_setting(key, new, ctx.by))


def _safer(key: str, old: str, new: str) -> bool:
    """Tightens, or changes nothing: that is not asked about."""
    return old == new or (loosens(key, new, old) and not loosens(key, old, new))


def _diff(key: str, old: str, new: str, words: Words) -> list[str]:
    unit = setting_values.unit_of(key)
    before, after = (setting_values.shown(unit, value, words) or "–" for value in (old, new))
    return [words("change", key=key, old=before, new=after)]


def _will_wait(ctx: Context, key: str, old: str, new: str) -> list[str]:
    delay = int(view_of(ctx, "raise_delay_seconds").value)
    return [ctx.words("raise-will-wait", delay=ctx.words.span(delay))] if delay and waits(key, old, new) else []


def _changed(ctx: Context, view: SettingView, done: SettingChange) -> Reply:
    words = ctx.words
    said = (*_diff(done.key, done.old, done.new, words), words(f"setting-{view.key}"))
    if done.due is not None:
        cancel = (words("button-cancel-raise", key=view.key), f"/set {view.key} cancel")
        return Reply(
            title=words("raise-waits", at=words.moment(done.due, ctx.services.clock.now())),
            lines=said,
            buttons=runs(cancel),
            tone=Tone.INFO,
            data=data.change(done),
        )
    undo_it = [(words("button-undo"), f"/undo {view.key}")] if done.old != done.new else []
    return Reply(
        title=words("setting-changed"),
        lines=said,
        buttons=runs(*undo_it, (words("button-settings"), f"/settings {view.group}")),
        data=data.change(done),
    )


def _raise_cancelled(ctx: Context, view: SettingView, done: SettingChange) -> Reply:
    words = ctx.words
    dropped, stays = (setting_values.shown(view.unit, v, words) for v in (done.old, done.new))
    return Reply(
        title=words("raise-cancelled", key=view.key, new=dropped),
        lines=(words("raise-stays", key=view.key, value=stays),),
        data=data.change(done),
    )
