"""Pages that span features: what is going on, one campaign, how data is used."""

import pytest
from sqlalchemy import update

from campaign.db import atomic
from campaign.demo.content import PRISONERS
from campaign.petitions.models import Petition


def publish(app, state):
    with app.app_context(), atomic() as session:
        session.execute(update(Petition).values(published=state))


def test_the_start_page_leads_to_the_campaign_and_its_petition(client):
    page = client.get("/").text
    assert 'href="/campaigns/free-viasna"' in page
    assert 'href="/petitions/free-viasna"' in page


def test_a_campaign_names_its_prisoners(client):
    page = client.get("/campaigns/free-viasna").text
    for person in PRISONERS:
        assert person.name in page


@pytest.mark.parametrize("path", ["/", "/campaigns/free-viasna"])
def test_a_draft_is_named_nowhere(app, client, path):
    publish(app, "draft")
    assert "Free the imprisoned" not in client.get(path).text


def test_a_closed_petition_is_shown_as_closed(app, client):
    publish(app, "closed")
    assert "Closed. Thank you" in client.get("/").text


def test_personal_pages_and_the_desk_are_nobodys_to_index(client):
    lines = client.get("/robots.txt").text
    for path in ("/admin/", "/confirm/", "/receipt/"):
        assert f"Disallow: {path}" in lines


def test_a_campaign_that_is_not_there_is_not_found(client):
    assert client.get("/campaigns/nothing").status_code == 404


def test_an_unknown_language_is_answered_in_one_that_is_offered(client):
    for wish in ("/?lang=xx", "/?lang=", "/?lang=../../etc", "/?lang=en&lang=xx"):
        answer = client.get(wish, headers={"Accept-Language": "xx;q=1, *;q=0.1"})
        assert answer.status_code == 200
        assert '<html lang="en"' in answer.text
