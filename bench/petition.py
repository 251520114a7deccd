"""Page and signature, ours against the naive application, in alternating rounds: `python -m bench.petition`.

Everything is on as in production (validation, form token, consents, text version, outbox, `synchronous=FULL`) except
the rate limit, which would refuse one machine that plays thousands. Fails when an answer is wrong or a signature is
missing, doubled or without its mail.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import re
import sqlite3
import statistics
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from bench import load
from bench.sites import free_port, naive, ours

CONNECTIONS = 32
PATH = "/petitions/free-viasna"
FORM = {
    "given_name": "Alaksandra",
    "family_name": "Kowalska",
    "country": "PL",
    "postal_code": "00-950",
    "comment": "They must be free.",
    "show_name": "y",
    "consent": "y",
}


class _Sink(asyncio.Protocol):
    """Takes every mail and forgets it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.data, self.buffer = transport, False, b""
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            if self.data:
                end = self.buffer.find(b"\r\n.\r\n")
                if end < 0:
                    return
                self.buffer, self.data = self.buffer[end + 5 :], False
                self.transport.write(b"250 ok\r\n")
                continue
            line, found, rest = self.buffer.partition(b"\r\n")
            if not found:
                return
            self.buffer = rest
            word = line[:4].upper()
            self.data = word == b"DATA"
            self.transport.write({b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))


def _sink(port: int) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Sink, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--signatures", type=int, default=3000, help="per round, ours; a fifth of it for the naive one")
    parser.add_argument("--pages", type=int, default=20_000, help="per round, ours; a twentieth for the naive one")
    arguments = parser.parse_args()
    smtp_port = free_port()
    sink = multiprocessing.get_context("fork").Process(target=_sink, args=(smtp_port,), daemon=True)
    sink.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ours(folder) as our_port, naive(folder, smtp_port) as naive_port:
            _pages(our_port, naive_port, arguments)
            _signatures(our_port, naive_port, arguments)
        _check(folder / "campaign.db", arguments.rounds * arguments.signatures)
    sink.terminate()


def _pages(our_port: int, naive_port: int, arguments: argparse.Namespace) -> None:
    theirs, mine = [], []
    for _ in range(arguments.rounds):
        theirs.append(load.run(naive_port, [load.get(PATH)] * (arguments.pages // 20), CONNECTIONS, 200))
        mine.append(load.run(our_port, [load.get(PATH)] * arguments.pages, CONNECTIONS, 200))
    _report("petition page", theirs, mine)


def _signatures(our_port: int, naive_port: int, arguments: argparse.Namespace) -> None:
    theirs, mine = [], []
    token = hidden_fields(our_port)
    for number in range(arguments.rounds):
        few = arguments.signatures // 5
        theirs.append(load.run(naive_port, _posts(FORM, few, f"n{number}"), CONNECTIONS, 303))
        mine.append(load.run(our_port, _posts(FORM | token, arguments.signatures, f"o{number}"), CONNECTIONS, 303))
    _report("sign", theirs, mine)


def _posts(fields: dict[str, str], count: int, label: str) -> list[bytes]:
    return [
        load.post(PATH, urllib.parse.urlencode(fields | {"email": f"{label}.{n}@example.org"}).encode())
        for n in range(count)
    ]


def hidden_fields(port: int) -> dict[str, str]:
    """The hidden fields of the petition's form, as a browser would send them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}") as answer:
        page = answer.read().decode()
    tags = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] for name, value in pairs if name and value}


def _report(what: str, theirs: list[load.Result], mine: list[load.Result]) -> None:
    for label, results in (("naive", theirs), ("ours", mine)):
        rate = statistics.median(r.rate for r in results)
        p50, p99 = (statistics.median(r.quantile(q) for r in results) * 1000 for q in (0.5, 0.99))
        print(f"{what:<14} {label:<6} {rate:>9,.0f}/s   p50 {p50:7.1f} ms   p99 {p99:7.1f} ms")
        wrong = sum(r.wrong for r in results)
        if wrong and label == "ours":
            raise SystemExit(f"{wrong} answers of {label} were wrong: no result")
        if wrong:
            print(f"{'':<14} {label:<6} {wrong} of its answers were wrong")
    ratios = sorted(b.rate / a.rate for a, b in zip(theirs, mine, strict=True))
    tails = sorted(a.quantile(0.99) / b.quantile(0.99) for a, b in zip(theirs, mine, strict=True))
    print(f"{what:<14} ratio  {statistics.median(ratios):9.1f} x   p99 {statistics.median(tails):.1f} x shorter\n")


def _check(database: Path, expected: int) -> None:
    with sqlite3.connect(database) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM signatures), (SELECT count(*) FROM persons),"
            " (SELECT count(DISTINCT topic) FROM messages), (SELECT count(*) FROM messages)"
        ).fetchone()
    if set(found) != {expected}:
        raise SystemExit(f"expected {expected} signatures, persons, topics and mails, found {found}: no result")
    print(f"{expected} signatures, each with one person and one mail: none lost, none doubled")


if __name__ == "__main__":
    main()
