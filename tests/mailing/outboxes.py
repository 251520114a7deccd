"""A database with an outbox in it, and short words for what tests do with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, select

from campaign.config import Config
from campaign.db import sqlite
from campaign.db.session import Store
from campaign.kit import clock
from campaign.mailing import service
from campaign.mailing.models import Message
from campaign.mailing.transport import Timeouts
from campaign.vault import KeyRing, Vault, load, save

TOPIC = bytes(16)
SHORT = Timeouts(command=0.5, end=0.5)
PATIENT = Timeouts(command=10, end=10)


@dataclass
class Outbox:
    """The database at `url`, and the key ring in the file `keys`."""

    url: str
    keys: Path
    engine: Engine
    transaction: Callable[[], AbstractContextManager[Connection]]
    vault: Vault

    @classmethod
    def open(cls, url: str, keys: Path) -> Self:
        if not keys.exists():
            save(keys, KeyRing.fresh())
        if url.startswith("sqlite"):
            engine = create_engine(sqlite.engine_url(Path(url.removeprefix("sqlite:///"))))
            begin = Store(engine)._begin
        else:
            engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
            begin = engine.begin
        return cls(url, keys, engine, begin, Vault(load(keys)))

    def put(self, *addresses: str, now: datetime | None = None, topic: bytes = TOPIC, withheld: bool = False) -> None:
        with self.transaction() as connection:
            for address in addresses:
                service.enqueue(
                    connection,
                    self.vault,
                    kind="test",
                    topic=topic,
                    to=address,
                    content=f"Subject: hello\r\nTo: {address}\r\n\r\nbody for {address}\r\n",
                    now=now or clock.now(),
                    withheld=withheld,
                )

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(Message.__table__).order_by(Message.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def answer(self, row: Any) -> str:
        return self.vault.open_optional(service.ANSWER, row.uid, row.answer)


def config_for(port: int, **more: str) -> Config:
    """Settings with a mail server on this machine."""
    return Config.from_env(
        {
            "CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "CAMPAIGN_MAIL_FROM": "campaign@example.org",
            "CAMPAIGN_BASE_URL": "https://campaign.example.org",
        }
        | more
    )


def addresses(count: int) -> list[str]:
    return [f"person{n}@example.org" for n in range(count)]
