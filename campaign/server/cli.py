"""Commands that run the site: `serve`, `web` and `worker`."""

from __future__ import annotations

import os
import socket
import sys

import click

from campaign.config import Config, ConfigError
from campaign.server import leash
from campaign.server.ports import require_free
from campaign.server.supervisor import Process, Supervisor
from campaign.vault import KeyRingError

HOST = "127.0.0.1"
PORT = 8000

_host = click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
_port = click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65_535))


def web_command(host: str, port: int) -> tuple[str, ...]:
    """The command line of the web server. It does not import the application before it forks its workers."""
    return (sys.executable, "-m", "campaign.server", "web", "--host", host, "--port", str(port))


def worker_command() -> tuple[str, ...]:
    """The command line of the worker."""
    return (sys.executable, "-m", "campaign.server", "worker")


@click.command()
@_host
@_port
def serve(host: str, port: int) -> None:
    """Run the web server and the worker together."""
    _check_settings()
    address = _address(host, port)
    click.echo(f"Listening on {_url(host, port)}. Ctrl-C stops.")
    processes = [
        Process("worker", worker_command(), os.environ),
        Process("web", web_command(address, port), os.environ),
    ]
    code = Supervisor(processes).run()
    click.echo("Stopped.")
    raise SystemExit(code)


@click.command()
@_host
@_port
def web(host: str, port: int) -> None:
    """Run the web server alone."""
    leash.hold()
    _check_settings()
    address = _address(host, port)
    from campaign.server.web import run_web  # noqa: PLC0415 - `worker` and `serve` need no web server

    run_web(address, port)


@click.command()
def worker() -> None:
    """Run the worker alone: mails, counting, reminders, purge."""
    leash.hold()
    _check_settings()
    from campaign.jobs import run_worker  # noqa: PLC0415 - `web` and `serve` need no worker
    from campaign.server.web import load_app, set_up_log  # noqa: PLC0415 - nor does `local` need a web server

    set_up_log()
    try:
        app = load_app()
    except (ConfigError, KeyRingError) as error:
        raise click.ClickException(str(error)) from error
    run_worker(app)


def _check_settings() -> None:
    from campaign.server.web import WebSettings  # noqa: PLC0415 - granian is slow to import

    try:
        Config.from_env(os.environ)
        WebSettings.from_env(os.environ)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _address(host: str, port: int) -> str:
    try:
        return require_free(host, port)
    except socket.gaierror as error:
        raise click.ClickException(f"There is no address {host!r} to listen on.") from error
    except PermissionError as error:
        raise click.ClickException(f"Port {port} is for the administrator; take one from 1024 on.") from error
    except OSError as error:
        reason = f"Cannot listen on {_url(host, port)}: {error.strerror}."
        raise click.ClickException(f"{reason} Try another --port.") from error


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


commands: list[click.Command] = [serve, web, worker]
