"""A difference between books and exchange, as people read it: title, lines and the buttons that answer it.

In: the flat text of its event (`trader.reconcile.telling.as_data`), so that the message on the phone and `/reconcile`
say the same. Each answer names the difference by its id."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from chatbot.reply import Button, Tone
from chatbot.views.buttons import runs
from chatbot.views.lines import rounded
from chatbot.views.plain import figure
from chatbot.wording import Words, figures

CASH = "KRW"

_TONES = {"short": Tone.ERROR, "order": Tone.WARNING, "extra": Tone.INFO, "gone": Tone.INFO, "cash": Tone.INFO}

_FIRST_BUTTON = {
    "short": ("button-adopt", "adopt"),
    "extra": ("button-adopt", "adopt"),
    "gone": ("button-acknowledge", "adopt"),
    "cash": ("button-acknowledge", "adopt"),
    "order": ("button-cancel-it", "cancel"),
}


def params(data: Mapping[str, str], market: str, words: Words) -> dict[str, str]:
    """The event's figures, each in its own unit: KRW for money, the coin for coins."""
    currency = data.get("currency", "")
    shown = dict(data) | {"market": words.market(market) if market else currency}
    for name in ("book", "venue"):
        amount = figure(data.get(name))
        shown[name] = "" if amount is None else _amount(amount, currency, words)
    change, krw = figure(data.get("change")), figure(data.get("krw"))
    shown["change"] = "" if change is None else _signed(change, currency, words)
    shown["krw"] = "" if krw is None else words.krw_change(krw)
    price = figure(data.get("price"))
    shown["price"] = "" if price is None else words.price(rounded(price))
    side = data.get("side", "")
    shown["side"] = words.first((f"side-{side}",), side)
    return shown


def _amount(amount: Decimal, currency: str, words: Words) -> str:
    return words.krw(amount) if currency == CASH else words.quantity(amount, currency)


def _signed(change: Decimal, currency: str, words: Words) -> str:
    if currency == CASH:
        return words.krw_change(change)
    sign = "+" if change > 0 else "-" if change < 0 else ""
    return f"{sign}{figures.quantity(abs(change))} {currency}".rstrip()


def title(shown: Mapping[str, str], words: Words) -> str:
    return words.lenient("notice-mismatch", shown)


def lines(shown: Mapping[str, str], words: Words) -> tuple[str, ...]:
    """What the books and the exchange say, how it seems to have come, and what the answers do."""
    return (
        words.lenient("detail-mismatch", shown),
        *((words.lenient("detail-mismatch-cause", shown),) if shown.get("cause") else ()),
        *((words.lenient("detail-mismatch-trade", shown),) if shown.get("krw") else ()),
        words.lenient("detail-mismatch-next", shown),
    )


def tone(kind: str) -> Tone:
    return _TONES.get(kind, Tone.ERROR)


def buttons(data: Mapping[str, str], words: Words, *, look: bool = True) -> tuple[tuple[Button, ...], ...]:
    """Adopt (or cancel, or acknowledge) · ignore · investigate."""
    name = data.get("difference_id", "")
    if not name:
        return ()
    label, act = _FIRST_BUTTON.get(data.get("kind", ""), ("button-adopt", "adopt"))
    rows = [(words(label), f"/reconcile {act} {name}"), (words("button-ignore"), f"/reconcile ignore {name}")]
    if look:
        rows.append((words("button-investigate"), f"/reconcile {name}"))
    return runs(*rows)
