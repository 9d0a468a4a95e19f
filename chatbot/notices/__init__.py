"""Events → what is pushed to people.  In: Event, Words.  Out: Reply, or None where nobody is to be told.  Pure.

`keys` says what each kind carries, `params` puts its figures into words, `details` is what stands under the title,
`marks` its tone and buttons."""

from __future__ import annotations

from chatbot.notices.details import details_of, order_size
from chatbot.notices.keys import KEYS, SILENT, STEPS
from chatbot.notices.marks import buttons, tone
from chatbot.notices.params import params_of
from chatbot.reply import Reply
from chatbot.views import cards
from chatbot.wording import Words
from trader.model.events import Event, EventKind

__all__ = ["KEYS", "SILENT", "brief", "is_step", "notice", "step"]


def notice(event: Event, words: Words, *, wished: bool = False) -> Reply | None:
    """None: nothing is pushed for this kind, or the event says it is not to be. `wished`: somebody wants to be told of
    every wish that was denied."""
    if (event.kind in SILENT or not event.push) and not (wished and event.kind is EventKind.DENIED):
        return None
    if event.kind is EventKind.PROPOSAL:
        return cards.proposal(event.data, event.market, words, event.at)
    params = params_of(event, words)
    key = event.kind.value.replace("_", "-")
    return Reply(
        title=words.lenient(f"notice-{key}", params),
        lines=tuple(details_of(event, params, words)),
        buttons=buttons(event, words),
        tone=tone(event),
        data={"kind": event.kind.value, "at": event.at.isoformat(), "market": event.market, **event.data},
    )


def brief(event: Event, words: Words) -> str:
    """One line for /history; every kind has one."""
    if event.kind is EventKind.PROPOSAL:
        side = words.first((f"side-{event.data.get('side', '')}",), "")
        return words("brief-proposal", side=side, market=words.market(event.market))
    return words.lenient(f"notice-{event.kind.value.replace('_', '-')}", params_of(event, words))


def is_step(event: Event) -> bool:
    """Whether it is a step in the story of a trade."""
    return event.kind in STEPS


def step(event: Event, words: Words) -> str:
    """A few words for the card of a trade, which names the market itself."""
    params = params_of(event, words)
    if event.kind is EventKind.TICKET_EXPIRED and params.get("reasons"):
        return words.lenient("step-ticket-expired-against", params)
    if event.kind is EventKind.ORDER:
        params["size"] = order_size(event, params, words)
    return words.lenient(f"step-{event.kind.value.replace('_', '-')}", params)
