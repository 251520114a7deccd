"""The process that catches mails and shows them: `python -m campaign.local.mails`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from campaign.local.catcher import start_catcher
from campaign.local.folder import MailFolder
from campaign.local.pages import create_pages
from campaign.server import leash

HOST = "127.0.0.1"


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the list asks for itself every five seconds."""


@click.command()
@click.option("--folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--smtp-port", required=True, type=int)
@click.option("--page-port", required=True, type=int)
@click.option("--site-url", required=True)
def main(folder: Path, smtp_port: int, page_port: int, site_url: str) -> None:
    """Catch mails and show them until SIGTERM or SIGINT."""
    leash.hold()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    mails = MailFolder(folder)
    pages = make_server(HOST, page_port, create_pages(mails, site_url), threaded=True, request_handler=_Silent)
    catcher = start_catcher(mails, smtp_port)
    threading.Thread(target=pages.serve_forever, name="pages", daemon=True).start()
    stopped.wait()
    catcher.stop()
    pages.shutdown()
    pages.server_close()


if __name__ == "__main__":
    main()
