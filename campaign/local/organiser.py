"""The organiser of `make run`: one login with a generated password, the same at every start."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

EMAIL = "organiser@example.org"


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who may log in here."""

    email: str
    password: str


def local_organiser(instance: Path) -> Organiser:
    """The login kept in the instance folder, readable by its owner only; made at the first start."""
    path = instance / "local-organiser.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Organiser(email=str(kept["email"]), password=str(kept["password"]))
    except FileNotFoundError:
        pass
    organiser = Organiser(EMAIL, secrets.token_urlsafe(12))
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(organiser), file)
    draft.rename(path)
    return organiser
