"""Handing mails to the mail server: Flask-Mail's connection with timeouts, verified TLS and prepared messages.

Three things can go wrong, and they mean different things for the mail in hand:

`Unavailable`: the server cannot be used at present, or refuses *us* (connection, EHLO, STARTTLS, AUTH, MAIL FROM).
    Nothing was handed over, and no mail is to blame.
`Refused`: the server answered about *this* mail (RCPT, DATA): for good, or for now.
`Interrupted`: the connection ended while this mail was under way. If that was after its last byte and before the
    answer, nobody can know whether the server has it. RFC 5321, 3.8, says to act as if it had answered 451: the mail
    is tried again. A confirmation that comes twice (with the same Message-ID) is harmless, a lost one is not. Because
    a server that is only slow would make twins of this, the answer to the last byte is awaited for `END_SECONDS`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import select
import smtplib
import socket
import ssl
import threading
import time
from dataclasses import dataclass

import flask_mail
from flask import Flask

from campaign.config import Config, Smtp

COMMAND_SECONDS = 15.0
END_SECONDS = 120.0
IDLE_SECONDS = 30.0
_State = flask_mail._Mail  # noqa: SLF001 - the only name of what `init_app` returns
_BARE_END = re.compile(r"\r(?!\n)|(?<!\r)\n")
_UNSAFE = re.compile(r"[\s<>\x00-\x20\x7f-\x9f\ud800-\udfff]")
_CLOSING, _GO_AHEAD, _PERMANENT, _SMALLEST_CODE = 421, 354, 500, 200
_ABOUT_US = (530, 534, 535, 538)  # RFC 4954: log in first, or better; whatever command it answers


class Unavailable(Exception):
    """No mail can be handed over at present. `answer` is what the server said, or what happened instead."""

    def __init__(self, answer: str) -> None:
        super().__init__("mail server unavailable")
        self.answer = answer


class Refused(Exception):
    """The server does not take this mail, `permanent`ly or for now."""

    def __init__(self, answer: str, *, permanent: bool) -> None:
        super().__init__("mail refused")
        self.answer = answer
        self.permanent = permanent


class Interrupted(Exception):
    """The connection ended while the mail was under way; the server may or may not have it."""

    def __init__(self, answer: str) -> None:
        super().__init__("connection ended")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for the server, in seconds: for any answer, and for the answer after a mail's last byte."""

    command: float = COMMAND_SECONDS
    end: float = END_SECONDS


