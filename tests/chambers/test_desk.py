"""Parliaments at the desk: looked at before anything is written, domains decided, files downloaded."""

import io
import re

import pytest
from sqlalchemy import select

from campaign.accounts.models import Role
from campaign.audit.models import AuditEntry
from campaign.chambers import queries
from campaign.chambers.signals import Consequence, asked_what_follows, mandates_changed
from campaign.db import db
from tests.chambers.bringing import TODAY, bring, plan
from tests.chambers.rosters import document, encoded
from tests.organisers import logged_in

DESK = "/admin/chambers"
HERE = f"{DESK}/assembly"
START = "/admin/"


@pytest.fixture
def editor(app):
    return logged_in(app, Role.EDITOR)


def handed_in(browser, content, **fields):
    """The page that comes back after a file was chosen."""
    fields["file"] = (io.BytesIO(content), "roster.json")
    return browser.post(f"{DESK}/import", seen=START, **fields)


def carried(page):
    """The hidden fields of the page that shows what would be done."""
    form = page.text[page.text.index(f'action="{DESK}/import/apply"') :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: value for name, value in found if name != "csrf_token"}


def chambers(app):
    with app.app_context():
        return {each.slug: each for each in queries.overview(db.session(), TODAY, "en")}


def test_a_roster_is_looked_at_then_written(app, editor):
    assert f'href="{DESK}"' in editor.get("/admin/").text
    page = handed_in(editor, encoded(document()), domains="mail.example.ee")
    assert page.status_code == 200
    assert "assembly" not in chambers(app)
    assert "mail.example.ee" in page.text
    done = editor.post(f"{DESK}/import/apply", seen=START, **carried(page))
    assert done.status_code == 303
    assert chambers(app)["assembly"].official == ("assembly.example.ee", "mail.example.ee")
    assert "roster.json" in editor.get(done.location).text
    shown = editor.get(f"{HERE}?q=family3").text
    assert "Given3 Family3" in shown
    assert "Given4 Family4" not in shown
    again = handed_in(editor, encoded(document()), domains="mail.example.ee")
    assert "There is nothing new in it" in again.text
    with app.app_context():
        actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("chamber.%"))))
    assert actions == ["chamber.import"]


def test_godparents_who_leave_are_foretold_and_reported(app, editor):
    def foretell(session, changes, now):
        return [Consequence("Godparents who left: %(count)s", len(changes))]

    bring(app, document())
    said = document()
    said["memberships"][1]["end_date"] = "2020-01-31"
    with asked_what_follows.connected_to(foretell), mandates_changed.connected_to(foretell):
        page = handed_in(editor, encoded(said))
        assert "Godparents who left: 1" in page.text
        assert "Given2 Family2" in page.text
        done = editor.post(f"{DESK}/import/apply", seen=START, **carried(page))
    assert "Godparents who left: 1" in editor.get(done.location).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_taken_is_said_where_it_can_be_mended(app, editor):
    bring(app, document(range(1, 9)))
    few = document(range(1, 3))
    page = handed_in(editor, encoded(few))
    assert (page.status_code, "are not in this file" in page.text) == (422, True)
    assert handed_in(editor, encoded(few), missing="on").status_code == 200
    for content, fields in (
        (b"", {}),
        (b"{", {}),
        (encoded(few), {"as_of": "2999-01-01"}),
        (encoded(few), {"domains": "no_domain"}),
    ):
        assert handed_in(editor, content, **fields).status_code == 422
    kept = carried(handed_in(editor, encoded(document())))
    forged = kept | {"carried": kept["carried"][:-5] + "AAAAA"}
    assert editor.post(f"{DESK}/import/apply", seen=START, **forged).status_code == 422
    other = logged_in(app, Role.OWNER)
    assert other.post(f"{DESK}/import/apply", seen=START, **kept).status_code == 422, "it was shown to somebody else"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_domains_are_decided_and_look_alikes_pointed_out(app, editor):
    bring(app, document())

    def decide(domain, act):
        assert editor.post(f"{HERE}/domains", seen=START, domain=domain, act=act).status_code == 303
        return editor.get(HERE).text

    assert "Another" in decide("assembly.example.ee", "no")
    assert chambers(app)["assembly"].official == ()
    decide("assembly.example.ee", "yes")
    shown = decide("аssembly.example.ee", "yes")  # the first letter is Cyrillic
    assert "It looks like assembly.example.ee" in shown
    decide("аssembly.example.ee", "drop")
    assert "anybody can get a mailbox" in decide("gmail.com", "yes")
    assert "This is no domain" in decide("", "yes")
    assert editor.post(f"{HERE}/domains", seen=START, domain="a.example", act="other").status_code == 400
    assert chambers(app)["assembly"].official == ("assembly.example.ee",)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_chamber_is_downloaded_and_strangers_find_nothing(app, editor):
    bring(app, document())
    for form in ("popolo", "csv"):
        answer = editor.post(f"{HERE}/export.{form}", seen=START)
        assert not plan(app, answer.data).changes
    for address in (f"{DESK}/nowhere", f"{DESK}/a%00b", f"{HERE}/imports/999"):
        assert editor.get(address).status_code == 404
    viewer = logged_in(app, Role.VIEWER)
    assert viewer.get(DESK).status_code == 403
    moderator = logged_in(app, Role.MODERATOR)
    assert "Bring a newer file" not in moderator.get(HERE).text
    assert handed_in(moderator, encoded(document())).status_code == 403
