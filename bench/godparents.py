"""What pages cost at 2,000 godparents and 1,500 prisoners, against 20: `python -m bench.godparents`.

Both sites run in this process, without the page cache and one request at a time, in turns. Every page is a full one on
both, so that it shows as much: the 20 are of one chamber and alike in name, there are 160 prisoners, so that more than
a page of them have nobody, and a hundred who wait at the desk. Printed are the shortest times (of the process's own
time on SQLite, of the time that passes on PostgreSQL), their ratio, and how many statements there were.

A new page is a line in `PAGES`; what its address needs is made by `_fill` and found in `Site.links`.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from bench.prisoners import SYLLABLES
from campaign import pictures
from campaign.accounts.models import Role
from campaign.app import create_app
from campaign.campaigns.models import Campaign
from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, MemberKey
from campaign.config import Config
from campaign.db import atomic
from campaign.db.base import Base, table_of
from campaign.godparents import applying
from campaign.godparents.acting import INVITED, OWN
from campaign.godparents.applying import Application
from campaign.godparents.models import (
    Deed,
    Godparent,
    Godparenthood,
    Invitation,
    Notice,
    Photo,
    PhotoFile,
    Programme,
    ReleaseBatch,
)
from campaign.kit import clock
from campaign.kit.folding import words
from campaign.kit.romanisation import sortable
from campaign.kit.tokens import new_uid
from campaign.operating.migrating import migrate
from campaign.people import service as people
from campaign.people.models import Person
from campaign.prisoners.models import Article, Event, Prisoner, PrisonerName, SearchKey, campaign_prisoners
from campaign.vault import Vault
from tests.databases import Postgres
from tests.organisers import logged_in

FEW, FEW_PRISONERS = 20, 160
MANY, MANY_PRISONERS = 2_000, 1_500
FEW_AT_DESK = 104
"""Who waits for a decision, who for the release, who is invited: as many as the longest page of the desk shows."""
MOST_GROWTH = 1.2
COUNTRIES = ("AT", "BE", "CZ", "DE", "DK", "EE", "FI", "FR", "LT", "PL")
TODAY = date(2026, 1, 15)
STATEMENT = "Nobody belongs in prison for a word. I ask for the release of this person, today and every day. " * 2

PAGES: Mapping[str, str] = {
    "list": "/godparents",
    "list, one country": "/godparents?country=EE",
    "list, one chamber": "/godparents?chamber=chamber-6",
    "list, a name": "/godparents?q=ma",
    "numbers (JSON)": "/godparents.json",
    "godparent": "/godparents/{godparent}",
    "share image": "/godparents/{godparent}/share.png",
    "certificate": "/godparents/{godparent}/certificate-{prisoner}.pdf",
    "photo": "/godparents/{godparent}/photo-{photo}-320.webp",
    "feed": "/feeds/godparents.atom",
    "join": "/godparents/join",
    "join, one prisoner": "/godparents/join?prisoner={prisoner}",
    "search while typing": "/godparents/members.json?q=ma",
    "own page": "/godparents/own/{own}",
    "invited": "/godparents/invited/{invited}",
    "prisoner": "/prisoners/{prisoner}",
    "prisoners without": "/prisoners?without=1",
    "campaign": "/campaigns/stand",
    "home": "/",
    "desk: queue": "/admin/godparents",
    "desk: waiting": "/admin/godparents/waiting",
    "desk: one waiting": "/admin/godparents/waiting/{waiting}",
    "desk: release": "/admin/godparents/release",
    "desk: changes": "/admin/godparents/changes",
    "desk: left office": "/admin/godparents/left",
    "desk: one": "/admin/godparents/{number}",
    "desk: invitations": "/admin/godparents/invitations",
}
"""What is asked, by name. Addresses that are not there are named at the end."""

ONE_BY_ONE = {"certificate", "share image"}
"""Set with typst: fewer times."""


@dataclass
class Site:
    """One of the two that are compared."""

    app: Flask
    links: dict[str, str] = field(default_factory=dict)
    desk: FlaskClient | None = None
    sent: list[str] = field(default_factory=list)
    clock: Callable[[], float] = time.process_time

    def ask(self, path: str) -> tuple[int, float, int]:
        """Status, seconds, and statements of one request."""
        client = self.desk if path.startswith("/admin") and self.desk else self.app.test_client()
        self.sent.clear()
        start = self.clock()
        answer = client.get(path)
        taken = self.clock() - start
        answer.close()
        return answer.status_code, taken, len(self.sent)


def main() -> None:
    """Build both, ask in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--serve", type=int, metavar="PORT", help="serve the large one instead")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        server = stack.enter_context(_postgres()) if arguments.postgresql else None
        if arguments.serve:
            stack.enter_context(_site(MANY, MANY_PRISONERS, server)).app.run(port=arguments.serve)
            return
        few = stack.enter_context(_site(FEW, FEW_PRISONERS, server))
        many = stack.enter_context(_site(MANY, MANY_PRISONERS, server))
        _compare(few, many, arguments.times, arguments.only)


