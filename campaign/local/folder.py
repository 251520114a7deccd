"""The caught mails: one file each, newest last by name."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from pathlib import Path

KEPT = 1_000
"""The newest mails that are kept."""

_NAME = re.compile(r"\d{20}-[0-9a-f]{8}")


class UnknownMail(LookupError):
    """There is no such mail: it never existed or has been removed."""


class MailFolder:
    """A folder of mails that several processes may use at once. Only its owner may read it."""

    def __init__(self, path: Path, *, kept: int = KEPT) -> None:
        self._path = path
        self._kept = kept
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, raw: bytes) -> str:
        """Store a mail as it came; its id. It is there complete or not at all."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self._path / f".{name}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(raw)
            draft.rename(self._file(name))
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._forget(self.ids()[self._kept :])
        return name

    def ids(self) -> list[str]:
        """The ids of all mails, newest first."""
        names = (file.stem for file in self._path.glob("*.eml"))
        return sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)

    def read(self, mail_id: str) -> bytes:
        """The mail as it came. Raises `UnknownMail`."""
        if not _NAME.fullmatch(mail_id):
            raise UnknownMail
        try:
            return self._file(mail_id).read_bytes()
        except FileNotFoundError:
            raise UnknownMail from None

    def empty(self) -> None:
        """Remove every mail."""
        self._forget(self.ids())

    def _forget(self, mail_ids: list[str]) -> None:
        for mail_id in mail_ids:
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                self._file(mail_id).unlink()

    def _file(self, mail_id: str) -> Path:
        return self._path / f"{mail_id}.eml"
