"""Tables of what is said and set: events, the outbox, settings, people, alerts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlmodel import Field

from storage.tables.base import Base, json_value, moment, money, outside_text, plain_text, row_id, table_of, where

THREADED = "thread <> ''"
LIVE = "live"
ACTIVE_ALERT = "state = 'active'"
"""Literal, for the reason told at `books.UNFINISHED`."""


class JournalRow(Base, table=True):
    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_at", "at", "id"), Index("ix_journal_market", "market", "at", "id"))

    id: int | None = row_id()
    cycle_id: str = plain_text()
    at: datetime = moment()
    market: str = plain_text()
    strategy: str = plain_text()
    timeframe: str = plain_text()
    stage: str = plain_text()
    code: str = plain_text()
    details: Any = json_value()


class EventRow(Base, table=True):
    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_at", "at", "id"),
        Index("ix_events_kind", "kind", "at", "id"),
        Index("ix_events_thread", "thread", "id", **where(THREADED)),
    )

    id: int | None = row_id()
    event_id: str = plain_text(unique=True)
    kind: str = plain_text()
    at: datetime = moment()
    severity: str = plain_text()
    market: str = plain_text()
    thread: str = plain_text()
    data: Any = json_value()
    push: bool


class SettingRecord(Base, table=True):
    """Append-only: who set what, when. The newest row of a key is in force."""

    __tablename__ = "settings"
    __table_args__ = (Index("ix_settings_key", "key", "id"),)

    id: int | None = row_id()
    key: str = plain_text()
    value: str | None = outside_text()
    set_by: str = plain_text()
    set_at: datetime = moment()


class OutboxRow(Base, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "channel", "id", **where("sent_at IS NULL")),
        Index("ix_outbox_event_id", "event_id"),
    )

    id: int | None = row_id()
    message_id: str = plain_text(unique=True)
    event_id: str = Field(sa_type=Text, sa_column_args=[ForeignKey("events.event_id", ondelete="CASCADE")])
    channel: str = plain_text()
    target: str = plain_text()
    created_at: datetime = moment()
    sent_at: datetime | None = moment()
    attempts: int
    last_error: str = outside_text()
    remote_id: str = plain_text()
    tried_at: datetime | None = moment()


class KeptMessageRow(Base, table=True):
    """Messages edited in place: cards of trades, errors that come again, questions."""

    __tablename__ = "kept_messages"
    __table_args__ = (Index("ix_kept_messages_live", "channel", "began_at", **where(LIVE)),)

    channel: str = plain_text(primary_key=True)
    target: str = plain_text(primary_key=True)
    topic: str = plain_text(primary_key=True)
    remote_id: str = plain_text()
    began_at: datetime = moment()
    changed_at: datetime = moment()
    event_id: str = plain_text()
    count: int
    live: bool


class PersonRow(Base, table=True):
    """Who was let in or shut out by a person; what the lists of the environment say stands in no row."""

    __tablename__ = "people"

    channel: str = plain_text(primary_key=True)
    user_id: str = plain_text(primary_key=True)
    role: str = plain_text()
    name: str = outside_text()
    added_by: str = plain_text()
    added_at: datetime = moment()
    revoked_by: str = plain_text()
    revoked_at: datetime | None = moment()


class AlertRow(Base, table=True):
    """What people want to be told of; ended ones stay for a while, so that they can be asked for again."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_active", "id", **where(ACTIVE_ALERT)),
        Index("ix_alerts_person", "person", "id"),
    )

    id: int | None = row_id()
    alert_id: str = plain_text(unique=True)
    person: str = plain_text()
    place: str = plain_text()
    market: str = plain_text()
    kind: str = plain_text()
    comparison: str = plain_text()
    value: Decimal = money()
    span: int
    timeframe: str = plain_text()
    repeat: bool
    created_at: datetime = moment()
    expires_at: datetime = moment()
    holds: bool
    state: str = plain_text()
    fired_at: datetime | None = moment()
    muted_until: datetime | None = moment()


class NoteRow(Base, table=True):
    __tablename__ = "notes"

    key: str = plain_text(primary_key=True)
    value: Any = json_value()


journal = table_of(JournalRow)
events = table_of(EventRow)
settings = table_of(SettingRecord)
outbox = table_of(OutboxRow)
kept_messages = table_of(KeptMessageRow)
people = table_of(PersonRow)
alerts = table_of(AlertRow)
notes = table_of(NoteRow)
