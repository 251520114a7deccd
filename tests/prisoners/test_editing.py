"""Profiles at the desk: what is typed is kept, what two change at once is shown to both, nothing is overwritten."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from sqlalchemy import insert, select, text, update

from campaign.accounts.models import Role
from campaign.campaigns.models import Campaign
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.prisoners import editing, service
from campaign.prisoners.models import Change, OldSlug, Prisoner, PrisonerName, PrisonerText
from campaign.prisoners.service import Act
from tests.factories import Signing
from tests.organisers import logged_in
from tests.prisoners.people import found, made

SLUG = "vera-invented"
VERA = f"/admin/prisoners/{SLUG}"
EDIT = f"{VERA}/edit"


@pytest.fixture
def app(app):
    about = PrisonerText(language="en", about="Kept a library.")
    made(app, "Vera Invented", campaign_id=Signing(app).target.campaign_id, texts=[about])
    return app


@pytest.fixture
def editor(app):
    return logged_in(app, Role.EDITOR)


@pytest.fixture
def owner(app):
    return logged_in(app, Role.OWNER)


def fields_in(page: str) -> dict[str, list[str]]:
    """What a browser would send of the first form with a text field, but for the buttons."""
    form = max(re.findall(r"<form.*?</form>", page, re.DOTALL), key=len)
    typed: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        ticked = " checked" in tag
        if "name" in given and (given.get("type") not in ("checkbox", "radio") or ticked):
            typed.setdefault(given["name"], []).append(given.get("value", ""))
    for name, body in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        typed[name] = [unescape(body)]
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        typed[name] = [unescape(chosen[1])]
    return typed


def post(browser, path, typed, **changes):
    data = {name: list(values) for name, values in typed.items()}
    data |= {name.replace("__", "-"): value if isinstance(value, list) else [value] for name, value in changes.items()}
    return browser.client.post(path, data=data)


def save(browser, typed, act="save", **changes):
    return post(browser, EDIT, typed, act=act, **changes)


def opened(browser, path=EDIT):
    return fields_in(browser.get(path).text)


def says(app, slug=SLUG):
    """The fields of a profile, and its version."""
    with app.app_context():
        prisoner = found(db.session(), slug)
        return editing.fields_of(db.session(), prisoner, editing.campaign_names(db.session(), None)), prisoner.version


def history(app, field):
    with app.app_context():
        query = select(Change.before, Change.after, Change.actor).where(Change.field == field).order_by(Change.id)
        return [tuple(row) for row in db.session().execute(query)]


def test_a_profile_is_saved_with_a_line_of_history_for_each_field_and_one_record(app, editor):
    _fields, before = says(app)
    typed = opened(editor)
    answer = save(
        editor,
        typed,
        name__1="Вера Прыдуманая",
        name__language__1="be",
        name__kind__1="main",
        born__year="1962",
        born__month="9",
        born__day="25",
        gender="male",
        country="BY",
        about__1="Старшыня.",
        about__language__1="be",
        organisation__0="Viasna",
        organisation__since__0="2021-07",
        organisation__url__0="https://example.org/statement",
        family_consent="given",
        family_consent_on="2024-05-17",
        sort_as="Invented Vera",
    )
    assert answer.status_code == 303, answer.text
    fields, version = says(app)
    assert fields["names"][1] == {"name": "Вера Прыдуманая", "language": "be", "kind": "main"}
    assert fields["born"] == "1962-09-25"
    assert (fields["about.be"], fields["gender"], fields["country"]) == ("Старшыня.", "male", "BY")
    assert fields["designations"][0]["since"] == "2021-07"
    assert (fields["family_consent"], fields["family_consent_on"]) == ("given", "2024-05-17")
    assert version == before + 1
    assert history(app, "sort_as") == [('""', '"Invented Vera"', "organiser:1")]
    assert len(history(app, "names")) == 1
    with app.app_context():
        entry = (
            db.session()
            .execute(text("SELECT subject, details FROM audit_entries WHERE action = 'prisoner.edit'"))
            .one()
        )
        vera = found(db.session(), SLUG)
        assert (entry.subject, vera.born_month) == (f"prisoner:{vera.id}", 9)
        assert "Invented" not in str(entry)
        assert {name.script for name in vera.names} == {"Latn", "Cyrl"}


def test_saving_without_a_change_changes_nothing(app, editor):
    before = says(app)
    assert save(editor, opened(editor)).status_code == 303
    assert says(app) == before
    assert history(app, "names") == []


def test_a_new_name_is_found_by_the_search_and_the_first_one_is_shown(app, editor):
    typed = opened(editor)
    first = typed["name-0"][0]
    save(editor, typed, act="up:name-1", name__1="Вера Прыдуманая", name__kind__1="main")
    typed = fields_in(save(editor, typed, act="up:name-1", name__1="Вера Прыдуманая", name__kind__1="main").text)
    assert (typed["name-0"], typed["name-1"]) == (["Вера Прыдуманая"], [first])
    assert save(editor, typed).status_code == 303
    assert "Вера Прыдуманая" in editor.get(VERA).text
    assert SLUG in editor.get("/admin/prisoners?q=Прыдуманая").text


def test_a_button_that_only_changes_the_form_keeps_all_that_was_typed_and_saves_nothing(app, editor):
    before = says(app)
    typed = opened(editor)
    for act in ("rows:name", "rows:organisation", "rows:about", "preview", "up:name-0", "up:nonsense"):
        answer = save(editor, typed, act=act, name__0="Typed <b>", about__0="*emphasis*", born__year="nineteen")
        assert answer.status_code == 200, act
        again = fields_in(answer.text)
        assert (again["name-0"], again["about-0"], again["born-year"]) == (["Typed <b>"], ["*emphasis*"], ["nineteen"])
        assert not act.startswith("rows") or len(again) > len(typed), act
        assert ("<em>emphasis</em>" in answer.text) is (act == "preview")
    assert says(app) == before


def test_a_row_is_taken_away_and_the_others_move_up(editor):
    typed = opened(editor)
    named = {
        "name__1": "B",
        "name__language__1": "ru",
        "name__kind__1": "alias",
        "name__2": "C",
        "name__kind__2": "birth",
    }
    again = fields_in(save(editor, typed, act="remove:name-0", **named).text)
    assert [again[f"name-{n}"][0] for n in range(2)] == ["B", "C"]
    assert [again[f"name-kind-{n}"][0] for n in range(2)] == ["alias", "birth"]
    assert again["name-language-0"] == ["ru"]


MISTAKES = {
    "name-0": ("", "at least one name"),
    "name-1": ("http://example.org", "web or e-mail"),
    "born-month": ("13", "no such day"),
    "born-day": ("31", "month is missing"),
    "born-year": ("1954-02-29", "no such day"),
    "country": ("ZZ", "choose one"),
    "gender": ("many", "choose one"),
    "family_consent_on": ("yesterday", "no such day"),
    "organisation-url-0": ("javascript:alert(1)", "web address"),
    "organisation-since-0": ("May", "year, a month or a day"),
    "about-language-0": ("", "which language"),
    "read": ("x" * 3_000, "Somebody else saved first"),
}


def test_a_mistake_is_said_at_its_field_and_nothing_is_saved(app, editor):
    before = says(app)
    typed = opened(editor) | {"born-year": ["1962"], "organisation-0": ["X"], "sort_as": ["typed"]}
    for field, (value, words) in MISTAKES.items():
        answer = post(editor, EDIT, typed | {field: [value]}, act="save")
        assert answer.status_code == (409 if field == "read" else 422), field
        assert words in answer.text, field
        assert fields_in(answer.text)["sort_as"] == ["typed"], field
        if field != "read":
            assert 'aria-invalid="true"' in answer.text, field
        for anchor in re.findall(r'<li><a href="#([^"]+)">', answer.text):
            assert f'id="{anchor}"' in answer.text, field
    assert says(app) == before


def test_the_second_who_saves_is_shown_what_both_changed_and_nothing_is_overwritten(app, editor, owner):
    mine, theirs = opened(editor), opened(owner)
    assert save(owner, theirs, about__0="Theirs.", country="BY").status_code == 303
    after_them = says(app)
    answer = save(editor, mine, about__0="Mine.", sort_as="mine")
    assert answer.status_code == 409
    for words in ("Somebody else saved first", "owner-everywhere@example.org", "Theirs.", "Mine.", "Kept a library"):
        assert words in answer.text
    assert says(app) == after_them
    choices = fields_in(answer.text)
    assert "choice-about.en" not in choices
    assert (choices["choice-country"], choices["choice-sort_as"]) == (["now"], ["typed"])


def test_fields_are_chosen_one_by_one(app, editor, owner):
    mine, theirs = opened(editor), opened(owner)
    save(owner, theirs, about__0="Theirs.", country="BY", gender="female")
    page = fields_in(save(editor, mine, about__0="Mine.", gender="male", sort_as="mine").text)
    assert save(editor, page, act="resolve").status_code == 422
    chosen = {"choice-about.en": ["typed"], "choice-gender": ["now"]}
    assert save(editor, page | chosen, act="resolve").status_code == 303
    fields, _version = says(app)
    assert (fields["about.en"], fields["gender"]) == ("Mine.", "female")
    assert (fields["country"], fields["sort_as"]) == ("BY", "mine")


def test_editing_again_after_a_conflict_starts_from_the_choices(app, editor, owner):
    mine, theirs = opened(editor), opened(owner)
    save(owner, theirs, about__0="Theirs.", country="BY")
    page = fields_in(save(editor, mine, about__0="Mine.").text)
    again = fields_in(save(editor, page, act="again").text)
    assert (again["about-0"], again["country"]) == (["Mine."], ["BY"])
    assert save(editor, again, about__0="Both.").status_code == 303
    fields, _version = says(app)
    assert (fields["about.en"], fields["country"]) == ("Both.", "BY")


def test_a_third_who_saves_while_somebody_chooses_is_not_overwritten_either(app, editor, owner):
    mine, theirs = opened(editor), opened(owner)
    save(owner, theirs, about__0="Theirs.")
    page = fields_in(save(editor, mine, about__0="Mine.").text) | {"choice-about.en": ["typed"]}
    save(owner, opened(owner), about__0="Third.")
    answer = save(editor, page, act="resolve")
    assert answer.status_code == 409
    assert "Third." in answer.text
    assert "Mine." in answer.text
    assert says(app)[0]["about.en"] == "Third."


def test_of_many_who_save_in_the_same_moment_one_gets_through(app):
    """Real threads, real transactions: the database decides."""
    fields, version = says(app)
    start, outcomes = threading.Barrier(6), []

    def save_as(number):
        with app.app_context():
            start.wait()
            try:
                with atomic() as session:
                    prisoner = found(session, SLUG)
                    editing.write(
                        session, prisoner, version, fields | {"sort_as": f"by {number}"}, (), Act("test", clock.now())
                    )
                outcomes.append(number)
            except service.Conflict:
                outcomes.append(None)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=save_as, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [number for number in outcomes if number is not None]
    assert len(outcomes) == 6
    after, new_version = says(app)
    assert (after["sort_as"], new_version) == (f"by {winner}", version + 1)
    assert len(history(app, "sort_as")) == 1


def test_the_address_changes_and_the_old_one_is_remembered(app, editor):
    answer = editor.post(f"{VERA}/address", seen=EDIT, address="Ales B.")
    assert answer.status_code == 303
    assert answer.location == "/admin/prisoners/ales-b"
    with app.app_context():
        assert db.session().scalars(select(OldSlug.slug)).all() == [SLUG]
    editor.post("/admin/prisoners/ales-b/address", seen="/admin/prisoners/ales-b/edit", address=SLUG)
    with app.app_context():
        assert db.session().scalars(select(OldSlug.slug)).all() == ["ales-b"]


def test_an_address_that_cannot_be_had_leaves_others_alone(app, editor):
    place = VERA
    for address in ("", "...", "new", "marfa-rabkova"):
        place = editor.post(f"{place}/address", seen=f"{place}/edit", address=address).location.removesuffix("/edit")
        assert place != "/admin/prisoners/marfa-rabkova"
    with app.app_context():
        slugs = set(db.session().scalars(select(Prisoner.slug)))
    assert {"marfa-rabkova", "marfa-rabkova-2"} <= slugs
    assert "new" not in slugs


def test_a_profile_is_hidden_after_a_question_and_shown_again(app, owner):
    assert "Hide the profile" in owner.get(f"{VERA}/visibility").text
    with app.app_context():
        assert not found(db.session(), SLUG).hidden
    owner.post(f"{VERA}/visibility", seen=EDIT, visibility="hidden")
    with app.app_context():
        assert found(db.session(), SLUG).hidden
    assert "Hidden" in owner.get("/admin/prisoners").text
    assert SLUG not in owner.get("/admin/prisoners?hidden=no").text
    owner.post(f"{VERA}/visibility", seen=EDIT, visibility="shown")
    assert owner.post(f"{VERA}/visibility", seen=EDIT, visibility="else").status_code == 303
    with app.app_context():
        assert not found(db.session(), SLUG).hidden
    assert [row[1] for row in history(app, "hidden")] == ["true", "false"]


# --- a new profile -------------------------------------------------------------------------------------------------

NEW = "/admin/prisoners/new"


def test_a_new_profile_is_made_in_a_campaign_that_one_may_edit(app):
    campaign = Signing(app).target.campaign_id
    browser = logged_in(app, Role.EDITOR, campaign)
    typed = opened(browser, NEW)
    assert typed["campaigns"] == ["free-viasna"]
    answer = post(
        browser,
        NEW,
        typed,
        act="save",
        name__0="Ганна Тэставая",
        name__1="Hanna Testavaja",
        name__kind__1="transliteration",
    )
    assert answer.status_code == 303, answer.text
    assert answer.location == "/admin/prisoners/hanna-testavaja"
    fields, _version = says(app, "hanna-testavaja")
    assert fields["campaigns"] == ["free-viasna"]
    assert [name["name"] for name in fields["names"]] == ["Ганна Тэставая", "Hanna Testavaja"]


def test_nobody_is_put_into_a_campaign_without_a_right_to_it(app):
    with app.app_context(), atomic() as session:
        session.execute(insert(Campaign), [{"id": 99, "slug": "other", "name": "Other", "created_at": clock.now()}])
    browser = logged_in(app, Role.EDITOR, 99)
    typed = opened(browser, NEW)
    answer = post(browser, NEW, typed, act="save", name__0="Hanna Test", campaigns="free-viasna")
    assert answer.status_code == 422
    assert "at least one campaign" in answer.text
    assert browser.get(EDIT).status_code == 404


def test_a_name_that_is_there_already_asks_whether_it_is_the_same_person(app, editor):
    typed = opened(editor, NEW)
    for name in ("Vera Invented", "INVENTED, Vera", "Vera Inventedd"):
        answer = post(editor, NEW, typed, act="save", name__0=name)
        assert answer.status_code == 200, name
        assert "Is it one of these?" in answer.text, name
        assert f'href="{VERA}"' in answer.text, name
    made_anyway = post(editor, NEW, fields_in(answer.text), act="create")
    assert made_anyway.status_code == 303
    assert made_anyway.location != VERA


def test_somebody_else_with_a_common_first_name_is_no_double(editor):
    answer = post(editor, NEW, opened(editor, NEW), act="save", name__0="Vera Somebody")
    assert answer.status_code == 303


def test_a_hidden_profile_out_of_reach_is_not_shown_as_a_double(app):
    with app.app_context(), atomic() as session:
        session.execute(insert(Campaign), [{"id": 99, "slug": "other", "name": "Other", "created_at": clock.now()}])
        service.hide(session, found(session, SLUG), Act("test", clock.now()))
    browser = logged_in(app, Role.EDITOR, 99)
    answer = post(
        browser,
        NEW,
        opened(browser, NEW),
        act="save",
        name__0="Marfa Rabkova",
        name__1="Ales Bialiatski",
        name__kind__1="alias",
    )
    assert "Marfa Rabkova" in answer.text
    assert f"/prisoners/{SLUG}" not in answer.text
    assert "in a campaign of others" in answer.text


def test_two_people_of_one_name_get_two_addresses(editor):
    page = fields_in(post(editor, NEW, opened(editor, NEW), act="save", name__0="Vera Invented").text)
    assert post(editor, NEW, page, act="create").location == f"{VERA}-2"


def test_names_keep_the_script_that_a_list_gave_them(app, editor):
    with app.app_context(), store().engine.begin() as connection:
        connection.execute(update(PrisonerName).values(script="Zyyy"))
    typed = opened(editor)
    save(editor, typed, name__1="Second", name__kind__1="alias")
    with app.app_context():
        assert sorted(name.script for name in found(db.session(), SLUG).names) == ["Latn", "Zyyy"]
