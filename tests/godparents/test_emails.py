"""Mails to godparents: one link, the campaign's words, no tracking, nothing of other people."""

import email
import email.policy
import re

import pytest
from sqlalchemy import update

from campaign.campaigns.models import Campaign
from campaign.db import atomic
from campaign.godparents.acting import CONFIRM, INVITED, OWN, Kind
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from tests.godparents import making

LINKS = {Kind.CONFIRM: CONFIRM, Kind.REMINDER: CONFIRM, Kind.INVITATION: INVITED, Kind.HANDOVER: INVITED}


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_template, tmp_path):
    """Words are the same on every database."""
    path = tmp_path / "instance" / "campaign.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def render(app):
    def run(kind, uid=None, **values):
        mails = app.extensions["campaign.godparent_mails"]
        with app.app_context(), atomic() as session:
            programme = making.programme(session)
            content = mails.render(
                session, kind, campaign_id=programme.campaign_id, to="jo@example.org", uid=uid or new_uid(),
                language="en", now=clock.now(), values=values,
            )  # fmt: skip
        return email.message_from_string(content, policy=email.policy.default)

    return run


def parts(message):
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def test_each_mail_holds_its_one_link_in_both_parts_and_loads_nothing(app, render):
    uid, subjects = new_uid(), set()
    for kind in Kind:
        message = render(kind, uid)
        text, html = parts(message)
        (found,) = re.findall(r"https?://\S+", text)
        assert re.findall(r'href="([^"]+)"', html) == [found]
        assert app.extensions["campaign.vault"].redeem(found.rsplit("/", 1)[1], LINKS.get(kind, OWN)) == uid
        assert not re.search(r"<(img|script|link|iframe)|src=|url\(", html)
        assert message["Auto-Submitted"] == "auto-generated"
        subjects.add(message["Subject"])
    assert len(subjects) == len(Kind)


def test_what_people_write_is_shown_as_it_is_and_leads_nowhere_else(render):
    message = "A <b>word</b> of @@link@@ mine, and @@@@@other@@@"
    text, html = parts(render(Kind.HANDOVER, name="Mari", message=message, prisoner="Anna", godparent="Leelo <i>"))
    assert len(re.findall("https?://", text)) == 1
    assert "A <b>word</b> of @link@ mine, and @other@" in " ".join(text.split())
    assert "&lt;b&gt;word" in html
    assert "Leelo &lt;i&gt; has stood by Anna" in html


def test_an_innocuous_sender_and_subject_replace_ours(app, render):
    with app.app_context(), atomic() as session:
        session.execute(update(Campaign).values(mail_sender="Library", mail_subject="Your note", purge_days=21))
    for kind in Kind:
        message = render(kind)
        assert message["Subject"] == "Your note"
        assert message["From"].startswith("Library <")
    assert "21 days" in " ".join(parts(render(Kind.CONFIRM))[0].split())
