"""Mails per second: Flask-Mail the ordinary way against our outbox: `python -m bench.mail`.

Both hand the same words to the same sink, a minimal SMTP server in a process of its own on 127.0.0.1, in alternating
rounds. Flask-Mail makes a `Message` for each mail and keeps one connection open. Ours counts everything from
rendering to
the last commit on SQLite with `synchronous=FULL` ("all"), and what the worker does of it ("drain": claim, decrypt,
send, settle). A mail that is lost or arrives twice fails the benchmark.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from flask import Flask
from flask_mail import Mail, Message
from sqlalchemy import create_engine, func, select

from campaign.config import Config
from campaign.db import sqlite
from campaign.db.session import Store
from campaign.kit import clock, tokens
from campaign.mailing import models, service
from campaign.mailing.compose import MailTemplate
from campaign.mailing.drain import Drainer
from campaign.mailing.transport import make_transport
from campaign.vault import KeyRing, Vault

SUBJECT = "Please confirm your signature for the Viasna prisoners"
SENDER, ADDRESS = "Free Viasna", "campaign@example.org"
LINK = "https://campaign.example.org/confirm/c" + "abcdefgh" * 6 + "abcd"
TEXT = (
    "Hello,\n\nsomebody, we hope you, has signed a petition with this address. The signature counts once you have "
    "pressed the button behind this link:\n\n@@link@@\n\nIf it was not you, do nothing, or tell us there.\n\n"
    + "We keep your address sealed and give it to nobody. You may see, change and withdraw everything at any time.\n"
    * 8
)
HTML = (
    '<!DOCTYPE html><html lang="en"><body><p>Hello,</p><p>somebody, we hope you, has signed a petition.</p>\n'
    '<p><a href="@@link@@">Confirm the signature</a></p>\n<p>@@link@@</p>\n'
    + "<p>We keep your address sealed and give it to nobody. You may see, change and withdraw everything.</p>\n" * 8
    + "</body></html>"
)
Took = dict[str, float]


class Sink(asyncio.Protocol):
    """Takes every mail at once and counts it by recipient."""

    def __init__(self, taken: Counter[bytes]) -> None:
        self.taken = taken
        self.buffer = b""
        self.in_data = False
        self.leaving = False
        self.to = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment] # of a stream it is one
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers: list[bytes] = []
        while (answer := self.next_answer()) is not None:
            answers.append(answer)
        self.transport.write(b"".join(answers))
        if self.leaving:
            self.transport.close()

    def next_answer(self) -> bytes | None:
        if self.in_data:
            end = self.buffer.find(b"\r\n.\r\n")
            if end < 0:
                return None
            self.buffer, self.in_data = self.buffer[end + 5 :], False
            self.taken[self.to] += 1
            return b"250 2.0.0 taken\r\n"
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return None
        self.buffer = rest
        return self.answer(line, line[:4].upper())

    def answer(self, line: bytes, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n"
        if verb == b"RCPT":
            self.to = line.partition(b"<")[2].partition(b">")[0]
        if verb == b"DATA":
            self.in_data = True
            return b"354 go on\r\n"
        if verb == b"QUIT":
            self.leaving = True
        return b"250 2.0.0 ok\r\n"


def run_sink(pipe: Pipe) -> None:
    """Serve; whenever asked through `pipe`, tell what was taken since."""
    taken: Counter[bytes] = Counter()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Sink(taken), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        ended = asyncio.Event()

        def tell() -> None:
            try:
                pipe.recv()
            except EOFError:
                ended.set()
                loop.remove_reader(pipe.fileno())
                return
            pipe.send(dict(taken))
            taken.clear()

        loop.add_reader(pipe.fileno(), tell)
        await ended.wait()

    asyncio.run(serve())


def recipients(count: int) -> list[str]:
    return [f"{os.urandom(6).hex()}@example.org" for _ in range(count)]


def check(pipe: Pipe, expected: list[str]) -> None:
    """Every mail once, or the end."""
    pipe.send("?")
    taken = pipe.recv()
    if taken != {address.encode(): 1 for address in expected}:
        lost = sum(address.encode() not in taken for address in expected)
        sys.exit(f"FAILED: {lost} lost, {sum(times > 1 for times in taken.values())} doubled of {len(expected)}")


def flask_mail_way(port: int) -> Callable[[list[str]], Took]:
    app = Flask("ordinary")
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_DEFAULT_SENDER=(SENDER, ADDRESS))
    mail = Mail(app)

    def send(to: list[str]) -> Took:
        started = time.perf_counter()
        with app.app_context(), mail.connect() as connection:
            for address in to:
                message = Message(SUBJECT, recipients=[address])
                message.body = TEXT.replace("@@link@@", LINK)
                message.html = HTML.replace("@@link@@", LINK)
                connection.send(message)
        return {"all": time.perf_counter() - started}

    return send


def our_way(port: int, folder: Path) -> Callable[[list[str]], Took]:
    database = folder / "campaign.db"
    sqlite.create_file(database)
    engine = create_engine(sqlite.engine_url(database))
    store = Store(engine)
    models.Message.__table__.create(engine)
    vault = Vault(KeyRing.fresh())
    config = Config.from_env({"CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{port}", "CAMPAIGN_MAIL_FROM": ADDRESS})
    drainer = Drainer(make_transport(Flask("ours"), config), vault, store._begin)  # noqa: SLF001 - as `atomic` does
    template = MailTemplate.build(
        subject=SUBJECT,
        text=TEXT,
        html=HTML,
        sender_name=SENDER,
        sender_address=ADDRESS,
        language="en",
        domain="example.org",
    )

    def enqueue(to: list[str]) -> None:
        with store._begin() as connection:  # noqa: SLF001 - as `atomic` does
            for address in to:
                now = clock.now()
                content = template.render(to=address, values={"link": LINK}, now=now, uid=tokens.new_uid())
                service.enqueue(
                    connection, vault, kind="confirm", topic=bytes(16), to=address, content=content, now=now
                )

    def send(to: list[str]) -> Took:
        started = time.perf_counter()
        for first in range(0, len(to), 64):  # as the gatherer commits them
            enqueue(to[first : first + 64])
        queued = time.perf_counter()
        drainer.run(threading.Event())
        ended = time.perf_counter()
        with engine.connect() as connection:
            states = dict(
                connection.execute(select(models.Message.state, func.count()).group_by(models.Message.state)).all()
            )
        if set(states) != {"sent"}:
            sys.exit(f"FAILED: not all settled: {states}")
        return {"all": ended - started, "drain": ended - queued}

    return send


def compare(rounds: int, ordinary_count: int, our_count: int) -> None:
    pipe, end = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    sink = context.Process(target=run_sink, args=(end,), daemon=True)
    sink.start()
    end.close()
    port = pipe.recv()
    rates: dict[str, list[float]] = {"Flask-Mail": [], "ours, all": [], "ours, drain": []}
    with tempfile.TemporaryDirectory() as folder:
        ordinary, ours = flask_mail_way(port), our_way(port, Path(folder))
        for number in range(rounds + 1):
            first, second = recipients(ordinary_count), recipients(our_count)
            took = ordinary(first)
            check(pipe, first)
            our_took = ours(second)
            check(pipe, second)
            if number:  # the first round warms up
                rates["Flask-Mail"].append(ordinary_count / took["all"])
                rates["ours, all"].append(our_count / our_took["all"])
                rates["ours, drain"].append(our_count / our_took["drain"])
    pipe.close()
    sink.join(5)
    report(rates)


def report(rates: dict[str, list[float]]) -> None:
    base = rates["Flask-Mail"]
    for name, values in rates.items():
        ratio = statistics.median(value / other for value, other in zip(values, base, strict=True))
        print(f"{name:<12} {statistics.median(values):8.0f} mails/s   {ratio:5.1f} x", flush=True)
    print(f"{len(base)} rounds, every mail arrived once")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ordinary", type=int, default=400, help="mails per round through Flask-Mail")
    parser.add_argument("--ours", type=int, default=3000, help="mails per round through the outbox")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    compare(given.rounds, given.ordinary, given.ours)


if __name__ == "__main__":
    main()
