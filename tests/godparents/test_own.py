"""The godparent's own page: what its link shows and what its buttons do."""

import io
import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from campaign.db import atomic, db
from campaign.godparents import own, service, standing
from campaign.godparents.acting import OWN
from campaign.godparents.models import Godparent, Godparenthood, Invitation
from campaign.godparents.views.own import DONE, STOPPED
from campaign.kit import clock
from campaign.prisoners.models import Prisoner
from tests.browsing import hidden_fields
from tests.databases import on_sqlite
from tests.godparents import making
from tests.godparents.own_page import WORDS, Page
from tests.pictures import files

pytestmark = on_sqlite


@pytest.fixture
def page(app, client):
    return Page(app, client)


def test_the_page_shows_where_things_stand_and_nobody_keeps_it(app, client):
    page = Page(app, client, released=False)
    answer = page.get()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "not public yet" in answer.text
    with app.app_context(), atomic() as session:
        standing.release(making.acting(app, session), standing.active_pairs(session, page.id))
    shown = page.text()
    for part in ("Public since", "Anna Example", WORDS, "mari.tamm@parliament.example", "Jaan, +372 600"):
        assert part in shown


@pytest.mark.parametrize("token", ["x", "o" + "a" * 52, "%00", "é"])
def test_a_wrong_link_and_that_of_another_kind_get_a_page_that_helps(page, token):
    other = page.app.extensions["campaign.vault"].issue("g", page.uid)
    for path in (f"/godparents/own/{token}", f"/godparents/own/{other}"):
        for answer in (page.client.get(path), page.client.post(f"{path}/erase")):
            assert answer.status_code == 404
            assert "<h1" in answer.text


def test_new_words_wait_and_the_public_ones_stay_until_an_organiser_decides(app, page):
    said = page.post(f"/{page.pair}/statement", statement="New words.", language="et")
    assert str(DONE["statement"]) in said
    assert WORDS in said
    assert "New words." in said
    assert "New words." not in page.client.get("/godparents/mari-tamm?1").text
    with app.app_context(), atomic() as session:
        pair = session.get_one(Godparenthood, page.pair)
        own.decide_statement(making.acting(app, session), pair, True, "New words.")
        assert (pair.statement, pair.statement_language, pair.proposed) == ("New words.", "et", None)
    page.post(f"/{page.pair}/statement", statement="", language="et")
    assert page.one(select(Godparenthood.statement)) == ""


def test_what_was_typed_stays_when_it_cannot_be_taken(page):
    shown = page.post(f"/{page.pair}/statement", 422, statement="See www.example.org", language="")
    assert "See www.example.org" in shown
    assert 'href="#statement"' in shown
    shown = page.post(f"/{page.pair}/hand-over", 422, name="Anna Kask", email="nonsense", language="en", message="Hi")
    assert 'value="Anna Kask"' in shown
    ahead = (clock.now() + timedelta(days=400)).year
    shown = page.post(f"/{page.pair}/deeds", 422, kind="speech", **{"day-year": str(ahead)}, url="x", note="Said so.")
    assert "Said so." in shown
    stale = page.client.post(f"{page.path}/{page.pair}/statement", data={"statement": "Old page.", "form_token": "x"})
    assert (stale.status_code, "Old page." in stale.text) == (422, True)


def test_a_deed_is_recorded_with_its_state_and_can_be_deleted(page):
    said = page.post(f"/{page.pair}/deeds", kind="question", **{"day-year": "2022-05"}, url="https://x.example/1")
    assert str(DONE["deed"]) in said
    assert "waits for an organiser" in said
    number = re.search(r"/deeds/(\d+)/remove", said)[1]
    assert f"/deeds/{number}/remove" not in page.post(f"/deeds/{number}/remove")


def test_nothing_of_anothers_can_be_touched(app, client, page):
    with app.app_context(), atomic() as session:
        act = making.acting(app, session)
        form = making.application("Peeter", "Saar", "peeter.saar@parliament.example")
        other = making.accepted(act, session.get_one(Godparent, page.id).campaign_id, form)
        pair = standing.active_pairs(session, other.id)[0].id
    for path in ("statement", "deeds", "hand-over", "step-down", "certificate.pdf"):
        page.get(f"/{pair}/{path}", 404)
    assert str(STOPPED["ended"]) in page.post(f"/{pair}/step-down")
    page.post(f"/{pair}/statement", 404, statement="Mine now.", language="")
    with app.app_context():
        assert db.session.get_one(Godparenthood, pair).active


def test_handing_over_asks_one_successor_at_a_time_and_can_be_taken_back(page):
    fields = {"name": "Anna Kask", "email": "anna.kask@parliament.example", "language": "en", "message": "Will you?"}
    said = page.post(f"/{page.pair}/hand-over", **fields)
    assert "You asked Anna Kask to take over" in said
    again = page.post(f"/{page.pair}/hand-over", 422, **(fields | {"email": "other@parliament.example"}))
    assert str(STOPPED["handing_over"]) in again
    assert page.one(select(Invitation.godparenthood_id)) == page.pair
    assert "You asked" not in page.post(f"/{page.pair}/take-back")
    assert page.one(select(Invitation.state)) == "withdrawn"
    yourself = page.post(f"/{page.pair}/hand-over", 422, **(fields | {"email": "Mari.Tamm@parliament.example"}))
    assert str(STOPPED["yourself"]) in yourself


def test_stepping_down_is_asked_first_and_offers_who_needs_somebody(page):
    assert "Do you want to step down?" in page.text(f"/{page.pair}/step-down")
    assert page.one(select(Godparenthood.ended_on)) is None
    said = page.post(f"/{page.pair}/step-down")
    assert str(DONE["stepped-down"]) in said
    assert "Who needs you now" in said
    assert str(STOPPED["ended"]) in page.post(f"/{page.pair}/step-down")


