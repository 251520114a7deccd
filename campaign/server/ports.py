"""TCP ports of this machine: which can be listened on."""

from __future__ import annotations

import socket


def require_free(host: str, port: int) -> str:
    """The numeric address of `host` if `port` can be listened on there; else an OSError that says why not.

    Granian listens with SO_REUSEPORT: a second server on the same port would not fail but silently take half
    of the requests. So the port is tried here first, without that option.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # What the last run left in TIME_WAIT is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)
    return str(address[0])


def next_free(host: str, first: int, *, tries: int = 200, taken: frozenset[int] = frozenset()) -> int:
    """The first port from `first` on that is free and not in `taken`. OSError if none of `tries` is."""
    for port in range(first, min(first + tries, 65_536)):
        if port in taken:
            continue
        try:
            require_free(host, port)
        except OSError:
            continue
        return port
    raise OSError(f"No free port between {first} and {first + tries - 1} on {host}.")
