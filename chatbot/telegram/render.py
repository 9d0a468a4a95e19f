"""Reply → Telegram messages: HTML with everything escaped, tables monospaced, split on line borders. Pure.

Limits (core.telegram.org/bots/api): text 4096, caption 1024, counted in UTF-16 units after the markup is parsed; the
HTML source counted here is never shorter than that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from chatbot.reply import Button, Document, Picture, Reply

MAX_TEXT = 4096
MAX_CAPTION = 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One message to send; with a picture or a document, `html` is its caption. Buttons stand under the last message
    only."""

    html: str
    picture: Picture | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None

    @property
    def file(self) -> Picture | Document | None:
        """What cannot be edited into another message."""
        return self.picture or self.document


def render(reply: Reply) -> list[Message]:
    """At least one message; every text within Telegram's limits. A document beside a picture comes after it."""
    if reply.document is not None:
        return _with_document(reply, reply.document)
    styled = list(_styled(reply))
    if reply.picture is None:
        texts = _pack(styled, MAX_TEXT) or [escape(reply.tone.value)]
        return [*(Message(text) for text in texts[:-1]), Message(texts[-1], buttons=reply.buttons)]
    caption = _pack(styled, MAX_CAPTION)
    if len(caption) <= 1:
        return [Message("".join(caption), reply.picture, reply.buttons)]
    texts = _pack(styled, MAX_TEXT)
    head = Message("", reply.picture)
    return [head, *(Message(text) for text in texts[:-1]), Message(texts[-1], buttons=reply.buttons)]


def _with_document(reply: Reply, document: Document) -> list[Message]:
    """The words as the document's caption, or before it where they are too long or a picture has them."""
    caption = _pack(list(_styled(reply)), MAX_CAPTION)
    if reply.picture is None and len(caption) <= 1:
        return [Message("".join(caption), buttons=reply.buttons, document=document)]
    return [*render(replace(reply, document=None, buttons=())), Message("", buttons=reply.buttons, document=document)]


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(1 for c in text if ord(c) > 0xFFFF)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    tag: str = ""


def _styled(reply: Reply) -> Iterator[_Line]:
    if reply.title:
        yield from (_Line(line, "b") for line in reply.headline.splitlines())
    for block in reply.lines:
        yield from (_Line(line) for line in block.splitlines() or [""])
    if reply.table is not None and reply.table.rows:
        yield from (_Line(line, "pre") for line in reply.table.text().splitlines())


def _pack(lines: list[_Line], limit: int) -> list[str]:
    """Messages of whole lines; only a line longer than a message is cut inside."""
    messages: list[str] = []
    current: list[_Line] = []
    for line in lines:
        for piece in _pieces(line, limit):
            if current and units(_html([*current, piece])) > limit:
                messages.append(_html(current))
                current = []
            current.append(piece)
    if any(line.text.strip() for line in current):
        messages.append(_html(current))
    return messages


def _pieces(line: _Line, limit: int) -> Iterator[_Line]:
    text, room = line.text, limit - len("<pre></pre>")
    while units(escape(text, quote=False)) > room:
        end = used = 0
        for end, character in enumerate(text):  # noqa: B007 (the index where it no longer fits is the result)
            used += units(escape(character, quote=False))
            if used > room:
                break
        yield _Line(text[:end], line.tag)
        text = text[end:]
    yield _Line(text, line.tag)


def _html(lines: list[_Line]) -> str:
    """Neighbouring lines of one tag share it: a table must be a single <pre>."""
    parts: list[str] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and lines[index].tag == lines[start].tag:
            continue
        tag = lines[start].tag
        body = escape("\n".join(line.text for line in lines[start:index]), quote=False)
        parts.append(f"<{tag}>{body}</{tag}>" if tag and body.strip() else body)
        start = index
    return "\n".join(parts)
