"""The painter: questions in JSON on stdin, answers with a PNG on stdout, as `trader.report.child` asks them, until its
input ends.  `python -m trader.report.draw`.

A process of its own, because matplotlib costs 40 MB that the daemon needs a few times a day. It knows nothing of the
trader: figures come as JSON (see the functions of `PICTURES`), colours and places are decided in
`trader.report.drawing`."""

from __future__ import annotations

import gc
import io
import json
import sys

from trader.report.drawing.advice import advice_picture
from trader.report.drawing.candles import candles_picture
from trader.report.drawing.paper import DPI
from trader.report.drawing.result import result_picture
from trader.report.pipe import DRAWN, FAILED, LENGTH_BYTES

PICTURES = {"candles": candles_picture, "result": result_picture, "advice": advice_picture}


def answer(question: bytes) -> bytes:
    """A byte that says whether it was drawn, then the picture or what went wrong."""
    try:
        spec = json.loads(question)
        png = io.BytesIO()
        PICTURES[spec["kind"]](spec).savefig(png, format="png", dpi=DPI)
    except Exception as err:  # noqa: BLE001 - whatever it is, who asked is told, and logs it
        return FAILED + f"{type(err).__name__}: {err}".encode()
    return DRAWN + png.getvalue()


def main() -> None:
    while length := sys.stdin.buffer.read(LENGTH_BYTES):
        said = answer(sys.stdin.buffer.read(int.from_bytes(length, "big")))
        sys.stdout.buffer.write(len(said).to_bytes(LENGTH_BYTES, "big") + said)
        sys.stdout.buffer.flush()
        gc.collect()  # a figure and its parts know each other: only this gives them back


if __name__ == "__main__":
    main()
