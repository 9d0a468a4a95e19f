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
    TICKET_SILENCE = "ticket_silence"
    ORDER = "order"
    ORDER_UNKNOWN = "order_unknown"
    ORDER_RESOLVED = "order_resolved"
    ORDER_REJECTED = "order_rejected"
    ORDER_CANCELLED = "order_cancelled"
    FILL = "fill"
    ENTRY = "entry"
    GUARD_MOVED = "guard_moved"
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
    ADVICE = "advice"
    AI_SCORECARD = "ai_scorecard"
    AI_MEMBER = "ai_member"
    AI_BUDGET = "ai_budget"
    AI_MEMORY = "ai_memory"
    LESSON = "lesson"
    REFLECTION = "reflection"
    DRILL_FINISHED = "drill_finished"
    COMMAND = "command"
    STRANGER = "stranger"
    LOOKED = "looked"
    ACCESS_CHANGED = "access_changed"
    CHAT_DOWN = "chat_down"
    CHAT_BACK = "chat_back"
    ALERT = "alert"


class Severity(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data` is flat text, figures as plain decimal text; wording happens where it is read.

    `thread` is that of the trade it belongs to (`Position.thread_id`), or of the difference; `push` says whether people
    are told."""

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
    """REPLACED: asked anew at another price."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REPLACED = "replaced"


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
    """An event on its way to a conversation: `channel` telegram, slack or console; `target` the chat or channel id.

    `tried_at` is when it was handed over without an answer so far: it may have arrived."""

    message_id: str
    event_id: str
    channel: str
    target: str
    created_at: datetime
    sent_at: datetime | None = None
    attempts: int = 0
    last_error: str = ""
    remote_id: str = ""
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message of ours that is edited in place: the card of a trade, an error that comes again, a question.

    `topic` is what it is about, unique in the conversation; `remote_id` the platform's id, empty once it is gone there;
    `event_id` the event it tells of, `count` how many like it, from `began_at` to `changed_at` (times of events);
    `live`: it is still kept up to date."""

    channel: str
    target: str
    topic: str
    remote_id: str
    began_at: datetime
    changed_at: datetime
    event_id: str = ""
    count: int = 1
    live: bool = False