def _compare(few: Site, many: Site, times: int, only: str) -> None:
    missing, slow = [], []
    print(f"{'':<22}{FEW:>9}{MANY:>13,}{'ratio':>9}   statements")
    for label, pattern in PAGES.items():
        if only not in label:
            continue
        paths = [(site, pattern.format_map(site.links)) for site in (few, many)]
        firsts = [site.ask(path) for site, path in paths]
        if {status for status, *_ in firsts} != {200}:
            missing.append(f"{label} ({firsts[0][0]}, {firsts[1][0]})")
            continue
        taken: list[list[float]] = [[], []]
        counts = [0, 0]
        for _ in range(max(3, times // 5) if label in ONE_BY_ONE else times):
            for number, (site, path) in enumerate(paths):
                _, seconds, counts[number] = site.ask(path)
                taken[number].append(seconds)
        small, large = (min(each) * 1e3 for each in taken)  # the least disturbed by others on the machine
        print(f"{label:<22}{small:6.1f} ms{large:10.1f} ms{large / small:8.2f}x   {counts[0]}, {counts[1]}")
        if large / small > MOST_GROWTH:
            slow.append(label)
    print(f"not there: {', '.join(missing) or 'none'}\nmore than {MOST_GROWTH}x: {', '.join(slow) or 'none'}")


# ---------------------------------------------------------------------------------------------------------------------
# Sites full of people who do not exist


@contextmanager
def _postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # run by root, the server becomes another user, who must get in
        with Postgres(Path(folder)) as server:
            yield server


@contextmanager
def _site(godparents: int, prisoners: int, server: Postgres | None) -> Iterator[Site]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        settings = {"CAMPAIGN_INSTANCE": folder, "CAMPAIGN_BASE_URL": "http://localhost", "CAMPAIGN_RATE_LIMITS": "off"}
        if server:
            settings["CAMPAIGN_DATABASE_URL"] = stack.enter_context(server.fresh_database())
        app = create_app(Config.from_env(settings))
        migrate(app)
        # SQLite works in this process, whose own time tells it from whoever else uses the machine.
        site = Site(app, clock=time.perf_counter if server else time.process_time)
        with app.app_context(), atomic() as session:
            site.links = _fill(session, app.extensions["campaign.vault"], godparents, prisoners)
        engine = app.extensions["campaign.store"].engine
        with engine.connect() as connection:  # what the server's own housekeeping does soon enough
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        site.desk = logged_in(app, Role.OWNER).client
        del app.wsgi_app  # what was put in front of Flask's own: the page cache
        event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: site.sent.append(statement))
        yield site
        engine.dispose()


def _fill(session: Session, vault: Vault, godparents: int, prisoners: int) -> dict[str, str]:
    """The rows; parts of addresses that lead to somebody who has everything a page can show."""
    now = clock.now() - timedelta(days=1)
    campaign = {"id": 1, "slug": "stand", "name": "Stand by them", "created_at": now}
    _insert(session, Campaign, [campaign])
    _insert(session, Programme, [{"campaign_id": 1, "open": True, "per_prisoner": 5, "created_at": now}])
    _insert(session, ReleaseBatch, [{"id": 1, "campaign_id": 1, "at": now, "actor": "bench"}])
    _chambers(session)
    _prisoners(session, prisoners)
    desk, first = max(godparents, FEW_AT_DESK), 1
    for state, count in (("public", godparents), ("waiting", desk), ("unreleased", desk)):
        for start in range(first, first + count, 500):
            _godparents(session, vault, state, range(start, min(start + 500, first + count)), prisoners)
        first += count
    _invitations(session, vault, desk)
    uid = session.scalars(select(Godparent.uid).where(Godparent.id == 1)).one()
    invited = session.scalars(select(Invitation.uid).where(Invitation.id == 1)).one()
    return {
        "godparent": "godparent-1",
        "prisoner": "prisoner-1",
        "photo": _picture().version,
        "own": vault.issue(OWN, uid),
        "invited": vault.issue(INVITED, invited),
        "waiting": str(godparents + 1),
        "number": "1",
    }


def _insert(session: Session, model: type[Base], rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(insert(table_of(model)), rows)


def _chambers(session: Session) -> None:
    """Rosters as large on both sites: parliaments do not grow with us."""
    now = clock.now()
    numbers = range(1, len(COUNTRIES) + 1)
    chambers = [
        {"id": n, "slug": f"chamber-{n}", "name": f"Chamber {n}", "country": COUNTRIES[n - 1], "created_at": now,
         "updated_at": now}
        for n in numbers
    ]  # fmt: skip
    _insert(session, Chamber, chambers)
    _insert(session, ChamberDomain, [{"chamber_id": n, "domain": f"c{n}.example", "official": True} for n in numbers])
    rows: dict[type[Base], list[dict[str, object]]] = {Member: [], Mandate: [], MemberKey: []}
    for n in range(1, 3 * MANY + 1):
        given, family = _name(n)
        name = f"{given} {family}"
        rows[Member].append(
            {"id": n, "source_id": f"m{n}", "name": name, "given_name": given, "family_name": family,
             "sort_key": sortable(f"{family} {given}"), "updated_at": now}
        )  # fmt: skip
        rows[Mandate].append({"chamber_id": _chamber(n), "member_id": n, "source_key": f"m{n}"})
        rows[MemberKey] += [{"key": key, "coarse": False, "member_id": n} for key in sorted(set(words(name)))]
    for model, values in rows.items():
        _insert(session, model, values)


def _prisoners(session: Session, count: int) -> None:
    """Six of ten have a godparent, four have nobody; all are in prison."""
    now = clock.now()
    rows: dict[type[Base], list[dict[str, object]]] = {
        model: [] for model in (Prisoner, PrisonerName, SearchKey, Article, Event)
    }
    for n in range(1, count + 1):
        given, family = _name(n + 7)
        name, since = f"{given} {family}", (TODAY - timedelta(days=100 + n)).isoformat()
        articles = [{"code": "342", "text": "Article 342: group actions that violate public order"}]
        rows[Prisoner].append(
            {"id": n, "slug": f"prisoner-{n}", "name": name, "sort_key": sortable(name), "status": "detained",
             "detained_since": since, "godparents": int(1 <= n % 10 <= 6), "created_at": now, "updated_at": now}
        )  # fmt: skip
        rows[PrisonerName].append({"prisoner_id": n, "name": name, "script": "Latn", "language": "en", "key": ""})
        rows[SearchKey] += [{"prisoner_id": n, "key": key, "coarse": False} for key in sorted(set(words(name)))]
        rows[Article].append({"prisoner_id": n, **articles[0]})
        shared = {"prisoner_id": n, "public": True, "created_at": now, "actor": "bench", "as_of": TODAY}
        rows[Event] += [
            {"uid": new_uid(), "kind": "arrest", "day": since, **shared},
            {"uid": new_uid(), "kind": "charge", "day": since, "details": {"articles": articles}, **shared},
        ]
    for model, values in rows.items():
        for start in range(0, len(values), 1000):
            _insert(
                session, model, [{"details": {}, **each} if model is Event else each for each in values[start:][:1000]]
            )
    named = [{"campaign_id": 1, "prisoner_id": n, "position": n} for n in range(1, count + 1)]
    session.execute(insert(campaign_prisoners), named)


def _godparents(session: Session, vault: Vault, state: str, numbers: range, prisoners: int) -> None:
    rows: dict[type[Base], list[dict[str, object]]] = {
        model: [] for model in (Person, Godparent, Godparenthood, Photo, PhotoFile, Deed, Notice)
    }
    for n in numbers:
        _godparent(rows, vault, state, n, prisoners)
    for model, values in rows.items():
        _insert(session, model, values)


def _godparent(
    rows: dict[type[Base], list[dict[str, object]]], vault: Vault, state: str, n: int, prisoners: int
) -> None:
    now, uid = clock.now() - timedelta(days=1), new_uid()
    given, family = _name(n)
    country, email = COUNTRIES[_chamber(n) - 1], f"g{n}@c{_chamber(n)}.example"
    person_uid = new_uid()
    rows[Person].append(
        {"id": n, "uid": person_uid, "campaign_id": 1, "email_index": people.email_index(vault, 1, email),
         "email": vault.seal("persons.email", person_uid, email), "language": "en", "created_at": now}
    )  # fmt: skip
    mine: dict[str, object] = {
        "id": n, "uid": uid, "campaign_id": 1, "person_id": n, "mailbox_index": people.mailbox_index(vault, 1, email),
        "state": "waiting" if state == "waiting" else "accepted", "chamber_id": _chamber(n), "created_at": now,
        "member_id": None if state == "waiting" else n, "confirmed_at": now, "reasons": [], "typed": None, "slug": None,
        "given_name": "", "family_name": "", "sort_key": "", "name_key": "", "party": "", "country": "",
        "accepted_at": None, "released_at": None, "left_office_on": None,
    }  # fmt: skip
    if state == "waiting":
        typed = Application(
            given_name=given, family_name=family, email=email, canonical=email, domain=email.partition("@")[2],
            country=country, language="en", chamber_id=_chamber(n), party="Party", statement=STATEMENT,
        )  # fmt: skip
        mine |= {"typed": applying.seal(vault, uid, typed), "reasons": ["not_in_roster"]}
        rows[Godparent].append(mine)
        return
    released = now + timedelta(seconds=n) if state == "public" else None
    rows[Godparent].append(
        mine
        | {"slug": f"godparent-{n}", "given_name": given, "family_name": family, "party": "Party", "country": country,
           "sort_key": sortable(f"{family} {given}"), "name_key": "".join(f" {w}" for w in words(f"{given} {family}")),
           "verified_by": "mailbox", "accepted_at": now, "released_at": released,
           "left_office_on": TODAY if n % 4 == 0 and not released else None}
    )  # fmt: skip
    _pair(rows, n, released, prisoners)


def _pair(rows: dict[type[Base], list[dict[str, object]]], n: int, released: object, prisoners: int) -> None:
    """Somebody to stand by, a photo, three deeds (one waits), a reminder to come."""
    now, picture = clock.now() - timedelta(days=1), _picture()
    place = (n - 1) % (FEW // 2 if n <= FEW and prisoners == FEW_PRISONERS else prisoners * 6 // 10)  # two for each
    prisoner = place // 6 * 10 + place % 6 + 1
    rows[Godparenthood].append(
        {"id": n, "uid": new_uid(), "campaign_id": 1, "godparent_id": n, "prisoner_id": prisoner,
         "seat": n, "started_on": TODAY, "statement": STATEMENT, "statement_language": "en",
         "proposed": STATEMENT.upper() if n % 4 == 0 else None, "released_at": released,
         "batch_id": 1 if released else None, "created_at": now}
    )  # fmt: skip
    rows[Photo].append(
        {"id": n, "godparent_id": n, "shown": bool(released), "version": picture.version, "width": picture.width,
         "height": picture.height, "created_at": now}
    )  # fmt: skip
    rows[PhotoFile] += [
        {"photo_id": n, "size": file.size, "format": file.format, "content": file.content} for file in picture.files
    ]
    rows[Deed] += [
        {"uid": new_uid(), "godparent_id": n, "prisoner_id": prisoner, "kind": "question", "day": f"2025-0{k}-01",
         "note": "Asked who can help.", "language": "en", "state": "waiting" if k == 3 else "shown", "created_at": now}
        for k in (1, 2, 3)
    ]  # fmt: skip
    rows[Notice].append(
        {"godparent_id": n, "prisoner_id": prisoner, "kind": "birthday", "about": "2027",
         "due_at": now + timedelta(days=90)}
    )  # fmt: skip


@cache
def _picture() -> pictures.Picture:
    """One for everybody, of two colours, so that two thousand are quickly there."""
    image, file = Image.new("RGB", (800, 1000), "#445566"), io.BytesIO()
    image.paste((200, 190, 180), (200, 250, 600, 900))
    image.save(file, "JPEG")
    return pictures.make(file.getvalue())


def _invitations(session: Session, vault: Vault, count: int) -> None:
    now, rows = clock.now(), []
    for n in range(1, count + 1):
        uid, email = new_uid(), f"i{n}@c1.example"
        rows.append(
            {"id": n, "uid": uid, "campaign_id": 1, "mailbox_index": people.mailbox_index(vault, 1, email),
             "email": vault.seal("godparent_invitations.email", uid, email),
             "name": vault.seal("godparent_invitations.name", uid, " ".join(_name(n))), "state": "sent",
             "created_by": "bench", "created_at": now, "sent_at": now}
        )  # fmt: skip
    _insert(session, Invitation, rows)


def _chamber(number: int) -> int:
    """Those of the small site are all of one."""
    return COUNTRIES.index("EE") + 1 if number <= FEW else number % len(COUNTRIES) + 1


def _name(number: int) -> tuple[str, str]:
    """A given and a family name; the first are called Mari, and then one in twenty."""
    parts = [SYLLABLES[(number // len(SYLLABLES) ** place + place) % len(SYLLABLES)] for place in range(3)]
    return ("Mari" if number <= FEW or number % 20 == 1 else "Juta"), sortable("".join(parts)).title()


if __name__ == "__main__":
    main()
