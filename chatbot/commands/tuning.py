"""Settings, limits, strategies, parameters, markets: shown to all, changed by owners, loosened in two steps."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot import data, lines, setting_values
from chatbot.access import Role
from chatbot.buttons import runs
from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.reply import JSON, Button, Reply, Tone
from chatbot.slots import Change, MarketArg, OwnMarket, ParamName, SettingKey, StrategyName, Value, WithFixed
from chatbot.wording import Words
from trader.errors import UserInputError
from trader.loosening import loosens, waits
from trader.model.market import Market
from trader.model.views import ParamView, PendingRaise, SettingChange, SettingView


@command("markets", group="settings", role=Role.VIEWER, change=Role.OWNER, aliases=("마켓", "종목"))
async def markets(ctx: Context, change: Change | None = None, *names: OwnMarket) -> Reply:
    words = ctx.words
    if change is None:
        if names:
            raise UserInputError("markets-change-unclear", value=names[0].code)
        return _markets_now(ctx)
    if not names:
        raise UserInputError("argument-missing", name=words("arg-market"))
    ctx.changing()
    add, remove = (names, ()) if change == "add" else ((), names)
    done = await ctx.desk.change_markets(add, remove, ctx.by)
    warned = {i.market for i in ctx.desk.market_infos() if i.warning}
    warnings = [words("markets-warning", market=words.market(m.code)) for m in add if m in warned]
    return Reply(
        title=words("markets-changed"),
        lines=(words("change", key="markets", old=done.old, new=done.new), *warnings),
        tone=Tone.WARNING if warnings else Tone.OK,
        data=data.change(done),
    )


def _markets_now(ctx: Context) -> Reply:
    words = ctx.words
    codes = _view(ctx, "markets").value.split()
    return Reply(
        title=words("markets-title", count=len(codes)),
        lines=(*(words.market(code) for code in codes), words("markets-hint")),
        data={"markets": list(codes)},
    )


@command("strategy", group="settings", role=Role.VIEWER, change=Role.OWNER, aliases=("전략",))
async def strategy(ctx: Context, name: StrategyName | None = None, market: MarketArg | None = None) -> Reply:
    words = ctx.words
    if name is None:
        found = ctx.desk.strategies()
        listed = [_strategy_line(known, used, words) for known, used in found.items()]
        by_name: dict[str, JSON] = {n: [m.code for m in used] for n, used in found.items()}
        return Reply(title=words("strategies-title"), lines=tuple(listed), data={"strategies": by_name})
    ctx.changing()
    done = await ctx.desk.change_strategy(name, market, ctx.by)
    where = words.market(market.code) if market else words("everything")
    return Reply(
        title=words("strategy-changed", name=done.new, where=where),
        lines=(words("change", key=done.key, old=done.old, new=done.new),),
        buttons=runs((words("button-params"), f"/params {name}")),
        data=data.change(done),
    )


def _strategy_line(name: str, used: Sequence[Market], words: Words) -> str:
    about = words.first((f"strategy-{name}",), "")
    where = f" [{' '.join(m.base for m in used)}]" if used else ""
    return f"{'▸' if used else '·'} {name}{where}{f' – {about}' if about else ''}"


@command("params", group="settings", role=Role.VIEWER, change=Role.OWNER, aliases=("매개변수", "파라미터"))
async def params(
    ctx: Context, strategy: StrategyName | None = None, name: ParamName | None = None, value: Value | None = None
) -> Reply:
    words = ctx.words
    used, views = ctx.desk.params(strategy)
    if name is None:
        return Reply(
            title=words("params-title", strategy=used),
            lines=tuple(_param_line(used, v, words) for v in views) or (words("params-none"),),
            data={"strategy": used, "params": {v.name: v.value for v in views}},
        )
    if name not in {v.name for v in views}:
        raise UserInputError("param-unknown", name=name, strategy=used, names=", ".join(v.name for v in views))
    if value is None:
        raise UserInputError("argument-missing", name=words("arg-value"))
    ctx.changing()
    done = await ctx.desk.change_param(used, name, None if setting_values.is_default(value) else value, ctx.by)
    return Reply(
        title=words("param-changed", strategy=used),
        lines=(words("change", key=name, old=done.old, new=done.new),),
        buttons=runs((words("button-undo"), f"/params {used} {name} {done.old}")) if done.old else (),
        data=data.change(done),
    )


def _param_line(strategy: str, view: ParamView, words: Words) -> str:
    """A figure with its bounds, or a choice with what there is to choose."""
    text = words.first((f"param-{strategy}-{view.name}",), view.description)
    known = {"name": view.name, "value": view.value, "default": view.default, "text": text}
    if view.low:
        return words("param-line", low=view.low, high=view.high, **known)
    return words("param-line-choices", choices=view.high, **known)


@command("limits", group="settings", role=Role.VIEWER, change=Role.OWNER, asks=True, aliases=("한도",))
async def limits(ctx: Context, key: SettingKey | None = None, value: Value | None = None) -> Reply:
    words = ctx.words
    found = await ctx.desk.limits()
    if key is None:
        views = {view.key: view for view in ctx.desk.settings()}
        pending = [view.pending for view in views.values() if view.pending]
        said = (line for use in found for line in (lines.limit_line(use, words), *_waiting(ctx, views[use.key])))
        return Reply(
            title=words("limits-title"),
            lines=(*said, words("limits-hint")),
            buttons=_cancel_buttons(ctx, pending),
            data={"limits": [data.limit(use) for use in found], "pending": [data.pending(one) for one in pending]},
        )
    chosen = _match(key, [use.key for use in found])
    return await _set(ctx, chosen, value)


@command("set", group="settings", role=Role.VIEWER, change=Role.OWNER, asks=True, aliases=("설정변경", "바꿔"))
async def set_(ctx: Context, key: SettingKey | None = None, value: Value | None = None) -> Reply:
    if key is None:
        return await settings(ctx)
    return await _set(ctx, _match(key, [v.key for v in ctx.desk.settings()]), value)


@command("settings", group="settings", role=Role.VIEWER, aliases=("설정",))
async def settings(ctx: Context, *, everything: WithFixed = False) -> Reply:
    words = ctx.words
    views = [v for v in ctx.desk.settings() if v.changeable or everything]
    pending = [view.pending for view in views if view.pending]
    said = (line for v in views for line in (lines.setting_line(v, words), *_waiting(ctx, v)))
    return Reply(
        title=words("settings-title"),
        lines=(*said, words("settings-hint")),
        buttons=_cancel_buttons(ctx, pending),
        data={
            "settings": {v.key: {"value": v.value, "origin": v.origin} for v in views},
            "pending": [data.pending(one) for one in pending],
        },
    )


def _waiting(ctx: Context, view: SettingView) -> list[str]:
    return [lines.pending_line(view.pending, view.unit, ctx.words, ctx.services.clock.now())] if view.pending else []


def _cancel_buttons(ctx: Context, pending: Sequence[PendingRaise]) -> tuple[tuple[Button, ...], ...]:
    """One row for each change that waits; only for those who may change."""
    if ctx.role < Role.OWNER:
        return ()
    rows = (runs((ctx.words("button-cancel-raise", key=one.key), f"/set {one.key} cancel")) for one in pending)
    return tuple(row for found in rows for row in found)


async def _set(ctx: Context, key: str, value: str | None) -> Reply:
    words = ctx.words
    view = _view(ctx, key)
    if value is None:
        return _one_setting(ctx, view)
    ctx.changing()
    if not view.changeable:
        raise UserInputError("setting-fixed", key=key)
    if setting_values.is_cancel(value):
        return _raise_cancelled(ctx, view, await ctx.desk.cancel_raise(key, ctx.by))
    back = setting_values.is_default(value)
    new = None if back else setting_values.normalised(view, value, ctx.services.coins)
    target = view.default if new is None else new
    if not ctx.confirmed and loosens(key, view.value, target):
        old, shown = (setting_values.shown(view.unit, v, words) for v in (view.value, target))
        said = [words("change", key=key, old=old, new=shown), words(f"setting-{key}")]
        delay = int(_view(ctx, "raise_delay_seconds").value)
        if delay and waits(key, view.value, target):
            said.append(words("raise-will-wait", delay=words.span(delay)))
        return ctx.ask(words("loosen-ask"), said)
    return _changed(ctx, view, await ctx.desk.change_setting(key, new, ctx.by))


def _changed(ctx: Context, view: SettingView, done: SettingChange) -> Reply:
    words = ctx.words
    old, new = (setting_values.shown(view.unit, v, words) for v in (done.old, done.new))
    if done.due is not None:
        cancel = (words("button-cancel-raise", key=view.key), f"/set {view.key} cancel")
        return Reply(
            title=words("raise-waits", at=words.moment(done.due, ctx.services.clock.now())),
            lines=(words("change", key=done.key, old=old, new=new), words(f"setting-{view.key}")),
            buttons=runs(cancel),
            tone=Tone.INFO,
            data=data.change(done),
        )
    return Reply(
        title=words("setting-changed"),
        lines=(words("change", key=done.key, old=old, new=new), words(f"setting-{view.key}")),
        buttons=runs((words("button-undo"), f"/set {view.key} {done.old}")) if done.old else (),
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


def _one_setting(ctx: Context, view: SettingView) -> Reply:
    words = ctx.words
    default = setting_values.shown(view.unit, view.default, words)
    about = (
        [words(f"setting-{view.key}"), words("setting-how", key=view.key)]
        if view.changeable
        else [words("setting-is-fixed")]
    )
    return Reply(
        title=lines.setting_line(view, words),
        lines=(*_waiting(ctx, view), *about, words("setting-default", default=default)),
        buttons=_cancel_buttons(ctx, [view.pending] if view.pending else []),
        tone=Tone.INFO,
        data={"key": view.key, "value": view.value, "default": view.default, "origin": view.origin},
    )


def _view(ctx: Context, key: str) -> SettingView:
    found = next((v for v in ctx.desk.settings() if v.key == key), None)
    if found is None:
        raise UserInputError("setting-unknown", key=key)
    return found


def _match(word: str, keys: Sequence[str]) -> str:
    """The key itself, the one that is the word and its unit (`stop` → `stop_fraction`), or the only one that contains
    it. UserInputError: setting-unknown, setting-ambiguous."""
    if word in keys:
        return word
    named = [key for key in keys if key.rpartition("_")[0] == word]
    inside = named if len(named) == 1 else [key for key in keys if word in key]
    if len(inside) > 1:
        raise UserInputError("setting-ambiguous", key=word, choices=", ".join(inside[:8]))
    if not inside:
        raise UserInputError("setting-unknown", key=word)
    return inside[0]
