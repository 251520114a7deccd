"""The desk's pages about prisoners: who sees what, events with what follows from them, history."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select

from campaign.accounts.models import Role
from campaign.campaigns.models import Campaign
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import bulk, choosing, service
from campaign.prisoners.models import Event, EventKind, PrisonerText
from campaign.prisoners.service import Act, NewEvent
from tests.databases import on_sqlite
from tests.factories import Signing
from tests.organisers import logged_in
from tests.prisoners.people import arrest, found, made
from tests.prisoners.test_editing import fields_in, opened, post

SLUG = "vera-invented"
VERA = f"/admin/prisoners/{SLUG}"
ADD = f"{VERA}/events/new"
SECRET = "The heart is weak"


@pytest.fixture
def app(app):
    about = PrisonerText(language="en", about="Kept a library.")
    campaign = Signing(app).target.campaign_id
    made(app, "Vera Invented", arrest("2021-03-02"), campaign_id=campaign, texts=[about], born="1980-05-01")
    return app


@pytest.fixture
def editor(app):
    return logged_in(app, Role.EDITOR, Signing(app).target.campaign_id)


@pytest.fixture
def internal(app):
    """An internal event; its number."""
    with app.app_context(), atomic() as session:
        new = NewEvent(EventKind.HEALTH, public=False, texts={"en": SECRET}, source="family")
        act = Act("test", clock.now())
        return service.add_event(session, app.extensions["campaign.vault"], found(session, SLUG), new, act).id


def events(app, *columns):
    with app.app_context():
        query = select(*columns).where(Event.prisoner_id == found(db.session(), SLUG).id).order_by(Event.id)
        return [tuple(row) for row in db.session().execute(query)]


def profile(app):
    with app.app_context():
        prisoner = found(db.session(), SLUG)
        return prisoner.status, prisoner.facility and prisoner.facility.title, prisoner.sentence


def typed_event(editor, kind, **changes):
    typed = opened(editor, f"{ADD}?kind={kind}") | {"source": ["Test Watch"], "day-year": ["2022"]}
    return typed | {name.replace("__", "-"): [value] for name, value in changes.items()}


def looked(editor, typed):
    answer = post(editor, ADD, typed, act="look")
    assert answer.status_code == 200, answer.text
    return answer


def added(editor, kind, **changes):
    answer = post(editor, ADD, fields_in(looked(editor, typed_event(editor, kind, **changes)).text), act="save")
    assert answer.status_code == 303, answer.text
    return answer


# --- the list ------------------------------------------------------------------------------------------------------


def test_the_list_shows_everybody_of_ones_campaigns_and_nobody_else(app, editor):
    made(app, "Out Ofreach")
    page = editor.get("/admin/prisoners").text
    assert SLUG in page
    assert "ales-bialiatski" in page
    assert "Ofreach" not in page
    assert "7 profiles" in page
    assert "7 profiles" in editor.get("/admin/").text
    with app.app_context(), atomic() as session:
        session.execute(insert(Campaign), [{"id": 99, "slug": "other", "name": "Other", "created_at": clock.now()}])
    assert "0 profiles" in logged_in(app, Role.EDITOR, 99).get("/admin/prisoners").text
    assert "Ofreach" in logged_in(app, Role.OWNER).get("/admin/prisoners").text


def test_the_list_is_searched_filtered_and_sorted(editor):
    for query, there in (("q=inventéd", True), ("q=Marfa", False), ("status=detained&q=vera", True),
                         ("status=released", False), ("campaign=free-viasna&order=newest", True),
                         ("campaign=other", False), ("order=nonsense&status=nonsense&q=vera", True)):  # fmt: skip
        assert (f'href="{VERA}"' in editor.get(f"/admin/prisoners?{query}").text) is there, query


@on_sqlite
def test_a_viewer_sees_no_profiles_at_all(app):
    viewer = logged_in(app, Role.VIEWER)
    assert viewer.get("/admin/prisoners").status_code == 403
    assert viewer.get(VERA).status_code == 403
    assert "/admin/prisoners" not in viewer.get("/admin/").text


def test_whoever_hides_a_profile_sees_which_texts_still_hold_the_name(editor):
    page = editor.get("/admin/prisoners/ales-bialiatski/visibility").text
    assert "Free the imprisoned human rights defenders of Viasna" in page
    assert "the whole name" in page
    assert "No text here holds the name." in editor.get(f"{VERA}/visibility").text


@on_sqlite
def test_the_tools_that_are_offered_are_those_that_may_be_opened(app, editor):
    owner = logged_in(app, Role.OWNER)
    for browser, offered in ((editor, 2), (owner, 4), (logged_in(app, Role.MODERATOR), 0)):
        page = browser.get("/admin/prisoners").text
        tools = [
            path for path in ("/many", "/import", "/doubts", "/export") if f'href="/admin/prisoners{path}"' in page
        ]
        assert len(tools) == offered, tools
        assert all(browser.get(f"/admin/prisoners{path}").status_code == 200 for path in tools)


def test_an_event_of_an_act_for_many_leads_to_that_act_for_those_who_may_see_it(app, editor):
    with app.app_context(), atomic() as session:
        act = Act("test", clock.now())
        people = choosing.by_ids(session, [found(session, SLUG).id])
        new = NewEvent(EventKind.RELEASE, PartialDate(2022), texts={"en": "All at once."}, source="Test Watch")
        number = bulk.apply(session, app.extensions["campaign.vault"], people, new, act).id
    link = f'href="/admin/prisoners/many/{number}"'
    for path in (VERA, f"{VERA}/history"):
        assert link in editor.get(path).text
        page = logged_in(app, Role.MODERATOR, Signing(app).target.campaign_id if path == VERA else None).get(path).text
        assert "act for many" in page
        assert link not in page


# --- internal events -----------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DELIVERER])
def test_who_may_not_see_internal_events_cannot_even_tell_that_there_is_one(app, internal, role):
    browser = logged_in(app, role)
    pages = [browser.get(VERA).text, browser.get(f"{VERA}/history").text]
    for page in pages:
        assert SECRET not in page
        assert "Internal" not in page
        assert f"event-{internal}" not in page
    for verb in ("release", "retract"):
        there = browser.get(f"{VERA}/events/{internal}/{verb}")
        assert there.status_code == browser.get(f"{VERA}/events/999999/{verb}").status_code == 403
    with app.app_context(), atomic() as session:
        vault, act = app.extensions["campaign.vault"], Act("test", clock.now())
        service.release_event(session, vault, found(session, SLUG), session.get(Event, internal), act)
    assert "Released for publication" not in browser.get(f"{VERA}/history").text


def test_health_is_internal_until_it_is_released_after_a_page_that_shows_every_word(app, editor):
    added(editor, "health", text__0=SECRET)
    ((number, public),) = events(app, Event.id, Event.public)[1:]
    assert not public
    assert SECRET in editor.get(VERA).text
    page = editor.get(f"{VERA}/events/{number}/release").text
    assert SECRET in page
    assert "Test Watch" in page
    assert editor.post(f"{VERA}/events/{number}/release", seen=VERA).status_code == 303
    assert events(app, Event.public)[1:] == [(True,)]
    assert editor.get(f"{VERA}/events/{number}/release").status_code == 303
    assert "Released for publication" in editor.get(f"{VERA}/history").text


def test_changing_the_kind_to_health_makes_it_internal_and_back_does_not_publish_it(editor):
    typed = typed_event(editor, "award", text__0=SECRET)
    assert typed["visibility"] == ["public"]
    again = fields_in(post(editor, ADD, typed | {"kind": ["health"]}, act="kind").text)
    assert (again["visibility"], again["text-0"]) == (["internal"], [SECRET])
    again = fields_in(post(editor, ADD, again | {"kind": ["award"]}, act="kind").text)
    assert again["visibility"] == ["internal"]


@on_sqlite
def test_the_kind_may_be_chosen_on_the_form_which_then_begins_as_it_should(editor):
    chosen = opened(editor, ADD) | {"kind": ["health"]}
    form = fields_in(post(editor, ADD, chosen, act="kind").text)
    assert (form["visibility"], form["text-language-0"]) == (["internal"], ["en"])
    assert form["as_of"] == [str(clock.now().date())]
    page = post(editor, ADD, opened(editor, ADD) | {"kind": [""]}, act="kind").text
    assert "Go on" in page
    assert 'value="be-Latn">Belarusian (Latin)' in editor.get(f"{ADD}?kind=award").text


# --- adding events -------------------------------------------------------------------------------------------------


def test_what_follows_is_shown_before_anything_is_written(app, editor):
    before = events(app, Event.id)
    page = looked(editor, typed_event(editor, "release", day__year="2022", day__month="5")).text
    assert re.search(r"<del>In detention.*</del>.*<ins>Released</ins>", page)
    assert "May 2022" in page
    assert events(app, Event.id) == before
    assert post(editor, ADD, fields_in(page), act="edit").status_code == 200
    assert post(editor, ADD, fields_in(page), act="save").status_code == 303
    assert profile(app)[0] == "released"
    assert "Released" in editor.get(VERA).text


def test_a_transfer_names_a_facility_of_the_list_or_a_new_one(app, editor):
    typed = typed_event(editor, "transfer")
    assert "where to" in post(editor, ADD, typed, act="look").text
    page = looked(editor, typed | {"facility_name": ["Invented Colony No. 9"]}).text
    assert "Invented Colony No. 9" in page
    post(editor, ADD, fields_in(page), act="save")
    assert profile(app)[1] == "Invented Colony No. 9"
    form = editor.get(f"{ADD}?kind=transfer").text
    (number,) = re.findall(r'<option value="(\d+)">Invented Colony', form)
    added(editor, "transfer", day__year="2023", facility=number)
    assert post(editor, ADD, typed | {"facility": ["999"]}, act="look").status_code == 422


def test_a_verdict_has_articles_a_sentence_and_a_judge(app, editor):
    page = looked(
        editor,
        typed_event(
            editor, "verdict", articles="361-4 part 1: helping\n342", sentence_kind="prison", sentence_years="4",
            sentence_months="6", sentence_text="4½ years", sentence_regime="strict", sentence_start="2021-03",
            judge="J. Invented",
        ),
    ).text  # fmt: skip
    assert post(editor, ADD, fields_in(page), act="save").status_code == 303
    ((details,),) = events(app, Event.details)[1:]
    assert [article["code"] for article in details["articles"]] == ["361-4", "342"]
    assert details["judge"] == "J. Invented"
    assert profile(app) == (
        "convicted", None,
        {"kind": "prison", "text": "4½ years", "months": 54, "regime": "strict", "start": "2021-03"},
    )  # fmt: skip
    shown = editor.get(VERA).text
    for words in ("4½ years", "J. Invented", "361-4 part 1: helping", "Test Watch"):
        assert words in shown


ODD = {
    "day-year": ("2099", "future"),
    "day-year ": ("1970", "before the person was born"),
    "as_of": ("2021-01-01", "before it happened"),
    "as_of ": ("2099-01-01", "in the future"),
    "source": ("", "no source"),
}
IMPOSSIBLE = {
    "day-year": ("1954-02-29", "no such day"),
    "day-month": ("13", "no such day"),
    "as_of": ("31.12.2021", "no such day"),
    "url": ("ftp://example.org", "web address"),
    "visibility": ("secret", "choose one"),
    "text-language-0": ("", "which language"),
}


def test_odd_dates_have_to_be_confirmed_and_impossible_ones_are_refused(app, editor):
    typed = typed_event(editor, "award", text__0="A prize.")
    for field, (value, words) in IMPOSSIBLE.items():
        answer = post(editor, ADD, typed | {field: [value]}, act="look")
        assert answer.status_code == 422, field
        assert words in answer.text, field
    before = events(app, Event.id)
    for field, (value, words) in ODD.items():
        page = looked(editor, typed | {field.strip(): [value]}).text
        assert words in page, field
        assert post(editor, ADD, fields_in(page), act="save").status_code == 422, field
    assert events(app, Event.id) == before
    assert post(editor, ADD, fields_in(page), act="save", sure="on").status_code == 303
    added(editor, "death")
    assert "after the person died" in looked(editor, typed | {"day-year": ["2023"]}).text


def test_who_adds_an_event_while_somebody_else_did_looks_again(app, editor):
    mine = fields_in(looked(editor, typed_event(editor, "release")).text)
    added(logged_in(app, Role.OWNER), "death")
    answer = post(editor, ADD, mine, act="save")
    assert answer.status_code == 409
    assert "changed while you looked" in answer.text
    assert len(events(app, Event.id)) == 2
    assert post(editor, ADD, fields_in(answer.text), act="save").status_code == 303
    assert profile(app)[0] == "deceased"


def test_an_event_is_taken_back_with_a_reason_and_stays_struck_through(app, editor):
    ((number,),) = events(app, Event.id)
    place = f"{VERA}/events/{number}/retract"
    page = editor.get(place).text
    assert re.search(r"<del>In detention.*</del>.*<ins>Status not known</ins>", page)
    for why in ("", "  ", "x" * 301):
        assert editor.post(place, seen=VERA, why=why).status_code == 422
    assert profile(app)[0] == "detained"
    editor.post(place, seen=VERA, why="It was her sister")
    assert profile(app)[0] == "unknown"
    shown = editor.get(VERA).text
    assert "It was her sister" in shown
    assert "editor-" in shown
    editor.post(place, seen=VERA, why="again")
    assert "already" in editor.get(VERA).text


def test_an_event_of_another_prisoner_is_not_found(app, editor):
    with app.app_context():
        other = db.session().scalars(select(Event.id).where(Event.prisoner_id != found(db.session(), SLUG).id)).first()
    for verb in ("retract", "release"):
        assert editor.get(f"{VERA}/events/{other}/{verb}").status_code == 404
    assert editor.get(f"{VERA}/events/{2**40}/retract").status_code == 404


# --- history -------------------------------------------------------------------------------------------------------


def test_the_history_tells_everything_in_one_line_of_time_with_who_and_when(app, editor):
    place = f"{VERA}/edit"
    post(
        editor,
        place,
        opened(editor, place),
        act="save",
        about__0="Kept a public library.",
        country="BY",
        gender="female",
    )
    added(editor, "award", text__0="A *prize*.")
    page = editor.get(f"{VERA}/history").text
    assert page.index("Event added: 2022 · Award") < page.index("About (English) changed")
    assert page.index("About (English) changed") < page.index("Event added: 2 March 2021 · Arrest")
    assert "<ins>public </ins>" in page
    for words in ("Belarus", "Female", "editor-", "<em>prize</em>"):
        assert words in page
    assert "organiser:" not in page


def test_a_long_history_has_pages(app, editor):
    with app.app_context(), atomic() as session:
        number = found(session, SLUG).id
        for change in range(60):
            service.note(session, number, "sort_as", f"before {change}", f"after {change}", Act("import", clock.now()))
    first, second = editor.get(f"{VERA}/history").text, editor.get(f"{VERA}/history?from=50").text
    assert "after 59" in first
    assert "after 0<" not in first
    assert "after 0<" in second
    assert editor.get(f"{VERA}/history?from=-7").status_code == editor.get(f"{VERA}/history?from=x").status_code == 200


@on_sqlite
def test_whatever_stands_in_the_history_is_shown_escaped(app, editor):
    strange = [
        None,
        7,
        ["a", {"b": [1]}],
        {"name": "<script>"},
        "<b>x</b>",
        True,
        {"kind": "?", "name": "N", "language": "??"},
    ]
    with app.app_context(), atomic() as session:
        number = found(session, SLUG).id
        for name in ("names", "designations", "gender", "born", "about.zz", "campaigns", "hidden", "anything"):
            for value in strange:
                service.note(session, number, name, value, strange[0], Act("import", clock.now()))
    answer = editor.get(f"{VERA}/history")
    assert answer.status_code == 200
    assert "<b>x</b>" not in answer.text
    assert "<script>&" not in answer.text
