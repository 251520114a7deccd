"""Invented databases of prisoners for the round trip: made, told in full, emptied."""

from __future__ import annotations

import io
import itertools
import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.db import Base, atomic, store
from campaign.facilities.models import Facility, FacilityAddress, FacilityKind, FacilityName, FacilityText
from campaign.facilities.naming import name_key
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import service
from campaign.prisoners.documents import Scope
from campaign.prisoners.export import csv_chunks, json_chunks
from campaign.prisoners.importing import own, own_comparing, own_facilities, own_restoring
from campaign.prisoners.importing.record import Record
from campaign.prisoners.models import (
    Designation,
    EventKind,
    Gender,
    Identifier,
    NameKind,
    OldSlug,
    Portrait,
    PortraitFile,
    Prisoner,
    PrisonerName,
    PrisonerText,
    campaign_prisoners,
)
from campaign.prisoners.service import Act, NewEvent

CAMPAIGNS = ("one", "two")
WHOLE = Scope(internal=True)
ACT = Act("test", datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC))
_TABLES = (
    "prisoner", "portrait", "designations", "facilit", "campaign_prisoners", "petition_prisoners", "event_batches",
    "import_",
)  # fmt: skip

# --- what may stand in a database -----------------------------------------------------------------

# fmt: off
odd = st.sampled_from([
    "=HYPERLINK(1)", "+1", "-", "@x", "'t Hooft", "''", '"quoted"', "a\r\nb", "a\rb", " before and after ", "\t",
    ";=1", "x\n'y", "x;'=1", "FALSE", "null", "0", "1.0", "true", "Стефанович", "Şükür", "Валянцін", "علي", "~1/~0",
    "\u2028", "\ufeffx", "{}", "[]", "a,b", "\x01", "x\x85y", "\\u0000",
])
# fmt: on
words = st.one_of(
    odd, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
)
maybe = st.one_of(st.just(""), words)
days = st.dates(date(1900, 1, 1), date(2030, 12, 31))
partial = st.builds(
    lambda day, precision, certain: str(
        PartialDate(day.year, day.month if precision else None, day.day if precision > 1 else None, certain)
    ),
    days,
    st.integers(0, 2),
    st.booleans(),
)
perhaps = st.none() | partial
moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given above
urls = st.sampled_from(["", "https://example.org/a?b=c;d", "http://example.org/«ї»", "/page", "example.org"])
languages = st.sampled_from(["", "en", "be", "be-tarask", "ru", "0"])
texts = st.dictionaries(languages, words, max_size=2)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | maybe,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(maybe, inner, max_size=2),
    max_leaves=4,
)
scripts = st.sampled_from(["Latn", "Cyrl", "Arab"])


def _details(kind: EventKind) -> st.SearchStrategy[dict[str, Any]]:
    free = st.dictionaries(st.sampled_from(["judge", "", "note/~"]), anything, max_size=1)
    article = st.fixed_dictionaries({"code": st.sampled_from(["342", "130-1"]), "text": words})
    if kind is EventKind.CHARGE:
        return st.builds(lambda rest, articles: rest | {"articles": articles}, free, st.lists(article, max_size=2))
    if kind in {EventKind.VERDICT, EventKind.APPEAL}:
        sentence = st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["colony", "fine", "house_arrest"]),
                "text": maybe,
                "days": st.none() | st.integers(1, 9999),
            }
        )
        return st.builds(lambda rest, each: rest | {"sentence": each}, free, sentence)
    return free


events = st.sampled_from(EventKind).flatmap(
    lambda kind: st.fixed_dictionaries(
        {
            "kind": st.just(kind),
            "day": perhaps,
            "as_of": st.none() | days,
            "public": st.booleans(),
            "texts": texts,
            "source": maybe,
            "url": urls,
            "details": _details(kind),
            "facility": st.none() | st.integers(0, 2),
            "created_at": moments,
            "retracted": st.none() | st.tuples(moments, maybe),
        }
    )
)
names = st.lists(
    st.tuples(words, languages, scripts, st.sampled_from(NameKind)),
    min_size=1,
    max_size=3,
    unique_by=lambda name: (name[0], name[1], name[3]),
)
prisoners = st.fixed_dictionaries(
    {
        "names": names,
        "sort_as": maybe,
        "gender": st.sampled_from(Gender),
        "country": st.sampled_from(["", "BY", "AZ"]),
        "born": perhaps,
        "consent": st.sampled_from(["unknown", "given", "refused"]),
        "consent_on": st.none() | days,
        "hidden": st.booleans(),
        "about": texts,
        "events": st.lists(events, max_size=4),
        "designations": st.lists(
            st.tuples(words, maybe, perhaps, urls), max_size=2, unique_by=lambda each: (each[0], each[1])
        ),
        "campaigns": st.dictionaries(st.sampled_from(CAMPAIGNS), st.integers(-5, 50)),
        "old_slugs": st.integers(0, 2),
        "identifiers": st.lists(st.dictionaries(maybe, anything, max_size=2), max_size=2),
        "portrait": st.none() | st.dictionaries(languages, words, max_size=1),
        "created_at": moments,
        "updated_at": moments,
    }
)
addresses = st.tuples(words, scripts, perhaps, perhaps, maybe)
facilities = st.fixed_dictionaries(
    {
        "names": st.lists(st.tuples(words, languages, scripts), max_size=2, unique_by=lambda name: name[:2]),
        "kind": st.sampled_from(FacilityKind),
        "country": st.sampled_from(["", "BY"]),
        "addresses": st.lists(addresses, max_size=2, unique_by=lambda address: address[:2]),
        "languages": st.lists(st.sampled_from(["be", "ru"]), max_size=2, unique=True),
        "pages": st.none() | st.integers(0, 20),
        "avoid": st.lists(words, max_size=2),
        "envelope": st.sampled_from(["advised", "harmful", "unknown"]),
        "as_of": st.none() | days,
        "advice": texts,
        "updated_at": moments,
    }
)
databases = st.tuples(st.lists(facilities, min_size=3, max_size=3), st.lists(prisoners, max_size=3))

