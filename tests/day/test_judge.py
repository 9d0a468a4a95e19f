"""The judge of the day can fail: something is taken away from a day that was well, doubled or moved, and the count of
just that goes up."""

from __future__ import annotations

import copy
import re
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.day.day import OVER, Day
from tests.day.judge import judge
from tests.day.named import named
from tests.day.phones import GROUP, Asked
from tests.e2e.house import CHANNEL, OWNER
from tests.fakes.slack_server import PostedMessage
from tests.fakes.telegram_server import SentMessage

BOOKS = "trader.sqlite3"
SINGLES = """SELECT remote_id, min(id) FROM outbox WHERE channel = 'telegram' AND sent_at IS NOT NULL
    GROUP BY remote_id HAVING count(*) = 1 ORDER BY 2"""

TRAIL = """SELECT id, json_extract(data, '$.person'), substr(said || ' → ', 1, instr(said || ' → ', ' → ') - 1)
    FROM (SELECT *, json_extract(data, '$.line') AS said FROM events WHERE kind IN ('command', 'looked'))"""
"""Number, person and line as it was typed."""
AGAIN = """INSERT INTO events (event_id, kind, at, severity, market, thread, data, push)
    SELECT event_id || '-{n}', kind, at, severity, market, thread, data, push FROM events WHERE id = {number}"""


