"""The list of prisoners as a file: who gets what, that it is recorded, flat memory, few reads, no formula."""

import csv
import io
import json
import os
import stat
import tracemalloc

import pytest
from sqlalchemy import event as happenings
from sqlalchemy import insert, select

from campaign.accounts.models import Role
from campaign.audit.models import AuditEntry
from campaign.campaigns.models import Campaign
from campaign.db import atomic, store
from campaign.db.base import table_of
from campaign.facilities import service as facilities
from campaign.kit import clock
from campaign.kit.csv_cells import guard
from campaign.prisoners import service
from campaign.prisoners.cli.exports import export
from campaign.prisoners.documents import Scope
from campaign.prisoners.export import BATCH, csv_chunks, json_chunks
from campaign.prisoners.importing.own import FURTHER, document_of
from campaign.prisoners.models import Event, EventKind, Prisoner, PrisonerName, campaign_prisoners
from tests.organisers import logged_in
from tests.prisoners.people import act, arrest, happening, made
from tests.prisoners.whole_lists import WHOLE, empty, exported

SECRET = "a heart attack"


@pytest.fixture
def listed(app):
    """A public profile with a secret, a hidden one, and one in another campaign than the first two."""
    empty(app)
    with app.app_context(), atomic() as session:
        one, two = (session.scalars(select(Campaign.id).where(Campaign.slug == slug)).one() for slug in ("one", "two"))
        place = facilities.make(session, "Colony of the tests", now=clock.now())
        other = facilities.make(session, "Another place", now=clock.now())
        place, other = place.id, other.id
    health = happening(EventKind.HEALTH, "2024-05", public=False, texts={"en": SECRET}, details={"facility": other})
    moved = happening(EventKind.TRANSFER, "2021", details={"facility": place})
    made(app, "Ina Open", arrest("2020-10-02"), moved, health, names=["Іна Адкрытая"], campaign_id=one)
    made(app, "Hid Den", campaign_id=one, hidden_at=clock.now())
    made(app, "=Else Where", campaign_id=two, family_consent="refused")
    with app.app_context(), atomic() as session:
        ina = session.scalars(select(Prisoner).where(Prisoner.slug == "ina-open")).one()
        wrong = service.add_event(
            session,
            app.extensions["campaign.vault"],
            ina,
            happening(EventKind.AWARD, "2023", texts={"en": "wrong prize"}),
            act(),
        )
        service.retract_event(session, ina, wrong, "mixed up", act())
    return {"one": one, "two": two}


def read(app, scope):
    return json.loads(exported(app, "json", scope))


def slugs(document):
    return [each["slug"] for each in document["prisoners"]]


def records(app):
    with app.app_context(), store().engine.connect() as connection:
        query = select(AuditEntry.actor, AuditEntry.subject, AuditEntry.campaign_id, AuditEntry.details)
        return list(connection.execute(query.where(AuditEntry.action == "prisoner.export").order_by(AuditEntry.id)))


def test_a_public_list_holds_nothing_that_is_internal(app, listed):
    for form in ("json", "csv"):
        text = exported(app, form, Scope()).decode()
        assert "Ina Open" in text
        for secret in (SECRET, "Hid Den", "refused", "wrong prize", "mixed up", "health"):
            assert secret not in text, (form, secret)


def test_a_whole_list_holds_it(app, listed):
    for form in ("json", "csv"):
        text = exported(app, form, WHOLE).decode()
        for secret in (SECRET, "Hid Den", "refused", "wrong prize", "mixed up", "health"):
            assert secret in text, (form, secret)


def test_a_list_of_one_campaign_names_only_its_prisoners_its_facilities_and_itself(app, listed):
    found = read(app, Scope(internal=False, campaign_ids=frozenset({listed["one"]})))
    assert slugs(found) == ["ina-open"]
    assert [each["slug"] for each in found["facilities"]] == ["colony-of-the-tests"]
    with app.app_context(), atomic() as session:
        ina = session.scalars(select(Prisoner.id).where(Prisoner.slug == "ina-open")).one()
        session.execute(insert(campaign_prisoners), [{"campaign_id": listed["two"], "prisoner_id": ina, "position": 1}])
    found = read(app, Scope(internal=True, campaign_ids=frozenset({listed["one"]})))
    assert found["prisoners"][0]["campaigns"] == {"one": 0}
    assert len(found["facilities"]) == 2
    assert read(app, WHOLE)["prisoners"][0]["campaigns"] == {"one": 0, "two": 1}


