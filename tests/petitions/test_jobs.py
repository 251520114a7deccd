"""What happens to signatures while nobody looks: counted, reminded after one and four days, purged after fourteen."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaign.db import atomic
from campaign.kit import clock
from campaign.petitions import jobs, service
from tests.factories import Signing


@pytest.fixture
def signing(app):
    return Signing(app)


@pytest.fixture
def later(app, signing):
    """Runs the job so many days after the signature."""

    def run(days, job=jobs.remind_and_purge):
        moment = signing.now + timedelta(days=days)
        with clock.following(lambda: moment), app.app_context():
            job()

    return run


def settings(app, **values):
    with app.app_context(), atomic() as session:
        for name, value in values.items():
            statement = text(f"UPDATE campaigns SET {name} = :value")  # noqa: S608 - names from the tests below
            session.connection().execute(statement, {"value": value})


def test_the_unconfirmed_are_reminded_after_one_and_four_days_and_then_purged(signing, later):
    signing.sign()
    for days, mails in ((0.9, 1), (1, 2), (1.5, 2), (3.9, 2), (4, 3), (13.9, 3)):
        later(days)
        assert signing.mails() == ["confirm"] + ["reminder"] * (mails - 1), days
    later(14)
    for table in ("signatures", "persons", "consents"):
        assert signing.one(f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - names from the line above
    assert signing.mails() == []


def test_after_an_outage_only_one_reminder_is_sent(signing, later):
    signing.sign()
    later(10)
    later(10.1)
    assert signing.mails() == ["confirm", "reminder"]


def test_the_confirmed_are_neither_reminded_nor_purged(signing, later):
    signing.confirmed()
    later(400)
    assert signing.mails() == ["confirm", "receipt"]
    assert signing.one("SELECT status FROM signatures") == "confirmed"


def test_signing_again_starts_the_days_anew(signing, later):
    signing.sign()
    signing.now += timedelta(days=13)
    signing.sign()
    later(13)
    assert signing.one("SELECT count(*) FROM signatures") == 1
    later(14)
    assert signing.one("SELECT count(*) FROM signatures") == 0


def test_a_reminder_never_takes_the_place_of_the_receipt(signing, later):
    for _ in range(4):
        uid = signing.sign()
    later(5)
    assert signing.mails() == ["confirm"] * 4
    signing.act(service.confirm, uid)
    assert signing.mails() == ["confirm"] * 4 + ["receipt"]


def test_the_days_are_the_campaigns(app, signing, later):
    settings(app, reminder_days="[2]", purge_days=3)
    signing.sign()
    later(1)
    assert signing.mails() == ["confirm"]
    later(2)
    assert signing.mails() == ["confirm", "reminder"]
    later(3)
    assert signing.one("SELECT count(*) FROM signatures") == 0


def test_reminding_asks_for_the_mails_to_be_sent_at_once(app, signing, later):
    signing.sign()
    later(2)
    assert "mailing.drain" in app.extensions["campaign.jobs"].kicked


def test_what_is_purged_is_told_in_numbers_only(signing, later, caplog):
    caplog.set_level("INFO", logger="campaign")
    signing.sign("somebody@example.org")
    later(14)
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "purged 1 unconfirmed" in told
    assert "somebody" not in told
