"""What must hold at any moment, however the service ended: a guard for every open position."""

from __future__ import annotations

from pathlib import Path

from chatbot.drill.compare import Defect, read_books


def check_books(file: Path) -> list[Defect]:
    """Empty also where there are no books yet."""
    books = read_books(file)
    guarded = {row["position_id"] for row in books.guards}
    bare = [row for row in books.positions if row["closed_at"] is None and row["position_id"] not in guarded]
    return [Defect("position without guard", f"{row['position_id']} {row['market']}") for row in bare]
