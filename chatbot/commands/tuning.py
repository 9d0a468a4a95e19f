"""What is traded and how: markets, strategies, parameters. Shown to all, changed by owners."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import JSON, Reply, Tone
from chatbot.slots.common import Change, MarketArg, OwnMarket, ParamName, StrategyName, Value
from chatbot.views import data, setting_values
from chatbot.views.buttons import runs
from chatbot.views.setting_words import view_of
from chatbot.wording import Words
from trader.errors import UserInputError
from trader.model.market import Market
from trader.model.views import ParamView


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
        buttons=runs((words("button-undo"), "/undo markets")) if done.old != done.new else (),
        tone=Tone.WARNING if warnings else Tone.OK,
        data=data.change(done),
    )


def _markets_now(ctx: Context) -> Reply:
    words = ctx.words
    codes = view_of(ctx, "markets").value.split()
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
        buttons=runs((words("button-params"), f"/params {name}"), (words("button-undo"), f"/undo {done.key}")),
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
        buttons=runs((words("button-undo"), f"/undo param.{used}.{name}")) if done.old != done.new else (),
        data=data.change(done),
    )


def _param_line(strategy: str, view: ParamView, words: Words) -> str:
    """A figure with its bounds, or a choice with what there is to choose."""
    text = words.first((f"param-{strategy}-{view.name}",), view.description)
    known = {"name": view.name, "value": view.value, "default": view.default, "text": text}
    if view.low:
        return words("param-line", low=view.low, high=view.high, **known)
    return words("param-line-choices", choices=view.high, **known)