class Connection(flask_mail.Connection):
    """One connection to the mail server, kept open over many mails. For one thread at a time."""

    def __init__(self, mail: _State, ehlo_name: str, timeouts: Timeouts) -> None:
        """Remember the settings; `open` connects."""
        super().__init__(mail)  # type: ignore[arg-type] # Mail passes its state everywhere it says Mail
        self._ehlo_name = ehlo_name
        self._timeouts = timeouts
        self._aborted = False
        self.used_at = 0.0

    def open(self) -> None:
        """Connect, encrypt and log in. Raises `Unavailable`."""
        try:
            self.host = self.configure_host()
        except smtplib.SMTPResponseException as error:
            raise Unavailable(_answer(error.smtp_code, error.smtp_error)) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable(_what(error)) from None

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """As Flask-Mail's, with timeouts, a checked certificate, and STARTTLS whenever the server offers it."""
        server, port = str(self.mail.server), int(self.mail.port)
        trusted = is_loopback(server)
        host: smtplib.SMTP | smtplib.SMTP_SSL
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(
                server, port, self._ehlo_name, timeout=self._timeouts.command, context=_tls(trusted=trusted)
            )
        else:
            host = smtplib.SMTP(server, port, self._ehlo_name, timeout=self._timeouts.command)
        try:
            if host.sock is not None:
                host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self.mail.use_ssl:
                _start_tls(host, trusted=trusted, required=bool(self.mail.username) and not trusted)
            host.ehlo_or_helo_if_needed()
            if self.mail.username:
                host.login(self.mail.username, self.mail.password or "")
        except BaseException:
            host.close()
            raise
        return host

    def is_fresh(self) -> bool:
        """Whether the kept-open connection was used lately and the server has said nothing since (421, or its end)."""
        sock = self.host.sock if self.host else None
        if sock is None or time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        return not select.select([sock], [], [], 0)[0]

    def close(self) -> None:
        """Say goodbye without waiting for the answer, and close."""
        host, self.host = self.host, None
        if host is not None and host.sock is not None:
            try:
                host.sock.settimeout(1)
                host.sock.sendall(b"QUIT\r\n")
            except OSError:
                pass
            host.close()

    def abort(self) -> None:
        """From another thread: make whatever this connection is waiting for fail now."""
        self._aborted = True
        sock = self.host.sock if self.host else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def send_prepared(self, sender: str, to: str, content: str) -> None:
        """Hand over one mail; the server has taken it when this returns. Opens the connection if need be.

        `content` is a whole message. Raises `Unavailable`, `Refused` or `Interrupted`. If a kept-open connection turns
        out to be dead or worn out before the server has accepted anything of this mail, a new one is tried at once.
        """
        if _UNSAFE.search(to) or not to:
            raise Refused("not sent: the address has characters that no address has", permanent=True)
        data = _stuffed(content).encode()
        reused = self._is_open()
        try:
            self._send(sender, to, data)
        except Unavailable:
            if not reused or self._aborted:
                raise
            self._send(sender, to, data)

    def _is_open(self) -> bool:
        return self.host is not None and self.host.sock is not None

    def _send(self, sender: str, to: str, data: bytes) -> None:
        if not self._is_open():
            self.open()
        host = self.host
        if host is None or self._aborted:
            raise Unavailable("stopping")
        option = _mail_option(host, sender, to, data)
        commands = (f"MAIL FROM:<{sender}>{option}\r\n".encode(), f"RCPT TO:<{to}>\r\n".encode(), b"DATA\r\n")
        try:
            _judge_envelope(host, _envelope(host, commands))
            self._transmit(host, data)
        except (Unavailable, Interrupted):
            self.close()
            raise
        except Refused:
            self._begin_anew(host)
            raise
        self.used_at = time.monotonic()
        self.num_emails += 1

    def _transmit(self, host: smtplib.SMTP, data: bytes) -> None:
        try:
            if host.sock is not None:
                host.sock.settimeout(self._timeouts.end)
            host.send(data)
            code, text = host.getreply()
            if host.sock is not None:
                host.sock.settimeout(self._timeouts.command)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise Interrupted(f"after DATA: {_what(error)}") from None
        if _good(code):
            return
        if code < _SMALLEST_CODE:
            raise Interrupted("after DATA: an answer that is not SMTP")
        raise _refused(code, text)

    def _begin_anew(self, host: smtplib.SMTP) -> None:
        """After a refusal: RSET, so that the next mail finds no half-finished one."""
        try:
            if _good(host.rset()[0]):
                self.used_at = time.monotonic()
                return
        except (smtplib.SMTPServerDisconnected, OSError):
            pass
        self.close()


