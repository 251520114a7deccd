"""The search of `/prisoners` at 20,000 people: `python -m bench.prisoners`.

Each search is timed on many and on few, and against what everybody writes first: `ILIKE '%...%'` through the ORM, a
page by OFFSET, and each card's names, facility and picture loaded when it is shown.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from campaign.app import create_app
from campaign.config import Config
from campaign.db import atomic
from campaign.db.base import Base, table_of
from campaign.facilities.models import Facility, FacilityName
from campaign.kit import clock, folding
from campaign.kit.romanisation import sortable
from campaign.operating.migrating import migrate
from campaign.prisoners import search
from campaign.prisoners.models import Article, Prisoner, PrisonerName, PrisonerText, SearchKey, Status
from campaign.prisoners.search import Filters

FEW = 200
LANGUAGE = "en"
PLACES = 40
GIVEN = (
    ("Aliaksandr", "Аляксандр", "Александр"),
    ("Dzmitry", "Дзмітрый", "Дмитрий"),
    ("Hanna", "Ганна", "Анна"),
    ("Ihar", "Ігар", "Игорь"),
    ("Katsiaryna", "Кацярына", "Екатерина"),
    ("Mikalai", "Мікалай", "Николай"),
    ("Natallia", "Наталля", "Наталья"),
    ("Siarhei", "Сяргей", "Сергей"),
    ("Tatsiana", "Таццяна", "Татьяна"),
    ("Yauhen", "Яўген", "Евгений"),
)
SYLLABLES = (
    "ба",
    "ва",
    "га",
    "да",
    "жу",
    "за",
    "ка",
    "ле",
    "ма",
    "но",
    "пра",
    "ры",
    "са",
    "та",
    "фе",
    "ха",
    "цы",
    "чу",
    "ша",
)
ENDINGS = ("віч", "нка", "скі", "чук", "нік", "ль")
LATIN = dict(
    zip("абвгдежзіклмнопрстуфхцчшыь", (*"abvhde", "zh", *"ziklmnoprstuf", "kh", "ts", "ch", "sh", "y", ""), strict=True)
)

SEARCHES = {
    "first page": Filters(),
    "detained": Filters(status=("detained",)),
    "longest detained": Filters(order="longest_detained"),
    "least written to": Filters(order="least_written_to"),
    "born in May": Filters(birth_month=5),
    "one facility": Filters(facility="place-7"),
    "one article": Filters(article="342"),
    "without godparent": Filters(without_godparent=True),
    "one letter": Filters(q="s"),
    "a given name": Filters(q="Сяргей"),
    "two words": Filters(q="siarhei khab"),
    "nobody": Filters(q="Xyzzyq"),
}


def main() -> None:
    """Fill two databases, run the searches, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prisoners", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--database", help="an empty PostgreSQL database for the many, instead of SQLite")
    arguments = parser.parse_args()
    with _filled(FEW) as few, _filled(arguments.prisoners, arguments.database) as many:
        print(f"{'':<20}{'ours':>9}{FEW:>12,}{'ratio':>8}{'naive':>12}{'ratio':>8}")
        for label, filters in SEARCHES.items():
            ours = _milliseconds(many, lambda session, f=filters: search.search(session, f, LANGUAGE), arguments.times)
            small = _milliseconds(few, lambda session, f=filters: search.search(session, f, LANGUAGE), arguments.times)
            naive = _milliseconds(many, lambda session, f=filters: _naive(session, f), 3)
            print(f"{label:<20}{ours:6.1f} ms{small:9.1f} ms{ours / small:7.1f}x{naive:9.1f} ms{naive / ours:7.1f}x")


def _milliseconds(app: Flask, run: Callable[[Session], object], times: int) -> float:
    taken = []
    for _ in range(times):
        with app.app_context(), Session(app.extensions["campaign.store"].engine) as session:
            start = time.perf_counter()
            run(session)
            taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


# ---------------------------------------------------------------------------------------------------------------------
# What everybody writes first


