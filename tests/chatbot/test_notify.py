"""Who is told what: verbosity, switches, kinds sent elsewhere, quiet hours (C2); what is critical always arrives."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from chatbot.notices import brief
from chatbot.notify.keeper import Notify
from chatbot.notify.rules import Group, Profile, Rules, Wish, group_of, route_of
from chatbot.notify.slots import parse_hours
from chatbot.people.access import Person
from chatbot.reply import Reply
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import CONSOLE, OWNER, TRADER, VIEWER, Bench
from tests.chatbot.outbox_bench import Chat, drained, pending, sending
from tests.examples import NOON
from trader.chronicle import Chronicle, Route
from trader.clock import ManualClock
from trader.errors import UserInputError
from trader.model.events import Event, EventKind, Severity
from trader.model.seoul import SEOUL, Hours

ME, TOPIC, CHANNEL = Route("telegram", "1"), Route("telegram", "-100123/45"), Route("slack", "C123")
EVERYBODY = (ME, Route("slack", "U2"))
NIGHT = Hours(time(23), time(7))
MIDNIGHT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""00:00 on the 3rd in Seoul."""


def event(kind: EventKind, severity: Severity = Severity.INFO, *, push: bool = True, **data: str) -> Event:
    return Event("e1", kind, NOON, severity, "KRW-BTC", data=data, push=push)


# ---------------------------------------------------------------- rules


def test_without_rules_everybody_is_told_of_what_is_pushed() -> None:
    assert Rules().places(event(EventKind.FILL), EVERYBODY) == list(EVERYBODY)
    assert Rules().places(event(EventKind.DENIED, push=False), EVERYBODY) == []
    assert Rules().places(event(EventKind.COMMAND, push=False), EVERYBODY) == []


def test_who_pauses_or_changes_a_setting_reads_it_in_the_answer_and_the_others_are_told() -> None:
    """In their own conversation it would stand twice. What is critical is told to everybody all the same."""
    for kind in (EventKind.STATE_CHANGED, EventKind.SETTING_CHANGED, EventKind.SETTING_WAITS):
        assert Rules().places(event(kind, by="telegram:1"), EVERYBODY) == [EVERYBODY[1]]
        assert Rules().places(event(kind, by="console"), EVERYBODY) == list(EVERYBODY)
        assert Rules().places(event(kind, Severity.CRITICAL, by="telegram:1"), EVERYBODY) == list(EVERYBODY)
    assert Rules().places(event(EventKind.ORDER, by="telegram:1"), EVERYBODY) == list(EVERYBODY)


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        (Profile.QUIET, "alert daily_report stopped proposal ticket_answered panic"),
        (Profile.NORMAL, "alert daily_report stopped proposal ticket_answered panic fill exit stream_lost"),
        (Profile.ALL, "alert daily_report stopped proposal ticket_answered panic fill exit stream_lost denied"),
    ],
)
def test_profiles(profile: Profile, told: str) -> None:
    """STOPPED comes as a warning, STREAM_LOST too, PANIC is critical, DENIED is pushed to nobody by default."""
    events = [
        event(EventKind.ALERT),
        event(EventKind.DAILY_REPORT),
        event(EventKind.STOPPED, Severity.WARNING),
        event(EventKind.PROPOSAL),
        event(EventKind.TICKET_ANSWERED),
        event(EventKind.PANIC, Severity.CRITICAL),
        event(EventKind.FILL),
        event(EventKind.EXIT),
        event(EventKind.STREAM_LOST, Severity.WARNING),
        event(EventKind.DENIED, push=False),
        event(EventKind.COMMAND, push=False),
    ]
    rules = Rules({ME: Wish(profile)})
    assert " ".join(e.kind.value for e in events if rules.places(e, (ME,))) == told


def test_a_switch_wins_over_the_profile_but_not_over_what_must_arrive() -> None:
    rules = Rules().with_switch(ME, Group.TRADES, False).with_switch(ME, Group.ERRORS, False)
    assert rules.places(event(EventKind.EXIT), (ME,)) == []
    assert rules.places(event(EventKind.PROPOSAL), (ME,)) == [ME]
    assert rules.places(event(EventKind.ERROR, Severity.CRITICAL), (ME,)) == [ME]
    on = Rules({ME: Wish(Profile.QUIET)}).with_switch(ME, Group.TRADES, True)
    assert on.places(event(EventKind.EXIT), (ME,)) == [ME]


