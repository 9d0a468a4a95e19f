"""What a source may end with instead of a value."""

from __future__ import annotations


class SourceFailed(Exception):
    """Nothing that can be used came of it. `reason` is a few words of ours, never the source's; `rest` the seconds it
    is not to be asked again, where the answer says or means that (None: the breaker decides)."""

    def __init__(self, reason: str, rest: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rest = rest
