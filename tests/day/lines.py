"""What people say in the course of the day."""

from __future__ import annotations

from random import Random

COINS = ("BTC", "ETH", "XRP", "SOL", "ADA")
LOOKS = (
    *("/status", "/positions", "/health", "/balance", "/help", "/orders", "/limits", "/settings", "/notify"),
    *("/why BTC", "/why ETH", "/pnl day", "/trades 3", "/history 5", "/alerts", "/help buy", "/strategy"),
)
LOOKED = ("잔고 보여줘", "지금 상태 어때?", "왜 안 샀어?", "how much did I make today", "what am I holding")
REFUSED = ("/buy NOPE 100000", "/buy BTC -5", "/buy BTC 1e99", "/sell BTC 200%", "/nonsense", "/set nothing 5")
FORBIDDEN = ("/pause 5m", "/buy BTC 50000", "/resume", "/set max_positions 3", "/logs 3")
"""Of a viewer."""
SENTENCES = (
    "비트코인 5만원어치 사줘",
    "이더리움 6만원어치 사줘",
    "리플 팔지 마",
    "BTC랑 ETH 중에 뭐 살까",
    "buy 50000 krw of xrp",
)


def line(role: str, dice: Random) -> str:
    """A command of a person of this role."""
    toss = dice.random()
    if toss < 0.45:
        return dice.choice(LOOKS)
    if toss < 0.55:
        return dice.choice(LOOKED)
    if toss < 0.65:
        return dice.choice(REFUSED)
    if role == "viewer":
        return dice.choice(FORBIDDEN)
    if toss < 0.75:
        return dice.choice(SENTENCES)
    if role == "owner" and toss < 0.85:
        return dice.choice(("/logs 3", "/export orders day", f"/set cooldown_seconds {dice.randint(0, 1)}"))
    return f"/buy {dice.choice(COINS)} {dice.randint(50, 99)},{dice.randint(100, 999)}"
