"""A small real SMTP server that does as it is told, for tests: it accepts, refuses, dawdles, falls silent, hangs up."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Mail:
    """A mail the server took: envelope, and the message with its CRLF line ends and without the dots of DATA."""

    sender: str
    to: str
    content: str


@dataclass
class Behaviour:
    """What the server does; may be changed while it runs.

    `silent`: accepts connections and says nothing. `delay`: seconds before each answer. `greeting`, `ehlo`: first line
    of these answers. `mail`: answers to the next MAIL commands, then 250 again. `rcpt`: answers by address,
    `every_rcpt`
    to all others. `content`: answer after the last dot. `drops_in_data`: so many times, hang up after reading a whole
    mail without taking it. `drops_after_accept`: so many times, hang up after having taken a mail and said so.
    `drops_unsaid`: so many times, take a mail and hang up without having said so. `most`: so many connections at once,
    421 to the others.
    """

    silent: bool = False
    delay: float = 0.0
    greeting: str = "220 fake"
    ehlo: str = "250"
    mail: deque[str] = field(default_factory=deque)
    rcpt: dict[str, str] = field(default_factory=dict)
    every_rcpt: str = "250 2.1.5 ok"
    content: str = "250 2.0.0 taken"
    drops_in_data: int = 0
    drops_after_accept: int = 0
    drops_unsaid: int = 0
    most: int = 1000
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8")


class FakeSmtp:
    """Listens on 127.0.0.1:`port` between `start` and `stop`; `mails` is what it took."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.mails: list[Mail] = []
        self.connections = 0  # ever made
        self.commands: list[str] = []
        self.port = 0
        self.stopped = threading.Event()
        self._changed = threading.Condition()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        self.stopped.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False, backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Hang up on everybody and refuse connections from now on."""
        self.stopped.set()
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.hang_up()

    def hang_up(self) -> None:
        """End every open connection without a word."""
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def wait_for(self, count: int, seconds: float = 30) -> None:
        """Return when `count` mails were taken; AssertionError when that takes too long."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.mails) >= count, seconds), f"only {len(self.mails)} mails"

    def wait_until_alone(self, seconds: float = 30) -> None:
        """Return when every connection is over, and so all that was sent on it has been taken."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._open, seconds), "somebody is still connected"

    def wait_for_command(self, start: str, seconds: float = 30) -> None:
        """Return when some command began with `start`."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(c.startswith(start) for c in self.commands), seconds)

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(sock)
            threading.Thread(target=self._converse, args=(sock,), daemon=True).start()

    def _converse(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ConnectionError), sock, sock.makefile("rwb") as stream:
            if self.behaviour.silent:
                stream.read()
            elif len(self._open) > self.behaviour.most:
                sock.sendall(b"421 4.7.0 too many connections\r\n")
            else:
                _Conversation(self, sock, stream).hold()
        with self._changed:
            self._open.discard(sock)
            self._changed.notify_all()

    def note(self, *, command: str | None = None, mail: Mail | None = None) -> None:
        with self._changed:
            if command is not None:
                self.commands.append(command)
            if mail is not None:
                self.mails.append(mail)
            self._changed.notify_all()

    def spend(self, what: str) -> bool:
        """Whether one of the `drops_…` is left; it is used up."""
        with self._changed:
            left = getattr(self.behaviour, what)
            setattr(self.behaviour, what, max(0, left - 1))
            return left > 0


class _Conversation:
    def __init__(self, server: FakeSmtp, sock: socket.socket, stream) -> None:
        self.server = server
        self.sock = sock
        self.stream = stream
        self.sender: str | None = None
        self.to: str | None = None

    @property
    def does(self) -> Behaviour:
        return self.server.behaviour

    def hold(self) -> None:
        self.say(self.does.greeting)
        while line := self.stream.readline():
            command = line.decode().strip()
            self.server.note(command=command)
            if not self.answer(command):
                return

    def say(self, answer: str) -> None:
        if self.does.delay:
            self.server.stopped.wait(self.does.delay)
        self.sock.sendall(answer.encode() + b"\r\n")

    def answer(self, command: str) -> bool:
        verb = command[:4].upper()
        if verb == "EHLO":
            self.greet()
        elif verb == "MAIL":
            return self.mail(command)
        elif verb == "RCPT":
            self.rcpt(command)
        elif verb == "DATA":
            return self.data()
        elif verb == "RSET":
            self.sender = self.to = None
            self.say("250 ok")
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("502 5.5.1 not here")
        return True

    def greet(self) -> None:
        if self.does.ehlo != "250":
            self.say(self.does.ehlo)
            return
        lines = ["fake", *self.does.extensions]
        self.say("\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines))

    def mail(self, command: str) -> bool:
        if self.sender is not None:
            self.say("503 5.5.1 nested MAIL")
            return True
        answer = self.does.mail.popleft() if self.does.mail else "250 2.1.0 ok"
        if answer.startswith("250"):
            self.sender = command.partition("<")[2].partition(">")[0]
        self.say(answer)
        return not answer.startswith("421")

    def rcpt(self, command: str) -> None:
        to = command.partition("<")[2].partition(">")[0]
        answer = self.does.rcpt.get(to, self.does.every_rcpt) if self.sender is not None else "503 5.5.1 MAIL first"
        if answer.startswith("250"):
            self.to = to
        self.say(answer)

    def data(self) -> bool:
        if self.sender is None or self.to is None:
            self.say("503 5.5.1 RCPT first")
            return True
        self.say("354 go on")
        lines: list[bytes] = []
        while (line := self.stream.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b".") else line)
        if line == b"" or self.server.spend("drops_in_data"):
            return False
        mail = Mail(self.sender, self.to, b"".join(lines).decode())
        self.sender = self.to = None
        if not self.does.content.startswith("250"):
            self.say(self.does.content)
            return True
        if self.server.spend("drops_unsaid"):
            self.server.note(mail=mail)
            return False
        dropping = self.server.spend("drops_after_accept")
        if self.does.delay:
            self.server.stopped.wait(self.does.delay)
        self.server.note(mail=mail)
        self.sock.sendall(self.does.content.encode() + b"\r\n")
        return not dropping