@pytest.fixture
def day(short_day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    """With copies of all that is changed here."""
    house = short_day.house
    (tmp_path / "data").mkdir()
    for file in house.data_dir.glob(f"{BOOKS}*"):
        shutil.copy(file, tmp_path / "data")
    monkeypatch.setattr(house, "folder", tmp_path)
    monkeypatch.setattr(house.telegram, "messages", [copy.copy(m) for m in house.telegram.messages])
    monkeypatch.setattr(house.slack, "messages", [copy.copy(m) for m in house.slack.messages])
    monkeypatch.setattr(house.slack, "responded", Counter(house.slack.responded))
    monkeypatch.setattr(short_day, "venue", copy.deepcopy(short_day.venue))
    monkeypatch.setattr(short_day.phones, "asked", list(short_day.phones.asked))
    return short_day


def change(day: Day, statement: str) -> None:
    """In the books, just one row."""
    with sqlite3.connect(day.house.data_dir / BOOKS) as books:
        assert books.execute(statement).rowcount == 1


def first(day: Day, query: str) -> str:
    return str(day.house.rows(query)[0][0])


def counts(day: Day) -> tuple[int, int, int, int]:
    """Lost, unanswered, twice, out of order."""
    verdict = judge(day)
    return len(verdict.lost), len(verdict.unanswered), len(verdict.twice), len(verdict.disorder)


def answered(day: Day, platform: str) -> Asked:
    """A command with one answer, of which nothing else tells, and which stands in the trail."""
    elsewhere = {word.said for word in named(day.house)}
    trail = {(person, line) for _, person, line in day.house.rows(TRAIL)}
    good = (one for one in day.phones.asked if one.platform == platform and (one.person, one.line) in trail)
    return next(one for one in good if one.answers() == 1 and one.line not in elsewhere)


def test_the_day_itself_was_well(day: Day) -> None:
    assert counts(day) == (0, 0, 0, 0)


# ---- a lost event


def test_an_event_without_a_row_for_somebody_is_lost(day: Day) -> None:
    change(day, f"DELETE FROM outbox WHERE remote_id = '{first(day, SINGLES)}' AND channel = 'telegram'")
    assert counts(day) == (1, 0, 0, 0)


def test_a_row_that_was_not_delivered_is_lost(day: Day) -> None:
    change(day, f"UPDATE outbox SET sent_at = NULL WHERE remote_id = '{first(day, SINGLES)}' AND channel = 'telegram'")
    assert counts(day) == (1, 0, 0, 0)


def test_a_message_that_is_not_on_the_phone_is_lost(day: Day) -> None:
    gone = first(day, SINGLES)
    day.house.telegram.messages = [m for m in day.house.telegram.messages if str(m.message_id) != gone]
    assert counts(day) == (1, 0, 0, 0)


def test_an_event_that_a_digest_does_not_count_is_lost(day: Day) -> None:
    digest = _digest(day)
    counted = re.search(r"(\d+) messages", digest.text)
    assert counted is not None
    digest.text = digest.text.replace(counted[0], f"{int(counted[1]) - 1} messages")
    assert counts(day) == (1, 0, 0, 0)


def test_an_end_that_the_card_of_a_trade_does_not_show_is_lost(day: Day) -> None:
    """A message that says something else stands for the card of a trade that is over."""
    other = day.house.telegram.messages[-1].message_id
    change(
        day,
        f"""INSERT INTO kept_messages (channel, target, topic, remote_id, began_at, changed_at, event_id, count, live)
        SELECT 'telegram', '{OWNER}', 'trade:' || thread, '{other}', opened_at, closed_at, '', 0, 0 FROM positions
        WHERE closed_at <> '' AND 'trade:' || thread NOT IN
        (SELECT topic FROM kept_messages WHERE channel = 'telegram') LIMIT 1""",
    )
    assert counts(day) == (1, 0, 0, 0)


def test_a_card_of_a_trade_that_is_over_and_still_to_change_is_lost(day: Day) -> None:
    card = first(day, f"SELECT rowid FROM kept_messages WHERE remote_id <> '' AND {OVER}")
    change(day, f"UPDATE kept_messages SET live = 1 WHERE rowid = {card}")
    assert counts(day) == (1, 0, 0, 0)


def test_one_message_in_the_channel_answers_one_command(day: Day) -> None:
    """Two people ask for the status, and it is posted once."""
    for _ in range(2):
        day.phones.asked.append(Asked("slack", "owner", "/status", "DU1", lambda: 0, posted="As of "))
    shown = [{"type": "section", "text": {"type": "mrkdwn", "text": "As of 09:00"}}]
    day.house.slack.messages.append(PostedMessage("9.9", CHANNEL, "", shown))
    assert counts(day) == (0, 1, 0, 0)


def test_an_execution_that_nobody_was_told_of_is_lost(day: Day) -> None:
    event_id = first(day, "SELECT event_id FROM events WHERE kind = 'fill'")
    change(day, f"UPDATE events SET kind = 'order' WHERE event_id = '{event_id}'")
    assert counts(day) == (1, 0, 0, 0)


# ---- a dropped reply


def test_a_command_on_telegram_without_its_reply_is_unanswered(day: Day) -> None:
    asked, telegram = answered(day, "telegram"), day.house.telegram
    everything = telegram.messages
    for place in range(len(everything)):
        telegram.messages = [*everything[:place], *everything[place + 1 :]]
        if not asked.answered:
            break
    assert counts(day) == (0, 1, 0, 0)


def test_a_command_on_slack_without_its_reply_is_unanswered(day: Day) -> None:
    asked, slack = answered(day, "slack"), day.house.slack
    for address in list(slack.responded):
        before = slack.responded.pop(address)
        if not asked.answered:
            break
        slack.responded[address] = before
    assert counts(day) == (0, 1, 0, 0)


def test_the_word_that_one_command_was_cut_off_answers_only_that_one(day: Day) -> None:
    """Twice the same without a reply, then one word that one of them was cut off, then another that both came late."""
    phones, telegram = day.phones, day.house.telegram
    for _ in range(2):
        phones.asked.append(Asked("telegram", "owner", "/pause 7m", str(GROUP), lambda: 0))
    assert counts(day) == (0, 2, 0, 0)
    telegram.messages.append(_said("✂ Cut off by a restart: /pause 7m\nLook before repeating it."))
    assert counts(day) == (0, 1, 0, 0)
    telegram.messages[-1] = _said("📥 Not run: 2 commands\n▸ owner: /pause 7m ×2 · 2 min ago – expired")
    assert counts(day) == (0, 0, 0, 0)


def test_a_message_goes_to_the_one_whom_no_other_fits(day: Day) -> None:
    """Two ask for the status; the first was cut off, and the one that is posted could answer either."""
    day.phones.asked.append(Asked("slack", "owner", "/status", "DU1", lambda: 0, posted="As of "))
    day.phones.asked.append(Asked("slack", "trader", "/status", "DU2", lambda: 0, posted="As of "))
    for channel, text in ((CHANNEL, "As of 09:00"), ("DU1", "Cut off by a restart: /status")):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
        day.house.slack.messages.append(PostedMessage("9.9", channel, "", blocks))
    assert counts(day) == (0, 0, 0, 0)


def test_an_older_word_answers_nothing_and_neither_does_one_elsewhere(day: Day) -> None:
    day.house.telegram.messages.append(_said("✂ Cut off by a restart: /pause 7m"))
    day.phones.asked.append(Asked("telegram", "owner", "/pause 7m", str(GROUP), lambda: 0))
    day.phones.asked.append(Asked("slack", "owner", "pause 8m", "DU1", lambda: 0))
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Cut off by a restart: pause 8m"}}]
    day.house.slack.messages.append(PostedMessage("9.9", "DU2", "", blocks))
    assert counts(day) == (0, 2, 0, 0)


def test_a_command_that_the_service_still_takes_for_open_is_unanswered(day: Day) -> None:
    key = first(day, "SELECT key FROM notes WHERE key LIKE 'telegram.7%' AND value LIKE '%open%'")
    change(
        day,
        f"""UPDATE notes SET value = json_set(value, '$.open', json('[{{"text": "/pause"}}]')) WHERE key = '{key}'""",
    )
    assert counts(day) == (0, 1, 0, 0)


# ---- a doubled execution


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_a_command_that_ran_once_more_than_it_was_given_ran_twice(day: Day, platform: str) -> None:
    """Rows of the audit trail are added until it has one more than people gave."""
    asked = answered(day, platform)
    number = next(n for n, person, line in day.house.rows(TRAIL) if (person, line) == (asked.person, asked.line))
    given = sum((one.person, one.line) == (asked.person, asked.line) for one in day.phones.asked)
    ran = sum((person, line) == (asked.person, asked.line) for _, person, line in day.house.rows(TRAIL))
    for n in range(given - ran + 1):
        assert counts(day) == (0, 0, 0, 0)
        change(day, AGAIN.format(n=n, number=number))
    assert counts(day) == (0, 0, 1, 0)


def test_a_ticket_with_two_orders_was_carried_out_twice(day: Day) -> None:
    one, other = (str(row[0]) for row in day.house.rows("SELECT intent_id FROM orders WHERE side = 'buy' LIMIT 2"))
    change(day, f"UPDATE orders SET intent_id = '{one}' WHERE intent_id = '{other}'")
    assert counts(day) == (0, 0, 1, 0)


def test_an_order_that_the_exchange_has_twice_or_the_books_do_not_know_is_told(day: Day) -> None:
    day.venue.append(copy.deepcopy(day.venue[0]))
    assert counts(day) == (0, 0, 1, 0)
    day.venue[-1]["identifier"], day.venue[-1]["trades"] = "another", []
    assert counts(day) == (0, 0, 1, 0)


def test_an_execution_that_was_booked_twice_is_told(day: Day) -> None:
    order = next(order for order in day.venue if order["trades"])
    order["trades"] = []
    assert counts(day) == (0, 0, 1, 0)


# ---- a reordered message


def test_two_messages_that_changed_places_are_out_of_order(day: Day) -> None:
    """The settings changed at the end of the day are told one by one."""
    messages = day.house.telegram.messages
    one, other = (n for n, m in enumerate(messages) if m.text.startswith("Setting cooldown_seconds:"))
    messages[one], messages[other] = messages[other], messages[one]
    assert counts(day) == (0, 0, 0, 1)


def test_a_digest_behind_a_later_message_is_out_of_order(day: Day) -> None:
    messages, digest = day.house.telegram.messages, _digest(day)
    messages.remove(digest)
    messages.append(digest)
    assert counts(day)[:3] == (0, 0, 0)
    assert counts(day)[3] >= 1


def _digest(day: Day) -> SentMessage:
    return next(m for m in day.house.telegram.messages if m.chat_id == OWNER and "What you missed" in m.text)


def _said(text: str) -> SentMessage:
    return SentMessage(9_999_999, GROUP, text, text, [], [])