def test_a_kind_that_is_sent_elsewhere_goes_there_and_critical_also_to_everybody() -> None:
    rules = Rules().with_route(Group.TRADES, [TOPIC, CHANNEL, TOPIC])
    assert rules.places(event(EventKind.EXIT), EVERYBODY) == [TOPIC, CHANNEL]
    assert rules.places(event(EventKind.FILL), EVERYBODY) == list(EVERYBODY)
    assert rules.places(event(EventKind.EXIT, Severity.CRITICAL), EVERYBODY) == [*EVERYBODY, TOPIC, CHANNEL]
    assert rules.with_route(Group.TRADES, []) == Rules()


def test_an_alert_goes_to_who_asked_unless_alerts_are_sent_elsewhere() -> None:
    alert = event(EventKind.ALERT, to="telegram:3", person="telegram:3")
    assert Rules().places(alert, EVERYBODY) == [Route("telegram", "3")]
    assert Rules().with_route(Group.ALERTS, [CHANNEL]).places(alert, EVERYBODY) == [CHANNEL]
    assert Rules().places(event(EventKind.ALERT, to=""), EVERYBODY) == list(EVERYBODY)


def test_every_kind_belongs_to_a_group() -> None:
    assert {group_of(kind) for kind in EventKind} == set(Group)
    assert (group_of(EventKind.ORDER_UNKNOWN), group_of(EventKind.STARTED)) == (Group.ORDERS, Group.CONTROL)


def test_rules_read_back_as_they_were_kept() -> None:
    rules = Rules({ME: Wish(Profile.QUIET, {Group.TRADES: True}, NIGHT)}).with_route(Group.ERRORS, [TOPIC, CHANNEL])
    assert Rules.from_note(rules.as_note()) == rules
    assert Rules.from_note(None) == Rules()


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        (NIGHT, "22:59", None),
        (NIGHT, "23:00", "07:00"),
        (NIGHT, "06:59", "07:00"),
        (NIGHT, "07:00", None),
        (Hours(time(12, 30), time(13)), "12:45", "13:00"),
        (Hours(time(12, 30), time(13)), "13:30", None),
    ],
)
def test_quiet_hours_are_seouls_and_may_lie_over_midnight(hours: Hours, at: str, until: str | None) -> None:
    hour, minute = map(int, at.split(":"))
    now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hour - 9, minutes=minute)
    end = Rules({ME: Wish(hours=hours)}).quiet_until(ME, now)
    assert (end and f"{end.astimezone(SEOUL):%H:%M}") == until
    assert end is None or now < end <= now + timedelta(hours=8)


@pytest.mark.parametrize("text", ["23:00-07:00", "23-7", "23:00 ~ 07:00", "밤 11시부터 아침 7시까지", "11pm to 7am"])
def test_hours_as_people_write_them(text: str) -> None:
    assert parse_hours(text, NOON) == NIGHT


