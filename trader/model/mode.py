"""Where orders go."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """SANDBOX: local exchange, made-up or recorded prices. PAPER: local exchange, Upbit's live prices. LIVE: Upbit."""

    SANDBOX = "sandbox"
    PAPER = "paper"
    LIVE = "live"
