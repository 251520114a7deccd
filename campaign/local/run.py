"""`campaign local`: prepare the data, run everything on free ports of this machine, say where it is."""

from __future__ import annotations

import fcntl
import http.client
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from campaign.config import ROOT, Config
from campaign.local.organiser import Organiser, local_organiser
from campaign.server.cli import web_command, worker_command
from campaign.server.ports import next_free
from campaign.server.supervisor import Process, Supervisor

HOST = "127.0.0.1"
PAGE_PORT = 8025
SMTP_PORT = 1025
PREPARE_WITHIN = 300
"""Seconds for the preparation; the first start makes the database and the demo's data."""
READY_WITHIN = 60
LOCK_WITHIN = 300


class CannotStart(Exception):
    """Something on the way to a running site failed; the message says what, and shows its output."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is: three ports of this machine, and the folder of the data."""

    web: int
    page: int
    smtp: int
    instance: Path

    @property
    def site_url(self) -> str:
        """The site, without a slash at its end."""
        return f"http://{HOST}:{self.web}"

    def env(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with this place's addresses. A real mail server is replaced: nothing leaves this machine."""
        return {
            **base,
            "CAMPAIGN_INSTANCE": str(self.instance),
            "CAMPAIGN_BASE_URL": self.site_url,
            "CAMPAIGN_SMTP_URL": f"smtp://{HOST}:{self.smtp}",
        }


def run_local(port: int, env: Mapping[str, str]) -> int:
    """Run until Ctrl-C; the exit code. Raises `CannotStart`, `ConfigError` and OSError (no free port)."""
    if importlib.util.find_spec("aiosmtpd") is None:
        raise CannotStart("This needs the packages of requirements/local.lock; `make run` installs them.")
    instance = Config.from_env(env).instance
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    started = time.monotonic()
    ready = threading.Event()
    with one_start_at_a_time() as unlock:
        click.echo("Preparing the database, the demo campaign and your login ...")
        organiser = local_organiser(instance)
        prepare(env, organiser)
        place = find_place(port, instance)  # not earlier: until it is listened on, anybody may take a free port
        if place.web != port:
            click.echo(f"Port {port} is taken; using {place.web}.")
        supervisor = Supervisor(processes(place, env))

        def announce() -> None:
            if wait_until_ready(place.web, deadline=time.monotonic() + READY_WITHIN):
                unlock()
                ready.set()
                click.echo(welcome(place, organiser, seconds=time.monotonic() - started))
            else:
                click.echo(f"The site did not get ready within {READY_WITHIN} seconds.", err=True)
                supervisor.stop(exit_code=1)

        code = supervisor.run(announce)
    click.echo(f"\nStopped. The data is in {_short(instance)}/." if ready.is_set() else "\nStopped.")
    return code


@contextmanager
def one_start_at_a_time() -> Iterator[Unlock]:
    """Let this user's starts wait for each other: two at once would find the same ports free.

    Those with the same data would also migrate the same database at the same time.
    """
    path = Path(tempfile.gettempdir()) / f"campaign-local-{os.getuid()}.lock"
    deadline = time.monotonic() + LOCK_WITHIN
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)) as file:
        said = False
        while not _lock(file.fileno()):
            if time.monotonic() > deadline:
                raise CannotStart(f"Another start has held {path} for {LOCK_WITHIN} seconds.")
            if not said:
                click.echo("Another start is under way; waiting for it ...")
                said = True
            time.sleep(0.1)
        yield Unlock(file.fileno())


@dataclass(frozen=True, slots=True)
class Unlock:
    """Call it to let the next start begin."""

    descriptor: int

    def __call__(self) -> None:
        """Give the lock back; once more does no harm."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)


def find_place(port: int, instance: Path) -> Place:
    """The first free ports from the usual ones on. OSError if there are none."""
    web = next_free(HOST, port)
    page = next_free(HOST, PAGE_PORT, taken=frozenset({web}))
    smtp = next_free(HOST, SMTP_PORT, taken=frozenset({web, page}))
    return Place(web=web, page=page, smtp=smtp, instance=instance)


def prepare(env: Mapping[str, str], organiser: Organiser) -> None:
    """Bring the database up to date, load the demo and see to the login. All is safe to repeat."""
    try:
        subprocess.run(
            (sys.executable, "-m", "campaign.local.prepare", organiser.email),
            env={**env, "CAMPAIGN_PASSWORD": organiser.password},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
            timeout=PREPARE_WITHIN,
        )
    except subprocess.CalledProcessError as error:
        raise CannotStart(f"The data could not be made ready:\n{error.stdout}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotStart(f"The data was not ready within {PREPARE_WITHIN} seconds.") from error


def processes(place: Place, env: Mapping[str, str]) -> list[Process]:
    """What runs, in the order of starting: the mail server first, the web last."""
    mails = (
        *(sys.executable, "-m", "campaign.local.mails"),
        *("--folder", str(place.instance / "mails")),
        *("--smtp-port", str(place.smtp)),
        *("--page-port", str(place.page)),
        *("--site-url", place.site_url),
    )
    own = place.env(env)
    return [
        Process("mails", mails, own),
        Process("worker", worker_command(), own),
        Process("web", web_command(HOST, place.web), own),
    ]


def wait_until_ready(port: int, *, deadline: float) -> bool:
    """Whether `/readyz` answers 200 before `deadline`, which is on the monotonic clock."""
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    return False


def welcome(place: Place, organiser: Organiser, *, seconds: float) -> str:
    """Where to look, and how to log in."""
    rows = [
        ("Site", f"{place.site_url}/"),
        ("Petition", f"{place.site_url}/petitions/free-viasna"),
        ("Organisers' desk", f"{place.site_url}/admin/"),
        ("  e-mail", organiser.email),
        ("  password", organiser.password),
        ("Mails sent", f"http://{HOST}:{place.page}/"),
    ]
    lines = "\n".join(f"  {label:<18}{value}" for label, value in rows)
    head = f"\nRunning after {seconds:.1f} s.\n\n{lines}\n\n"
    return f"{head}Ctrl-C stops; the data stays in {_short(place.instance)}/.\n"


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _short(path: Path) -> str:
    return os.fspath(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
