"""The demo campaign: complete, safe to repeat, and its recipients marked as what they are."""

import pytest
from sqlalchemy import text

from campaign.chambers import queries as rosters
from campaign.db import atomic
from campaign.demo.cli import demo
from campaign.demo.parliament import load_parliament
from campaign.demo.service import load
from campaign.kit import clock
from campaign.petitions.models import text_hash
from tests.factories import Signing


@pytest.fixture
def signing(app):
    return Signing(app)


def counts(signing):
    tables = ("campaigns", "prisoners", "recipients", "petitions", "petition_texts", "petition_prisoners",
              "petition_recipients", "campaign_prisoners")  # fmt: skip
    return [signing.one(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 - names from the line above


def test_it_holds_six_prisoners_three_hostile_recipients_and_an_open_petition(signing):
    assert counts(signing) == [1, 6, 3, 1, 1, 6, 3, 6]
    assert signing.one("SELECT count(*) FROM recipients WHERE hostile AND hostile_reason <> ''") == 3
    petition = signing.rows("SELECT slug, goal, published FROM petitions")[0]
    assert tuple(petition) == ("free-viasna", 10_000, "published")


def test_loading_it_again_changes_nothing(app, signing):
    before = counts(signing)
    with app.app_context(), atomic() as session:
        session.execute(text("UPDATE petitions SET goal = 5"))
    with app.app_context(), atomic() as session:
        assert load(session, clock.now()) is False
    done = app.test_cli_runner().invoke(demo)
    assert "there already" in done.output
    assert "invented parliament was added" in done.output
    assert "parliament" not in app.test_cli_runner().invoke(demo).output
    assert counts(signing) == before
    assert signing.one("SELECT goal FROM petitions") == 5


def test_the_text_carries_its_own_hash(signing):
    (row,) = signing.rows("SELECT title, body, sha256 FROM petition_texts")
    assert row.sha256 == text_hash(row.title, row.body)


def test_the_same_text_has_the_same_hash_whatever_its_line_ends():
    assert text_hash("t", "a\r\nb") == text_hash("t", "a\nb")
    assert text_hash("t", "a") != text_hash("ta", "")


def test_the_invented_parliament_takes_sign_ups_and_nobody_of_it_stands_by_a_prisoner(app, signing):
    with app.app_context(), atomic() as session:
        assert load_parliament(session, clock.now()) is True
        (found,) = rosters.search_members(session, "irina", clock.now().date(), "en")
        assert (found.name, found.chamber) == ("Ірина Приклад", "Parliament of Example")
        assert rosters.official_chambers(session, "mail.parliament.example") == [found.chamber_id]
    assert signing.one("SELECT count(*) FROM members") == 12
    assert signing.one("SELECT count(*) FROM members WHERE email = ''") == 4
    assert signing.one("SELECT count(*) FROM godparent_programmes WHERE open") == 1
    assert signing.one("SELECT count(*) FROM godparents") == 0
    assert signing.one("SELECT count(*) FROM godparenthoods") == 0
