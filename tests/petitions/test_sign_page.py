"""The petition's page and its form, as a browser or a hostile program meets them."""

import re
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from campaign.db import atomic
from campaign.petitions import jobs, views
from campaign.petitions.models import Petition
from campaign.web import form_token
from tests.browsing import PATH, confirmed, hidden_fields, link, mails, sign
from tests.databases import on_sqlite
from tests.factories import Signing


def set_petition(app, **values):
    with app.app_context(), atomic() as session:
        session.execute(update(Petition).values(**values))


def rows(app):
    return Signing(app).one("SELECT count(*) FROM signatures")


@on_sqlite
def test_the_page_tells_how_a_signature_is_used_before_it_asks_for_anything(client):
    page = client.get(PATH).text
    assert page.index("encrypted") < page.index("<form")
    assert page.index("Belarus") < page.index("<form")


@on_sqlite
def test_public_pages_set_no_cookie_and_load_nothing_from_elsewhere(client):
    for path in (
        "/",
        "/campaigns/free-viasna",
        PATH,
        f"{PATH}/thanks",
        "/privacy",
        f"{PATH}.json",
        f"{PATH}/count.json",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers
        assert "public, max-age=" in answer.headers["Cache-Control"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        loaded = re.findall(
            r'<(?:script|img|link|iframe|source|video|audio)\b[^>]*?(?:src|href)="([^"]+)"', answer.text
        )
        assert all(url.startswith("/") or "canonical" in answer.text for url in loaded)
        assert " style=" not in answer.text
        assert "<style" not in answer.text


def test_a_signature_is_answered_with_the_same_page_whatever_is_known_of_the_address(app, client):
    answers = [sign(client), sign(client)]
    client.post(link(mails(app)[0]))
    answers.append(sign(client))
    assert {(a.status_code, a.headers["Location"], a.text) for a in answers} == {
        (303, f"{PATH}/thanks", answers[0].text)
    }


def test_the_mail_says_which_of_the_three_it_was(app, client):
    sign(client)
    client.post(link(mails(app)[0]))
    sign(client)
    subjects = [m["Subject"] for m in mails(app)]
    assert len(set(subjects)) == 3
    assert link(mails(app)[0]).startswith("/confirm/")
    assert link(mails(app)[1]).startswith("/receipt/")
    assert link(mails(app)[2]) == link(mails(app)[1])


@on_sqlite
@pytest.mark.parametrize("name", ["given_name", "family_name", "email", "country", "consent"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_missing_field_is_named_and_what_was_typed_stays(client, name, value):
    answer = sign(client, comment="my long comment", **{name: value})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert "my long comment" in answer.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("given_name", "see https://evil.example/now"),
        ("given_name", "evil.com"),
        ("given_name", "a\0b"),
        ("family_name", "a\x07b"),
        ("family_name", "gro.elpmaxe\u202e"),
        ("given_name", "x" * 1_000_000),
        ("comment", "word " * 200_000),
        ("email", "x" * 1_000_000 + "@example.org"),
        ("email", "no address"),
        ("email", "jo@example.org\r\nBcc: x@example.org"),
        ("country", "XX"),
        ("country", "Germany"),
        ("postal_code", "<script>"),
    ],
)
def test_a_bad_value_gets_a_message_at_its_field_and_stores_nothing(app, client, name, value):
    answer = sign(client, **{name: value})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert 'value="DE" selected' in answer.text or name == "country"
    assert rows(app) == 0


@on_sqlite
@pytest.mark.parametrize("name", ["Жанна", "Łukasz", "李", "محمد", "O'Neill", "नरेन्द्र", "Nguyễn Thị"])
def test_names_in_any_script_are_taken(app, client, name):
    receipt = confirmed(app, client, given_name=name, show_name="y")
    assert name.replace("'", "&#39;") in client.get(receipt).text


@on_sqlite
def test_what_was_typed_is_shown_again_without_being_believed(client):
    answer = sign(client, given_name='"><script>alert(1)</script>', email="")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


@on_sqlite
def test_a_form_without_token_or_with_one_of_another_form_comes_back_filled_in(app, client):
    for token in (
        None,
        "",
        "nonsense",
        "é",
        app.extensions["campaign.kernel"].tokens.issue("sign:other:x", time.time()),
    ):
        answer = sign(client, form_token=token, comment="still here")
        assert answer.status_code == 422
        assert "still here" in answer.text
    assert rows(app) == 0


@on_sqlite
def test_a_token_runs_out_after_a_day(app):
    tokens = app.extensions["campaign.kernel"].tokens
    token = tokens.issue("x", 1_000_000)
    assert tokens.valid(token, "x", 1_000_000 + form_token.VALID_SECONDS)
    assert not tokens.valid(token, "x", 1_000_001 + form_token.VALID_SECONDS)


@on_sqlite
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_another_sites_page_cannot_sign(app, client, headers):
    fields = hidden_fields(client.get(PATH).text)
    assert client.post(PATH, data=fields, headers=headers).status_code == 403
    assert rows(app) == 0


def test_a_draft_is_not_there(app, client):
    set_petition(app, published="draft")
    fresh = app.test_client()
    for path in (PATH, f"{PATH}.json", f"{PATH}/count.json", f"{PATH}/thanks"):
        assert eventually(lambda path=path: fresh.get(path).status_code == 404)
    assert fresh.post(PATH).status_code == 404
    assert "Free the imprisoned" not in fresh.get("/campaigns/free-viasna").text


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"published": "closed"}, "closed"),
        ({"closes_at": "2020-01-01"}, "closed"),
        ({"opens_at": "2099-01-01"}, "2099"),
    ],
)
def test_a_petition_that_is_not_open_says_so_and_takes_no_signature(app, client, values, word):
    fields = hidden_fields(client.get(PATH).text)
    dates = {k: datetime.fromisoformat(v).replace(tzinfo=UTC) if k.endswith("_at") else v for k, v in values.items()}
    set_petition(app, **dates)
    page = read_anew(client).text
    assert 'name="given_name"' not in page
    assert word in page.lower()
    answer = client.post(PATH, data=fields | {"email": "jo@example.org"})
    assert answer.status_code == 409
    assert rows(app) == 0


@on_sqlite
def test_a_petition_that_was_closed_is_seen_to_be_closed_within_seconds(app, client):
    assert 'name="given_name"' in client.get(PATH).text
    set_petition(app, published="closed")
    assert eventually(lambda: 'name="given_name"' not in client.get(PATH).text)


def test_the_latest_names_are_only_of_those_who_chose_it(app, client):
    confirmed(app, client, given_name="Openly", email="a@example.org", show_name="y")
    confirmed(app, client, given_name="Quietly", email="b@example.org")
    sign(client, given_name="Unconfirmed", email="c@example.org", show_name="y")
    page = read_anew(client).text
    assert "Openly" in page
    assert "Quietly" not in page
    assert "Unconfirmed" not in page


@on_sqlite
def test_a_request_that_is_far_too_large_is_refused_with_a_page(client):
    answer = client.post(PATH, data={"comment": "x" * 9_000_000})
    assert answer.status_code == 413
    assert "<h1" in answer.text


def test_a_small_group_is_not_told_by_country(app, client):
    confirmed(app, client)
    with app.app_context():
        jobs.count()
    assert eventually(lambda: client.get(f"{PATH}.json").json["countries"] == {"other": 1})


def read_anew(client):
    """The page past all that is kept for a second or two."""
    views._snapshots.clear()
    return client.get(f"{PATH}?anew")


def eventually(condition):
    """Pages may be a second or two old: wait for it, but not for ever."""
    deadline = time.monotonic() + 6
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
