"""/pattern: how risky the present pattern is, by the learned model, and how good that model is (S7)."""

from __future__ import annotations

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import Reply, Tone
from chatbot.slots.common import OwnMarket, TrainNow
from chatbot.views.buttons import runs
from trader.advice.pattern.model import Assessment, PatternModel
from trader.model.market import Market


@command("pattern", group="look", role=Role.VIEWER, change=Role.OWNER, aliases=("패턴", "패턴위험"))
async def pattern(ctx: Context, market: OwnMarket | None = None, *, train: TrainNow = False) -> Reply:
    settings = {view.key: view.value for view in ctx.desk.settings()}
    chosen, words = market or Market.parse(settings["markets"].split()[0]), ctx.words
    if train:
        ctx.changing()
        if await ctx.desk.train_pattern(chosen) is None:
            title = words("pattern-too-few", market=words.market(chosen.code))
            return Reply(title, tone=Tone.WARNING, data={"outcome": "too-few"})
    found = await ctx.desk.pattern(chosen)
    button = runs((words("button-train"), f"/pattern {chosen.code} train")) if ctx.role >= Role.OWNER else ()
    if found is None:
        title = words("pattern-none", market=words.market(chosen.code))
        return Reply(title, (words("pattern-nightly"),), buttons=button, tone=Tone.INFO, data={"model": None})
    model, said = found
    return Reply(
        title=_title(chosen, model, said, ctx),
        lines=_lines(model, said, ctx),
        buttons=button,
        tone=Tone.OK if model.useful else Tone.WARNING,
        data={
            "market": chosen.code,
            "risk": said.risk if said is not None else None,
            "position": said.position if said is not None else None,
            "skill": model.scores.skill,
            "auc": model.scores.auc,
            "n": model.scores.n,
        },
    )


def _title(market: Market, model: PatternModel, said: Assessment | None, ctx: Context) -> str:
    name = ctx.words.market(market.code)
    if said is None or not model.useful:
        return ctx.words("pattern-title-useless", market=name)
    return ctx.words("pattern-title", market=name, risk=_percent(said.risk))


def _lines(model: PatternModel, said: Assessment | None, ctx: Context) -> tuple[str, ...]:
    words, scores, now = ctx.words, model.scores, ctx.services.clock.now()
    position = (words("pattern-position", share=_percent(said.position)),) if said and model.useful else ()
    return (
        words("pattern-means"),
        words("pattern-usual", base=_percent(scores.base_rate)),
        *position,
        words("pattern-scores", n=str(scores.n), auc=f"{scores.auc:.2f}", skill=f"{scores.skill * 100:+.1f}%"),
        words(
            "pattern-data",
            rows=str(model.rows),
            first=words.moment(model.first, now),
            last=words.moment(model.last, now),
            trained=words.moment(model.trained_at, now),
        ),
        words("pattern-advice"),
    )


def _percent(share: float) -> str:
    return f"{share * 100:.0f}%"
