"""The list of signatures as CSV, against two baselines in the same run: `python -m bench.export --rows 1000000`.

`limit` is what SQLite and Python's csv module do with the same rows without opening a single sealed value. `naive`
reads them one by one through the ORM into one string. Each runs in a process of its own, so that memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import io
import multiprocessing
import os
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from campaign.app import create_app
from campaign.config import Config
from campaign.db import atomic
from campaign.db.base import table_of
from campaign.demo.service import load
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.operating.migrating import migrate
from campaign.people import service as people
from campaign.people.models import Person
from campaign.petitions import service
from campaign.petitions.export import COLUMNS, csv_chunks, guard
from campaign.petitions.models import Petition, PetitionText, Signature, Status

Measured = tuple[int, float, float, float]
"""Rows, seconds, seconds to the first byte, peak memory in MB."""


def main() -> None:
    """Fill a database, run the three, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        config = Config.from_env({"CAMPAIGN_INSTANCE": name})
        _fill(config, rows)
        few = min(rows, 20_000)
        results = {
            "limit": _apart(_limit, config, rows),
            "ours": _apart(_ours, config, rows),
            "naive": _apart(_naive, config, few),
        }
    for label, (count, seconds, first, peak) in results.items():
        print(
            f"{label:<6} {count:>9,} rows  {count / seconds:>9,.0f}/s  first byte {first:6.3f} s  peak {peak:6.0f} MB"
        )
    speed = {label: count / seconds for label, (count, seconds, _f, _p) in results.items()}
    print(f"ours is {speed['ours'] / speed['limit']:.2f} of the limit and {speed['ours'] / speed['naive']:.1f} x naive")
    if results["ours"][0] != rows:
        raise SystemExit("rows were lost: no result")


def _fill(config: Config, rows: int) -> None:
    app = create_app(config)
    migrate(app)
    vault, now = app.extensions["campaign.vault"], clock.now()
    with app.app_context(), atomic() as session:
        load(session, now)
        petition = session.scalars(select(Petition)).one()
        text = session.scalars(select(PetitionText)).one()
        target = service.Target(petition.id, petition.campaign_id, text.id)
        connection = session.connection()
        for start in range(0, rows, 5000):
            batch = range(start, min(start + 5000, rows))
            persons, signatures = [], []
            for number in batch:
                email = f"signer.{number}@example.org"
                index = people.email_index(vault, target.campaign_id, email)
                persons.append({"id": number + 1} | people.new_row(vault, target.campaign_id, index, email, "en", now))
                form = _form(number, email)
                mailbox = people.mailbox_index(vault, target.campaign_id, email)
                row = service.new_row(vault, new_uid(), target, form, mailbox, now)
                signatures.append(row | {"person_id": number + 1, "status": Status.CONFIRMED, "confirmed_at": now})
            connection.execute(insert(table_of(Person)), persons)
            connection.execute(insert(table_of(Signature)), signatures)
    app.extensions["campaign.store"].engine.dispose()


def _form(number: int, email: str) -> service.Submission:
    return service.Submission(
        given_name=f"Аляксандра {number}",
        family_name="Kowalska-Müller",
        email=email,
        canonical=email,
        country="PL",
        postal_code="00-950",
        comment="They must be free." if number % 3 == 0 else "",
        show_name=True,
        deliver_name=True,
        updates=False,
        language="en",
    )


def _apart(run: Callable[[Config, int], tuple[int, float, float]], config: Config, rows: int) -> Measured:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(run, config, rows, theirs))
    process.start()
    measured: Measured = ours.recv()
    process.join()
    return measured


def _measure(run: Callable[[Config, int], tuple[int, float, float]], config: Config, rows: int, pipe: Pipe) -> None:
    count, seconds, first = run(config, rows)
    pipe.send((count, seconds, first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _ours(config: Config, _rows: int) -> tuple[int, float, float]:
    app = create_app(config)
    start, first, count = time.perf_counter(), 0.0, 0
    with Path(os.devnull).open("wb") as file:
        for chunk in csv_chunks(app.extensions["campaign.store"].engine, app.extensions["campaign.vault"], 1):
            first = first or time.perf_counter() - start
            file.write(chunk.data)
            count += chunk.rows
    return count, time.perf_counter() - start, first


def _limit(config: Config, _rows: int) -> tuple[int, float, float]:
    path = config.database_url.removeprefix("sqlite:///")
    start, first, count = time.perf_counter(), 0.0, 0
    with sqlite3.connect(path) as connection, Path(os.devnull).open("w") as file:
        writer = csv.writer(file)
        query = (
            "SELECT id, confirmed_at, country, given_name, family_name, postal_code, comment, deliver_name, show_name, "
            "text_id FROM signatures WHERE petition_id = 1 AND status = 'confirmed' ORDER BY id"
        )
        cursor = connection.execute(query)
        while batch := cursor.fetchmany(2000):
            writer.writerows(batch)
            first = first or time.perf_counter() - start
            count += len(batch)
    return count, time.perf_counter() - start, first


def _naive(config: Config, rows: int) -> tuple[int, float, float]:
    app = create_app(config)
    vault = app.extensions["campaign.vault"]
    start, count = time.perf_counter(), 0
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    with Session(app.extensions["campaign.store"].engine) as session:
        session.scalar(select(func.count()).select_from(Signature))
        for row in session.scalars(select(Signature).order_by(Signature.id).limit(rows)).all():
            version = session.get(PetitionText, row.text_id)
            names = ("given_name", "family_name", "postal_code", "comment")
            cells = [guard(vault.open_optional(f"signatures.{n}", row.uid, getattr(row, n))) for n in names]
            writer.writerow([row.id, row.confirmed_at, row.country, *cells, row.deliver_name, version.sha256])
            count += 1
    seconds = time.perf_counter() - start
    return count, seconds, seconds


if __name__ == "__main__":
    main()
