"""Starting the two sites that are compared: ours, and the naive one, each under granian on 127.0.0.1."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import wait_until

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def ours(folder: Path, database_url: str | None = None, threads: int = 32) -> Iterator[int]:
    """Our web server on a fresh database with the demo campaign, no worker; its port."""
    port = free_port()
    env = os.environ | {
        "CAMPAIGN_INSTANCE": str(folder),
        "CAMPAIGN_DATABASE_URL": database_url or f"sqlite:///{folder / 'campaign.db'}",
        "CAMPAIGN_BASE_URL": f"http://127.0.0.1:{port}",
        "CAMPAIGN_RATE_LIMITS": "off",
        "CAMPAIGN_WEB_THREADS": str(threads),
    }
    campaign = [str(Path(sys.executable).with_name("campaign"))]
    for command in ("migrate", "demo"):
        subprocess.run([*campaign, command], env=env, check=True, capture_output=True)
    with _process([*campaign, "web", "--port", str(port)], env, port, "/readyz"):
        yield port


@contextmanager
def naive(folder: Path, smtp_port: int, threads: int = 32) -> Iterator[int]:
    """The baseline on a fresh SQLite database; its port."""
    port = free_port()
    env = os.environ | {"NAIVE_DATABASE_URL": f"sqlite:///{folder / 'naive.db'}", "NAIVE_SMTP_PORT": str(smtp_port)}
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "bench.naive:create_app"),
        *("--port", str(port), "--blocking-threads", str(threads), "--log-level", "error", "--no-ws"),
    ]
    with _process(command, env, port, "/petitions/free-viasna"):
        yield port


@contextmanager
def _process(command: list[str], env: dict[str, str], port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        wait_until(lambda: _answers(port, path))
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