# --- made -----------------------------------------------------------------------------------------


def empty(app: Flask) -> None:
    """A database without prisoners and facilities, with two campaigns."""
    with app.app_context(), atomic() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name.startswith(_TABLES):
                session.execute(delete(table))
        there = set(session.scalars(select(Campaign.slug)))
        session.add_all(
            Campaign(slug=slug, name=slug, created_at=clock.now()) for slug in CAMPAIGNS if slug not in there
        )


def fill(app: Flask, database: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    """Write an invented database, row by row and without the code under test."""
    vault = app.extensions["campaign.vault"]
    with app.app_context(), atomic() as session:
        places = [_facility(number, each) for number, each in enumerate(database[0])]
        session.add_all(places)
        session.flush()
        numbers = itertools.count()
        campaigns = dict(session.execute(select(Campaign.slug, Campaign.id)).all())
        ids = []
        for number, each in enumerate(database[1]):
            prisoner = _prisoner(session, number, each)
            ids.append(prisoner.id)
            for event in each["events"]:
                _event(session, vault, prisoner.id, event, places, next(numbers))
            for slug, position in each["campaigns"].items():
                link = {"campaign_id": campaigns[slug], "prisoner_id": prisoner.id, "position": position}
                session.execute(campaign_prisoners.insert().values(link))
        service.refresh(session, ids, ACT)


def _facility(number: int, each: dict[str, Any]) -> Facility:
    return Facility(
        slug=f"place-{number}",
        kind=each["kind"].value,
        country=each["country"],
        letter_languages=each["languages"],
        letter_pages=each["pages"],
        avoid_words=each["avoid"],
        return_envelope=each["envelope"],
        rules_as_of=each["as_of"],
        created_at=ACT.now,
        updated_at=each["updated_at"],
        names=[
            FacilityName(name=name, language=language, script=script, key=name_key(name), position=position)
            for position, (name, language, script) in enumerate(each["names"])
        ],
        addresses=[
            FacilityAddress(lines=lines, script=script, valid_from=start, valid_to=end, source=source)
            for lines, script, start, end, source in each["addresses"]
        ],
        texts=[FacilityText(language=language, advice=text) for language, text in each["advice"].items()],
    )


def _prisoner(session: Session, number: int, each: dict[str, Any]) -> Prisoner:
    prisoner = Prisoner(
        slug=f"person-{number}",
        name=each["names"][0][0],
        sort_as=each["sort_as"],
        gender=each["gender"].value,
        country=each["country"],
        born=each["born"],
        family_consent=each["consent"],
        family_consent_on=each["consent_on"],
        hidden_at=ACT.now if each["hidden"] else None,
        created_at=each["created_at"],
        updated_at=each["updated_at"],
        names=[
            PrisonerName(name=name, language=language, script=script, kind=kind.value, position=position)
            for position, (name, language, script, kind) in enumerate(each["names"])
        ],
        texts=[PrisonerText(language=language, about=text) for language, text in each["about"].items()],
        designations=[
            Designation(organisation=organisation, term=term, since=since, url=url)
            for organisation, term, since, url in each["designations"]
        ],
    )
    session.add(prisoner)
    session.flush()
    session.add_all(OldSlug(slug=f"old-{number}-{n}", prisoner_id=prisoner.id) for n in range(each["old_slugs"]))
    session.add_all(
        Identifier(
            prisoner_id=prisoner.id,
            list_name=f"list {n}",
            key=f"={number}",
            url="https://example.org/",
            record=record,
            fingerprint=bytes([number, n] * 8),
            seen_at=ACT.now,
        )
        for n, record in enumerate(each["identifiers"])
    )
    if each["portrait"] is not None:
        session.add(_portrait(prisoner.id, each["portrait"]))
    return prisoner


def _portrait(prisoner_id: int, alts: dict[str, str]) -> Portrait:
    return Portrait(
        prisoner_id=prisoner_id,
        version="abc",
        width=3,
        height=4,
        author="=somebody",
        alts=alts,
        created_at=ACT.now,
        actor="test",
        files=[
            PortraitFile(size=320, format="webp", content=_picture("WEBP")),
            PortraitFile(size=320, format="jpeg", content=_picture("JPEG")),
        ],
    )


def _event(
    session: Session, vault: Any, prisoner_id: int, each: dict[str, Any], places: list[Facility], number: int
) -> None:
    details = each["details"] | ({} if each["facility"] is None else {"facility": places[each["facility"]].id})
    new = NewEvent(
        each["kind"],
        PartialDate.parse_optional(each["day"]),
        each["as_of"],
        each["public"],
        each["texts"],
        each["source"],
        each["url"],
        details,
        uid=number.to_bytes(16),
    )
    row = service.event_row(vault, prisoner_id, new, ACT)
    row.created_at = each["created_at"]
    if each["retracted"]:
        row.retracted_at, row.retracted_why = each["retracted"]
    session.add(row)


# --- told -----------------------------------------------------------------------------------------

_LEFT_OUT = {"id", "version", "hidden_at", "actor", "retracted_by", "batch_id", "sealed"}


def told(app: Flask) -> dict[str, list[Any]]:
    """Every table that a list stands for, without ids, actors and the moment of hiding."""
    vault = app.extensions["campaign.vault"]
    with app.app_context(), store().engine.connect() as connection:
        tables = {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in Base.metadata.sorted_tables
            if table.name.startswith(_TABLES) and table.name != "prisoner_changes"
        }
        slugs = {row.id: row.slug for row in tables["prisoners"]}
        places = {row.id: row.slug for row in tables["facilities"]}
        uids = {row.id: row.uid for row in tables["prisoner_events"]}
        campaigns = dict(connection.execute(select(Campaign.id, Campaign.slug)).all())
        owners = {row.id: slugs[row.prisoner_id] for row in tables["portraits"]}
        keys = {
            "prisoner_id": slugs, "facility_id": places, "event_id": uids, "campaign_id": campaigns,
            "portrait_id": owners,
        }  # fmt: skip
        found: dict[str, list[Any]] = {}
        for name, rows in tables.items():
            found[name] = []
            for row in rows:
                plain = {
                    column: keys[column].get(value) if column in keys else value
                    for column, value in row._asdict().items()
                    if column not in _LEFT_OUT
                }
                if name == "prisoners":
                    plain["hidden"] = row.hidden_at is not None
                if name == "prisoner_events":
                    words = json.loads(vault.open_optional(service.SEALED_COLUMN, row.uid, row.sealed) or "{}")
                    words |= {"details": _placed(words["details"], places)} if words else {}
                    plain |= {"sealed": words, "details": _placed(row.details, places)}
                found[name].append(plain)
            if name not in {"prisoner_events", "designations", "prisoner_articles", "facility_addresses"}:
                found[name].sort(key=repr)  # the order of the others is a part of what is told
        return found


def _placed(details: dict[str, Any], places: dict[int, str]) -> dict[str, Any]:
    return details | {"facility": places[details["facility"]]} if "facility" in details else details


# --- out and in -----------------------------------------------------------------------------------


def exported(app: Flask, form: str, scope: Scope = WHOLE) -> bytes:
    engine, vault = app.extensions["campaign.store"].engine, app.extensions["campaign.vault"]
    chunks = json_chunks(engine, vault, scope, ACT.now) if form == "json" else csv_chunks(engine, vault, scope)
    return b"".join(chunk.data for chunk in chunks)


def restored(app: Flask, data: bytes) -> list[str]:
    """Bring a list of our own in as `applying` does; the outcome of each row."""
    vault = app.extensions["campaign.vault"]
    found = own.items(io.BytesIO(data))
    assert found is not None
    outcomes = []
    with app.app_context(), atomic() as session:
        items = list(found)
        places = [item for item in items if isinstance(item, own.OwnFacility)]
        records = [item for item in items if isinstance(item, Record)]
        assert len(places) + len(records) == len(items), items
        outcomes += [each.outcome.value for each in own_facilities.restore_facilities(session, places, ACT)]
        compared = own_comparing.compare(session, vault, records)
        own_restoring.restore(session, vault, compared, ACT)
        outcomes += [each.outcome.value for each in compared]
    return outcomes


@cache
def _picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 20, 20)).save(content, kind)
    return content.getvalue()
