"""The poster's address: who gets a poster, which one, and what happens when there is none."""

import re
from datetime import UTC, datetime

import pytest

from campaign.accounts.models import Role
from campaign.campaigns.models import Campaign
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.prisoners import service, views
from campaign.prisoners.models import campaign_prisoners
from campaign.prisoners.poster import campaign_name
from tests.databases import on_sqlite
from tests.organisers import logged_in
from tests.printing import rasters
from tests.prisoners import people
from tests.prisoners.pictured import portrayed


@pytest.fixture(autouse=True)
def _one_day():
    views._kept.clear()
    with clock.following(lambda: datetime(2025, 11, 22, 9, tzinfo=UTC)):
        yield
    views._kept.clear()


def campaign(app) -> int:
    with app.app_context(), atomic() as session:
        made = Campaign(slug="for-vera", name="#FreeVera", created_at=clock.now())
        session.add(made)
        session.flush()
        return made.id


def vera(app, **options) -> str:
    return people.made(app, "Vera Example", **options)


def test_it_holds_what_the_profile_says(app, client):
    slug = vera(app, names=["Вера Прыклад"], campaign_id=campaign(app))
    portrayed(app, slug, author="Ina Example", licence="CC BY 4.0")
    pdf = client.get(f"/prisoners/{slug}/poster-a4.pdf").data
    found = rasters.words(pdf)
    for part in ("#FreeVera", "Вера Прыклад", "1,877", "Photo: Ina Example, CC BY 4.0"):
        assert part in found
    assert b"Red above" in b"".join(rasters.streams(pdf))


@on_sqlite
def test_the_answer_is_kept_for_half_a_minute_at_most(client, app):
    slug = vera(app)
    answer = client.get(f"/prisoners/{slug}/poster-a4.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{slug}-a4.pdf"'
    assert "must-revalidate" in answer.headers["Cache-Control"]
    assert int(re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])[1]) <= 35
    again = client.get(f"/prisoners/{slug}/poster-a4.pdf?x", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_hidden_profile_has_none(client, app):
    slug = vera(app)
    path = f"/prisoners/{slug}/poster-a3.pdf"
    etag = client.get(path).headers["ETag"]
    with app.app_context(), atomic() as session:
        service.hide(session, people.found(session, slug), people.act())
    assert client.get(f"{path}?now", headers={"If-None-Match": etag}).status_code == 410


def test_a_former_address_leads_to_the_present_one(client, app):
    slug = vera(app)
    with app.app_context(), atomic() as session:
        service.change_slug(session, people.found(session, slug), "vera-sample", people.act())
    answer = client.get(f"/prisoners/{slug}/poster-a4.pdf")
    assert (answer.status_code, answer.location) == (301, "/prisoners/vera-sample/poster-a4.pdf")


@on_sqlite
@pytest.mark.parametrize("path", ["/prisoners/nobody/poster-a4.pdf", "/prisoners/{slug}/poster-a5.pdf"])
def test_what_does_not_exist_is_not_found(client, app, path):
    assert client.get(path.format(slug=vera(app))).status_code == 404


@on_sqlite
def test_a_character_without_a_glyph_is_named_on_a_page(app, client):
    slug = vera(app, names=["Вера \U000e0fff"])
    answer = client.get(f"/prisoners/{slug}/poster-a4.pdf")
    assert answer.status_code == 501
    assert answer.content_type.startswith("text/html")
    assert "U+E0FFF" in answer.text
    assert "Cache-Control" in answer.headers
    assert "public" not in answer.headers["Cache-Control"]


def test_a_new_portrait_is_on_the_next_poster(app, client):
    slug = vera(app)
    path = f"/prisoners/{slug}/poster-a4.pdf"
    before = client.get(path).data
    portrayed(app, slug)
    assert client.get(f"{path}?1").data != before


@on_sqlite
def test_a_crowd_that_asks_for_one_poster_costs_one_setting(app, client):
    path = f"/prisoners/{vera(app)}/poster-a4.pdf"
    assert len({client.get(f"{path}?{number}").data for number in range(5)}) == 1
    assert len(views._kept._values) == 1
    client.get(path.replace("a4", "a3"))
    assert len(views._kept._values) == 2


@on_sqlite
def test_when_too_many_are_made_whoever_asks_is_told_when_to_come_back(app, client):
    slug, taken = vera(app), 0
    while views._press._places.acquire(blocking=False):
        taken += 1
    try:
        answer = client.get(f"/prisoners/{slug}/poster-a4.pdf")
        assert client.get(f"/prisoners/{slug}").status_code == 200
    finally:
        for _ in range(taken):
            views._press._places.release()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get(f"/prisoners/{slug}/poster-a4.pdf").status_code == 200


def test_the_campaign_on_it_is_the_first_that_names_the_prisoner(app):
    first = campaign(app)
    with app.app_context(), atomic() as session:
        later = Campaign(slug="later", name="Later", created_at=clock.now())
        session.add(later)
        session.flush()
        slug = people.make(session, app.extensions["campaign.vault"], "Vera Example", campaign_id=later.id).slug
        number = people.found(session, slug).id
        session.execute(campaign_prisoners.insert().values(campaign_id=first, prisoner_id=number, position=3))
    with app.app_context():
        assert campaign_name(db.session(), number) == "#FreeVera"


@on_sqlite
def test_the_desk_may_look_at_it_too(app):
    slug = vera(app)
    assert logged_in(app, Role.OWNER).get(f"/prisoners/{slug}/poster-a4.pdf").status_code == 200
