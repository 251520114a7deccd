"""What attackers, scanners and unlucky data tried on profiles: none of it may break a page, or stop the house."""

from __future__ import annotations

import io
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from campaign.accounts.models import Role
from campaign.db import atomic, db
from campaign.facilities import service as facilities
from campaign.kit import clock
from campaign.prisoners import bulk, choosing, service
from campaign.prisoners.importing.guessing import MOST_COLUMNS
from campaign.prisoners.importing.list_file import UnreadableList
from campaign.prisoners.importing.listed import ListFile
from campaign.prisoners.importing.mapping import MappingProblem, parse_mapping
from campaign.prisoners.models import Batch, EventKind, Prisoner
from tests.factories import Signing
from tests.organisers import logged_in
from tests.prisoners.importing.bringing import List, record
from tests.prisoners.people import act, arrest, found, happening, made

MANY = "/admin/prisoners/many"
HUGE = "9" * 30
LONG = "9" * 5_000


@pytest.fixture
def desk(app):
    made(app, "Vera Invented", arrest("2021-03-02"), campaign_id=Signing(app).target.campaign_id)
    return logged_in(app, Role.OWNER)


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/birthdays?campaign={}", "/calendar/birthdays.ics?campaign={}"])
@pytest.mark.parametrize("slug", ["%00", "a%00b"])
def test_there_is_no_campaign_with_a_nul_in_its_name(client, path, slug):
    assert client.get(path.format(slug)).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{MANY}/{HUGE}", 404),
        (f"/admin/prisoners/import/{HUGE}", 404),
        (f"/admin/prisoners/doubts/{HUGE}", 404),
        (f"/admin/prisoners/doubts?after={HUGE}", 200),
        (f"/admin/prisoners/vera-invented/events/{HUGE}/retract", 404),
        (f"{MANY}?birth_month={LONG}", 200),
        ("/admin/facilities?q=a%00b", 200),
        ("/admin/facilities/a/merge?other=%00", 404),
    ],
)
def test_the_desk_answers_numbers_and_signs_that_no_database_keeps(desk, path, status):
    assert desk.get(path).status_code == status


@pytest.mark.parametrize("path", [f"{MANY}/{HUGE}/undo", f"/admin/prisoners/import/{HUGE}/apply"])
def test_nothing_is_done_to_a_row_that_no_database_keeps(desk, path):
    assert desk.post(path, seen="/admin/prisoners/new").status_code == 404


@pytest.mark.parametrize("number", ["999999", HUGE, LONG, "²", "-1", ""])
def test_many_are_not_moved_to_a_place_that_is_not_there(desk, number):
    asked = {"names": "Vera Invented", "kind": "transfer", "day": "2024", "source": "Watch", "facility_id": number}
    for path in (MANY, f"{MANY}/set"):
        answer = desk.post(path, seen=MANY, **asked)
        assert answer.status_code == 422
        assert "Please choose the place" in answer.text


def test_a_nul_typed_into_the_name_of_a_list_is_left_out(desk):
    start = "/admin/prisoners/import"
    sent = {"list_name": "wa\0tch", "file": (io.BytesIO(b"name,born\nVera Other,1980-01-02\n"), "list.csv")}
    assert desk.post(start, seen=start, **sent).status_code == 303


def test_facilities_are_merged_with_none_whose_name_has_a_nul(app, desk):
    with app.app_context(), atomic() as session:
        slug = facilities.find_or_make(session, "Colony 99", now=clock.now()).slug
    answer = desk.post(f"/admin/facilities/{slug}/merge", seen="/admin/facilities/new", other="a\0b")
    assert answer.status_code == 404


def test_a_download_that_nobody_reads_holds_up_nobody_else(desk):
    """The answers are kept, and not read to their ends."""
    answers = [desk.post("/admin/prisoners/export.csv", seen="/admin/prisoners/new") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3


# --- lists ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["[", '{"a":'])
@pytest.mark.parametrize("field", ["x", "prisoners"])
def test_a_list_of_ours_that_is_nested_without_end_is_refused_at_once(field, inside):
    content = f'{{"format": "campaign-prisoners", "version": 1, "{field}": [' + inside * 100_000
    with pytest.raises(UnreadableList) as refused:
        list(ListFile(content.encode(), "list.json").items())
    assert refused.value.code == "too_deep"


def test_of_a_table_with_thousands_of_columns_some_are_looked_at():
    columns = [f"c{number}" for number in range(20_000)]
    table = f"{','.join(columns)}\n{','.join('x' for _ in columns)}\n"
    with pytest.raises(UnreadableList) as refused:
        list(ListFile(table.encode(), "list.csv").items())
    assert refused.value.code == "no_name_column"
    assert len(refused.value.values["columns"].split(", ")) == MOST_COLUMNS


@pytest.mark.parametrize("text", [f"{'.'.join('a' * 50_000)} = 1", "# long\n" * 100_000])
def test_a_mapping_longer_than_any_is_not_read(text):
    with pytest.raises(MappingProblem, match="longer than any mapping"):
        parse_mapping(text)


def test_nobody_in_a_list_takes_the_address_of_a_page(app):
    names = sorted(word.capitalize() for word in service.RESERVED)
    List(app).bring(*(record(row, name) for row, name in enumerate(names, 1)))
    with app.app_context():
        slugs = set(db.session.scalars(select(Prisoner.slug)))
    assert {f"{name.lower()}-2" for name in names} <= slugs
    assert not slugs & service.RESERVED


# --- at once -------------------------------------------------------------------------------------------------------


def test_acts_for_many_and_events_at_once_wait_for_each_other_and_all_are_done(app):
    names = [f"Invented Nr{number}" for number in range(5)]
    for name in names:
        made(app, name)
    vault, failures = app.extensions["campaign.vault"], []

    def for_many(kind: EventKind) -> None:
        with atomic() as session:
            people = choosing.by_names(session, names if kind is EventKind.EXILE else names[::-1]).people
            batch = bulk.apply(session, vault, people, happening(kind, "2024-01-01", source="Watch"), act()).id
        with atomic() as session:
            bulk.undo(session, session.get_one(Batch, batch), act())

    def for_one(slug: str) -> None:
        for _ in range(3):
            with atomic() as session:
                service.add_event(session, vault, found(session, slug), happening(EventKind.AWARD, "2024"), act())

    def attempt(work, *arguments) -> None:
        with app.app_context():
            try:
                work(*arguments)
            except SQLAlchemyError as error:
                failures.append(error)

    works = [(for_many, kind) for kind in (EventKind.RELEASE, EventKind.EXILE)]
    works += [(for_one, f"invented-nr{number}") for number in range(5)]
    threads = [threading.Thread(target=attempt, args=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        people = db.session.scalars(select(Prisoner).where(Prisoner.slug.startswith("invented-nr"))).all()
        assert failures == []
        assert {(person.status, person.version) for person in people} == {("detained", 1 + 3 + 2 + 2)}


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["\ufeffVera Invented", '#eval("1") $x$ @y // z', "Vera\r\nATTENDEE:x"])
def test_a_poster_is_made_of_any_name(app, client, name):
    slug = made(app, name)
    answer = client.get(f"/prisoners/{slug}/poster-a4.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
