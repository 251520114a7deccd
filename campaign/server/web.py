"""The web server: granian, which parses HTTP in native code and calls the application in threads."""

from __future__ import annotations

import importlib.util
import logging
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from campaign.config import ROOT, Config, ConfigError
from campaign.server import leash
from campaign.server.body_gate import BodyGate
from campaign.vault import KeyRingError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONNECTIONS = 2_048
"""Open connections per process, idle ones included; more wait in the kernel's queue, and are not refused."""
HEADER_TIMEOUT = 15_000
"""Milliseconds for a request's head to arrive, which is also how long an idle connection is kept."""
STOP_WITHIN = 8
"""Seconds for running requests after SIGTERM; the supervisor waits a little longer than this."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How many processes serve the site, and how many requests each works on at a time."""

    workers: int = 1
    threads: int = 32

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> WebSettings:
        """Read `CAMPAIGN_WEB_WORKERS` and `CAMPAIGN_WEB_THREADS`. Raises `ConfigError`."""
        return cls(
            workers=_number(env, "CAMPAIGN_WEB_WORKERS", default=cls().workers, maximum=128),
            threads=_number(env, "CAMPAIGN_WEB_THREADS", default=cls().threads, maximum=512),
        )


def run_web(host: str, port: int, settings: WebSettings | None = None, *, root: Path = ROOT) -> None:
    """Serve the site on the numeric address `host` until SIGTERM or SIGINT; running requests are finished.

    The application is `app` in `root`'s wsgi.py, wherever the working directory is. There is no access log:
    addresses of pages carry secret tokens, and nobody's reading is our business.
    """
    settings = settings or WebSettings.from_env(os.environ)
    connections = _room_for(CONNECTIONS)
    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # HTTP/2 without TLS is spoken by nobody, and the limits below are HTTP/1's.
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT, max_buffer_size=64 * 1024),
        workers=settings.workers,
        blocking_threads=settings.threads,
        backlog=1_024,
        backpressure=connections,
        log_access=False,
        log_level=LogLevels.error,  # it would warn of more threads than cores; ours wait for the disk
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
    )
    server.serve(target_loader=partial(_load_in_worker, root, settings.threads), wrap_loader=False)


def set_up_log() -> None:
    """What the application has to say goes to standard error, as with the command `campaign`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for talkative in ("alembic", "huey"):  # a line for every job, several a second
        logging.getLogger(talkative).setLevel(logging.WARNING)


def load_app(root: Path = ROOT) -> Flask:
    """`app` of wsgi.py in `root`, which is the repository."""
    spec = importlib.util.spec_from_file_location("wsgi", root / "wsgi.py")
    if spec is None or spec.loader is None:
        raise ConfigError(f"There is no wsgi.py in {root}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Flask", module.app)


def without_server_name(app: WSGIApplication) -> WSGIApplication:
    """Say nothing about the software: granian names itself in answers that have no Server header."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            return start_response(status, [*headers, ("Server", "")], *rest)  # type: ignore[arg-type]  # what comes goes on as it is

        return app(environ, cast("StartResponse", start))

    return wrapped


def _load_in_worker(root: Path, threads: int) -> WSGIApplication:
    """Runs in each worker process. It must be a function of the module: macOS sends it there by its name."""
    if multiprocessing.parent_process() is not None:
        leash.hold_to_parent()
        # The handlers copied from the parent would swallow a signal that comes before granian sets its own.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C and a closed terminal are the parent's business
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    set_up_log()
    try:
        app = load_app(root)
        proxies = Config.from_env(os.environ).trusted_proxies
        gated = BodyGate(app, most=max(1, threads * 3 // 4), trusted=proxies)
        return without_server_name(gated)
    except (ConfigError, KeyRingError) as error:
        sys.stderr.write(f"campaign: {error}\n")
        raise SystemExit(1) from error


def _room_for(connections: int) -> int:
    """As many connections as the limit on open files has room for, after raising it as far as we may."""
    spare = 256  # database, mail, files
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + spare
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(64, min(connections, soft - spare))


def _number(env: Mapping[str, str], name: str, *, default: int, maximum: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= maximum:
        raise ConfigError(f"{name} must be a number from 1 to {maximum}, not {text!r}.")
    return int(text)
