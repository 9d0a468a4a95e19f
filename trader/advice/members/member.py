"""What the panel knows of a member, and what an adapter hands back.

An adapter turns one vendor's answer, refusal or error into a `Raw`; it raises nothing but cancellation. Trying again,
deadlines, checking and cost are the panel's."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from trader.advice.prices import Price
from trader.model.advice import MemberStatus, Prompt, Usage

MAX_OUTPUT = 3000
"""Tokens an answer may take, hidden thinking included."""


class Wire(StrEnum):
    """RESPONSES: OpenAI. MESSAGES: Anthropic. CHAT: chat.completions, as Gemini and local servers speak it."""

    RESPONSES = "responses"
    MESSAGES = "messages"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """One configured member. `key` is a secret: it is in no text of this value. `effort` empty: not sent."""

    name: str
    model: str
    wire: Wire
    base_url: str
    key: str = field(repr=False)
    price: Price
    effort: str = "low"
    max_output: int = MAX_OUTPUT


class Fault(StrEnum):
    """What may be done about a failure. AGAIN: at once, once. LATER: after a pause. NEVER: a person must mend it."""

    NONE = ""
    AGAIN = "again"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Raw:
    """One call as it ended, not yet checked. `detail` is a word or two of ours or the vendor's error code, never its
    prose; `retry_after` seconds if it said so; `billed` False: the vendor cannot have charged for it; `replayed`:
    nobody was asked, it is what was said before."""

    status: MemberStatus
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    request_id: str = ""
    detail: str = ""
    fault: Fault = Fault.NONE
    retry_after: float | None = None
    billed: bool = True
    replayed: bool = False


def tokens(said: object) -> int | None:
    """A count as a server states it; None for what is none: it goes on the bill, and a negative one would raise a
    cap."""
    return said if type(said) is int and said >= 0 else None


class Adapter(Protocol):
    async def call(self, prompt: Prompt, seconds: float) -> Raw:
        """Ask once, for at most about `seconds`; the panel's own deadline stands behind it."""
        ...

    async def retires(self) -> str:
        """When the vendor ends this model, ISO date; `retired` when it has; empty: not said, or it cannot be asked
        now. Raises ModelUnknown."""
        ...

    async def close(self) -> None: ...


class ModelUnknown(Exception):
    """The vendor does not know the model, or not with this key; the message is a short cause."""
