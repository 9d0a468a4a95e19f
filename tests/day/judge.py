"""What the day came to.  In: the books, and what both phones and the exchange have.  Out: figures, and what is wrong.

Each event is looked for in the outbox and each outbox row on the phone it was for: by itself, in the card of its trade,
in a message that counts its like, or in a digest that says how many it tells of."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from chatbot.coins import Coins
from chatbot.notices import notice
from chatbot.outbox import folding
from chatbot.wording import Words
from tests.day.day import OVER, SPEED, Day
from tests.e2e.house import CHANNEL, OWNER
from trader.model.events import Event, EventKind, Severity

EVERYBODY = {("telegram", str(OWNER)), ("slack", CHANNEL)}
"""Who is told of everything."""
OF_A_CHANNEL = (EventKind.CHAT_DOWN, EventKind.CHAT_BACK)
"""Told on the other channels."""
ROWS = """SELECT o.id, o.channel, o.target, o.created_at, o.sent_at, o.remote_id, o.last_error,
    e.event_id, e.kind, e.at, e.severity, e.market, e.thread, e.data
    FROM outbox o JOIN events e USING (event_id) ORDER BY o.id"""
OWN = ("state_changed", "setting_changed", "setting_waits", "setting_cancelled")
"""Told to all but the one who did it: the answer says the same."""
PUSHED = "SELECT event_id, kind, data FROM events WHERE push"
TRAIL = "SELECT data FROM events WHERE kind IN ('command', 'looked')"
KEPT = "SELECT channel, target, remote_id FROM kept_messages WHERE topic LIKE 'trade:%'"
CARDS = f"""SELECT channel, target, remote_id, live, substr(topic, 7) IN (SELECT thread FROM positions)
    FROM kept_messages WHERE {OVER}"""
FILLS = "SELECT data FROM events WHERE kind = 'fill'"
LATE_ROWS = 15 * SPEED
"""Seconds of the exchange's clock after which a row was not written with its event: it came by the other channel."""

Place = tuple[str, str]
Message = tuple[str, str, str]
WORDS = Words("en", Coins(list), {})


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    channel: str
    target: str
    created_at: datetime
    sent: bool
    remote_id: str
    note: str
    event: Event

    @property
    def message(self) -> Message:
        return self.channel, self.target, self.remote_id

    @property
    def what(self) -> str:
        return f"{self.event.kind} {self.event.event_id[-6:]} for {self.channel}:{self.target}"


@dataclass(slots=True)
class Verdict:
    """`figures` by name; `lost`, `unanswered`, `twice` and `disorder` name what must not be."""

    figures: dict[str, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.lost, *self.unanswered, *self.twice, *self.disorder]


def judge(day: Day) -> Verdict:
    verdict = Verdict()
    rows = [_row(*values) for values in day.house.rows(ROWS)]
    _written(day, rows, verdict)
    _told(Phone(day), rows, verdict)
    _executions(day, verdict)
    _answered(day, verdict)
    _once(day, verdict)
    _commands_once(day, verdict)
    verdict.figures["starts of the service"] = len(day.starts)
    verdict.figures["… the slowest, seconds until it traded"] = max(day.starts)
    return verdict


def _row(number: int, channel: str, target: str, created: Any, sent: Any, remote: str, note: str, *event: Any) -> Row:
    name, kind, at, severity, market, thread, data = event
    told = Event(name, EventKind(kind), _time(at), Severity(severity), market, thread, json.loads(data))
    return Row(number, channel, target, _time(created), sent is not None, remote, note, told)


def _time(value: Any) -> datetime:
    return datetime.fromisoformat(str(value))


# ---- events


class Phone:
    """What both phones show: where each message stands in its conversation, and its text."""

    def __init__(self, day: Day) -> None:
        telegram, slack = day.house.telegram.messages, day.house.slack.messages
        shown = [(("telegram", str(m.chat_id), str(m.message_id)), m.text) for m in telegram]
        shown += [(("slack", m.channel, m.ts), m.shown) for m in slack]
        self.positions = {message: place for place, (message, _) in enumerate(shown)}
        self.texts = dict(shown)
        self.cards = {(c, t, r) for c, t, r in day.house.rows(KEPT)}
        self.over = {(c, t, r): (live, bought) for c, t, r, live, bought in day.house.rows(CARDS)}
        """Of trades that are over: whether their rows say that they still change, and whether anything was bought."""


