"""Does the time of the answer tell whether an address is known? `python -m bench.timing`.

Signs with new, pending, confirmed and refused addresses in random order over one connection, and prints for each kind
against the new ones how often a guess from the time alone would be right: 0.50 is a coin toss.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import urllib.parse
from pathlib import Path

from bench import load
from bench.petition import FORM, PATH, hidden_fields
from bench.sites import ours

KINDS = ("new", "pending", "confirmed", "refused")


def main() -> None:
    """Prepare the addresses, time the answers, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=400)
    each = parser.parse_args().each
    with tempfile.TemporaryDirectory() as name, ours(Path(name)) as port:
        fields = FORM | hidden_fields(port)
        _prepare(port, fields, Path(name) / "campaign.db", each)
        times = _time(port, fields, each)
    for kind in KINDS:
        middle, spread = statistics.median(times[kind]), statistics.stdev(times[kind])
        right = _guess(times["new"], times[kind])
        print(f"{kind:<10} median {middle * 1e3:6.2f} ms  spread {spread * 1e3:6.2f} ms  guess against new {right:.2f}")


def _post(fields: dict[str, str], email: str) -> bytes:
    return load.post(PATH, urllib.parse.urlencode(fields | {"email": email}).encode())


def _prepare(port: int, fields: dict[str, str], database: Path, each: int) -> None:
    for kind in KINDS[1:]:
        result = load.run(port, [_post(fields, f"{kind}.{n}@example.org") for n in range(each)], 8, 303)
        if result.wrong:
            raise SystemExit("signing failed: no result")
        with sqlite3.connect(database, timeout=10) as connection:
            if kind == "confirmed":
                connection.execute(
                    "UPDATE signatures SET status = 'confirmed', confirmed_at = created_at WHERE id > ?", (each,)
                )
            if kind == "refused":
                connection.execute(
                    "INSERT INTO refusals SELECT petition_id, mailbox_index, created_at FROM signatures WHERE id > ?",
                    (2 * each,),
                )


def _time(port: int, fields: dict[str, str], each: int) -> dict[str, list[float]]:
    order = [(kind, number) for kind in KINDS for number in range(each)]
    random.shuffle(order)
    result = load.run(port, [_post(fields, f"{kind}.{number}@example.org") for kind, number in order], 1, 303)
    if result.wrong:
        raise SystemExit(f"{result.wrong} answers differed: no result")
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for (kind, _number), seconds in zip(order, result.times, strict=True):
        times[kind].append(seconds)
    return times


def _guess(new: list[float], other: list[float]) -> float:
    """The share of right guesses with the best single threshold, in either direction."""
    best = 0.5
    for threshold in sorted(new + other):
        below = sum(t <= threshold for t in new) / len(new)
        other_below = sum(t <= threshold for t in other) / len(other)
        best = max(best, 0.5 + abs(below - other_below) / 2)
    return best


if __name__ == "__main__":
    main()
