"""The jobs as the worker runs them, in the whole application."""

import pytest
from sqlalchemy import select

from campaign.app import create_app
from campaign.config import Config
from campaign.db import gather
from campaign.kit import clock
from campaign.mailing import jobs, service
from campaign.mailing.emails import load
from campaign.mailing.models import Message


@pytest.fixture
def app(env, server):
    app = create_app(Config.from_env(env | {"CAMPAIGN_SMTP_URL": f"smtp://127.0.0.1:{server.port}"}))
    with app.app_context():
        yield app
    app.extensions["campaign.outbox"].transport.close_idle(every=True)
    app.extensions["campaign.store"].engine.dispose()


def put(app, to, **more):
    def work(connection):
        service.enqueue(
            connection,
            app.extensions["campaign.vault"],
            kind="test",
            topic=bytes(16),
            to=to,
            content=f"To: {to}\r\n\r\nhello\r\n",
            now=clock.now(),
            **more,
        )

    gather(work)


def states():
    return gather(lambda connection: list(connection.execute(select(Message.state)).scalars()))


def test_the_job_sends_what_is_in_the_outbox(app, server):
    put(app, "anna@example.org")
    jobs.drain()
    assert [mail.to for mail in server.mails] == ["anna@example.org"]
    assert states() == ["sent"]


def test_the_job_gives_mails_back_when_the_worker_stops(app, server):
    put(app, "anna@example.org")
    app.extensions["campaign.jobs"].stopping.set()
    jobs.drain()
    assert server.mails == []
    assert states() == ["queued"]


def test_the_nightly_job_ends(app):
    put(app, "anna@example.org", withheld=True)
    jobs.purge()
    assert states() == ["withheld"]


def test_a_mails_words_come_from_its_folder(app, tmp_path):
    folder = tmp_path / "emails" / "greeting"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Hello\n  {{ name }}\n")
    (folder / "body.txt").write_text("\nDear {{ name }},\n@@link@@\n\n")
    (folder / "body.html").write_text(
        '{% extends "emails/_layout.html" %}{% block body %}<p>{{ name }} <a href="@@link@@">x</a>{% endblock %}'
    )
    app.jinja_loader.searchpath.append(str(tmp_path))
    subject, text, page = load("greeting", "en", {"name": "<Anna>"})
    assert subject == "Hello <Anna>"
    assert text == "Dear <Anna>,\n@@link@@\n"
    assert '<html lang="en" dir="ltr">' in page
    assert '<p>&lt;Anna&gt; <a href="@@link@@">x</a>' in page
    assert "<title>Hello &lt;Anna&gt;</title>" in page
