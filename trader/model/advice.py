"""What language models are asked and what they answer, as values (R5, E2–E5).

An answer is data in closed enums and bounded numbers: it can shrink what code allows and never names an order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from trader.model.market import Market, Timeframe
from trader.model.order import Side
from trader.model.tokens import most_tokens

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


# ---------------------------------------------------------------- what they are shown


class ItemStatus(StrEnum):
    """STALE: an older value is shown, with its age. ABSENT: there is none, and nothing stands in for it."""

    OK = "ok"
    STALE = "stale"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ContextItem:
    """One thing that is known, or known to be missing. `value` is plain JSON (None when absent); `reason` says why an
    item is stale or absent; `untrusted` marks text that somebody outside wrote."""

    name: str
    status: ItemStatus
    value: JSON = None
    unit: str = ""
    as_of: datetime | None = None
    age_seconds: float | None = None
    source: str = ""
    reason: str = ""
    untrusted: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is put to the models about one market at one closed candle.

    `side` is the strategy's wish; None when the models are to propose one themselves (role `decider`). `notional` is
    what code would spend at most (BUY, KRW) and `quantity` what is held (SELL)."""

    market: Market
    strategy: str
    timeframe: Timeframe
    candle: datetime
    side: Side | None
    price: Decimal
    notional: Decimal
    quantity: Decimal
    stop: Decimal | None
    take: Decimal | None
    cash_free: Decimal
    equity: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that was gathered for one question. `features` are the typed figures of the moment (indicators of the last
    closed candle and the like), for lessons and scorecards; a figure that is not known is left out."""

    items: tuple[ContextItem, ...]
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """The shape an answer must have: a JSON schema, in the subset all vendors enforce, under a name."""

    name: str
    schema: dict[str, JSON]

    @property
    def text(self) -> str:
        return json.dumps(self.schema, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Prompt:
    """The canonical request: every member gets the same two texts. `evidence` are the ids an answer may refer to,
    `tokens` the estimated size by part, `digest` the SHA-256 (hex) of version, system and user text, `form` what an
    answer must look like."""

    version: str
    system: str
    user: str
    evidence: frozenset[str]
    tokens: dict[str, int]
    digest: str
    form: Form

    @property
    def most_input(self) -> int:
        """Tokens it can be billed for at the worst."""
        return most_tokens(self.system, self.user, self.form.text)


# ---------------------------------------------------------------- what they say


class Stance(StrEnum):
    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"


@dataclass(frozen=True, slots=True)
class PricePlan:
    """Prices in KRW, already checked against the bounds; `market_factor` 0…1 scales the size."""

    entry: Decimal | None
    stop: Decimal | None
    take: Decimal | None
    market_factor: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """One member's checked answer. `percentage` of what is allotted (BUY) or held (SELL), 0…100; `confidence` the
    chance that the decision beats holding after costs, `p_up` that the close after `horizon` candles lies above
    today's price by more than 0.1 %; both 0…1. `reason` and `risks` are for reading only and never parsed."""

    stance: Stance
    percentage: int
    confidence: Decimal
    p_up: Decimal
    horizon: int
    plan: PricePlan
    reason: str
    risks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class MemberStatus(StrEnum):
    """How a call ended. Only OK is a vote."""

    OK = "ok"
    LATE = "late"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    ERROR = "error"
    BUDGET = "budget"
    RESTING = "resting"
    """Not asked: it failed several times and is given a pause."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens billed; None where the server does not say. `input` includes what came from the cache."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    thinking: int | None = None


@dataclass(frozen=True, slots=True)
class MemberResult:
    """What became of one call. `cost` in KRW, `estimated` when usage or exchange rate were not known; `raw` is the
    text as it came, kept for the record only. `replayed`: read from the record, nobody was asked."""

    member: str
    model: str
    status: MemberStatus
    answer: Answer | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    estimated: bool = False
    latency_seconds: float = 0.0
    detail: str = ""
    request_id: str = ""
    raw: str = ""
    replayed: bool = False

    @property
    def said(self) -> tuple[str, ...]:
        """Its vote in words of ours: (`openai`, `BUY`, `62`) with the confidence in per cent, or how the call ended:
        (`gemini`, `late`)."""
        if self.status is MemberStatus.OK and self.answer is not None:
            return self.member, self.answer.stance.value, f"{self.answer.confidence * 100:.0f}"
        return self.member, self.status.value


# ---------------------------------------------------------------- what comes of it


class AiRole(StrEnum):
    """OFF: not asked. ADVISER: shown, never blocks. VETO: must agree. DECIDER: proposes at its own interval."""

    OFF = "off"
    ADVISER = "adviser"
    VETO = "veto"
    DECIDER = "decider"


DEMOTED = "ai.demoted"
"""The note that lists members who are asked and scored, but whose vote does not count."""


class MemoryUse(StrEnum):
    """Whether models are told what became of earlier decisions. AUTO: until it has proved of no use."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class NewsShown(StrEnum):
    """What of headlines the models that decide are shown. SORTED: topic and how bad, as another one put it; TEXT: the
    titles, cleaned."""

    SORTED = "sorted"
    TEXT = "text"