def test_another_prisoner_is_begun_with_and_a_place_that_is_gone_is_said(app, page):
    shown = page.text("/choose")
    assert "Stand by Berta Example" in shown
    assert "Stand by Anna Example" not in shown
    assert re.findall("Stand by [^<]+", page.text("/choose?q=bialatski")) == ["Stand by Ales Bialiatski"]
    assert str(DONE["begun"]) in page.post("/choose", prisoner="berta-example")
    assert str(STOPPED["taken"]) in page.post("/choose", prisoner="berta-example")
    assert str(STOPPED["taken"]) in page.post("/choose", prisoner="nobody")
    assert str(DONE["begun"]) in page.post("/choose", prisoner="")
    assert str(STOPPED["full"]) in page.post("/choose", prisoner="")


def test_a_photo_waits_and_can_be_taken_away(page):
    said = page.post("/photo", photo=(io.BytesIO(files.jpeg(300, 400)), "me.jpg"))
    assert str(DONE["photo"]) in said
    assert page.get("/photo/new.jpg").data.startswith(b"\xff\xd8")
    page.get("/photo/shown.jpg", 404)
    assert "Please choose" in page.post("/photo", 422)
    page.post("/photo/remove")
    page.get("/photo/new.jpg", 404)


def test_contact_and_reminders_are_changed(page):
    assert "Liis, +372 700" in page.post("/contact", contact="Liis, +372 700")
    shown = page.post("/reminders", remind="trial")
    assert re.findall(r'name="remind" value="(\w+)" checked', shown) == ["trial"]


def test_a_hidden_profile_is_not_named_on_the_page_nor_in_the_file(app, page):
    with app.app_context(), atomic() as session:
        session.scalars(select(Prisoner).where(Prisoner.slug == "anna-example")).one().hidden_at = clock.now()
    assert "whose profile is not shown" in page.text()
    for path in ("", f"/{page.pair}/step-down", f"/{page.pair}/deeds", f"/{page.pair}/hand-over", "/stored.json"):
        assert "Anna" not in page.text(path)
    page.get(f"/{page.pair}/certificate.pdf", 410)


def test_the_certificate_is_there_before_anything_is_public(app, client):
    page = Page(app, client, released=False)
    answer = page.get(f"/{page.pair}/certificate.pdf")
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")


def test_everything_stored_can_be_taken_along(page):
    stored = json.loads(page.get("/stored.json").text)
    assert (stored["given_name"], stored["email"]) == ("Mari", "mari.tamm@parliament.example")
    assert stored["contact_of_the_office"] == "Jaan, +372 600"
    assert [(each["prisoner"], each["statement"]) for each in stored["godparenthoods"]] == [("Anna Example", WORDS)]
    assert {each["purpose"] for each in stored["consents"]} == {"godparent", "godparent_public"}


def test_erasing_leaves_a_dead_link_and_nothing_of_the_person(app, page):
    page.post(f"/{page.pair}/deeds", kind="speech", **{"day-year": "2022"})
    page.post(f"/{page.pair}/hand-over", name="Anna Kask", email="anna.kask@parliament.example", language="en")
    assert "Have everything about you erased?" in page.text("/erase")
    assert "Everything about you is erased" in page.post("/erase", 200)
    page.get(status=404)
    with app.app_context():
        godparent = db.session.get_one(Godparent, page.id)
        assert (godparent.given_name, godparent.contact, godparent.person_id) == ("", None, None)
        for table in ("deeds", "godparent_invitations", "consents", "persons", "godparent_notices"):
            assert db.session.execute(db.text(f"SELECT count(*) FROM {table}")).scalar() == 0, table  # noqa: S608 - names from the line above


def test_who_waits_sees_what_was_typed_and_can_withdraw(app, client):
    with app.app_context(), atomic() as session:
        act = making.acting(app, session)
        form = making.application(email="mari@webmail.example", statement=WORDS)
        godparent = making.joined(act, making.programme(session).campaign_id, form)
        service.confirm(act, godparent.uid)
        path = f"/godparents/own/{act.vault.issue(OWN, godparent.uid)}"
    shown = unescape(client.get(path).text)
    assert "An organiser looks at your sign-up" in shown
    assert WORDS in shown
    assert "webmail" not in shown.replace("mari@webmail.example", "").lower()
    assert client.get(f"{path}/contact").status_code == 404
    token = hidden_fields(client.get(f"{path}/erase").text)
    assert client.post(f"{path}/erase", data=token).status_code == 200
    assert client.get(path).status_code == 404
    with app.app_context():
        assert db.session.scalars(select(Godparent)).all() == []


def test_who_left_office_is_asked_to_hand_over_and_offered_nobody(app, page):
    with app.app_context(), atomic() as session:
        session.get_one(Godparent, page.id).left_office_on = date(2026, 6, 30)
    shown = page.text()
    assert "your mandate ended" in shown
    assert "Stand by one more prisoner" not in shown
    assert str(STOPPED["closed"]) in page.post("/choose", prisoner="berta-example")


def test_other_sites_cannot_press_the_buttons(page):
    headers = {"Sec-Fetch-Site": "cross-site"}
    for path in ("erase", f"{page.pair}/step-down", f"{page.pair}/statement", "choose", "reminders", "photo"):
        assert page.client.post(f"{page.path}/{path}", headers=headers).status_code == 403
    assert str(STOPPED["stale"]) in unescape(
        page.client.post(f"{page.path}/{page.pair}/step-down", follow_redirects=True).text
    )
    assert page.one(select(Godparenthood.ended_on)) is None
