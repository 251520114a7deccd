"""The real thing in processes of its own, for tests: started by its own command, spoken to over HTTP and SMTP.

Nothing here decides by sleeping: what is waited for is a condition, with a deadline. Everything is on 127.0.0.1.
"""

from __future__ import annotations

import email
import email.policy
import http.client
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from flask import Flask
from sqlalchemy import text

from campaign.app import create_app
from campaign.config import Config
from campaign.db import atomic, store
from campaign.demo.service import load
from campaign.kit import clock
from campaign.people import service as people
from campaign.server import leash
from campaign.server.ports import next_free
from tests.browsing import FIELDS, PATH, hidden_fields, link
from tests.fakes.smtp import FakeSmtp
from tests.server.waiting import alive, eventually

CAMPAIGN = Path(sys.executable).with_name("campaign")
READY_WITHIN = 90
SMALL = 4_096
_LEASH, _LEASH_HELD = os.pipe()  # a `web` or `worker` ends when the test run is gone, however that ended
_FIRST_PORTS = itertools.count(10_000 + os.getpid() * 7 % 8_000)


def free_port() -> int:
    """A port where nobody listens; not the same twice in one run."""
    return next_free("127.0.0.1", next(_FIRST_PORTS))


class Program:
    """A running command. Its output goes to a file; nothing of it is left after `end`."""

    def __init__(self, *command: object, env: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(part) for part in command],
                env=_bare(os.environ) | dict(env) | {leash.VARIABLE: str(_LEASH)},
                pass_fds=(_LEASH,),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
            )

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self._popen.pid)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def family(self) -> list[psutil.Process]:
        """The processes it has started, and theirs."""
        try:
            return psutil.Process(self._popen.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def child(self, *words: str) -> psutil.Process | None:
        """The one that it started itself and whose command line ends with these words, if it runs now."""
        found = [process for process in self.process.children() if _ends_with(process, words)]
        assert len(found) <= 1, (words, found)
        return found[0] if found else None

    def listening(self, port: int) -> list[psutil.Process]:
        """The web server's processes among them, by the port they were given."""
        return [process for process in [self.process, *self.family()] if _serves(process, port)]

    def kill(self) -> None:
        """SIGKILL for it and all it has started, as when the power goes."""
        family = self.family()
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._popen.wait(timeout=30)
        eventually(lambda: not any(alive(process.pid) for process in family))

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self._popen.terminate()
        return self._popen.wait(timeout=30)

    def end(self) -> None:
        """Politely if possible; by force if not."""
        if self.running:
            with suppress(subprocess.TimeoutExpired):
                self.stop()
        self.kill()


@contextmanager
def no_room(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """A full disk for these processes: no write beyond the first bytes of a file succeeds (RLIMIT_FSIZE).

    A line in a log still can be written, a page of a database cannot.
    """
    before = [process.rlimit(psutil.RLIMIT_FSIZE) for process in processes]
    assert before
    try:
        for process, (_soft, hard) in zip(processes, before, strict=True):
            process.rlimit(psutil.RLIMIT_FSIZE, (SMALL, hard))
        yield
    finally:
        for process, limits in zip(processes, before, strict=True):
            with suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, limits)


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def place(self) -> str:
        """Where a redirect leads."""
        return self.headers.get("location", "")


class Visitor:
    """Somebody at the site without cookies or scripts, over a connection for each request."""

    def __init__(self, port: int, address: str | None = None, *, timeout: float = 30) -> None:
        """`address`: where the visitor seems to come from, if the site trusts 127.0.0.1 as its proxy."""
        self._port, self._timeout = port, timeout
        self._headers = {"X-Forwarded-For": address} if address else {}
        self._hidden: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        body = urlencode(fields or {})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign(self, address: str = "jo@example.org", **changes: str | None) -> Answer:
        """Fill in the petition's form and post it; the page is loaded once. A field that is None is left out."""
        if not self._hidden:
            page = self.get(PATH)
            assert page.status == 200
            self._hidden = hidden_fields(page.text)
        fields = FIELDS | self._hidden | {"email": address} | changes
        return self.post(PATH, {name: value for name, value in fields.items() if value is not None})

    def count(self) -> int:
        """The public count."""
        answer = self.get(f"{PATH}/count.json")
        assert answer.status == 200
        return int(answer.text.partition('"count":')[2].split(",")[0])

    def _ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        try:
            connection.request(method, path, body, self._headers | dict(headers or {}))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()


@dataclass(frozen=True)
class Stored:
    """What the database holds about one address: the signature's status, its consents, its mails' kinds and states."""

    status: str
    consents: int
    mails: tuple[tuple[str, str], ...]


@dataclass
class Site:
    """A copy of the site in a folder of its own. `database_url`: migrated and empty; the demo is loaded into it."""

    folder: Path
    database_url: str
    smtp_port: int
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    programs: list[Program] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "instance").mkdir(parents=True, exist_ok=True)
        self.app = create_app(Config.from_env(self.env))
        with self.looking(), atomic() as session:
            load(session, clock.now())

    @property
    def env(self) -> dict[str, str]:
        return {
            "CAMPAIGN_INSTANCE": str(self.folder / "instance"),
            "CAMPAIGN_DATABASE_URL": self.database_url,
            "CAMPAIGN_BASE_URL": f"http://127.0.0.1:{self.port}",
            "CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "CAMPAIGN_RATE_LIMITS": "off",
        } | self.settings

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    def start(self, *command: object) -> Program:
        """Run a command of `campaign`, with a log named after it."""
        return self.run(CAMPAIGN, *command)

    def run(self, *command: object) -> Program:
        """Run any command with this site's settings."""
        log = self.folder / f"{len(self.programs)}.log"
        program = Program(*command, env=self.env, log=log)
        self.programs.append(program)
        return program

    def web(self) -> Program:
        """`campaign web`, answering."""
        program = self.start("web", "--port", self.port)
        self.wait_until_ready(program)
        return program

    def worker(self) -> Program:
        """`campaign worker`. It begins with whatever waits."""
        return self.start("worker")

    def wait_until_ready(self, program: Program) -> None:
        """Return when the site answers and has its database."""

        def ready() -> bool:
            assert program.running, program.log
            return self.visitor().get("/readyz").status == 200

        eventually(ready, within=READY_WITHIN)

    def visitor(self, **options: Any) -> Visitor:
        return Visitor(self.port, **options)

    @contextmanager
    def looking(self) -> Iterator[Flask]:
        """The application in this process, for a look into the database; lets go of it afterwards."""
        with self.app.app_context():
            try:
                yield self.app
            finally:
                store().engine.dispose()

    def rows(self, query: str, **values: object) -> list[Any]:
        with self.looking(), store().engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def one(self, query: str, **values: object) -> Any:
        return self.rows(query, **values)[0][0]

    def stored(self) -> dict[str, Stored]:
        """By address, everybody in the database. Fails where a part is missing or belongs to nothing."""
        signatures = self.rows("SELECT uid, person_id, status FROM signatures WHERE person_id IS NOT NULL")
        persons = [row.id for row in self.rows("SELECT id FROM persons ORDER BY id")]
        assert sorted(row.person_id for row in signatures) == persons
        consents, mails = self._by_signature()
        assert consents.keys() | mails.keys() <= {bytes(row.uid) for row in signatures}
        addresses = self._addresses(persons)
        return {
            addresses[row.person_id]: Stored(
                row.status, consents.get(bytes(row.uid), 0), tuple(mails.get(bytes(row.uid), ()))
            )
            for row in signatures
        }

    def _by_signature(self) -> tuple[dict[bytes, int], dict[bytes, list[tuple[str, str]]]]:
        consents = {bytes(row[0]): row[1] for row in self.rows("SELECT origin, count(*) FROM consents GROUP BY origin")}
        mails: dict[bytes, list[tuple[str, str]]] = {}
        for row in self.rows("SELECT topic, kind, state FROM messages ORDER BY id"):
            mails.setdefault(bytes(row.topic), []).append((row.kind, row.state))
        return consents, mails

    def _addresses(self, persons: list[int]) -> dict[int, str]:
        with self.looking() as app, store().engine.connect() as connection:
            vault = app.extensions["campaign.vault"]
            return {person: people.email_of(connection, vault, person)[0] for person in persons}

    def close(self) -> None:
        """End everything that still runs, the youngest first."""
        for program in reversed(self.programs):
            program.end()
        with self.looking():
            pass


