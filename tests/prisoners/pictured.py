"""A portrait of nobody for a prisoner in a test."""

from __future__ import annotations

from flask import Flask

from campaign.db import atomic
from campaign.pictures import make
from campaign.prisoners import portraits
from campaign.prisoners.portraits import Facts
from tests.pictures import files
from tests.prisoners.people import act, found


def portrayed(app: Flask, slug: str, content: bytes | None = None, **facts) -> str:
    """Put a portrait there; its version."""
    picture = make(content or files.jpeg(600, 800))
    said = Facts(**({"alts": {"en": "Red above, blue below"}} | facts))
    with app.app_context(), atomic() as session:
        return portraits.put(session, found(session, slug), picture, said, act()).version
