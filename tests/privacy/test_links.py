"""The signer's own pages: what a link does when it is read, and what its buttons do."""

import pytest

from campaign.petitions import jobs
from tests.browsing import PATH, confirmed, hidden_fields, link, mails, sign
from tests.databases import on_sqlite
from tests.factories import Signing


def status(app):
    return [row.status for row in Signing(app).rows("SELECT status FROM signatures ORDER BY id")]


def test_reading_the_link_changes_nothing_however_often(app, client):
    sign(client)
    path = link(mails(app)[0])
    for _ in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert client.options(path).status_code in (200, 405)
    assert status(app) == ["pending"]


def test_the_page_has_a_button_and_pressing_it_confirms(app, client):
    sign(client)
    path = link(mails(app)[0])
    page = client.get(path).text
    assert f'action="{path}"' in page
    answer = client.post(path, data=hidden_fields(page))
    assert answer.status_code == 303
    assert status(app) == ["confirmed"]
    assert "confirmed" in client.get(answer.headers["Location"]).text.lower()


def test_the_count_rises_with_the_button_and_falls_with_the_withdrawal(app, client):
    receipt = confirmed(app, client)
    assert recounted(app) == 1
    client.post(f"{receipt}/withdraw")
    assert recounted(app) == 0
    assert "Jo" not in client.get(receipt).text


def recounted(app):
    with app.app_context():
        jobs.count()
    return Signing(app).one("SELECT confirmed_count FROM petitions")


def test_signing_again_before_confirming_must_be_seen_before_it_is_confirmed(app, client):
    sign(client, given_name="Me")
    path = link(mails(app)[0])
    seen = hidden_fields(client.get(path).text)
    sign(client, given_name="Somebody else", show_name="y")
    answer = client.post(path, data=seen)
    assert answer.status_code == 409
    assert "Somebody else" in answer.text
    assert status(app) == ["pending"]
    assert client.post(path, data=hidden_fields(answer.text)).status_code == 303


def test_this_wasnt_me_deletes_and_stops_further_mail(app, client):
    sign(client)
    path = link(mails(app)[0])
    assert client.get(f"{path}/not-me").status_code == 405
    assert client.post(f"{path}/not-me").status_code == 200
    assert status(app) == []
    assert sign(client).status_code == 303
    assert mails(app) == []
    assert client.get(path).status_code == 404


@on_sqlite
@pytest.mark.parametrize("path", ["/confirm/", "/receipt/"])
@pytest.mark.parametrize("token", ["x", "s" + "a" * 52, "s" * 500, "%00", "s" + "A" * 52, "é"])
def test_a_wrong_link_gets_a_page_that_helps(client, path, token):
    for answer in (client.get(path + token), client.post(path + token)):
        assert answer.status_code == 404
        assert "<h1" in answer.text


def test_a_confirmation_link_does_not_open_the_receipt_and_no_link_opens_anothers(app, client):
    sign(client)
    token = link(mails(app)[0]).rsplit("/", 1)[1]
    assert client.get(f"/receipt/{token}").status_code == 404
    assert client.get(f"/receipt/r{token[1:]}").status_code == 404


def test_the_receipt_shows_what_is_stored_and_exports_it(app, client):
    receipt = confirmed(app, client, comment="for them", postal_code="10115", updates="y")
    page = client.get(receipt).text
    for word in ("Jo", "Baker", "jo@example.org", "Germany", "10115", "for them"):
        assert word in page
    data = client.get(f"{receipt}/export.json").json
    assert data["given_name"] == "Jo"
    assert data["updates"] is True
    assert [line["purpose"] for line in data["consents"]] == ["sign", "updates"]
    assert len(data["text"]["sha256"]) == 64


def test_choices_can_be_changed_at_any_time(app, client):
    receipt = confirmed(app, client, show_name="y")
    assert client.post(receipt, data={"deliver_name": "y"}).status_code == 303
    data = client.get(f"{receipt}/export.json").json
    assert (data["show_name"], data["deliver_name"], data["updates"]) == (False, True, False)


def test_erasing_takes_the_person_out_altogether(app, client):
    receipt = confirmed(app, client)
    client.post(f"{receipt}/erase")
    signing = Signing(app)
    assert signing.one("SELECT count(*) FROM persons") == 0
    assert signing.one("SELECT count(*) FROM consents") == 0
    assert client.get(receipt).status_code == 200


@on_sqlite
@pytest.mark.parametrize("way", ["", "/withdraw", "/erase"])
def test_another_sites_page_cannot_press_the_receipts_buttons(app, client, way):
    receipt = confirmed(app, client)
    assert client.post(receipt + way, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert status(app) == ["confirmed"]


@on_sqlite
def test_personal_pages_are_kept_by_nobody(app, client):
    receipt = confirmed(app, client)
    for path in (receipt, f"{receipt}/export.json"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]


@on_sqlite
def test_no_token_or_address_reaches_the_log(app, client, caplog):
    caplog.set_level(0)
    receipt = confirmed(app, client)
    client.get(receipt)
    client.get(receipt + "x")
    text = " ".join(record.getMessage() for record in caplog.records)
    assert receipt.rsplit("/", 1)[1] not in text
    assert "jo@example.org" not in text


def test_a_petition_page_is_untouched_by_any_of_this(client):
    assert client.get(PATH).status_code == 200
