"""A bound on how many slow senders can keep the web threads busy.

The server hands a request over when its head has arrived; reading the body waits in a web thread for as long as the
client takes. Without
a bound, as many clients as there are threads could stop the site by sending one byte a minute. So bodies are read
here, at most so many at once, and few per client; whoever comes above that is asked to come back. Pages stay up.
A reverse proxy that buffers requests makes this moot.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from campaign.config import Network
from campaign.web.client import client_address, client_network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAIT_SECONDS = 1.0
"""How long a request waits for its turn to be read; bodies that arrive with their head take a moment only."""
LARGEST = 8 * 1024 * 1024
"""Bodies above this are not read at all: the application refuses them by their announced length."""
_BUSY = b"Too many requests are being received at this moment. Nothing was stored; please try again in a few seconds.\n"


class BodyGate:
    """WSGI layer: reads the bodies of requests, at most `most` at a time and five sixths of them of one client."""

    def __init__(
        self, app: WSGIApplication, most: int, trusted: tuple[Network, ...], wait: float = WAIT_SECONDS
    ) -> None:
        """`trusted`: proxies whose word about the client's address is believed."""
        self._app, self._most, self._trusted, self._wait = app, most, trusted, wait
        self._per_client = max(1, most * 5 // 6)
        self._reading = 0
        self._by_client: dict[str, int] = {}
        self._waiting = 0
        self._turn = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Read the body, if there is one and room for it, and pass the request on."""
        chunked = "HTTP_TRANSFER_ENCODING" in environ  # then nobody says how long it will be
        length = LARGEST + 1 if chunked else int(environ.get("CONTENT_LENGTH") or 0)
        if not (chunked or 0 < length <= LARGEST):
            return self._app(environ, start_response)
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        client = client_network(client_address(peer, forwarded, self._trusted))
        if not self._enter(client):
            status = HTTPStatus.SERVICE_UNAVAILABLE
            start_response(
                f"{status.value} {status.phrase}",
                [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "5"), ("Cache-Control", "no-store")],
            )
            return [_BUSY]
        try:
            body = environ["wsgi.input"].read(length)
        finally:
            self._leave(client)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        return self._app(environ, start_response)

    def _enter(self, client: str) -> bool:
        with self._turn:
            if not self._has_room(client) and not self._wait_for_room(client):
                return False
            self._reading += 1
            self._by_client[client] = self._by_client.get(client, 0) + 1
            return True

    def _wait_for_room(self, client: str) -> bool:
        self._waiting += 1
        try:
            return self._turn.wait_for(lambda: self._has_room(client), self._wait)
        finally:
            self._waiting -= 1

    def _has_room(self, client: str) -> bool:
        return self._reading < self._most and self._by_client.get(client, 0) < self._per_client

    def _leave(self, client: str) -> None:
        with self._turn:
            self._reading -= 1
            left = self._by_client.pop(client) - 1
            if left:
                self._by_client[client] = left
            if self._waiting:
                self._turn.notify_all()
