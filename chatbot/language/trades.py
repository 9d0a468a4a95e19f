"""A buy or a sale out of a sentence: which coin, how much, at which price. Whatever is missing or could mean two
things is asked; a figure is always one that stands in the sentence."""

from __future__ import annotations

import re
from decimal import Decimal

from chatbot.amounts import WON
from chatbot.language.meaning import Ask, Meaning, Run
from chatbot.language.sentence import AMOUNTS, Sentence
from chatbot.language.tokens import Action, Kind, Token
from trader.model.market import Market
from trader.model.order import Side

_LOOKS_LIKE_MONEY = 1000
"""`50000 비트코인`: nobody buys so many, everybody leaves out the 원."""
HOW_MUCH = {Side.BUY: "say-how-much-buy", Side.SELL: "say-how-much-sell"}
_OFTEN_SOLD = ("100%", "50%")
_SHOWN = 5


def trade(side: Side, sentence: Sentence) -> Meaning:
    if sentence.has(Kind.FOREIGN):
        return Ask("say-foreign-money")
    price, amounts = _split(sentence)
    if price is None and sentence.has(Kind.AT):
        return Ask("say-limit-price")
    if not sentence.coins and not sentence.unknown and price is None and _everything(amounts):
        return Run("/sell all") if side is Side.SELL else Ask("say-all-in")
    if len(sentence.coins) != 1:
        return _which_coin(sentence)
    markets = sentence.coins[0]
    if len(markets) > 1:
        return Ask("say-name-of-several", {"choices": _codes(list(markets))})
    if len(amounts) > 1 and not _everything(amounts):
        return Ask("say-two-amounts", {"amounts": " · ".join(t.text for t in amounts)})
    return _sized(side, markets[0], amounts[0] if amounts else None, price)


def _split(sentence: Sentence) -> tuple[Token | None, list[Token]]:
    """The limit price (`9천만원에`, `at 90,000,000 won`), if there is another amount besides; and the amounts."""
    amounts = sentence.of(*AMOUNTS)
    priced = [t for t in amounts if t.kind is Kind.MONEY and ("에" in t.particles or _after_at(sentence, t))]
    if len(priced) == 1 and len(amounts) > 1:
        return priced[0], [t for t in amounts if t is not priced[0]]
    return None, amounts


def _after_at(sentence: Sentence, token: Token) -> bool:
    index = sentence.tokens.index(token)
    return index > 0 and sentence.tokens[index - 1].kind is Kind.AT


def _everything(amounts: list[Token]) -> bool:
    return bool(amounts) and all(t.kind is Kind.SHARE and t.value == 1 for t in amounts)


def _which_coin(sentence: Sentence) -> Meaning:
    if not sentence.coins:
        return Ask("say-which-coin", sure=not sentence.unknown)
    named = [market for markets in sentence.coins for market in markets]
    return Ask("say-two-coins", {"choices": _codes(named)})


def _codes(markets: list[Market]) -> str:
    return ", ".join(market.code for market in markets[:_SHOWN])


def _sized(side: Side, market: Market, amount: Token | None, price: Token | None) -> Meaning:
    verb = f"/{side.value} {market.code}"
    at = "" if price is None else f" at {_figure(price)}원"
    if amount is None:
        choices = tuple(f"{verb} {share}" for share in _OFTEN_SOLD) if side is Side.SELL else ()
        return Ask(HOW_MUCH[side], {"market": market.code}, choices)
    if amount.particles & {"까지", "부터"}:
        return Ask("say-amount-bound", {"amount": amount.text})
    if amount.kind is Kind.MONEY:
        if "에" in amount.particles:
            return Ask("say-price-or-sum", {"amount": amount.text}, (f"{verb} {_figure(amount)}원",))
        return Run(f"{verb} {_figure(amount)}원{at}")
    if amount.kind is Kind.SHARE:
        return _shared(side, verb, amount, at)
    if amount.kind is Kind.QUANTITY and not (side is Side.BUY and _like_money(amount)):
        return Run(f"{verb} {_figure(amount)}개{at}")
    won, coins = f"{verb} {_figure(amount)}원{at}", f"{verb} {_figure(amount)}개{at}"
    whole = isinstance(amount.value, Decimal) and amount.value == amount.value.to_integral_value()
    readings = (won,) if WON.search(amount.text) else (won, coins) if whole else (coins,)
    return Ask("say-amount-unit", {"amount": amount.text}, readings)


def _shared(side: Side, verb: str, amount: Token, at: str) -> Meaning:
    """Of what we hold a share is clear; of the cash it is not."""
    if side is Side.SELL:
        share = amount.value if isinstance(amount.value, Decimal) else Decimal(0)
        return Run(f"{verb} {(share * 100).normalize():f}%{at}")
    return Ask("say-all-in" if amount.value == 1 else "say-share-of-what", {"amount": amount.text})


def _figure(token: Token) -> str:
    return f"{token.value.normalize():f}" if isinstance(token.value, Decimal) else ""


def _like_money(token: Token) -> bool:
    """A large figure beside a coin's name, without `개`."""
    counted = re.search(r"(?:\s|\d)(?:코인|coins?)$|개$", token.text)
    return isinstance(token.value, Decimal) and not counted and token.value >= _LOOKS_LIKE_MONEY


def side_of(action: Action) -> Side:
    return Side.BUY if action is Action.BUY else Side.SELL
