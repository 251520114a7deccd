"""Facilities at the desk: found, made, edited with what was typed never lost, merged; each change recorded."""

import pytest
from sqlalchemy import select

from campaign.accounts.models import Role
from campaign.audit.models import AuditEntry
from campaign.db import atomic, db
from campaign.facilities import queries, service
from campaign.facilities.models import Facility
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from tests.databases import on_sqlite
from tests.organisers import logged_in

DESK = "/admin/facilities"
HERE = f"{DESK}/colony-of-the-tests"
CYRILLIC = "ул. Длинная 3\n246000 Город"


@pytest.fixture
def editor(app):
    return logged_in(app, Role.EDITOR)


@pytest.fixture
def colony(app):
    """The id of a facility with one address."""
    with app.app_context(), atomic() as session:
        wanted = service.Wanted("Colony of the tests", "Long street 3, 246000 Town", "BY", "A list")
        return service.find_or_make_many(session, [wanted], now=clock.now())[0].id


@pytest.fixture
def read(app):
    """What is read in a transaction of its own."""

    def run(work):
        with app.app_context():
            return work(db.session())

    return run


def form(**changes):
    """The form of the colony, as a browser would send it."""
    names = {"name-0-text": "Colony of the tests", "name-0-language": ""}
    rest = {"kind": "colony", "country": "BY", "return_envelope": "unknown", "version": "1"}
    return names | rest | {name.replace("__", "-"): value for name, value in changes.items()}


def address_id(read):
    return read(lambda session: str(queries.by_slug(session, "colony-of-the-tests").addresses[0].id))


def entries(read, action):
    return read(lambda session: [e.details for e in session.scalars(select(AuditEntry).filter_by(action=action))])


def test_the_start_page_leads_to_a_list_that_can_be_searched(editor, colony):
    assert f'href="{DESK}"' in editor.get("/admin/").text
    assert "Colony of the tests" in editor.get(DESK).text
    assert "No address in the country’s own script" in editor.get(DESK).text
    assert "Colony of the tests" in editor.get(f"{DESK}?q=COLONY").text
    assert "No facility has such a name" in editor.get(f"{DESK}?q=zzz&page=x").text


def test_a_facility_is_made(editor, read):
    answer = editor.post(f"{DESK}/new", seen=f"{DESK}/new", **form(name__0__text="New № 5", name__1__text="Новая 5",
        name__1__language="be", address__0__lines=CYRILLIC, address__0__valid_from="2024-05"))  # fmt: skip
    assert answer.status_code == 303
    slug = answer.location.rsplit("/", 1)[1]
    kept = read(lambda session: queries.by_slug(session, slug))
    assert [(name.language, name.name, name.script) for name in kept.names] == [
        ("", "New № 5", "Latn"),
        ("be", "Новая 5", "Cyrl"),
    ]
    assert [(a.lines, a.script, a.valid_from) for a in kept.addresses] == [(CYRILLIC, "Cyrl", "2024-05")]
    assert (kept.kind, kept.country) == ("colony", "BY")
    assert len(entries(read, "facility.create")) == 1


def test_rows_are_added_without_a_script_and_without_saving(editor, colony, read):
    typed = form(act="more", name__1__text="Typed and kept", letter_pages="nonsense")
    page = editor.post(HERE, seen=HERE, **typed)
    assert page.status_code == 200
    assert 'value="Typed and kept"' in page.text
    assert 'value="nonsense"' in page.text
    assert 'name="name-3-text"' in page.text
    assert 'name="address-1-lines"' in page.text
    assert read(lambda session: queries.by_slug(session, "colony-of-the-tests").version) == 1


def test_everything_on_the_sheet_is_saved_and_recorded_without_names_or_addresses(editor, colony, read):
    known = address_id(read)
    answer = editor.post(HERE, seen=HERE, **form(
        name__1__text="Калонія", name__1__language="be",
        address__0__id=known, address__0__lines="Long street 3, 246000 Town", address__0__valid_to="2024-05",
        address__0__source="A list", address__1__lines=CYRILLIC, address__1__source="A mother",
        letter_languages="be, ru", letter_pages="4", avoid_words="freedom\nfight", return_envelope="harmful",
        rules_as_of="2025-01-02", advice__0__language="en", advice__0__text="Write about the weather."))  # fmt: skip
    assert answer.status_code == 303
    found = read(lambda session: queries.by_slug(session, "colony-of-the-tests"))
    assert [(a.lines.split(",")[0], a.valid_to) for a in found.addresses] == [("Long street 3", "2024-05"),
                                                                             (CYRILLIC, None)]  # fmt: skip
    assert (found.letter_languages, found.letter_pages, found.avoid_words) == (["be", "ru"], 4, ["freedom", "fight"])
    assert [(t.language, t.advice) for t in found.texts] == [("en", "Write about the weather.")]
    assert found.version == 2
    assert entries(read, "facility.change") == [{"changed": ["kind", "names", "addresses", "advice", "rules"]}]
    page = editor.get(HERE).text
    assert "One address that was good once" in page
    assert "until May 2024" in page


def test_saving_what_stands_changes_and_records_nothing(editor, colony, read):
    rows = {"address__0__id": address_id(read), "address__0__source": "A list"}
    typed = form(kind="other", address__0__lines="Long street 3, 246000 Town", **rows)
    assert editor.post(HERE, seen=HERE, **typed).status_code == 303
    assert "Nothing was changed." in editor.get(HERE).text
    assert entries(read, "facility.change") == []


