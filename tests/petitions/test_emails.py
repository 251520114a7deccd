"""The four mails of a petition: one link, the campaign's words, no tracking, nothing of other people."""

import email
import email.policy
import re

import pytest
from sqlalchemy import update

from campaign.campaigns.models import Campaign
from campaign.db import atomic, store
from campaign.kit.tokens import new_uid
from campaign.petitions.emails import PetitionMails, Sender
from campaign.petitions.service import CONFIRM, RECEIPT, Kind
from tests.factories import Signing

LINKS = {Kind.CONFIRM: CONFIRM, Kind.REMINDER: CONFIRM, Kind.ALREADY: RECEIPT, Kind.RECEIPT: RECEIPT}


@pytest.fixture
def render(app):
    vault, signing = app.extensions["campaign.vault"], Signing(app)
    engine = app.extensions["campaign.store"].engine
    mails = PetitionMails(app, engine, vault, Sender("https://campaign.example.org", "us@campaign.example.org"))

    def run(kind, uid=None, to="jo@example.org", fresh=False):
        maker = PetitionMails(app, engine, vault, mails._sender) if fresh else mails
        with app.app_context(), store().engine.connect() as connection:
            content = maker.render(
                connection, kind, petition_id=signing.target.petition_id, to=to, uid=uid or new_uid(), language="en",
                now=signing.now,
            )  # fmt: skip
        return email.message_from_string(content, policy=email.policy.default)

    return run


def parts(message):
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


@pytest.mark.parametrize("kind", Kind)
def test_each_mail_holds_its_one_link_in_both_parts(app, render, kind):
    uid = new_uid()
    text, html = parts(render(kind, uid))
    (found,) = re.findall(r"https?://\S+", text)
    assert re.findall(r'href="([^"]+)"', html) == [found]
    token = found.rsplit("/", 1)[1]
    assert app.extensions["campaign.vault"].redeem(token, LINKS[kind]) == uid


@pytest.mark.parametrize("kind", Kind)
def test_no_mail_loads_anything_or_asks_for_an_answer_by_machine(render, kind):
    message = render(kind)
    _, html = parts(message)
    assert not re.search(r"<(img|script|link|iframe)|src=|url\(", html)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "jo@example.org"
    assert "us@campaign.example.org" in message["From"]
    assert message["Message-ID"].endswith("@campaign.example.org>")


def test_two_mails_never_share_a_message_id_or_a_link(render):
    one, other = render(Kind.CONFIRM), render(Kind.CONFIRM)
    assert one["Message-ID"] != other["Message-ID"]
    assert parts(one)[0] != parts(other)[0]


def test_an_innocuous_sender_and_subject_replace_ours(app, render):
    with app.app_context(), atomic() as session:
        session.execute(update(Campaign).values(mail_sender="Library", mail_subject="Your note"))
    for kind in Kind:
        message = render(kind, fresh=True)
        assert message["Subject"] == "Your note"
        assert message["From"] == "Library <us@campaign.example.org>"


def test_the_four_subjects_differ(render):
    assert len({render(kind)["Subject"] for kind in Kind}) == 4


def test_the_purge_days_are_told(app, render):
    with app.app_context(), atomic() as session:
        session.execute(update(Campaign).values(purge_days=21))
    text, _ = parts(render(Kind.CONFIRM, fresh=True))
    assert "21 days" in " ".join(text.split())
