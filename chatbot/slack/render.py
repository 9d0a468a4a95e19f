"""Reply → Slack messages in Block Kit. Pure.

Text goes into `rich_text` elements, which Slack shows as they are: no markup in them is read, so nothing a market, a
headline or a person wrote can become a link, a mention or formatting. The plain `text` beside the blocks (for
notifications) is escaped.

Limits (docs.slack.dev/reference/block-kit): 50 blocks (100 in a Home tab), header 150, button label 75 and value 2000
characters, 3000 per text; about 13,000 for all blocks of a message (found out, not documented)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.reply import Button, Document, Picture, Reply

MAX_BLOCKS = 50
MAX_HOME_BLOCKS = 100
MAX_PART_BLOCKS = 12
"""Of the words of one part of a Home tab: its buttons are to be reached without scrolling for long."""
MAX_HEADER = 150
MAX_TEXT = 3000
MAX_LABEL = 75
MAX_MESSAGE = 12_000
MAX_FALLBACK = 3000

BUTTON_ID = re.compile(r"^button-\d+-\d+$")
"""The `action_id` of every button of ours: its row and its place there."""

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message to post; a picture and a document are uploaded before it."""

    text: str
    blocks: tuple[Block, ...]
    picture: Picture | None = None
    document: Document | None = None

    @property
    def file(self) -> Picture | Document | None:
        """What cannot be edited into another message."""
        return self.picture or self.document


def render(reply: Reply, view: str = "") -> list[Message]:
    """At least one message; buttons under the last one. `view`: the command it answers, see `view_of`."""
    buttons = [_actions(row, number, view) for number, row in enumerate(reply.buttons)]
    groups = _grouped(list(_content(reply)) or [_paragraph(reply.tone.value)], MAX_BLOCKS - len(buttons))
    groups[-1] = [*groups[-1], *buttons]
    fallback = escape(_fallback(reply))
    return [
        Message(fallback, tuple(group), *((reply.picture, reply.document) if number == 0 else ()))
        for number, group in enumerate(groups)
    ]


def home_blocks(parts: Sequence[Reply]) -> tuple[Block, ...]:
    """One page of several replies, each with its buttons under it; what is too much is cut off at the end."""
    blocks: list[Block] = []
    rows = 0
    for part in parts:
        words = list(_content(part))[:MAX_PART_BLOCKS]
        buttons = [_actions(row, number, "home") for number, row in enumerate(part.buttons, rows)]
        rows += len(buttons)
        blocks += [*([{"type": "divider"}] if blocks else []), *words, *buttons]
    return tuple(blocks[:MAX_HOME_BLOCKS])


def outcome_blocks(blocks: tuple[Block, ...], reply: Reply) -> tuple[Block, ...] | None:
    """A message's blocks with its buttons replaced by what came of them; None when that is too much for one message."""
    kept = [block for block in blocks if block.get("type") != "actions"]
    added = [{"type": "divider"}, *_content(reply)]
    groups = _grouped([*kept, *added], MAX_BLOCKS)
    return tuple(groups[0]) if len(groups) == 1 else None


def view_of(blocks: tuple[Block, ...]) -> str:
    """The command that a message of ours answers; it is written into the ids of its rows of buttons."""
    ids = (str(block.get("block_id", "")) for block in blocks if block.get("type") == "actions")
    return next((i.split(":")[1] for i in ids if i.startswith("view:")), "")


def without_buttons(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.get("type") != "actions")


def escape(text: str) -> str:
    """Slack's three control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _content(reply: Reply) -> Iterator[Block]:
    title = reply.headline
    if title and len(title) <= MAX_HEADER and "\n" not in title:
        yield {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    elif title:
        yield from (_paragraph(piece, bold=True) for piece in _cut(title))
    yield from (_paragraph(piece) for piece in _cut("\n".join(reply.lines)))
    if reply.table is not None and reply.table.rows:
        yield from (_preformatted(piece) for piece in _cut(reply.table.text()))


def _cut(text: str) -> Iterator[str]:
    """Pieces of at most MAX_TEXT on line borders; a longer line is cut inside."""
    piece = ""
    for line in text.splitlines():
        while len(line) > MAX_TEXT:
            if piece:
                yield piece
                piece = ""
            yield line[:MAX_TEXT]
            line = line[MAX_TEXT:]
        if piece and len(piece) + 1 + len(line) > MAX_TEXT:
            yield piece
            piece = line
        else:
            piece = f"{piece}\n{line}" if piece else line
    if piece.strip():
        yield piece


def _grouped(blocks: list[Block], room: int) -> list[list[Block]]:
    groups: list[list[Block]] = [[]]
    used = 0
    for block in blocks:
        length = _length(block)
        if groups[-1] and (len(groups[-1]) >= room or used + length > MAX_MESSAGE):
            groups.append([])
            used = 0
        groups[-1].append(block)
        used += length
    return groups


def _length(block: Any) -> int:
    """All text in a block, however deep."""
    if isinstance(block, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _length(v) for k, v in block.items())
    if isinstance(block, list):
        return sum(map(_length, block))
    return 0


def _paragraph(text: str, *, bold: bool = False) -> Block:
    run: dict[str, Any] = {"type": "text", "text": text}
    if bold:
        run["style"] = {"bold": True}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [run]}]}


def _preformatted(text: str) -> Block:
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [element]}


def _actions(row: tuple[Button, ...], number: int, view: str) -> Block:
    elements = [
        {
            "type": "button",
            "action_id": f"button-{number}-{place}",
            "text": {"type": "plain_text", "text": button.label[:MAX_LABEL], "emoji": True},
            "value": button.action,
        }
        for place, button in enumerate(row)
    ]
    return {"type": "actions", "block_id": f"view:{view}:{number}", "elements": elements}


def _fallback(reply: Reply) -> str:
    parts = [reply.headline, *reply.lines]
    if reply.table is not None and reply.table.rows:
        parts.append(reply.table.text())
    text = "\n".join(part for part in parts if part) or reply.tone.value
    return text if len(text) <= MAX_FALLBACK else f"{text[: MAX_FALLBACK - 1]}…"
