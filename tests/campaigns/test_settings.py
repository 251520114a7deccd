"""A campaign's settings: what may be set, and that the mails follow."""

import pytest

from campaign.campaigns import cli
from tests.browsing import mails, sign


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(cli.campaigns, list(words))


def test_an_innocuous_sender_and_subject_stand_in_every_mail(app, client, run):
    assert run("set", "free-viasna", "--mail-sender", "Knitting circle", "--mail-subject", "Pattern").exit_code == 0
    sign(client)
    message = mails(app)[-1]
    assert message["Subject"] == "Pattern"
    assert message["From"].addresses[0].display_name == "Knitting circle"


def test_what_was_set_is_listed_and_nothing_else_changed(run):
    run("set", "free-viasna", "--reminder-days", "2,5", "--purge-days", "9", "--risky-countries", "by,ru,kz")
    shown = run("list").output
    for words in ("2, 5 days", "9 days", "BY, RU, KZ", "(each mail’s own)"):
        assert words in shown


@pytest.mark.parametrize(
    "words",
    [
        ("--purge-days", "0"),
        ("--purge-days", "1000"),
        ("--reminder-days", "14"),
        ("--reminder-days", "1,2,3,4"),
        ("--reminder-days", "soon"),
        ("--risky-countries", "XX"),
        ("--mail-subject", "a\0b"),
        ("--mail-sender", "x" * 200),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_with_a_reason(run, words):
    before = run("list").output
    answer = run("set", "free-viasna", *words)
    assert answer.exit_code != 0
    assert "Error" in answer.output
    assert run("list").output == before


def test_an_unknown_campaign_is_named(run):
    assert "nowhere" in run("set", "nowhere", "--purge-days", "9").output


def test_signs_that_mark_a_gap_are_only_signs_in_somebodys_words(app, client, run):
    run("set", "free-viasna", "--mail-sender", "Us @@link@@ here", "--mail-subject", "@@x@@")
    assert sign(client).status_code == 303
    assert mails(app)[-1]["Subject"] == "@x@"
