"""Confirming on an empty petition and on one with many signatures: `python -m bench.confirm --existing 2000000`.

The cost must not grow with what is there. Also checks that every press was counted once.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import urllib.parse
from pathlib import Path

from bench import load
from bench.petition import FORM, PATH, hidden_fields
from bench.sites import ours
from campaign.petitions.service import CONFIRM
from campaign.vault import Vault
from campaign.vault import load as load_keys

CONNECTIONS = 32
CROWD = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
INSERT INTO {table} SELECT {columns} FROM numbers
"""


def main() -> None:
    """Measure the two in alternation, print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--existing", type=int, default=200_000)
    parser.add_argument("--confirmations", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rates: dict[str, list[load.Result]] = {"empty": [], "full": []}
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        ours(Path(one)) as empty,
        ours(Path(two)) as full,
    ):
        _crowd(Path(two) / "campaign.db", arguments.existing)
        for number in range(arguments.rounds):
            for label, port, folder in (("empty", empty, Path(one)), ("full", full, Path(two))):
                rates[label].append(_round(port, folder, number, arguments.confirmations))
    for label, results in rates.items():
        rate = statistics.median(r.rate for r in results)
        p99 = statistics.median(r.quantile(0.99) for r in results)
        print(f"confirm  {label:<6} {rate:>8,.0f}/s   p99 {p99 * 1000:6.1f} ms")
    ratios = [b.rate / a.rate for a, b in zip(rates["empty"], rates["full"], strict=True)]
    print(f"with {arguments.existing:,} signatures: {statistics.median(ratios):.2f} of the rate on an empty petition")


def _round(port: int, folder: Path, number: int, count: int) -> load.Result:
    fields = FORM | hidden_fields(port)
    posts = [
        load.post(PATH, urllib.parse.urlencode(fields | {"email": f"r{number}.{n}@example.org"}).encode())
        for n in range(count)
    ]
    if load.run(port, posts, CONNECTIONS, 303).wrong:
        raise SystemExit("signing failed: no result")
    vault = Vault(load_keys(folder / "keys.json"))
    with sqlite3.connect(folder / "campaign.db", timeout=10) as connection:
        before = _tally(connection)
        uids = [row[0] for row in connection.execute("SELECT uid FROM signatures WHERE status = 'pending'")]
    presses = [load.post(f"/confirm/{vault.issue(CONFIRM, uid)}", b"x=") for uid in uids]
    result = load.run(port, presses, CONNECTIONS, 303)
    with sqlite3.connect(folder / "campaign.db", timeout=10) as connection:
        counted = _tally(connection) - before
    if result.wrong or counted != count:
        raise SystemExit(f"{result.wrong} wrong answers, {counted} of {count} counted: no result")
    return result


def _tally(connection: sqlite3.Connection) -> int:
    """Everything counted or about to be."""
    query = "SELECT (SELECT coalesce(sum(change), 0) FROM tally) + (SELECT sum(confirmed_count) FROM petitions)"
    return int(connection.execute(query).fetchone()[0])


def _crowd(database: Path, count: int) -> None:
    """Rows that are there but are nobody: as many index entries as the real ones would have."""
    persons = "n + 1000000, randomblob(16), 1, randomblob(32), randomblob(60), 'en', '2026-01-01 00:00:00.000000'"
    signatures = (
        "n + 1000000, randomblob(16), 1, n + 1000000, 1, 'confirmed', randomblob(40), randomblob(40), NULL, NULL, "
        "'PL', 0, 0, 0, 2, 0, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', NULL"
    )
    with sqlite3.connect(database, timeout=30) as connection:
        connection.execute(CROWD.format(table="persons", columns=persons), (count,))
        connection.execute(CROWD.format(table="signatures", columns=signatures), (count,))


if __name__ == "__main__":
    main()