def _naive(session: Session, filters: Filters) -> list[str]:
    query = select(Prisoner).where(Prisoner.hidden_at.is_(None))
    for word in filters.q.split():
        query = query.where(Prisoner.names.any(PrisonerName.name.ilike(f"%{word}%")))
    if filters.status:
        query = query.where(Prisoner.status.in_(filters.status))
    if filters.facility:
        query = query.where(Prisoner.facility.has(Facility.slug == filters.facility))
    if filters.article:
        query = query.where(Prisoner.articles.any(Article.code == filters.article))
    if filters.birth_month:
        query = query.where(func.substr(Prisoner.born, 6, 2) == f"{filters.birth_month:02}")
    if filters.without_godparent:
        query = query.where(Prisoner.godparents == 0)
    order = {"longest_detained": Prisoner.detained_since, "least_written_to": Prisoner.letters}
    total = session.scalar(select(func.count()).select_from(query.subquery()))
    shown = []
    for prisoner in session.scalars(query.order_by(order.get(filters.order, Prisoner.name)).limit(search.PAGE)):
        names = ", ".join(name.name for name in prisoner.names)
        place = prisoner.facility.title if prisoner.facility else ""
        shown.append(f"{total} {names} {place} {prisoner.about(LANGUAGE)} {prisoner.portrait}")
    return shown


# ---------------------------------------------------------------------------------------------------------------------
# People who do not exist


@contextmanager
def _filled(count: int, database_url: str | None = None) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"CAMPAIGN_INSTANCE": folder} | ({"CAMPAIGN_DATABASE_URL": database_url} if database_url else {})
        app = create_app(Config.from_env(settings))
        migrate(app)
        with app.app_context(), atomic() as session:
            _fill(session, count)
        if database_url:  # what the server's own housekeeping does soon enough
            with app.extensions["campaign.store"].engine.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
        yield app
        app.extensions["campaign.store"].engine.dispose()


def _fill(session: Session, count: int) -> None:
    chance, now = random.Random(1), clock.now()
    places = range(1, PLACES + 1)
    _insert(
        session,
        {
            Facility: [{"id": n, "slug": f"place-{n}", "created_at": now, "updated_at": now} for n in places],
            FacilityName: [
                {"id": n, "facility_id": n, "name": f"Colony No. {n}", "language": "en", "key": f"colony {n}"}
                for n in places
            ],
        },
    )
    session.flush()
    for start in range(1, count + 1, 1000):
        rows: dict[type[Base], list[dict[str, object]]] = {}
        for number in range(start, min(start + 1000, count + 1)):
            for model, values in _person(number, chance):
                rows.setdefault(model, []).append(
                    values | ({"created_at": now, "updated_at": now} if model is Prisoner else {})
                )
        _insert(session, rows)


def _insert(session: Session, rows: dict[type[Base], list[dict[str, object]]]) -> None:
    for model, values in rows.items():
        session.execute(insert(table_of(model)), values)


def _person(number: int, chance: random.Random) -> Iterator[tuple[type[Base], dict[str, object]]]:
    names = _names(chance)
    status = chance.choices(list(Status), (20, 40, 5, 20, 10, 1, 2, 2))[0]
    month, born = chance.randint(1, 12), chance.randint(1950, 2004)
    since = clock.now().date() - timedelta(days=chance.randint(1, 2000))
    held = status.value in {"detained", "convicted"}
    yield (
        Prisoner,
        {
            "id": number,
            "slug": f"person-{number}",
            "name": names[0],
            "sort_key": sortable(names[0]),
            "status": status.value,
            "born": f"{born}-{month:02}-{chance.randint(1, 28):02}",
            "born_month": month,
            "detained_since": since.isoformat() if held else None,
            "facility_id": chance.randint(1, PLACES) if held else None,
            "letters": chance.randint(0, 50),
            "godparents": chance.randint(0, 2),
        },
    )
    for position, (name, script) in enumerate(zip(names, ("Latn", "Cyrl", "Cyrl"), strict=True)):
        yield (
            PrisonerName,
            {
                "prisoner_id": number,
                "name": name,
                "script": script,
                "position": position,
                "language": str(position),
                "key": "",
            },
        )
    words = {word for name in names for word in folding.words(name)}
    for key, coarse in {(word, False) for word in words} | {(folding.skeleton(word), True) for word in words}:
        yield SearchKey, {"prisoner_id": number, "key": key, "coarse": coarse}
    yield PrisonerText, {"prisoner_id": number, "language": "en", "about": "Teacher, arrested for a comment. " * 5}
    for code in chance.sample(range(130, 411), 2):
        yield Article, {"prisoner_id": number, "code": str(code), "text": f"Article {code} of the Criminal Code"}


def _names(chance: random.Random) -> tuple[str, str, str]:
    latin, belarusian, russian = chance.choice(GIVEN)
    family = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 3))) + chance.choice(ENDINGS)
    romanised = "".join(LATIN[letter] for letter in family)
    return (
        f"{latin} {romanised.title()}",
        f"{belarusian} {family.title()}",
        f"{russian} {family.replace('і', 'и').title()}",
    )


if __name__ == "__main__":
    main()