class Transport:
    """The connections of this process. `take` one, use it, `give_back`: it stays open for the next `IDLE_SECONDS`."""

    def __init__(self, mail: _State, sender: str, ehlo_name: str, timeouts: Timeouts | None = None) -> None:
        """`mail` is Flask-Mail's state, `sender` the envelope sender of every mail."""
        self.sender = sender
        self._mail = mail
        self._ehlo_name = ehlo_name
        self._timeouts = timeouts or Timeouts()
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def take(self) -> Connection:
        """A connection for the calling thread: one still open, or a new one that opens at its first mail."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return Connection(self._mail, self._ehlo_name, self._timeouts)
            if connection.is_fresh():
                return connection
            connection.close()

    def give_back(self, connection: Connection) -> None:
        """Keep the connection for whoever takes it next, if it is open."""
        if connection.is_fresh():
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()

    def close_idle(self, *, every: bool = False) -> None:
        """Close the kept-open connections that were not used for a while, or all of them."""
        with self._lock:
            old = [connection for connection in self._idle if every or not connection.is_fresh()]
            self._idle = [connection for connection in self._idle if connection not in old]
        for connection in old:
            connection.close()


def make_transport(app: Flask, config: Config, timeouts: Timeouts | None = None) -> Transport:
    """Set Flask-Mail up with our settings, and make the transport that connects through it."""
    smtp: Smtp = config.smtp
    app.config.update(
        MAIL_SERVER=smtp.host,
        MAIL_PORT=smtp.port,
        MAIL_USE_SSL=smtp.implicit_tls,
        MAIL_USE_TLS=False,  # `configure_host` uses STARTTLS by what the server offers
        MAIL_USERNAME=smtp.username,
        MAIL_PASSWORD=smtp.password,
        MAIL_DEFAULT_SENDER=config.mail_from,
        MAIL_SUPPRESS_SEND=False,
    )
    mail = flask_mail.Mail(app)
    if mail.state is None:
        raise AssertionError("Flask-Mail was given an application")
    name = config.host if "." in config.host and not is_loopback(config.host) else "[127.0.0.1]"
    return Transport(mail.state, config.mail_from, name, timeouts)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, so that nobody stands between."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _start_tls(host: smtplib.SMTP, *, trusted: bool, required: bool) -> None:
    host.ehlo_or_helo_if_needed()
    if host.has_extn("starttls"):
        host.starttls(context=_tls(trusted=trusted))
    elif required:
        raise smtplib.SMTPException("STARTTLS is not offered, and the password is not sent in clear")


def _tls(*, trusted: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trusted:  # a mail server on this machine seldom has a certificate for its name, and nobody stands between
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _mail_option(host: smtplib.SMTP, sender: str, to: str, data: bytes) -> str:
    if to.isascii() and sender.isascii() and data.isascii():
        return ""
    if host.has_extn("smtputf8"):
        return " BODY=8BITMIME SMTPUTF8"
    raise Refused("not sent: the mail server does not support addresses in this script (SMTPUTF8)", permanent=True)


def _envelope(host: smtplib.SMTP, commands: tuple[bytes, ...]) -> list[tuple[int, bytes]]:
    """The answers to MAIL, RCPT and DATA, up to the first refusal; all at once if the server takes it so (RFC 2920)."""
    together = host.has_extn("pipelining")
    answers: list[tuple[int, bytes]] = []
    try:
        if together:
            host.send(b"".join(commands))
        for command in commands:
            if not together:
                host.send(command)
            answers.append(host.getreply())
            if answers[-1][0] == _CLOSING or not (together or _good(answers[-1][0])):
                break
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        if not answers:
            raise Unavailable(_what(error)) from None
        raise Interrupted(_what(error)) from None
    return answers


def _judge_envelope(host: smtplib.SMTP, answers: list[tuple[int, bytes]]) -> None:
    """Return if the server now waits for the mail."""
    mail, rcpt, data = (*answers, None, None)[:3]
    if mail is None or not _good(mail[0]):
        raise Unavailable(_answer(*(mail or (0, b""))))
    if rcpt is not None and _good(rcpt[0]) and data is not None and data[0] == _GO_AHEAD:
        return
    if data is not None and data[0] == _GO_AHEAD:  # it wants a mail for nobody: an empty one ends this (RFC 2920, 3.1)
        try:
            host.send(b".\r\n")
            host.getreply()
        except (smtplib.SMTPServerDisconnected, OSError):
            host.close()
    guilty = rcpt if rcpt is not None and not _good(rcpt[0]) else data
    raise _refused(*(guilty or (_CLOSING, b"")))


def _refused(code: int, text: bytes) -> Unavailable | Refused:
    """What a refusal at RCPT or later means. Status 5.7.x (RFC 3463) is policy: often about us, so never for good."""
    answer = _answer(code, text)
    if code in _ABOUT_US:
        return Unavailable(answer)
    return Refused(answer, permanent=code >= _PERMANENT and not text.startswith(b"5.7."))


def _good(code: int) -> bool:
    return code // 10 == 25  # noqa: PLR2004 - 250 to 259


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"[:500]


def _what(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _stuffed(content: str) -> str:
    """`content` as DATA sends it: CRLF everywhere (a bare CR or LF could smuggle commands), dots doubled, the end."""
    if not content.count("\r\n") == content.count("\n") == content.count("\r"):
        content = _BARE_END.sub("\r\n", content)
    content = content.replace("\r\n.", "\r\n..")
    start = "." if content.startswith(".") else ""
    return f"{start}{content}.\r\n" if content.endswith("\r\n") else f"{start}{content}\r\n.\r\n"
