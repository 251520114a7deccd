"""A petition at the organisers' desk: its numbers, its state, and the list, which leaves a record."""

import csv
import io
import re

import pytest

from campaign.accounts.models import Role
from campaign.petitions import jobs
from tests.databases import on_sqlite
from tests.factories import Signing
from tests.organisers import logged_in

DESK = "/admin/petitions/free-viasna"
LIST = f"{DESK}/signatures.csv"


@pytest.fixture
def signing(app):
    signing = Signing(app)
    signing.confirmed("a@example.org", given_name="Ann", deliver_name=True)
    signing.confirmed("b@example.org", given_name="Bea")
    signing.sign("c@example.org", given_name="Cem", deliver_name=True)
    return signing


@pytest.fixture
def owner(app):
    return logged_in(app, Role.OWNER)


def record(signing, action):
    query = "SELECT actor, subject, details, campaign_id, at FROM audit_entries WHERE action = :action"
    return signing.rows(query, action=action)


def test_the_numbers_are_those_of_the_signatures(app, owner, signing):
    with app.app_context():
        jobs.count()
    page = owner.get(DESK).text
    for word in ("2", "1", "Germany"):
        assert word in page


def test_the_list_holds_the_confirmed_and_the_names_that_may_go(owner, signing):
    answer = owner.post(LIST, seen=DESK)
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert 'attachment; filename="free-viasna-' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["given_name"] for row in rows] == ["Ann", ""]


def test_the_list_is_sent_in_pieces(owner, signing):
    token = owner.token(DESK)
    answer = owner.client.post(LIST, data={"csrf_token": token}, buffered=False)
    assert answer.is_streamed
    assert "Content-Length" not in answer.headers
    answer.close()


def test_each_list_is_recorded_before_its_first_byte_goes_out(app, owner, signing):
    answer = owner.client.post(LIST, data={"csrf_token": owner.token(DESK)}, buffered=False)
    (entry,) = record(signing, "petition.export")
    answer.close()
    number = signing.one("SELECT id FROM organisers")
    assert (entry.actor, entry.subject) == (f"organiser:{number}", "free-viasna")
    assert entry.campaign_id == signing.target.campaign_id
    assert '"rows": 2' in str(entry.details).replace("'", '"')
    assert entry.at


@on_sqlite
@pytest.mark.parametrize("role", [Role.EDITOR, Role.MODERATOR, Role.VIEWER])
def test_who_may_not_have_the_list_gets_none_and_no_record_says_otherwise(app, signing, role):
    browser = logged_in(app, role)
    answer = browser.post(LIST, seen="/admin/password")
    assert answer.status_code == 403
    assert "Ann" not in answer.text
    assert record(signing, "petition.export") == []


@on_sqlite
def test_a_link_cannot_fetch_the_list_nor_can_another_sites_form(owner, signing):
    assert owner.get(LIST).status_code == 405
    assert owner.client.post(LIST).status_code == 400
    fields = {"csrf_token": owner.token(DESK)}
    assert owner.client.post(LIST, data=fields, headers={"Origin": "https://evil.example"}).status_code == 403
    assert record(signing, "petition.export") == []


def test_a_petition_is_published_closed_and_drafted_with_a_record_of_each(app, owner, signing):
    for state in ("draft", "closed", "published"):
        assert owner.post(f"{DESK}/state", seen=DESK, state=state).status_code == 303
        assert signing.one("SELECT published FROM petitions") == state
    said = [str(entry.details) for entry in record(signing, "petition.state")]
    for state, details in zip(("draft", "closed", "published"), said, strict=True):
        assert state in details


@on_sqlite
@pytest.mark.parametrize("state", ["", "open", "PUBLISHED", "x" * 10_000])
def test_another_state_is_refused_in_words(owner, signing, state):
    answer = owner.post(f"{DESK}/state", seen=DESK, state=state)
    assert answer.status_code == 303
    assert "choose one of the states" in owner.get(DESK).text
    assert signing.one("SELECT published FROM petitions") == "published"
    assert record(signing, "petition.state") == []


def test_a_draft_can_be_looked_at_but_not_signed_from_there(owner, signing):
    owner.post(f"{DESK}/state", seen=DESK, state="draft")
    page = owner.get(f"{DESK}/preview")
    assert "Free the imprisoned" in page.text
    assert re.search(r"<fieldset[^>]* disabled", page.text)


@on_sqlite
def test_the_start_page_lists_the_petition(owner):
    assert DESK in owner.get("/admin/").text


@on_sqlite
def test_a_petition_that_is_not_there_is_not_found(owner):
    for path in ("/admin/petitions/nothing", "/admin/petitions/nothing/preview", "/admin/petitions/%00"):
        assert owner.get(path).status_code == 404, path
