"""A small load generator over plain sockets: keep-alive connections in threads of a second process.

It is written for speed, not for generality: the generator must not be what is measured. Only ever aimed at 127.0.0.1.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Result:
    """What one run gave. Times in seconds."""

    seconds: float
    times: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The time that `share` of the requests did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass
class _Connection:
    sock: socket.socket
    received: bytearray = field(default_factory=bytearray)
    expected: int | None = None
    sent_at: float = 0.0


def run(port: int, requests: list[bytes], connections: int, status: int) -> Result:
    """Send `requests` over so many connections, each waiting for its answer; one without `status` is wrong."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=lambda: theirs.send(_drive(port, requests, connections, status)))
    process.start()
    result: Result = ours.recv()
    process.join()
    return result


def _drive(port: int, requests: list[bytes], connections: int, status: int) -> Result:
    selector = selectors.DefaultSelector()
    waiting = iter(requests)
    prefix = f"HTTP/1.1 {status}".encode()
    result = Result(0.0)
    open_now = 0
    start = time.perf_counter()
    for _ in range(min(connections, len(requests))):
        sock = socket.create_connection(("127.0.0.1", port), timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(sock)
        selector.register(sock, selectors.EVENT_READ, connection)
        connection.sent_at = time.perf_counter()
        sock.sendall(next(waiting))
        open_now += 1
    while open_now:
        events = selector.select(timeout=30)
        if not events:
            result.wrong += open_now
            break
        for key, _mask in events:
            connection = key.data
            if not _finished(connection):
                continue
            now = time.perf_counter()
            result.times.append(now - connection.sent_at)
            if not connection.received.startswith(prefix):
                result.wrong += 1
            connection.received.clear()
            connection.expected = None
            following = next(waiting, None)
            if following is None:
                selector.unregister(connection.sock)
                connection.sock.close()
                open_now -= 1
            else:
                connection.sent_at = time.perf_counter()
                connection.sock.sendall(following)
    result.seconds = time.perf_counter() - start
    return result


def _finished(connection: _Connection) -> bool:
    data = connection.sock.recv(262_144)
    if not data:
        raise ConnectionError("the server closed a connection in the middle of the run")
    connection.received += data
    if connection.expected is None:
        end = connection.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        connection.expected = end + 4 + _length(bytes(connection.received[:end]).lower())
    return len(connection.received) >= connection.expected


def _length(head: bytes) -> int:
    at = head.find(b"content-length:")
    if at < 0:
        return 0
    return int(head[at + 15 :].split(b"\r\n", 1)[0])


def get(path: str) -> bytes:
    """A GET as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """A form's POST as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def wait_until(ready: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for a condition, at most so long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("not ready in time")
        time.sleep(0.05)
