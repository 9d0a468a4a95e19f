"""What Telegram is sent never breaks its limits and never loses a character (core.telegram.org/bots/api)."""

from __future__ import annotations

from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.reply import Button, Document, Picture, Reply, Table, Tone
from chatbot.telegram.render import MAX_CAPTION, MAX_TEXT, render, units

PICTURE = Picture(b"\x89PNG", "chart")
text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=6000)


def plain(html: str) -> str:
    for tag in ("b", "pre"):
        html = html.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    return unescape(html)


def test_title_bold_lines_plain_table_monospaced() -> None:
    reply = Reply("P&L", ("today",), Table(("coin", "KRW"), (("BTC", "1,000"),)))
    (message,) = render(reply)
    assert message.html == "<b>P&amp;L</b>\ntoday\n<pre>coin    KRW\nBTC   1,000</pre>"


def test_warnings_and_errors_carry_a_sign() -> None:
    assert render(Reply("x", tone=Tone.WARNING))[0].html == "<b>⚠️ x</b>"
    assert render(Reply("x", tone=Tone.ERROR))[0].html == "<b>❌ x</b>"


def test_an_emoji_counts_twice() -> None:
    """Telegram counts UTF-16 units: 3,000 rockets are 6,000 units and take two messages."""
    assert units("🚀a") == 3
    assert len(render(Reply(lines=("🚀" * 3000,)))) == 2


def test_a_picture_takes_short_words_as_its_caption_and_long_ones_behind_it() -> None:
    (short,) = render(Reply("Chart", picture=PICTURE, buttons=((Button("x", "run:/x"),),)))
    assert (short.html, short.picture, len(short.buttons)) == ("<b>Chart</b>", PICTURE, 1)
    picture, words = render(Reply("Chart", ("y" * 1100,), picture=PICTURE, buttons=((Button("x", "run:/x"),),)))
    assert (picture.html, picture.picture, picture.buttons) == ("", PICTURE, ())
    assert (words.picture, len(words.buttons)) == (None, 1)


def test_a_document_takes_short_words_as_its_caption_and_long_ones_before_it() -> None:
    csv = Document("fills.csv", b"a", "text/csv")
    (short,) = render(Reply("Fills", document=csv, buttons=((Button("x", "run:/x"),),)))
    assert (short.html, short.document, len(short.buttons)) == ("<b>Fills</b>", csv, 1)
    words, file = render(Reply("Fills", ("y" * 1100,), document=csv, buttons=((Button("x", "run:/x"),),)))
    assert (words.document, words.buttons, file.html, file.document, len(file.buttons)) == (None, (), "", csv, 1)
    picture, file = render(Reply("Chart", picture=PICTURE, document=csv))
    assert (picture.html, picture.picture, picture.document, file.document) == ("<b>Chart</b>", PICTURE, None, csv)


def test_a_table_across_two_messages_is_monospaced_in_both() -> None:
    first, second = render(Reply(table=Table(("a",), tuple((f"{n:04d}",) for n in range(1000)))))
    assert first.html.startswith("<pre>")
    assert first.html.endswith("</pre>")
    assert second.html.startswith("<pre>")


@settings(max_examples=60, deadline=None)
@given(title=text, lines=st.lists(text, max_size=4), with_picture=st.booleans())
def test_every_message_fits_and_every_character_arrives(title: str, lines: list[str], with_picture: bool) -> None:
    reply = Reply(title, tuple(lines), picture=PICTURE if with_picture else None)
    messages = render(reply)
    assert all(units(m.html) <= (MAX_CAPTION if m.picture else MAX_TEXT) for m in messages)
    shown = "".join(plain(m.html) for m in messages)
    given_text = "".join((reply.title, *reply.lines))
    if given_text.strip():
        assert "".join(shown.split()) == "".join(given_text.split())