def sqlite_site(folder: Path, template: Path, smtp_port: int, **settings: str) -> Site:
    """A site on a copy of a migrated SQLite file."""
    database = folder / "instance" / "campaign.db"
    database.parent.mkdir(parents=True)
    shutil.copy(template, database)
    return Site(folder, f"sqlite:///{database}", smtp_port, settings)


def mail_to(server: FakeSmtp, address: str, *, number: int = 1, within: float = 90) -> EmailMessage:
    """The `number`th mail that the server took for `address`, waited for."""
    eventually(lambda: len(mails_to(server, address)) >= number, within=within)
    return mails_to(server, address)[number - 1]


def mails_to(server: FakeSmtp, address: str) -> list[EmailMessage]:
    """What the server took for `address` so far, opened."""
    contents = [mail.content for mail in list(server.mails) if mail.to == address]
    return [email.message_from_string(content, policy=email.policy.default) for content in contents]


def press_button(visitor: Visitor, server: FakeSmtp, address: str) -> Answer:
    """What a signer does with the first mail: open its link, press the button."""
    path = link(mail_to(server, address))
    page = visitor.get(path)
    assert page.status == 200
    return visitor.post(path, hidden_fields(page.text))


def _bare(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of the application that the caller may have."""
    return {name: value for name, value in environ.items() if not name.startswith("CAMPAIGN_")}


def _serves(process: psutil.Process, port: int) -> bool:
    """Whether it is the web server on `port`, or one of its workers: those are forked and bear its command line."""
    return _ends_with(process, ("--port", str(port))) and "web" in process.cmdline()


def _ends_with(process: psutil.Process, words: tuple[str, ...]) -> bool:
    with suppress(psutil.NoSuchProcess):
        return tuple(process.cmdline()[-len(words) :]) == words
    return False