@pytest.mark.parametrize("text", ["23:00", "23:00-23:00", "25-7", "night", "23:00-07:00-09:00"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UserInputError, match="hours-unclear"):
        parse_hours(text, NOON)


# ---------------------------------------------------------------- kept, and written with the event


async def rows(bench: Bench) -> list[tuple[str, str, str]]:
    """(kind, channel, target) of what waits."""
    found = []
    for channel in ("telegram", "slack"):
        found += await bench.storage.read(lambda records, c=channel: records.outbox.pending(c, 100))  # type: ignore[misc]
    return [(e.kind.value, m.channel, m.target) for m, e in found]


@pytest.fixture
def ruled() -> Bench:
    bench = Bench(language="ko")
    bench.chronicle.routes = (Route("telegram", "1"),)
    bench.chronicle.router = bench.notify.routes
    return bench


async def test_rules_decide_when_the_event_is_written_and_survive_a_restart(ruled: Bench) -> None:
    await ruled.say("/notify quiet")
    await ruled.say("/notify errors -> slack:C123")
    again = Notify(Chronicle(ruled.storage, ruled.clock, (Route("telegram", "1"),)), ruled.access, ("slack",))
    await again.load()
    assert again.rules == ruled.notify.rules
    assert again.routes(event(EventKind.STREAM_LOST)) == [CHANNEL]
    assert again.routes(event(EventKind.FILL)) == []


async def test_a_place_is_told_that_it_hears_of_a_kind_and_the_trail_says_by_whom(ruled: Bench) -> None:
    await ruled.say("/notify trades -> telegram:-100123 topic 45, <#C123|general>")
    assert await rows(ruled) == [("setting_changed", "telegram", "-100123/45"), ("setting_changed", "slack", "C123")]
    await ruled.chronicle.tell(EventKind.EXIT)
    assert ("exit", "telegram", "-100123/45") in await rows(ruled)
    (kept,) = await ruled.storage.read(lambda records: records.events.latest(1, (EventKind.SETTING_CHANGED,)))
    assert kept.data["by"] == "telegram:1"
    await ruled.say("/notify trades -> default")
    assert ruled.notify.rules == Rules()


async def test_who_was_shut_out_hears_nothing_though_a_rule_names_them(ruled: Bench) -> None:
    await ruled.say("/notify trades -> telegram:3")
    viewer = ruled.access.known("telegram:3")
    assert viewer is not None
    await ruled.people.revoke(viewer, "telegram:1")
    assert ruled.notify.routes(event(EventKind.EXIT)) == []
    assert ruled.notify.routes(event(EventKind.ALERT, to="telegram:3", person="telegram:3")) == []
    assert ruled.notify.routes(event(EventKind.ALERT, to="", person="console")) == [Route("telegram", "1")]


# ---------------------------------------------------------------- the commands


def labels(reply: Reply) -> list[list[str]]:
    return [[button.label for button in row] for row in reply.buttons]


async def test_the_menu_shows_and_changes_by_thumb(ruled: Bench) -> None:
    shown = await ruled.say("/알림설정")
    assert shown.lines == (
        "이 대화: 보통 – 일어난 일을 모두",
        "방해 금지 시간 없음",
        "받는 곳: Owner",
        "중요한 알림과 물어볼 것은 언제나 옵니다.",
    )
    assert labels(shown) == [
        ["조용히", "● 보통", "모두"],
        ["🔔 거래", "🔔 주문", "🔔 오류"],
        ["🔔 보고", "🔔 시세 알림", "🔔 상태·설정"],
        ["🌙 23:00-07:00"],
    ]
    off = await ruled.press(shown.buttons[1][1].action)
    assert off.lines[1] == "꺼 둔 종류: 주문"
    assert labels(off)[1][1] == "🔕 주문"
    night = await ruled.press(off.buttons[3][0].action)
    assert night.title == "🌙 방해 금지 23:00-07:00 (서울)"
    quiet = await ruled.press(shown.buttons[0][0].action)
    assert quiet.lines[:2] == (
        "이 대화: 조용히 – 경고, 보고, 시세 알림과 물어볼 것만",
        "🌙 방해 금지 23:00-07:00 (서울)",
    )
    assert ruled.notify.rules.wish(ME) == Wish(Profile.QUIET, {}, NIGHT)


async def test_quiet_hours_now_are_said_and_end_by_a_tap(ruled: Bench) -> None:
    """It is noon."""
    quiet = await ruled.say("/quiet 11-14")
    assert quiet.lines[0] == "지금은 14:00:00까지 조용합니다."
    off = await ruled.press(quiet.buttons[0][0].action)
    assert (off.title, ruled.notify.rules) == ("방해 금지 시간 없음", Rules())


async def test_ones_own_chat_is_everybodys_another_only_an_owners(ruled: Bench) -> None:
    await ruled.say("/quiet 23-7", VIEWER)
    assert ruled.notify.rules.wishes == {Route("telegram", "3"): Wish(hours=NIGHT)}
    for line in ("/notify all", "/quiet here 23-7"):
        refused = await ruled.dispatcher.line(VIEWER, line, conversation="-100")
        assert refused is not None
        assert refused.data["error"] == "forbidden", line
    assert (await ruled.say("/notify trades -> here", TRADER)).data["error"] == "forbidden"
    await ruled.dispatcher.line(OWNER, "/quiet 23-7", conversation="-100")
    await ruled.dispatcher.line(VIEWER, "/quiet me off", conversation="-100")
    assert ruled.notify.rules.wishes == {Route("telegram", "-100"): Wish(hours=NIGHT)}


@pytest.mark.parametrize(
    ("line", "person", "title"),
    [
        ("/notify loud", OWNER, "loud: quiet, normal, all, trades, orders, errors, reports, alerts, control 가운데"),
        ("/notify trades sometimes", OWNER, "trades sometimes: on, off, -> 가운데"),
        ("/notify trades -> somewhere", OWNER, "대화를 알 수 없습니다: somewhere"),
        ("/notify trades -> telegram:abc", OWNER, "대화를 알 수 없습니다: telegram:abc"),
        ("/notify quiet", CONSOLE, "설정할 대화가 없습니다."),
        ("/quiet 23", OWNER, "시간을 알 수 없습니다: 23"),
    ],
)
async def test_a_slip_says_what_to_write(ruled: Bench, line: str, person: Person, title: str) -> None:
    assert (await ruled.say(line, person)).title.startswith(title)


async def test_nothing_is_sent_where_no_channel_leads(ruled: Bench) -> None:
    ruled.notify.channels = ("telegram",)
    assert (await ruled.say("/notify trades -> slack:C123")).data["error"] == "place-no-channel"
    assert ruled.notify.rules == Rules()


# ---------------------------------------------------------------- quiet hours at the door


async def put(storage: MemoryStorage, clock: ManualClock, number: int, severity: Severity = Severity.INFO) -> None:
    chronicle = Chronicle(storage, clock, (ME,))
    data = {"where": f"place {number}", "message": f"message {number}", "count": "1"}
    await chronicle.tell(EventKind.ERROR, severity=severity, data=data)


async def test_what_is_not_critical_waits_and_comes_in_one_message_at_the_end() -> None:
    """23:00–07:00. Three things at midnight, one of them critical: that one comes. At 07:00 the others, together."""
    storage, clock, chat = MemoryStorage(), ManualClock(MIDNIGHT), Chat()
    rules = Rules({ME: Wish(hours=NIGHT)})
    for number, severity in enumerate((Severity.WARNING, Severity.CRITICAL, Severity.WARNING)):
        await put(storage, clock, number, severity)
    async with sending(storage, chat, clock, quiet=rules.quiet_until) as sender:
        await chat.until(lambda: len(chat.taken) == 1)
        assert "place 1" in chat.titles()[0]
        assert len(await pending(storage)) == 2
        assert sender.stuck(timedelta(0)) is None
        clock.advance(7 * 3600)
        await chat.until(lambda: len(chat.taken) == 2)
        assert await drained(storage) == []
    digest = chat.taken[1][1]
    assert digest.title == "📬 What you missed: 2 messages (00:00:00 to 00:00:00)"
    assert any("place 0" in line for line in digest.lines)
    assert any("place 2" in line for line in digest.lines)


async def test_a_restart_in_the_night_forgets_nothing() -> None:
    storage, clock, chat = MemoryStorage(), ManualClock(MIDNIGHT), Chat()
    rules = Rules({ME: Wish(hours=NIGHT)})
    async with sending(storage, chat, clock, quiet=rules.quiet_until):
        await put(storage, clock, 1, Severity.WARNING)
        await put(storage, clock, 2, Severity.WARNING)
    clock.advance(8 * 3600)
    async with sending(storage, chat, clock, quiet=rules.quiet_until):
        await chat.until(lambda: len(chat.taken) == 1)
    assert chat.titles() == ["📬 What you missed: 2 messages (00:00:00 to 00:00:00)"]


async def test_other_conversations_are_told_at_once() -> None:
    storage, clock, chat = MemoryStorage(), ManualClock(MIDNIGHT), Chat()
    rules = Rules({ME: Wish(hours=NIGHT)})
    chronicle = Chronicle(storage, clock, (ME, Route("telegram", "2")))
    await chronicle.tell(EventKind.ERROR, data={"where": "place", "message": "m"})
    async with sending(storage, chat, clock, quiet=rules.quiet_until):
        await chat.until(lambda: len(chat.taken) == 1)
    assert chat.taken[0][0] == "2"


async def test_topics_of_one_group_share_its_pace() -> None:
    storage, clock, chat = MemoryStorage(), ManualClock(NOON), Chat()
    asked: list[str] = []

    async with sending(storage, chat, clock) as sender:
        pace = sender.pace
        sender.pace = lambda channel, target: asked.append(target) or pace(channel, target)  # type: ignore[func-returns-value]
        chronicle = Chronicle(storage, clock, (TOPIC, route_of("telegram:-100123/46"), route_of("telegram:-100123")))
        await chronicle.tell(EventKind.ERROR, data={"where": "place", "message": "m"})
        sender.nudge()
        await chat.until(lambda: len(chat.taken) == 3)
    assert asked == ["-100123"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/notify quiet", "설정 알림 정도 (Owner): 보통 → 조용히 (Owner)"),
        ("/notify trades off", "설정 거래 알림 (Owner): – → 끔 (Owner)"),
        ("/quiet 23-7", "설정 방해 금지 (Owner): 끔 → 23:00-07:00 (Owner)"),
        ("/notify errors -> telegram:-100/7, slack:C9", "설정 오류 알림: 모두에게 → telegram:-100/7, slack:C9 (Owner)"),
    ],
)
async def test_a_change_reads_well_in_the_history_and_where_it_is_told(ruled: Bench, line: str, told: str) -> None:
    await ruled.say(line)
    (kept,) = await ruled.storage.read(lambda records: records.events.latest(1, (EventKind.SETTING_CHANGED,)))
    assert brief(kept, ruled.languages.words()) == told