def _written(day: Day, rows: list[Row], verdict: Verdict) -> None:
    """Everybody has a row of every event that is to be told."""
    places = defaultdict(set)
    for row in rows:
        places[row.event.event_id].add((row.channel, row.target))
    for event_id, kind, data in day.house.rows(PUSHED):
        by = json.loads(data).get("by", "") if kind in OWN else ""
        wanted = EVERYBODY - {tuple(by.split(":", 1))} if kind not in OF_A_CHANNEL else set()
        for place in sorted(wanted - places[event_id]) or ([("nobody", "")] if not places[event_id] else []):
            verdict.lost.append(f"not in the outbox: {kind} {event_id[-6:]} for {':'.join(place)}")
    verdict.figures |= {"events told": len({row.event.event_id for row in rows}), "messages to deliver": len(rows)}


def _told(phone: Phone, rows: list[Row], verdict: Verdict) -> None:
    ways: Counter[str] = Counter()
    shared = Counter(row.message for row in rows)
    digests: defaultdict[Message, list[Row]] = defaultdict(list)
    alone: list[Row] = []
    for row in rows:
        if not row.sent:
            verdict.lost.append(f"never delivered: {row.what} ({row.note})")
        elif not row.remote_id and row.note == "no words for it" and notice(row.event, WORDS) is None:
            ways["nothing to say"] += 1
        elif row.message not in phone.positions:
            verdict.lost.append(f"not on the phone: {row.what} (message {row.remote_id or '-'}, {row.note})")
        elif row.note == "in a digest":
            digests[row.message].append(row)
            ways["in a digest"] += 1
        elif row.message in phone.cards:
            ways["in the card of its trade"] += 1
        elif shared[row.message] > 1 and folding.topic_of(row.event):
            ways["counted with its like"] += 1
        else:
            ways["by itself"] += 1
            alone.append(row)
    _digests_count(phone, digests, verdict)
    _cards_end(phone, verdict)
    _in_order(phone, alone, digests, verdict)
    verdict.figures |= {f"… {way}": count for way, count in ways.most_common()}
    verdict.figures["digests"] = len(digests)


def _digests_count(phone: Phone, digests: dict[Message, list[Row]], verdict: Verdict) -> None:
    for message, rows in digests.items():
        said = re.search(r"(\d+) messages", phone.texts[message])
        count = sum(notice(row.event, WORDS, wished=True) is not None for row in rows)
        if said is None or int(said[1]) != count:
            verdict.lost.append(f"a digest of {count} says {said and said[1]}: {phone.texts[message][:80]}")


def _cards_end(phone: Phone, verdict: Verdict) -> None:
    """The card of a trade that is over says so: what its rows told of is in it."""
    for message, (live, bought) in phone.over.items():
        end = WORDS("trade-closed" if bought else "trade-ended", market="").strip(" ·")
        if end not in phone.texts.get(message, end):
            verdict.lost.append(f"not in its card: the end of a trade, {message}: {phone.texts[message][:80]}")
        if live:
            verdict.lost.append(f"still to change: the card of a trade that is over, {message}")


def _executions(day: Day, verdict: Verdict) -> None:
    """Each execution at the exchange was told once: as many, and as much, by order."""
    told: Counter[str] = Counter()
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for data in _data(day.house.rows(FILLS)):
        told[data["client_order_id"]] += 1
        sums[data["client_order_id"]] += Decimal(data["quantity"])
    for order in day.venue:
        name, there = order["identifier"], len(order["trades"])
        if told[name] < there:
            verdict.lost.append(f"order {name}: {there} executions at the exchange, {told[name]} told")
        elif told[name] > there or sums[name] != sum((Decimal(t["volume"]) for t in order["trades"]), Decimal(0)):
            verdict.twice.append(f"order {name}: {there} executions at the exchange, {told[name]} told: {sums[name]}")
    verdict.figures["executions at the exchange"] = sum(len(order["trades"]) for order in day.venue)


# ---- order


@dataclass(frozen=True, slots=True)
class _Said:
    """A new message of the outbox, with the first and the last row that it settles."""

    position: int
    first: Row
    last: Row

    def before(self, other: _Said) -> bool:
        """All of it happened, and was written down, before all of the other."""
        return self.last.number < other.first.number and self.last.event.at < other.first.event.at

    @property
    def alone_by_rule(self) -> bool:
        """It does not go into a digest, and is said right behind it."""
        return self.first is self.last and self.first.event.severity is Severity.CRITICAL


