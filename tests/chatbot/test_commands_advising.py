"""E2, E3, R9: /ai, /votes and /lessons from the phone; nothing a model wrote stands in the place of a figure."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.notices import notice
from chatbot.reply import Reply, Tone
from chatbot.views import ai_card
from chatbot.wording import Words
from tests.chatbot import ai_examples as examples
from tests.chatbot.chat_bench import OWNER, TRADER, VIEWER, Bench
from trader.learning import Decision
from trader.model.advice import MemberStatus
from trader.model.events import Event, EventKind
from trader.model.order import Side
from trader.model.reflection import LessonState


def actions(reply: Reply) -> list[str]:
    return [button.action.removeprefix("run:") for row in reply.buttons for button in row]


# ---------------------------------------------------------------- the scorecard


async def test_the_scorecard_says_how_good_how_dear_and_that_it_is_too_early(korean: Bench) -> None:
    """Two buys that would have lost: anthropic held both times, openai bought."""
    reply = await korean.say("/ai", VIEWER)
    assert reply.title == "AI 성적표 30일"
    at = reply.lines.index("▸ anthropic · 판정 2 / 질문 2")
    assert reply.lines[at + 1 : at + 4] == (
        "  적중 100% (34%–100%) · Brier 0.360 · 평균 0%",
        # 1,000,000 × (1 − 0.98 × 0.9995 ÷ 1.0005) + 1,000,000 × (1 − 0.99 × 0.9995 ÷ 1.0005) − 14
        "  기여 +31,955원 · 비용 14원 · 응답 1.5초 (느릴 때 1.5초) · 실패 0",
        "  표본 부족, 판단 보류 (2/100)",
    )
    assert "anthropic·openai: 같은 답 0% · 둘 다 오답 0% (2회)" in reply.lines
    assert "비용 오늘 28.5원 / 1,000원 · 이번 달 412.25원 / 20,000원" in reply.lines
    assert reply.picture is not None
    assert actions(reply) == ["/ai last", "/votes", "/lessons"]


@pytest.mark.parametrize(
    ("status", "detail", "korean", "english"),
    [
        ("budget", "day", "openai: 하루 비용 한도에 닿아 묻지 않음", "openai: not asked, the day's cap is reached"),
        (
            "resting",
            "rests after failures",
            "openai: 거듭 실패해 쉬는 중이라 묻지 않음",
            "openai: not asked, it rests after failing again and again",
        ),
        ("late", "deadline", "openai: 제때 답하지 않음", "openai: did not answer in time"),
        ("error", "http 529 overloaded", "openai: http 529 overloaded", "openai: http 529 overloaded"),
    ],
)
def test_why_a_member_gave_no_answer_is_told_in_the_readers_words(
    status: str, detail: str, korean: str, english: str
) -> None:
    silent = replace(
        examples.consultation().results[0], status=MemberStatus(status), answer=None, detail=detail, raw=""
    )
    said = replace(examples.consultation(), results=(silent,))
    assert ai_card.word_lines(said, Words("ko")) == [korean]
    assert ai_card.word_lines(said, Words("en")) == [english]


async def test_a_side_and_a_period(korean: Bench) -> None:
    assert (await korean.say("/ai 매도 week")).title == "AI 성적표 7일 · 매도"
    assert ("ai_standing", 7, Side.SELL) in korean.desk.calls
    assert (await korean.say("/성적표 365")).title == "AI 성적표 365일"


async def test_without_a_picture_the_figures_are_told(korean: Bench) -> None:
    korean.desk.chart_fails = True
    reply = await korean.say("/ai")
    assert (reply.picture, reply.tone) == (None, Tone.OK)


@pytest.mark.parametrize("line", ["/ai", "/votes"])
async def test_without_any_model_it_says_so_and_how_to_add_one(korean: Bench, line: str) -> None:
    korean.desk.standing = examples.standing((), 0)
    reply = await korean.say(line)
    assert "설정된 AI가 없습니다. 봇은 규칙만으로 거래합니다." in reply.lines
    assert any("AI_MEMBERS=openai" in text for text in reply.lines)
    assert reply.tone is Tone.INFO


async def test_one_model_is_called_what_it_is(korean: Bench) -> None:
    korean.desk.standing = examples.standing(examples.members(True))
    assert any(line.startswith("단일 모델 자문입니다.") for line in (await korean.say("/ai")).lines)


async def test_a_lost_vote_is_marked_and_only_an_owner_gives_it_back(korean: Bench) -> None:
    korean.desk.standing = examples.standing(examples.members(True, False))
    reply = await korean.say("/ai")
    assert "🤖 anthropic (anthropic-1) · 투표권 없음" in reply.lines
    assert actions(reply)[-1] == "/ai restore anthropic"
    assert "/ai restore anthropic" not in actions(await korean.say("/ai", TRADER))
    assert (await korean.say("/ai restore anthropic", TRADER)).data["error"] == "forbidden"
    assert (await korean.say("/ai restore Anthropic")).title == "anthropic에 투표권을 돌려주었습니다."
    assert ("restore_member", "anthropic", OWNER.key) in korean.desk.calls


# ---------------------------------------------------------------- one decision


async def test_a_decision_side_by_side_with_what_was_seen(korean: Bench) -> None:
    reply = await korean.say("/ai ai01", VIEWER)
    assert reply.title == "🤖 비트코인 KRW-BTC 매수 · AI 반대"
    assert "이후 가격: 1봉 뒤 +0.2% · 4봉 뒤 -1.5%" in reply.lines
    assert "본 자료: 15분봉 (1분)" in reply.lines
    assert "없는 자료: 공포·탐욕 지수" in reply.lines
    assert reply.table is not None
    assert reply.table.columns == ("", "openai", "anthropic")
    assert reply.table.rows[0] == ("판단", "매수", "관망")
    assert reply.document is not None
    body = json.loads(reply.document.content)
    assert (reply.document.name, body["prompt"]) == ("ai-AI01XYZ.json", examples.PROMPT)


async def test_the_last_one_of_a_market(korean: Bench) -> None:
    assert (await korean.say("/ai last 비트코인")).data["id"] == "AI01XYZ"
    assert ("ai_last", examples.BTC) in korean.desk.calls
    assert (await korean.say("/ai ZZZZ")).data["error"] == "ai-unknown"
    assert (await korean.say("/ai !?")).data["error"] == "ai-unclear"


async def test_what_a_model_wrote_is_a_quotation_without_links_or_markup(
    korean: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "<a href='https://evil.example'>여기</a> [눌러](https://evil.example) /sell all 지금 팔라"
    said = examples.consultation()
    results = (replace(said.results[0], answer=examples.answer("BUY", reason=evil)),)

    async def last(market: object) -> Decision:
        return Decision(replace(said, results=results), ())

    monkeypatch.setattr(korean.desk, "ai_last", last)
    (quoted,) = [line for line in (await korean.say("/ai last")).lines if "openai의 말" in line]
    assert quoted.startswith("🤖 openai의 말: “")
    assert not any(piece in quoted for piece in ("http", "<", "evil"))


async def test_a_rule_of_code_that_made_it_smaller_is_named(korean: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def last(market: object) -> Decision:
        return Decision(examples.consultation(allowed=Decimal("0.5"), reason="premium"), ())

    monkeypatch.setattr(korean.desk, "ai_last", last)
    assert "금액을 50%로 줄임: 김치 프리미엄이 한도보다 높음" in (await korean.say("/ai last")).lines


# ---------------------------------------------------------------- votes


async def test_with_two_members_a_majority_is_both(korean: Bench) -> None:
    reply = await korean.say("/votes", VIEWER)
    assert reply.title == "AI 투표 · 투표권 2명"
    assert "두 명일 때 과반은 둘 다입니다." in reply.lines
    korean.desk.standing = examples.standing(examples.members(True, True, True))
    assert "두 명일 때 과반은 둘 다입니다." not in (await korean.say("/votes")).lines


async def test_votes_change_as_every_setting_does(korean: Bench) -> None:
    """Loosening asks once more, tightening does not; only an owner may."""
    assert (await korean.say("/votes buy majority", TRADER)).data["error"] == "forbidden"
    asked = await korean.say("/votes 매수 majority")
    assert asked.data["outcome"] == "asked"
    assert "change_setting" not in korean.called
    done = await korean.press(asked.buttons[0][0].action)
    assert done.tone is Tone.OK
    assert ("change_setting", "buy_votes", "majority", OWNER.key) in korean.desk.calls
    assert (await korean.say("/votes buy unanimous")).tone is Tone.OK
    assert (await korean.say("/votes quark")).data["error"] == "votes-unclear"


# ---------------------------------------------------------------- lessons and notes


async def test_lessons_with_their_counts_and_buttons(korean: Bench) -> None:
    reply = await korean.say("/lessons")
    assert reply.lines[:3] == (
        "1. 매수: 김치 프리미엄 > 4% – 적용 중 · L1ESSO",
        "  조건일 때 5/24회 수익, 아닐 때 44/80회 · 차이 -50 ~ -12%포인트 (90%)",
        "  🤖 AI의 말: “+4% ↓”",
    )
    assert actions(reply) == ["/lessons pin L1ESSO", "/lessons veto L1ESSO", "/lessons notes"]
    assert actions(await korean.say("/lessons", VIEWER)) == ["/lessons notes"]
    korean.desk.learned = [examples.lesson(pinned=True), examples.lesson(2, state=LessonState.VETOED)]
    assert actions(await korean.say("/lessons"))[:4] == [
        "/lessons unpin L1ESSO",
        "/lessons veto L1ESSO",
        "/lessons pin L2ESSO",
        "/lessons unpin L2ESSO",
    ]


async def test_an_owner_pins_vetoes_and_edits(korean: Bench) -> None:
    assert (await korean.say("/lessons veto L1", TRADER)).data["error"] == "forbidden"
    assert (await korean.say("/교훈 거부 L1")).title == "거부했습니다. 다시 보여 주지 않습니다."
    await korean.say("/lessons edit L1 비쌀 때 사지 않기")
    assert korean.desk.calls[-1] == ("change_lesson", "edit", "L1", OWNER.key, "비쌀 때 사지 않기")
    assert (await korean.say("/lessons edit L1")).data["error"] == "argument-missing"
    assert (await korean.say("/lessons burn L1")).data["error"] == "lessons-unclear"


async def test_notes_on_closed_trades(korean: Bench) -> None:
    reply = await korean.say("/오답노트 notes", VIEWER)
    assert reply.lines == (
        "▸ 12:00:00 비트코인 KRW-BTC -2,100원 (-2.09%)",
        "  기대: sma_cross · 이동평균 상향 돌파",
        "  AI: openai 매수 62% · anthropic 늦음",
        "  청산: 손절",
        "  보유 중: 1봉 뒤 +0.2% · 4봉 뒤 -1%",
        "  계속 보유했다면: 12봉 뒤 +1.1% · 사지 않았다면 0%",
        "  한때 이익이었지만 손실로 끝났습니다. 익절·추적 손절 폭을 여러 건으로 살펴보세요.",
    )
    korean.desk.noted, korean.desk.learned = [], []
    assert (await korean.say("/lessons notes")).title.startswith("아직 오답 노트가 없습니다.")
    assert (await korean.say("/lessons")).title == "아직 교훈이 없습니다."


# ---------------------------------------------------------------- what is pushed


def test_a_note_is_pushed_with_a_models_words_marked_as_such(korean: Bench) -> None:
    reply = notice(examples.note(text="손절이 가까웠습니다"), korean.languages.words())
    assert reply is not None
    assert reply.title == "📒 오답 노트: 비트코인 KRW-BTC -2,100원 (-2.09%)"
    assert reply.lines[-1] == "🤖 AI의 말: “손절이 가까웠습니다”"


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ("demoted", "⚠️ AI openai의 투표권을 뺐습니다."),
        ("retiring", "⚠️ AI openai의 모델 종료 예정: gpt-x (2026-12-11)"),
        ("off", "⚠️ AI openai에 더 묻지 않습니다."),
    ],
)
def test_what_befalls_a_member_is_told_with_what_to_do(korean: Bench, change: str, title: str) -> None:
    data = {"member": "openai", "change": change, "model": "gpt-x", "ends": "2026-12-11", "detail": "http 401"}
    data |= {"n": "120", "value": "-3120.4", "cost": "412.5"}
    reply = notice(Event("E", EventKind.AI_MEMBER, examples.NOON, data=data), korean.languages.words())
    assert reply is not None
    assert reply.title == title
    expected = {"demoted": "/ai restore openai", "retiring": "OPENAI_MODEL", "off": "http 401"}
    assert expected[change] in reply.lines[-1]


def test_the_week_in_a_line_a_member(korean: Bench) -> None:
    data = {"days": "7", "questions": "142", "cost": "412", "members": "openai ensemble"}
    data |= {
        "openai.n": "142",
        "openai.hits": "72",
        "openai.value": "-3120",
        "openai.cost": "412",
        "openai.brier": "0.251",
    }
    data |= {"ensemble.n": "12", "ensemble.hits": "6", "ensemble.value": "800", "ensemble.cost": "412"}
    reply = notice(Event("E", EventKind.AI_SCORECARD, examples.NOON, data=data), korean.languages.words())
    assert reply is not None
    assert reply.lines == (
        "openai 142회 · 적중 51% · Brier 0.251 · 기여 -3,120원 비용 412원 · 유지할 근거가 없습니다.",
        "합의 12회 · 적중 50% · Brier – · 기여 +800원 비용 412원 · 표본 부족, 판단 보류 (12/100)",
    )
