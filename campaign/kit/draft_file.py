"""Files that are whole or not there, and that nobody else can read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class Draft:
    """A file under a name of its own beside `output`, until `keep` gives it that name."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.path = output.with_name(f".{output.name}.{os.getpid()}.part")

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The new file, mode 0600, for writing; on disk when the block ends. Raises `OSError`."""
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def keep(self) -> None:
        """Put it in the place of whatever `output` was."""
        self.path.replace(self.output)


@contextmanager
def draft_of(output: Path) -> Iterator[Draft]:
    """A draft of `output`. Whatever happens, no half-written file stays behind."""
    draft = Draft(output)
    try:
        yield draft
    finally:
        draft.path.unlink(missing_ok=True)
