"""Bringing in a roster of 3,000 persons, and finding members among 50,000: `python -m bench.chamber_import`.

Three runs, each on a fresh database: the import; the same file again, after which nothing may be left to do; and what
everybody writes first, the ORM row by row with one commit each, which keeps less (no search, no ends of mandates).
Meanwhile somebody keeps asking for the turn to write, as a signer does, and the longest wait is printed. Then a roster
of 50,000 is brought in and searched as the sign-up form does while somebody types.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from campaign.app import create_app
from campaign.chambers import queries
from campaign.chambers.bringing import bring
from campaign.chambers.models import Chamber, Mandate, Member, Party
from campaign.chambers.planning import plan_import
from campaign.chambers.plans import Wishes
from campaign.chambers.rosters.opening import read_roster
from campaign.chambers.service import Act
from campaign.config import Config
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.operating.migrating import migrate
from tests.databases import Postgres

MOST_SECONDS = 20
SYLLABLES = ("ma", "ry", "na", "zo", "lak", "pio", "tr", "hro", "me", "bor", "sa", "dov", "ka", "li", "vé", "ny")
LANGUAGES = ("en", "et", "ru", "de", "fr", "pl", "uk", "lv", "lt", "fi")
TYPED = ("ma", "mary", "zola me", "hrome bor", "li", "nobody")


def main() -> None:
    """Run on the databases asked for, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=3_000)
    parser.add_argument("--many", type=int, default=50_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    arguments = parser.parse_args()
    for kind in ("sqlite", "postgresql"):
        if arguments.database in {kind, "both"}:
            _report(kind, arguments.persons, arguments.many)


def _report(kind: str, persons: int, many: int) -> None:
    content = json.dumps(_document(persons)).encode()
    with _application(kind) as app:
        first, wait = _with_a_signer(app, lambda: _bring(app, content))
        again, _ = _with_a_signer(app, lambda: _bring(app, content))
        _demand(app, persons)
    with _application(kind) as app:
        naive = _seconds(lambda: _naively(app, content))
        _demand(app, persons)
    print(
        f"{kind:<11} {persons:,} persons, {len(content) / 1e6:.1f} MB: {first:.1f} s; again {again:.1f} s"
        f" ({again / first:.2f} of it); row by row {naive:.1f} s ({naive / first:.1f} times);"
        f" a signer waited {wait * 1000:.0f} ms at most"
    )
    if first > MOST_SECONDS:
        raise SystemExit(f"{first:.1f} s is more than {MOST_SECONDS}: no result")
    with _application(kind) as app:
        seconds = _seconds(lambda: _bring(app, json.dumps(_document(many, other_names=1)).encode()))
        print(f"{kind:<11} {many:,} persons: {seconds:.1f} s; typing finds in {_searched(app)}")


def _bring(app: Flask, content: bytes) -> None:
    with app.app_context():
        plan = plan_import(db.session(), read_roster(content), Wishes(), clock.now().date())
        db.session.rollback()
        bring(atomic, plan, "bench.json", Act("bench", clock.now()))


def _naively(app: Flask, content: bytes) -> None:
    """One object, one query and one commit for each row."""
    said = json.loads(content)
    with app.app_context():
        with atomic() as session:
            moment = clock.now()
            chamber = Chamber(slug="assembly", name="Assembly", country="EE", created_at=moment, updated_at=moment)
            session.add(chamber)
        for person in said["persons"]:
            with atomic() as session:
                if session.scalars(select(Member).where(Member.source_id == person["id"])).first() is None:
                    rest = {"other_names": {"names": person["other_names"]}, "updated_at": clock.now()}
                    session.add(Member(source_id=person["id"], name=person["name"], email=person["email"], **rest))
        for number, membership in enumerate(said["memberships"]):
            with atomic() as session:
                own = session.scalars(select(Chamber)).one()
                member = session.scalars(select(Member).where(Member.source_id == membership["person_id"])).one()
                group = membership["on_behalf_of_id"]
                party = session.scalars(select(Party).where(Party.source_id == group)).first()
                if party is None:
                    party = Party(chamber_id=own.id, source_id=group, name=group)
                    session.add(party)
                    session.flush()
                session.add(Mandate(chamber_id=own.id, member_id=member.id, party_id=party.id, source_key=str(number)))


def _searched(app: Flask) -> str:
    """Milliseconds of each text, the median of ten."""
    found = []
    with app.app_context():
        session, today = db.session(), clock.now().date()
        for text in TYPED:
            times = [_seconds(partial(queries.search_members, session, text, today, "en")) for _ in range(10)]
            found.append(f"{text!r} {statistics.median(times) * 1000:.0f} ms")
        session.rollback()
    return ", ".join(found)


def _with_a_signer(app: Flask, work: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the work, and the longest wait of somebody who wants to write meanwhile."""
    done = threading.Event()
    waits = [0.0]

    def ask() -> None:
        with app.app_context():
            while not done.wait(0.01):
                waits.append(_seconds(_turn))

    signer = threading.Thread(target=ask)
    signer.start()
    try:
        return _seconds(work), max(waits)
    finally:
        done.set()
        signer.join()


def _turn() -> None:
    with store().turn():
        pass


def _demand(app: Flask, persons: int) -> None:
    with app.app_context():
        members = db.session.scalar(select(func.count()).select_from(Member))
        mandates = db.session.scalar(select(func.count()).select_from(Mandate))
        db.session.rollback()
    if (members, mandates) != (persons, 2 * persons):
        raise SystemExit(f"{members} members and {mandates} mandates are there: no result")


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def _application(kind: str) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory(prefix="campaign-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings = {"CAMPAIGN_INSTANCE": str(folder / "instance"), "CAMPAIGN_BASE_URL": "http://localhost"}
        if kind == "sqlite":
            yield from _migrated(settings)
            return
        with Postgres(folder) as server, server.fresh_database() as url:
            yield from _migrated(settings | {"CAMPAIGN_DATABASE_URL": url})


def _migrated(settings: dict[str, str]) -> Iterator[Flask]:
    app = create_app(Config.from_env(settings))
    migrate(app)
    yield app
    app.extensions["campaign.store"].engine.dispose()


def _document(persons: int, other_names: int = len(LANGUAGES)) -> dict[str, Any]:
    """A parliament in EveryPolitician's shape: two terms, six groups, every name in several languages."""
    return {
        "persons": [_person(number, LANGUAGES[:other_names]) for number in range(persons)],
        "organizations": [
            {"id": "11111111-0000-4000-8000-000000000000", "name": "Assembly", "classification": "legislature"},
            *({"id": f"G{number}", "name": f"Group {number}", "classification": "party"} for number in range(6)),
        ],
        "memberships": [
            {
                "person_id": f"22222222-0000-4000-8000-{number:012}",
                "organization_id": "11111111-0000-4000-8000-000000000000",
                "on_behalf_of_id": f"G{number % 6}",
                "legislative_period_id": f"term/{term}",
                "area_id": f"area/{number % 40}",
                "role": "member",
            }
            for number in range(persons)
            for term in (1, 2)
        ],
        "events": [
            {"id": "term/1", "name": "First", "classification": "legislative period", "start_date": "2019-01-01",
             "end_date": "2022-12-31"},
            {"id": "term/2", "name": "Second", "classification": "legislative period", "start_date": "2023-01-01"},
        ],
        "areas": [{"id": f"area/{number}", "name": f"Area {number}", "type": "constituency"} for number in range(40)],
    }  # fmt: skip


def _person(number: int, languages: tuple[str, ...]) -> dict[str, Any]:
    name = _name(number)
    return {
        "id": f"22222222-0000-4000-8000-{number:012}",
        "name": name,
        "email": f"member{number}@assembly.example.ee",
        "gender": "female",
        "birth_date": f"{1950 + number % 50}-01-02",
        "image": f"https://assembly.example.ee/{number}.jpg",
        "links": [
            {"note": f"Encyclopaedia ({language})", "url": f"https://{language}.example.org/{number}"}
            for language in languages
        ],
        "other_names": [{"lang": language, "name": name, "note": "multilingual"} for language in languages],
        "contact_details": [{"type": "email", "value": f"member{number}@assembly.example.ee"}],
    }


def _name(number: int) -> str:
    """A name of two words that few others have."""
    parts = [SYLLABLES[number // 16**place % 16] for place in range(4)]
    return f"{''.join(parts[:2]).title()} {''.join(parts[2:]).title()}{SYLLABLES[number % 7]}"


if __name__ == "__main__":
    main()
