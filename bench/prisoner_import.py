"""Bringing in a list of prisoners, of 5,000 rows and of 50,000: `python -m bench.prisoner_import`.

Each run has a process and a database of its own, so that peak memory is its own. Every row has a name, a birth date,
an arrest, charges, a verdict and one of 300 places. The same list is brought in twice: nothing may be left to do then.
Meanwhile somebody keeps asking for the turn to write, as a signer does, and the longest wait is printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from campaign.app import create_app
from campaign.config import Config
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.kit.tokens import new_uid
from campaign.operating.migrating import migrate
from campaign.prisoners.importing import running
from campaign.prisoners.importing.applying import Source
from campaign.prisoners.importing.comparing import Rules
from campaign.prisoners.importing.record import Record, RecordEvent, RecordFacility, RecordName
from campaign.prisoners.importing.survey import Survey
from campaign.prisoners.models import EventKind, ImportRun, Prisoner
from tests.databases import Postgres

MOST_SECONDS = 180
MOST_GROWTH = 1.15
SYLLABLES = ("ma", "ry", "na", "zo", "lak", "pio", "tr", "hro", "me", "bor", "sa", "dov", "ka", "li", "vé", "ny")
Measured = tuple[float, float, float, float]
"""Seconds of the first and of the second time, peak memory in MB, the longest wait of a signer in seconds."""


def main() -> None:
    """Run both sizes on the databases asked for, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    arguments = parser.parse_args()
    for kind in ("sqlite", "postgresql"):
        if arguments.database in {kind, "both"}:
            peaks = [_report(kind, rows) for rows in (arguments.rows // 10, arguments.rows)]
            print(f"{kind:<11} memory ratio {peaks[1] / peaks[0]:.2f}\n")
            if peaks[1] / peaks[0] > MOST_GROWTH:
                raise SystemExit("memory grows with the list: no result")


def _report(kind: str, rows: int) -> float:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        if kind == "sqlite":
            first, again, peak, wait = _apart(f"sqlite:///{name}/campaign.db", name, rows)
        else:
            with Postgres(Path(name)) as server:
                first, again, peak, wait = _apart(server.emptied_database(), name, rows)
    print(
        f"{kind:<11} {rows:>7,} rows  {rows / first:7,.0f}/s  {first:6.1f} s   again {again:5.1f} s   "
        f"peak {peak:5.0f} MB   a signer waited {wait:.2f} s at most",
        flush=True,
    )
    if first > MOST_SECONDS:
        raise SystemExit(f"slower than {MOST_SECONDS} s: no result")
    return peak


def _apart(database_url: str, folder: str, rows: int) -> Measured:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(database_url, folder, rows, theirs))
    process.start()
    measured: Measured = ours.recv()
    process.join()
    return measured


def _measure(database_url: str, folder: str, rows: int, pipe: Pipe) -> None:
    app = create_app(Config.from_env({"CAMPAIGN_INSTANCE": folder, "CAMPAIGN_DATABASE_URL": database_url}))
    migrate(app)
    waits: list[float] = [0.0]
    over = threading.Event()
    signer = threading.Thread(target=_sign, args=(app, waits, over))
    signer.start()
    try:
        first, counts = _bring(app, rows)
        if counts != {"new": rows}:
            raise SystemExit(f"not all rows were new ({dict(counts)}): no result")
        again, counts = _bring(app, rows)
        if counts != {"unchanged": rows}:
            raise SystemExit(f"the second time something changed ({dict(counts)}): no result")
    finally:
        over.set()
        signer.join()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Prisoner)) == rows
    pipe.send((first, again, peak, max(waits)))


def _sign(app: Flask, waits: list[float], over: threading.Event) -> None:
    with app.app_context():
        while not over.wait(0.05):
            start = time.perf_counter()
            with atomic() as session:
                session.execute(text("SELECT 1"))
            waits.append(time.perf_counter() - start)


def _bring(app: Flask, rows: int) -> tuple[float, Counter[str]]:
    start, vault = time.perf_counter(), app.extensions["campaign.vault"]
    now = clock.now()
    with app.app_context():
        work = running.Work(vault, Source("bench"), Rules(now.date()), Survey.of(_records(rows)))
        with atomic() as session:
            run = ImportRun(
                uid=new_uid(), list_name="bench", file_name="-", state="running", actor="bench", created_at=now
            )
            session.add(run)
            running.begin(session, run, now)
            run_id = run.id
        done = 0
        for chunk in running.chunks(_records(rows)):
            with atomic() as session:
                running.step(session, run_id, work, chunk, done, clock.now())
            done += len(chunk)
        with atomic() as session:
            run = session.get_one(ImportRun, run_id)
            running.finish(session, run, set(), clock.now())
            counts = Counter(run.counts)
        store().engine.dispose()
    return time.perf_counter() - start, counts


def _records(rows: int) -> Iterator[Record]:
    for number in range(rows):
        events = (
            RecordEvent(EventKind.ARREST, PartialDate(2020, 1 + number % 12, 1 + number % 28)),
            RecordEvent(
                EventKind.CHARGE,
                details={"articles": [{"code": "342", "text": "Art. 342"}, {"code": str(number % 400)}]},
            ),
            RecordEvent(EventKind.VERDICT, PartialDate(2021, 1 + number % 12), details=_sentence(1 + number % 15)),
            RecordEvent(
                EventKind.TRANSFER, facility=RecordFacility(f"Colony No. {number % 300}", f"Street {number % 300}")
            ),
        )
        yield Record(
            row=number + 1,
            names=(RecordName(_name(number), "en"), RecordName(f"{_name(number)} Łac", "be")),
            key=str(number),
            url=f"https://list.example/{number}",
            gender="female",
            country="BY",
            born=PartialDate(1950 + number % 50, 1 + number % 12, 1 + number % 28),
            about={"en": "Taken for what she wrote about the elections. " * 4},
            events=events,
            custody=True,
        )


def _name(number: int) -> str:
    """A name of two words that no other number has."""
    parts = [SYLLABLES[number // 16**place % 16] for place in range(4)]
    return f"{''.join(parts[:2]).title()} {''.join(parts[2:]).title()}{SYLLABLES[number % 7]}"


def _sentence(years: int) -> dict[str, object]:
    return {"sentence": {"kind": "imprisonment", "text": f"{years} years", "days": years * 365, "regime": "strict"}}


if __name__ == "__main__":
    main()