def _in_order(phone: Phone, alone: list[Row], digests: dict[Message, list[Row]], verdict: Verdict) -> None:
    conversations: defaultdict[Place, list[_Said]] = defaultdict(list)
    for rows in (*([row] for row in alone), *digests.values()):
        timely = [row for row in rows if (row.created_at - row.event.at).total_seconds() <= LATE_ROWS]
        if timely:
            said = _Said(phone.positions[timely[0].message], timely[0], timely[-1])
            conversations[timely[0].channel, timely[0].target].append(said)
    for place, messages in conversations.items():
        newest: _Said | None = None
        for said in sorted(messages, key=lambda one: one.position):
            if newest is not None and said.before(newest) and not said.alone_by_rule:
                verdict.disorder.append(f"{place}: {said.last.what} after {newest.first.what}")
            newest = said if newest is None or newest.before(said) else newest


# ---- commands


def _answered(day: Day, verdict: Verdict) -> None:
    phones, house = day.phones, day.house
    told, untold = phones.open
    verdict.unanswered += [
        f"no answer to {a.platform} {a.role}: {a.line or 'a button'} (after: {a.after})" for a in untold
    ]
    verdict.figures["commands"] = len(phones.asked)
    verdict.figures["… buttons among them"] = sum(a.pressed for a in phones.asked)
    verdict.figures["… on Telegram"] = sum(a.platform == "telegram" for a in phones.asked)
    verdict.figures["… answered by a word of what became of them"] = len(told)
    verdict.figures["repeated by the chat services"] = phones.repeats
    verdict.figures["handed out in another order"] = phones.swaps
    left = [
        json.loads(value)["open"] for (value,) in house.rows("SELECT value FROM notes WHERE key LIKE 'telegram.7%'")
    ]
    left += [json.loads(value)["open"] for (value,) in house.rows("SELECT value FROM notes WHERE key LIKE 'slack.T%'")]
    verdict.unanswered += [f"still taken for open: {row['text']}" for rows in left for row in rows]


# ---- once


def _once(day: Day, verdict: Verdict) -> None:
    """An approved ticket makes at most one order, and the exchange has no order twice nor one that is not in the
    books."""
    house = day.house
    orders = house.rows("SELECT client_order_id, intent_id FROM orders")
    per_intent = Counter(intent for _, intent in orders)
    tickets = [
        (name, state, json.loads(cleared))
        for name, state, cleared in house.rows("SELECT ticket_id, state, cleared FROM tickets")
    ]
    for name, state, cleared in tickets:
        count = per_intent[cleared["intent"]["intent_id"]]
        if count > (state == "approved"):
            verdict.twice.append(f"ticket {name} ({state}) made {count} orders")
    books = {name for name, _ in orders}
    at_venue = Counter(order["identifier"] for order in day.venue)
    verdict.twice += [f"the exchange has order {name} {n} times" for name, n in at_venue.items() if n > 1]
    verdict.twice += [f"the exchange has order {name}, the books have not" for name in at_venue if name not in books]
    verdict.figures |= {
        "proposals": len(tickets),
        "… approved": sum(state == "approved" for _, state, _ in tickets),
        "orders": len(orders),
        "orders at the exchange": len(at_venue),
    }


def _commands_once(day: Day, verdict: Verdict) -> None:
    """No command ran more often than it was given, by the audit trail. That it came too late and did not run is
    written down again by each process that comes to tell of it."""
    given = Counter((asked.person, asked.line) for asked in day.phones.asked if asked.line)
    ran: Counter[tuple[str, str]] = Counter()
    for row in _data(day.house.rows(TRAIL)):
        if row["outcome"] != "late":
            ran[row["person"], row["line"].partition(" → ")[0]] += 1
    for (person, line), count in given.items():
        if ran[person, line] > count:
            verdict.twice.append(f"{person} gave {line!r} {count} times, it ran {ran[person, line]} times")
    verdict.figures["rows of the audit trail"] = sum(ran.values())
    verdict.figures["… of commands of the phones"] = sum(ran[known] for known in given)


def _data(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, str]]:
    return [json.loads(data) for (data,) in rows]
