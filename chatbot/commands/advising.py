"""Models: what they are worth, one of their decisions, who has a say, and what was learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import structlog

from chatbot.commands.register import command
from chatbot.commands.settings import change_one
from chatbot.context import Context
from chatbot.people.access import Role
from chatbot.reply import JSON, Button, Picture, Reply, Tone
from chatbot.slots.ai import (
    VOTES,
    AiRequest,
    Last,
    LessonChange,
    LessonsRequest,
    One,
    Restore,
    Scores,
    ShowNotes,
    VoteKey,
    votes_unclear,
)
from chatbot.slots.common import Value
from chatbot.views import ai_card, ai_text, lines
from chatbot.views.buttons import rows_of, runs
from chatbot.views.plain import figure
from chatbot.wording import Words
from trader.learning import Decision, MemberView, Standing
from trader.model.order import Side
from trader.model.plain import plain
from trader.model.reflection import Lesson, LessonState
from trader.reflection.cards import Card
from trader.reflection.diary import Noted, flat
from trader.report.chart import ChartFailed

log = structlog.get_logger(__name__)

LESSONS_SHOWN, NOTES_SHOWN = 6, 5


# ---------------------------------------------------------------- /ai


@command("ai", group="look", role=Role.VIEWER, change=Role.OWNER, aliases=("인공지능", "성적표", "ai성적표"))
async def ai(ctx: Context, what: AiRequest | None = None) -> Reply:
    match what or Scores():
        case Scores(days, side):
            return await _scorecard(ctx, days, side)
        case Last(market):
            return _decision(ctx, await ctx.desk.ai_last(market))
        case One(id_start):
            return _decision(ctx, await ctx.desk.ai_decision(id_start))
        case Restore(member):
            ctx.changing()
            await ctx.desk.restore_member(member, ctx.by)
            return Reply(
                title=ctx.words("ai-restored", member=member),
                lines=(ctx.words("detail-ai-restored"),),
                buttons=runs((ctx.words("button-votes"), "/votes")),
                data={"outcome": "ok", "member": member},
            )
        case other:
            assert_never(other)


async def _scorecard(ctx: Context, days: int, side: Side | None) -> Reply:
    standing, words = await ctx.desk.ai_standing(days, side), ctx.words
    cards = standing.cards
    of_side = f" · {words(f'side-{side.value}')}" if side else ""
    said = [*_member_lines(standing.members, words)]
    if cards.questions:
        said.append(words("ai-judged", questions=cards.questions, horizon=cards.horizon))
        voters = {member.name for member in standing.members if member.votes}
        listed = [*cards.members, *([cards.ensemble] if cards.ensemble else [])]
        for card in listed:
            known = card is cards.ensemble or not standing.members or card.score.name in voters
            said += ai_text.score_lines(card.score, words, votes=known)
        said += [ai_text.pair_line(pair, words) for pair in cards.pairs if pair.n]
    elif standing.members:
        said.append(words("ai-nothing-asked"))
    said += [*_bill_lines(standing, words), *_memory_lines(standing, words)]
    return Reply(
        title=words("ai-title", days=days) + of_side,
        lines=tuple(said),
        picture=await _picture(ctx, standing, days),
        buttons=_ai_buttons(ctx, standing),
        tone=Tone.OK if standing.members else Tone.INFO,
        data=_standing_data(standing, days),
    )


def _member_lines(members: Sequence[MemberView], words: Words) -> list[str]:
    """Who is asked, or how to have somebody."""
    if not members:
        return [words("ai-nobody"), words("ai-nobody-how")]
    said = [_member_line(member, words) for member in members]
    if len(members) == 1:
        said.append(words("ai-single"))
    return said


def _member_line(member: MemberView, words: Words) -> str:
    marks = [] if member.votes else [words("ai-no-vote")]
    if member.trouble:
        marks.append(words("ai-trouble", why=member.trouble))
    return words("ai-member", name=member.name, model=member.model) + "".join(f" · {mark}" for mark in marks)


def _bill_lines(standing: Standing, words: Words) -> list[str]:
    bill = standing.bill
    if not standing.members and not bill.month:
        return []
    return [
        words(
            "ai-bill",
            day=words.fee(bill.day),
            day_cap=words.krw(bill.day_cap),
            month=words.fee(bill.month),
            month_cap=words.krw(bill.month_cap),
        )
    ]


def _memory_lines(standing: Standing, words: Words) -> list[str]:
    if not standing.members:
        return []
    trial = standing.memory
    said = words("ai-memory-on" if trial.active else "ai-memory-off", use=trial.use.value)
    if trial.comparison.n and trial.comparison.brier_with is not None and trial.comparison.brier_without is not None:
        said += " · " + words(
            "ai-memory-compared",
            n=trial.comparison.n,
            having=f"{trial.comparison.brier_with:.3f}",
            without=f"{trial.comparison.brier_without:.3f}",
        )
    return [said]


async def _picture(ctx: Context, standing: Standing, days: int) -> Picture | None:
    """The figures are worth telling also where the picture cannot be drawn."""
    try:
        png = await ctx.desk.ai_picture(standing.cards, f"AI {days}d")
    except ChartFailed as err:
        log.warning("picture_failed", error=str(err))
        return None
    return None if png is None else Picture(png, ctx.words("ai-picture", days=days))


def _ai_buttons(ctx: Context, standing: Standing) -> tuple[tuple[Button, ...], ...]:
    words = ctx.words
    more = [(words("button-votes"), "/votes"), (words("button-lessons"), "/lessons")]
    if standing.cards.questions:
        more.insert(0, (words("button-ai-last"), "/ai last"))
    lost = [m.name for m in standing.members if not m.votes] if ctx.role >= Role.OWNER else []
    return (*runs(*more), *rows_of([(words("button-restore-vote", member=n), f"/ai restore {n}") for n in lost], 2))


def _standing_data(standing: Standing, days: int) -> dict[str, JSON]:
    cards, bill = standing.cards, standing.bill
    members: list[JSON] = [
        {"name": m.name, "model": m.model, "votes": m.votes, "trouble": m.trouble} for m in standing.members
    ]
    return {
        "days": days,
        "horizon": cards.horizon,
        "questions": cards.questions,
        "members": members,
        "scores": [_score_data(card) for card in cards.members],
        "ensemble": _score_data(cards.ensemble) if cards.ensemble else None,
        "spent_day_krw": plain(bill.day),
        "spent_month_krw": plain(bill.month),
        "memory": standing.memory.active,
    }


def _score_data(card: Card) -> JSON:
    score = card.score
    return {
        "name": score.name,
        "calls": score.calls,
        "n": score.n,
        "hits": score.hits,
        "brier": score.brier,
        "value_added_krw": plain(score.value_added),
        "cost_krw": plain(score.cost),
        "enough": score.enough,
    }


def _decision(ctx: Context, found: Decision) -> Reply:
    words, said = ctx.words, found.said
    order = [(words("button-order"), f"/orders {said.client_order_id}")] if said.client_order_id else []
    more = (words("button-ai-last"), f"/ai last {said.question.market.code}")
    return Reply(
        title=ai_card.head(said, words),
        lines=(
            *ai_card.decision_lines(found, words),
            *ai_card.seen_lines(said, words),
            *ai_card.word_lines(said, words),
        ),
        table=ai_card.said_table(said, words),
        document=ai_card.prompt_file(said),
        buttons=runs(*order, more, (words("button-ai"), "/ai")),
        data=ai_card.as_data(found),
    )


# ---------------------------------------------------------------- /votes


@command("votes", group="settings", role=Role.VIEWER, change=Role.OWNER, asks=True, aliases=("투표", "투표규칙"))
async def votes(ctx: Context, key: VoteKey | None = None, value: Value | None = None) -> Reply:
    if key is not None:
        return await change_one(ctx, key, value)
    if value is not None:
        raise votes_unclear(value)
    words, members = ctx.words, await ctx.desk.ai_members()
    views = {view.key: view for view in ctx.desk.settings()}
    voters = [member.name for member in members if member.votes]
    told = [line for name in VOTES for line in lines.setting_lines(views[name], words)]
    buttons = rows_of([(words(f"button-vote-{name}"), f"/set {name}") for name in VOTES[:4]], 2)
    return Reply(
        title=words("votes-title", count=len(voters)),
        lines=(*_member_lines(members, words), *_majority(len(voters), words), *told, words("votes-hint")),
        buttons=(*(buttons if ctx.role >= Role.OWNER else ()), *runs((words("button-ai"), "/ai"))),
        tone=Tone.OK if members else Tone.INFO,
        data={"voters": list(voters), "settings": {name: views[name].value for name in VOTES}},
    )


def _majority(voters: int, words: Words) -> list[str]:
    """What a majority comes to with so few."""
    return [words("votes-two")] if voters == 2 else []


# ---------------------------------------------------------------- /lessons


@command("lessons", group="look", role=Role.VIEWER, change=Role.OWNER, aliases=("교훈", "오답노트", "lesson"))
async def lessons(ctx: Context, what: LessonsRequest | None = None) -> Reply:
    match what:
        case None:
            return _lessons(ctx, await ctx.desk.lessons(), await ctx.desk.notes(1))
        case ShowNotes():
            return _notes(ctx, await ctx.desk.notes(NOTES_SHOWN))
        case LessonChange(action, id_start, text):
            ctx.changing()
            lesson = await ctx.desk.change_lesson(action, id_start, ctx.by, text)
            return Reply(
                title=ctx.words(f"lesson-{action}-done"),
                lines=tuple(ai_text.lesson_lines(lesson, ctx.words)),
                buttons=runs((ctx.words("button-lessons"), "/lessons")),
                data={"outcome": "ok", "lesson": _lesson_data(lesson)},
            )
    assert_never(what)


def _lessons(ctx: Context, found: list[Lesson], notes: list[Noted]) -> Reply:
    words = ctx.words
    notes_button = runs((words("button-notes"), "/lessons notes")) if notes else ()
    if not found:
        return Reply(
            title=words("lessons-none"),
            lines=(words("lessons-how"),),
            buttons=notes_button,
            tone=Tone.INFO,
            data={"lessons": []},
        )
    shown = found[:LESSONS_SHOWN]
    more = [words("lessons-more", count=len(found) - len(shown))] if len(found) > len(shown) else []
    numbered = [
        line
        for number, lesson in enumerate(shown, 1)
        for line in _numbered(number, ai_text.lesson_lines(lesson, words))
    ]
    active = sum(lesson.state is LessonState.ACTIVE for lesson in found)
    return Reply(
        title=words("lessons-title", count=len(found), active=active),
        lines=(*numbered, *more, words("lessons-edit")),
        buttons=(*_lesson_buttons(ctx, shown), *notes_button),
        data={"lessons": [_lesson_data(lesson) for lesson in found]},
    )


def _numbered(number: int, told: list[str]) -> list[str]:
    return [f"{number}. {told[0]}", *told[1:]]


def _lesson_buttons(ctx: Context, shown: Sequence[Lesson]) -> tuple[tuple[Button, ...], ...]:
    """For owners, one row a lesson: pin or unpin, veto or take back."""
    if ctx.role < Role.OWNER:
        return ()
    words = ctx.words
    rows: list[tuple[Button, ...]] = []
    for number, lesson in enumerate(shown, 1):
        start = lesson.lesson_id[: ai_text.ID_SHOWN]
        pin = ("button-unpin", "unpin") if lesson.pinned else ("button-pin", "pin")
        veto = ("button-unveto", "unpin") if lesson.state is LessonState.VETOED else ("button-veto", "veto")
        rows += runs(*((f"{number}. {words(key)}", f"/lessons {verb} {start}") for key, verb in (pin, veto)))
    return tuple(rows)


def _notes(ctx: Context, notes: list[Noted]) -> Reply:
    words, now = ctx.words, ctx.services.clock.now()
    if not notes:
        return Reply(title=words("notes-none"), tone=Tone.INFO, data={"notes": []})
    told = []
    for noted in notes:
        note, now_known = noted.event, flat(noted.later)
        pnl, share = figure(note.data.get("pnl")), figure(note.data.get("pnl_share"))
        told.append(
            words(
                "note-head",
                at=words.moment(note.at, now),
                market=words.market(note.market),
                pnl=words.krw_change(pnl),
                share=words.change(share),
            )
        )
        told += [f"  {line}" for line in ai_text.reflection_lines({**note.data, "holding": now_known}, words)]
    return Reply(
        title=words("notes-title", count=len(notes)),
        lines=tuple(told),
        buttons=runs((words("button-lessons"), "/lessons")),
        data={"notes": [{"at": n.event.at.isoformat(), "market": n.event.market, **n.event.data} for n in notes]},
    )


def _lesson_data(lesson: Lesson) -> dict[str, JSON]:
    return {
        "id": lesson.lesson_id,
        "state": lesson.state.value,
        "market": lesson.market,
        "side": lesson.side,
        "condition": f"{lesson.feature} {lesson.op} {lesson.value:g}",
        "n": lesson.n,
        "hits": lesson.hits,
        "other_n": lesson.other_n,
        "other_hits": lesson.other_hits,
        "pinned": lesson.pinned,
        "origin": lesson.origin,
        "expires": lesson.expires_at.isoformat(),
    }