def test_what_follows_from_the_events_is_written_for_readers(app, listed):
    ina = read(app, Scope())["prisoners"][0]
    assert (ina["status"], ina["detained_since"], ina["facility"]) == ("detained", "2020-10-02", "colony-of-the-tests")


def test_no_cell_of_a_table_is_a_formula(app, listed):
    rows = list(csv.reader(io.StringIO(exported(app, "csv").decode(), newline=""), strict=True))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert ["'=Else Where" in row for row in rows].count(True) == 1


def test_what_is_added_while_a_table_is_written_goes_into_its_last_column(app, listed):
    with app.app_context():
        chunks = csv_chunks(store().engine, app.extensions["campaign.vault"], WHOLE)
        data = next(chunks).data
        with atomic() as session:
            ina = session.scalars(select(Prisoner).where(Prisoner.slug == "ina-open")).one()
            ina.names.append(service.name_row("Third Name", position=2))
        data += b"".join(chunk.data for chunk in chunks)
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))
    (ina,) = [row for row in rows if row["slug"] == "ina-open"]
    assert json.loads(ina[FURTHER])["names/2/name"] == "Third Name"
    assert [name["name"] for name in document_of(ina)["names"]] == ["Ina Open", "Іна Адкрытая", "Third Name"]


def test_an_empty_database_gives_a_list_without_rows(app):
    empty(app)
    assert read(app, WHOLE)["prisoners"] == []
    assert exported(app, "csv") == b"slug,names/0/name,further\r\n"