class JudgedAfter(StrEnum):
    """Candles after which answers are judged; one of those at which outcomes are computed."""

    C1 = "1"
    C4 = "4"
    C12 = "12"
    C24 = "24"
    C96 = "96"


class AiUnavailable(StrEnum):
    """When models that must agree do not answer. HOLD: no trade. RULES: the strategy's own wish, half its size."""

    HOLD = "hold"
    RULES = "rules"


class VoteRule(StrEnum):
    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    AVERAGE = "average"


class Verdict(StrEnum):
    """Only APPROVED can lead to an order. Those after TIE say nothing about the market: the question was not
    answered."""

    APPROVED = "approved"
    REJECTED = "rejected"
    TIE = "tie"
    NO_QUORUM = "no_quorum"
    ALL_FAILED = "all_failed"
    BUDGET = "budget"
    COOLDOWN = "cooldown"
    TOO_DEAR = "too_dear"
    NO_VOTERS = "no_voters"
    """Every member has lost its vote."""

    @property
    def leaves_rules(self) -> bool:
        """Nobody had a say, and the rules go on as they would without models."""
        return self in (Verdict.BUDGET, Verdict.TOO_DEAR, Verdict.NO_VOTERS)


@dataclass(frozen=True, slots=True)
class Consultation:
    """One question with all that was shown and said, stored whatever came of it (R8).

    `prompt` is the canonical request every member got, `prompt_hash` its SHA-256 in hex; `features` are the typed
    figures of the moment (for lessons and scorecards). `intent_id` and `client_order_id` are filled in when a wish
    or an order followed. A `shadow` was asked beside `shadow_of`, without memory, and led to nothing."""

    consultation_id: str
    at: datetime
    question: Question
    role: AiRole
    rule: VoteRule
    prompt_version: str
    schema_version: str
    prompt: str
    prompt_hash: str
    features: dict[str, float]
    statuses: dict[str, str]
    results: tuple[MemberResult, ...]
    verdict: Verdict
    side: Side | None
    percentage: int
    size_factor: Decimal
    plan: PricePlan | None
    confidence: Decimal | None
    cost: Decimal
    allowed: Decimal = Decimal(1)
    """What a rule of code left of a buy, 0…1."""
    reason: str = ""
    """That rule's code, where it left less than all."""
    without_vote: tuple[str, ...] = ()
    """Members that were asked and did not count."""
    shadow: bool = False
    shadow_of: str = ""
    intent_id: str = ""
    client_order_id: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """One exchange with a model beside decisions: `purpose` is note, lessons, sentence or headlines, `subject` what it
    is about (a position's id). Stored whatever came of it (R8)."""

    writing_id: str
    at: datetime
    purpose: str
    subject: str
    prompt_version: str
    prompt: str
    prompt_hash: str
    result: MemberResult


@dataclass(frozen=True, slots=True)
class Advice:
    """What comes of asking, as code may use it: a yes or a no, and how much of the size is left (`share` 0…1; it can
    only shrink). `stop` and `take` KRW, to be taken only where they are tighter. `verdict` None: nobody was asked.
    `reason`: code of the rule that made a buy smaller, or refused what would have been approved otherwise."""

    approves: bool
    verdict: Verdict | None = None
    side: Side | None = None
    share: Decimal = Decimal(1)
    stop: Decimal | None = None
    take: Decimal | None = None
    consultation_id: str = ""
    reason: str = ""


NOT_ASKED = Advice(True)


@dataclass(frozen=True, slots=True)
class MemoryLine:
    """One line of what was learned: `line_id` as an answer may cite it, and the text code rendered."""

    line_id: str
    text: str
