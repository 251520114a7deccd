"""An SMTP server that keeps every mail and delivers none. It stands in for a real one on one machine."""

from __future__ import annotations

import logging

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from campaign.local.folder import MailFolder
from campaign.server.ports import require_free

LARGEST_MAIL = 10 * 1024 * 1024
"""Bytes, announced as SIZE (RFC 1870)."""

_log = logging.getLogger(__name__)


class _Keep:
    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.original_content or b""
        try:
            self._folder.add(content)
        except OSError as error:
            _log.error("A mail could not be stored: %s", error.strerror)
            return "452 4.3.1 Insufficient system storage"
        return "250 2.0.0 Kept, and delivered to nobody"


def start_catcher(folder: MailFolder, port: int, *, host: str = "127.0.0.1") -> Controller:
    """Listen on `host`:`port` in a thread of its own, until its `stop()`. 8BITMIME and SMTPUTF8 are spoken.

    Raises OSError when the port is taken.
    """
    require_free(host, port)  # the controller would notice too, after five seconds
    controller = Controller(
        _Keep(folder),
        hostname=host,
        port=port,
        server_hostname="localhost",  # else the machine's name is looked up, which may take long
        ident="mail catcher",
        data_size_limit=LARGEST_MAIL,
        enable_SMTPUTF8=True,
    )
    try:
        controller.start()
    except OSError:
        controller.loop.close()
        raise
    return controller
