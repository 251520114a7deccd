"""`campaign godparents`: programmes shown and changed, the list written to a file."""

from __future__ import annotations

import json
import stat

import pytest
from sqlalchemy import select

from campaign.audit.models import AuditEntry
from campaign.db import atomic, db
from campaign.godparents.cli import godparents
from campaign.godparents.models import Programme
from tests.godparents import making


@pytest.fixture
def run(app):
    def run(*words: str):
        return app.test_cli_runner().invoke(godparents, [*words])

    return run


def programme(app) -> Programme:
    with app.app_context():
        return db.session().scalars(select(Programme)).one()


def test_a_programme_is_made_changed_and_shown(app, run):
    with app.app_context(), atomic() as session:
        for there in session.scalars(select(Programme)):
            session.delete(there)
    assert "no programme" in run("list").output
    assert run("set", "free-viasna", "--open", "--role", "patron", "--per-prisoner", "7").exit_code == 0
    made = programme(app)
    assert (made.open, made.role, made.per_prisoner, made.per_godparent) == (True, "patron", 7, 3)
    assert "changed" in run("set", "free-viasna", "--closed", "--releases-itself").output
    assert (programme(app).open, programme(app).role, programme(app).releases_itself) == (False, "patron", True)
    shown = run("list").output
    for words in ("closed, called patron", "at most 7 for a prisoner", "verified mailboxes themselves"):
        assert words in shown
    with app.app_context():
        query = select(AuditEntry.details).where(AuditEntry.action == "godparent.settings").order_by(AuditEntry.id)
        assert [details["changed"] for details in db.session().scalars(query)] == [
            ["made", "open", "role", "per_prisoner"],
            ["open", "releases_itself"],
        ]


def test_what_makes_no_sense_is_said_and_changes_nothing(run):
    for words in (("set", "nothing"), ("set", "free-viasna", "--per-prisoner", "0"),
                  ("set", "free-viasna", "--role", "x"),
                  ("export", "--output", "x.csv", "--campaign", "nothing")):  # fmt: skip
        assert run(*words).exit_code != 0, words


def test_the_list_is_written_for_its_owner_alone_and_recorded(app, run, tmp_path):
    with app.app_context(), atomic() as session:
        making.accepted(making.acting(app, session), making.programme(session).campaign_id)
    path = tmp_path / "list.json"
    done = run("export", "--output", str(path), "--private", "--campaign", "free-viasna")
    assert done.exit_code == 0, done.output
    assert "1 rows written" in done.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["godparents"][0]["email"] == "mari.tamm@parliament.example"
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.action == "godparent.export")
        entry = db.session().scalars(query).one()
        assert (entry.actor, entry.details["private"], entry.details["rows"]) == ("command line", True, 1)
