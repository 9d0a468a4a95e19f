"""Documents of a reply, kept as files where there is no messenger to show them."""

from __future__ import annotations

import os
from pathlib import Path


def save(name: str, content: bytes, folder: Path) -> Path:
    """Write a new file into `folder` (made when missing), readable by its owner alone, under `name` or, where that is
    taken, `name-2`, `name-3` …. The path it got. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Path(Path(name).name)  # a name never leads out of the folder
    number = 1
    while True:
        path = folder / (wanted if number == 1 else f"{wanted.stem}-{number}{wanted.suffix}")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return path