def many(app, number):
    """So many prisoners with two names and three events each."""
    now = clock.now()
    with app.app_context(), atomic() as session:
        first = (session.scalar(select(Prisoner.id).order_by(Prisoner.id.desc()).limit(1)) or 0) + 1
        ids = range(first, first + number)
        person = {"created_at": now, "updated_at": now}
        session.execute(
            insert(table_of(Prisoner)), [{"id": i, "slug": f"many-{i}", "name": f"No {i}"} | person for i in ids]
        )
        session.execute(
            insert(table_of(PrisonerName)),
            [{"prisoner_id": i, "name": f"No {i} {n}", "position": n} for i in ids for n in range(2)],
        )
        session.execute(
            insert(table_of(Event)),
            [
                {"uid": (3 * i + n).to_bytes(16), "prisoner_id": i, "kind": "trial", "public": True, "details": {}}
                | {"created_at": now, "actor": "test", "source": "x" * 100}
                for i in ids
                for n in range(3)
            ],
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what grows is ours, not the database's
@pytest.mark.parametrize("form", ["json", "csv"])
def test_memory_and_reads_do_not_grow_with_each_prisoner(app, form):
    empty(app)
    statements = []

    def run():
        statements.clear()
        tracemalloc.start()
        try:
            exported_rows = sum(chunk.data.count(b"\n") for chunk in chunks_of(app, form))
            return exported_rows, len(statements), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with app.app_context():
        happenings.listen(store().engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    many(app, 2 * BATCH)
    rows, few, small = run()
    assert rows >= 2 * BATCH
    many(app, 2 * BATCH)
    rows, more, large = run()
    assert rows >= 4 * BATCH
    assert large < small * 1.25 + 500_000
    assert more - few <= 2 * 13 * (1 if form == "json" else 2)


def chunks_of(app, form):
    vault = app.extensions["campaign.vault"]
    with app.app_context():
        engine = store().engine
        return json_chunks(engine, vault, WHOLE, clock.now()) if form == "json" else csv_chunks(engine, vault, WHOLE)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(export, [str(arg) for arg in args])


def test_the_command_writes_a_file_that_only_its_maker_can_read_and_records_it(app, listed, run, tmp_path):
    output = tmp_path / "list.json"
    before = os.umask(0)
    try:
        done = run("--output", output)
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.output
    assert "2 prisoners written" in done.output
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert slugs(json.loads(output.read_text())) == ["ina-open", "else-where"]
    ((actor, subject, campaign_id, details),) = records(app)
    assert (actor, subject, campaign_id) == ("command line", "prisoners", None)
    assert details == {"format": "json", "rows": 2, "internal": False, "portraits": False}


def test_the_command_writes_everything_or_one_campaign_if_asked(app, listed, run, tmp_path):
    assert run("--output", tmp_path / "a.csv", "--format", "csv", "--internal").exit_code == 0
    assert SECRET in (tmp_path / "a.csv").read_text()
    assert run("--output", tmp_path / "b.json", "--internal", "--portraits", "--campaign", "two").exit_code == 0
    assert slugs(json.loads((tmp_path / "b.json").read_text())) == ["else-where"]
    assert [entry.campaign_id for entry in records(app)] == [None, listed["two"]]


def test_the_command_says_what_it_cannot_do(app, listed, run, tmp_path):
    done = run("--output", tmp_path / "list.json", "--campaign", "nothing")
    assert (done.exit_code, "There is no campaign 'nothing'" in done.output) == (1, True)
    done = run("--output", tmp_path / "nowhere" / "list.json")
    assert (done.exit_code, "could not be written: No such file" in done.output) == (1, True)
    assert run("--output", tmp_path / "list.csv", "--format", "csv", "--portraits").exit_code == 2
    assert list(tmp_path.glob("*list*")) == []
    assert records(app) == []


def test_a_list_that_breaks_off_leaves_no_half_of_it(app, listed, run, tmp_path):
    with app.app_context(), atomic() as session:
        for row in session.scalars(select(Event).where(Event.sealed.is_not(None))):
            row.sealed = b"\1broken"
    folder = tmp_path / "lists"
    folder.mkdir()
    assert run("--output", folder / "list.json", "--internal").exit_code == 1
    assert list(folder.iterdir()) == []
    assert records(app) == []


# --- the page -------------------------------------------------------------------------------------


def download(browser, form="json", **fields):
    token = browser.token("/admin/prisoners/export")
    return browser.client.post(f"/admin/prisoners/export.{form}", data={"csrf_token": token, **fields})


def test_an_owner_downloads_what_may_be_public_unless_everything_is_asked_for(app, listed):
    owner = logged_in(app, Role.OWNER)
    answer = download(owner)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="prisoners-')
    assert slugs(answer.json) == ["ina-open", "else-where"]
    assert SECRET not in answer.text
    assert SECRET in download(owner, contents="whole").text
    table = download(owner, "csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert guard("=Else Where") in table.text
    assert [entry.details["internal"] for entry in records(app)] == [False, True, False]
    assert {entry.subject for entry in records(app)} == {"prisoners"}


def test_organisers_of_one_campaign_get_its_prisoners_only(app, listed):
    editor = logged_in(app, Role.EDITOR, listed["one"])
    assert "It holds the prisoners of your campaigns." in editor.get("/admin/prisoners/export").text
    for fields in ({}, {"contents": "whole"}):
        found = download(editor, **fields).json
        assert "else-where" not in slugs(found)
        assert {slug for each in found["prisoners"] for slug in each["campaigns"]} == {"one"}
    assert [entry.campaign_id for entry in records(app)] == [listed["one"], listed["one"]]


def test_whoever_may_not_export_gets_nothing(app, listed):
    moderator = logged_in(app, Role.MODERATOR)
    assert moderator.get("/admin/prisoners/export").status_code == 403
    token = moderator.token("/admin/password")
    assert moderator.client.post("/admin/prisoners/export.json", data={"csrf_token": token}).status_code == 403
    assert moderator.client.get("/admin/prisoners/export.json").status_code in (404, 405)
    assert records(app) == []
