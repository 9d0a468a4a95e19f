"""Where the sandbox's prices come from: invented, replayed from a file, or Upbit's own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sandbox.values import Feed


def make_feed(spec: str, seed: int, now: datetime) -> Feed:
    """The feed that `--feed` names.

    Args:
        spec: `synthetic`, `replay:FILE`, `live` or `live:KRW-BTC,KRW-ETH`.
        seed: chooses the synthetic markets; others ignore it.
        now: aware UTC, where a synthetic or live sandbox starts; a replay starts within its file.

    Raises:
        ValueError: the spec or the file is wrong; the text says what to do.
    """
    kind, _, rest = spec.partition(":")
    if kind == "synthetic" and not rest:
        from sandbox.feeds.synthetic import SyntheticFeed

        return SyntheticFeed(seed, now)
    if kind == "replay" and rest:
        from sandbox.feeds.replay import ReplayFeed

        return ReplayFeed(Path(rest))
    if kind == "live":
        from sandbox.feeds.live import LiveFeed

        return LiveFeed(now, tuple(code.strip().upper() for code in rest.split(",") if code.strip()))
    raise ValueError(f"unknown feed {spec!r}: use synthetic, replay:FILE (parquet or CSV), or live")