def test_an_address_that_has_ended_stays_when_the_sheet_is_saved(app, editor, colony, read):
    with app.app_context(), atomic() as session:
        (address,) = queries.by_slug(session, "colony-of-the-tests").addresses
        service.end_address(address, PartialDate.parse("2020"))
    assert "Long street" in editor.get(HERE).text
    editor.post(HERE, seen=HERE, **form(address__0__lines="New road 1"))
    found = read(lambda session: queries.by_slug(session, "colony-of-the-tests"))
    assert [a.lines for a in found.addresses] == ["Long street 3, 246000 Town", "New road 1"]


def test_an_emptied_row_that_was_never_right_is_removed(editor, colony, read):
    editor.post(HERE, seen=HERE, **form(address__0__id=address_id(read), address__0__lines=" "))
    assert read(lambda session: queries.by_slug(session, "colony-of-the-tests").addresses) == []


MISTAKES = [
    ({"name__0__text": " "}, "at least one name"),
    ({"name__0__language": "Belarusian!"}, "as codes"),
    ({"name__0__text": "x" * 201}, "shorten this to 200"),
    ({"name__0__text": "a\u202eb"}, "cannot be seen"),
    ({"name__1__language": "be"}, "type the name in this language"),
    ({"kind": "castle"}, "one of the kinds"),
    ({"country": "XX"}, "not in the list"),
    ({"address__0__valid_from": "2024"}, "type the address"),
    ({"address__0__lines": "A 1", "address__0__valid_from": "17.5.2024"}, "2024-05-17"),
    ({"address__0__lines": "A 1", "address__0__valid_from": "2024", "address__0__valid_to": "2023"}, "before"),
    ({"letter_pages": "-1"}, "a number from 1"),
    ({"letter_pages": "١"}, "a number from 1"),
    ({"return_envelope": "perhaps"}, "one of these"),
    ({"rules_as_of": "soon"}, "a day like"),
    ({"advice__0__text": "Write."}, "in which language"),
    (
        {"advice__0__text": "A", "advice__0__language": "en", "advice__1__text": "B", "advice__1__language": "en"},
        "put it together",
    ),
]


def test_what_cannot_be_taken_is_said_at_the_field_and_what_was_typed_stays(editor, colony, read):
    for typed, said in MISTAKES:
        answer = editor.post(HERE, seen=HERE, **form(avoid_words="typed and kept", **typed))
        assert answer.status_code == 422, typed
        assert said in answer.text, typed
        assert "typed and kept" in answer.text, typed
    assert read(lambda session: queries.by_slug(session, "colony-of-the-tests").version) == 1


def test_two_who_edit_at_once_notice_and_neither_loses_a_word(editor, colony, read):
    editor.post(HERE, seen=HERE, **form(name__1__text="First was faster"))
    late = editor.post(HERE, seen=HERE, **form(name__1__text="Second typed this"))
    assert late.status_code == 409
    assert "Somebody else saved this facility" in late.text
    assert "First was faster" in late.text
    assert 'value="Second typed this"' in late.text
    names = read(lambda session: [n.name for n in queries.by_slug(session, "colony-of-the-tests").names])
    assert names == ["Colony of the tests", "First was faster"]
    assert 'name="version" value="2"' in late.text
    assert editor.post(HERE, seen=HERE, **form(name__1__text="Second typed this", version="2")).status_code == 303


def test_a_double_is_found_looked_at_and_merged(app, editor, colony, read):
    with app.app_context(), atomic() as session:
        other = service.find_or_make(session, "Kolony of the test", country="BY", now=clock.now())
        gone, slug = other.id, other.slug
    assert slug in editor.get(f"{HERE}/merge?q=kolony").text
    page = editor.get(f"{HERE}/merge?other={slug}")
    assert "Kolony of the test" in page.text
    stale = editor.post(f"{HERE}/merge", seen=HERE, other=slug, version="7", other_version="1")
    assert "other=" in stale.location
    assert read(lambda session: session.get(Facility, gone)) is not None
    done = editor.post(f"{HERE}/merge", seen=HERE, other=slug, version="1", other_version="1")
    assert done.location == HERE
    assert read(lambda session: session.get(Facility, gone)) is None
    assert entries(read, "facility.merge") == [{"merged": gone}]
    assert editor.post(f"{HERE}/merge", seen=HERE, other=slug, version="2", other_version="1").status_code == 404


def test_a_facility_cannot_be_merged_with_itself(editor, colony):
    answer = editor.post(f"{HERE}/merge", seen=HERE, other="colony-of-the-tests", version="1", other_version="1")
    assert answer.status_code == 303
    assert editor.get(HERE).status_code == 200


@on_sqlite
def test_who_may_not_edit_facilities_is_refused(app, colony):
    for role in (Role.MODERATOR, Role.VIEWER, None):
        browser = logged_in(app, role)
        assert {browser.get(path).status_code for path in (DESK, f"{DESK}/new", HERE, f"{HERE}/merge")} == {403}
        assert browser.post(HERE, seen="/admin/password", **form()).status_code == 403


@on_sqlite
def test_an_editor_of_one_campaign_does_not_change_what_all_share(app, colony):
    browser = logged_in(app, Role.EDITOR, 1)
    assert browser.get(DESK).status_code == 403
    assert DESK not in browser.get("/admin/").text
