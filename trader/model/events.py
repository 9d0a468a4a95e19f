"""What happened, as rows: the audit trail, and what the phone is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    STARTED = "started"
    STOPPED = "stopped"
    FAILSAFE = "failsafe"
    PROPOSAL = "proposal"
    TICKET_ANSWERED = "ticket_answered"
    TICKET_EXPIRED = "ticket_expired"
    ORDER = "order"
    ORDER_UNKNOWN = "order_unknown"
    ORDER_RESOLVED = "order_resolved"
    ORDER_REJECTED = "order_rejected"
    ORDER_CANCELLED = "order_cancelled"
    FILL = "fill"
    ENTRY = "entry"
    EXIT = "exit"
    DENIED = "denied"
    LIMIT_HIT = "limit_hit"
    STATE_CHANGED = "state_changed"
    SETTING_CHANGED = "setting_changed"
    SETTING_WAITS = "setting_waits"
    SETTING_CANCELLED = "setting_cancelled"
    PANIC = "panic"
    ERROR = "error"
    JOB_FAILED = "job_failed"
    JOB_RECOVERED = "job_recovered"
    STREAM_LOST = "stream_lost"
    STREAM_BACK = "stream_back"
    MISMATCH = "mismatch"
    DIFFERENCE_ANSWERED = "difference_answered"
    RECONCILED = "reconciled"
    DAILY_REPORT = "daily_report"
    COMMAND = "command"
    STRANGER = "stranger"


class Severity(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data` is flat text, figures as plain decimal text; wording happens where it is read.

    `thread` groups messages of one trade (the intent or position id); `push` says whether people are told."""

    event_id: str
    kind: EventKind
    at: datetime
    severity: Severity = Severity.INFO
    market: str = ""
    thread: str = ""
    data: dict[str, str] = field(default_factory=dict)
    push: bool = True


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What one pass said about one market: the stage where it ended, a reason code, and each stage's words.

    `stage` is one of market, signal, risk, advice, approval, execution, done."""

    cycle_id: str
    at: datetime
    market: str
    strategy: str
    timeframe: str
    stage: str
    code: str
    details: dict[str, str] = field(default_factory=dict)


class TicketState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting changed by chat: `key` as in settings, `param.<strategy>.<name>` or `pending.<key>` (a change that
    waits, as JSON); `value` None = back to default, or nothing waits any more."""

    key: str
    value: str | None
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """An event on its way to a conversation: `channel` telegram, slack or console; `target` the chat or channel id."""

    message_id: str
    event_id: str
    channel: str
    target: str
    created_at: datetime
    sent_at: datetime | None = None
    attempts: int = 0
    last_error: str = ""
    remote_id: str = ""
