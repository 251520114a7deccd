"""The list of godparents as a file: whole, safe in spreadsheets, private only where it was asked for."""

from __future__ import annotations

import csv
import io
import json

import pytest

from campaign.accounts.models import Role
from campaign.audit.queries import latest
from campaign.db import atomic, db, store
from campaign.godparents import deeds, service, standing
from campaign.godparents.deeds import NewDeed
from campaign.godparents.export import COLUMNS, PRIVATE, Scope, count, csv_chunks, json_chunks
from campaign.godparents.inviting_many import Invitee, Words, invite_many
from campaign.godparents.models import DeedKind, EndReason
from campaign.kit import clock
from campaign.kit.addresses import parse
from campaign.kit.partial_dates import PartialDate
from tests.documents import ROOT, tables
from tests.godparents import making
from tests.organisers import logged_in

GUIDE = ROOT / "docs" / "godparents-desk.md"
SECRETS = ("mari@mail.example", "Call Kadri", "Uno", "uno@second.example")


@pytest.fixture
def app(app):
    """Mari stood by Anna and stands by Boris; Jaan was erased; Kadri waits; Uno is invited."""
    with app.app_context(), atomic() as session:
        act = making.acting(app, session)
        campaign_id = making.programme(session).campaign_id
        anna = making.prisoner(session, "Anna Example", campaign_id=campaign_id)
        form = making.application("Mari", "Tamm", "mari@mail.example", contact="Call Kadri", prisoner_id=anna.id)
        mari = making.accepted(act, campaign_id, form)
        mari.office = "=1+1"
        (first,) = standing.active_pairs(session, mari.id)
        deeds.add(act, first, NewDeed(DeedKind.SPEECH, PartialDate.parse("2022-05"), note="Spoke."))
        standing.release(act, [first])
        standing.end(act, [first], EndReason.RELEASED)
        standing.begin(act, mari, making.prisoner(session, "Boris Example", campaign_id=campaign_id).id)
        service.erase(act, making.accepted(act, campaign_id, making.application("Jaan", "Kask", "j@mail.example")))
        service.confirm(act, making.joined(act, campaign_id, making.application("Kadri", "Saar", "k@m.example")).uid)
        invite_many(act, campaign_id, [Invitee("Uno", parse("uno@second.example"))], Words("", "en"))
    return app


def table(app, name: str, *, private: bool = False) -> list[dict[str, str]]:
    with app.app_context():
        vault = app.extensions["campaign.vault"]
        chunks = csv_chunks(store().engine, vault, Scope(private=private), name)
        return list(csv.DictReader(io.StringIO(b"".join(chunk.data for chunk in chunks).decode(), newline="")))


def everything(app, *, private: bool = False) -> str:
    with app.app_context():
        vault = app.extensions["campaign.vault"]
        chunks = json_chunks(store().engine, vault, Scope(private=private), clock.now())
        return b"".join(chunk.data for chunk in chunks).decode()


def test_each_godparenthood_is_a_row_with_dates_and_reason_and_no_cell_is_a_formula(app):
    first, second, erased = table(app, "godparents")
    today = clock.now().date().isoformat()
    assert (first["prisoner"], first["ended_on"], first["end_reason"]) == ("anna-example", today, "released")
    assert (second["prisoner"], second["started_on"], second["ended_on"]) == ("boris-example", today, "")
    assert first["office"] == "'=1+1"
    assert first["pair_public_since"] == first["public_since"] == today
    assert (erased["state"], erased["given_name"], erased["end_reason"]) == ("erased", "", "withdrawn")
    (deed,) = table(app, "deeds")
    assert (deed["kind"], deed["day"], deed["note"], deed["state"]) == ("speech", "2022-05", "Spoke.", "waiting")
    (invitation,) = table(app, "invitations")
    assert (invitation["state"], invitation["campaign"], invitation["handover"]) == ("waiting", "free-viasna", "no")


def test_the_json_holds_all_of_it_and_who_was_never_accepted_is_in_neither(app):
    whole = json.loads(everything(app))
    assert [len(each["godparenthoods"]) for each in whole["godparents"]] == [2, 1]
    assert whole["godparents"][0]["deeds"][0]["prisoner"] == "anna-example"
    assert [each["state"] for each in whole["invitations"]] == ["waiting"]
    with app.app_context():
        assert count(db.session().connection(), Scope()) == 2
        assert count(db.session().connection(), Scope(frozenset({99}))) == 0
    for text in (everything(app, private=True), str(table(app, "godparents", private=True))):
        assert "Saar" not in text


def test_what_is_private_is_there_only_where_it_was_asked_for(app):
    plain, private = everything(app), everything(app, private=True)
    for secret in SECRETS:
        assert secret not in plain
        assert secret in private
    assert table(app, "godparents", private=True)[0]["contact"] == "Call Kadri"
    assert table(app, "invitations", private=True)[0]["email"] == "uno@second.example"


def test_a_download_is_recorded_with_what_was_in_it(app):
    owner = logged_in(app, Role.OWNER)
    path = "/admin/godparents/export"
    for form, fields in (("csv", {"table": "deeds"}), ("json", {"private": "on"})):
        answer = owner.post(f"{path}.{form}", seen=path, **fields)
        assert answer.status_code == 200
        assert ("mari@mail.example" in answer.text) is (form == "json")
    assert owner.post(f"{path}.csv", seen=path, table="everything").status_code == 400
    with app.app_context():
        second, first = (entry for entry in latest(db.session()) if entry.action == "godparent.export")
        assert first.details == {"format": "csv", "table": "deeds", "private": False, "rows": 2}
        assert second.details == {"format": "json", "table": "all", "private": True, "rows": 2}


def test_every_column_is_explained():
    shown = {rows[0][0]: [row[0].strip("`") for row in rows[1:]] for rows in tables(GUIDE)}
    for name in COLUMNS:
        assert shown[f"Column of {name}"] == [*COLUMNS[name], *PRIVATE[name]]
