"""Our own form: what is read and refused, and how it meets a database in which people went on working."""

import io
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from campaign.db import atomic
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import service
from campaign.prisoners.importing import own, own_comparing, own_fields, own_restoring
from campaign.prisoners.importing.list_file import UnreadableList
from campaign.prisoners.importing.record import Record, Refused
from campaign.prisoners.models import Event, EventKind, NameKind, OldSlug, Prisoner
from tests.documents import ROOT
from tests.prisoners.people import act, arrest, found, happening, made
from tests.prisoners.whole_lists import WHOLE, empty, exported, restored, told

PICTURE = {"version": "a", "width": 1, "height": 1}
PERSON = {"slug": "ina-open", "names": [{"name": "Ina Open"}]}


def read(text: str | bytes) -> list:
    data = text.encode() if isinstance(text, str) else text
    items = own.items(io.BytesIO(data))
    assert items is not None
    return list(items)


def as_file(*documents: dict) -> bytes:
    return json.dumps({"format": own.FORMAT, "version": 1, "facilities": [], "prisoners": documents}).encode()


# --- reading --------------------------------------------------------------------------------------


def test_a_table_typed_by_hand_needs_two_columns_only():
    (record,) = read("slug;names/0/name\nt-hooft;'t Hooft\n")
    assert isinstance(record, Record)
    assert (record.slug, record.name, record.events) == ("t-hooft", "'t Hooft", ())


def test_a_bare_array_and_a_byte_order_mark_are_taken():
    for data in (json.dumps([PERSON]).encode(), b"\xef\xbb\xbf" + json.dumps([PERSON]).encode(), as_file(PERSON)):
        assert [item.slug for item in read(data)] == ["ina-open"]
    assert [item.slug for item in read(b"\xef\xbb\xbf" + as_file(PERSON))] == ["ina-open"]


def test_other_lists_are_not_taken_for_ours():
    for other in ("id,name\n1,Ina Open\n", '[{"id": 1, "name": "Ina Open"}]'):
        assert own.items(io.BytesIO(other.encode())) is None


def test_an_event_without_a_uid_gets_the_same_one_each_time():
    person = PERSON | {"events": [{"kind": "arrest", "date": "2020-10"}, {"kind": "arrest", "date": "2021"}]}
    first, again = (read(as_file(person))[0].events for _ in range(2))
    assert [event.uid for event in first] == [event.uid for event in again]
    assert first[0].uid != first[1].uid
    assert first[0].day == PartialDate(2020, 10)


@pytest.mark.parametrize(
    ("fields", "where", "code"),
    [
        ({"slug": None}, "slug", "missing"),
        ({"slug": "Ina Open"}, "slug", "bad_form"),
        ({"slug": "import"}, "slug", "reserved"),
        ({"names": []}, "names", "missing"),
        ({"names": [{"name": ""}]}, "names/0/name", "missing"),
        ({"names": [{"name": "x" * 201}]}, "names/0/name", "too_long"),
        ({"names": [{"name": "a\0b"}]}, "names/0/name", "not_unicode"),
        ({"names": [{"name": "a", "kind": "nickname"}]}, "names/0/kind", "unknown_word"),
        ({"born": "1954-02-29"}, "born", "bad_date"),
        ({"borne": "1954"}, "borne", "unknown_field"),
        ({"country": "Belarus"}, "country", "too_long"),
        ({"hidden": "perhaps"}, "hidden", "not_true_or_false"),
        ({"about": {"en us": "x"}}, "about", "bad_key"),
        ({"events": [{"date": "2020"}]}, "events/0/kind", "missing"),
        ({"events": [{"kind": "arrest", "url": "javascript:alert(1)"}]}, "events/0/url", "bad_url"),
        ({"events": [{"kind": "arrest", "url": "java\nscript:alert(1)"}]}, "events/0/url", "bad_url"),
        ({"events": [{"kind": "arrest", "uid": "12"}]}, "events/0/uid", "bad_form"),
        ({"events": [{"kind": "arrest", "details": {"a": ["\0"]}}]}, "events/0/details", "not_unicode"),
        ({"events": {"kind": "arrest"}}, "events", "not_a_list"),
        ({"updated_at": "2026-11-22 10:00"}, "updated_at", "bad_moment"),
        ({"campaigns": {"one": "first"}}, "campaigns/one", "not_a_number"),
        ({"portrait": PICTURE | {"files": [{"size": 1, "format": "svg", "content": "AA=="}]}},
         "portrait/files/0/format", "bad_form"),
        ({"portrait": PICTURE | {"files": [{"size": 1, "format": "webp", "content": "PHN2Zz4="}]}},
         "portrait/files/0", "not_a_picture"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place_and_reason(fields, where, code):
    (refused,) = read(as_file(PERSON | fields))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.values["field"], refused.row) == (code, where, 1)


def test_a_file_that_breaks_off_gives_what_came_before():
    items = own.items(io.BytesIO(as_file(*[PERSON] * 3_000)[:-40]))
    assert items is not None
    assert [next(items).slug for _ in range(1_000)] == ["ina-open"] * 1_000
    with pytest.raises(UnreadableList, match="truncated"):
        list(items)


def test_a_newer_form_is_not_guessed_at():
    with pytest.raises(UnreadableList, match="newer_form"):
        read(as_file(PERSON).replace(b'"version": 1', b'"version": 2'))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*own_fields.RANKS, "x"]), inner),
    max_leaves=12,
)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.dictionaries(st.sampled_from(list(own_fields.PRISONER)), anything))
def test_whatever_stands_in_a_row_it_is_read_or_refused(fields):
    assert isinstance(own.item_of(PERSON | fields, 1), Record | Refused)
    assert isinstance(own.item_of({"place": {"slug": "a", **fields}}, 1), own.OwnFacility | Refused)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12)))
def test_whatever_stands_in_the_cells_of_a_table_it_is_read_or_refused(cells):
    assert isinstance(own.item_of(own.document_of(cells | {"slug": "a"}), 1), Record | Refused | own.OwnFacility)


# --- people went on working -----------------------------------------------------------------------


@pytest.fixture
def ina(app):
    """Somebody with an arrest and an internal event, and her list."""
    empty(app)
    health = happening(EventKind.HEALTH, "2024", public=False, texts={"en": "ill"})
    made(app, "Ina Open", arrest("2020-10-02"), health, born="1980")
    return json.loads(exported(app, "json"))


def changed_here(app, change) -> None:
    """Somebody edits Ina's profile."""
    with app.app_context(), atomic() as session:
        prisoner = found(session, "ina-open")
        change(session, prisoner)
        service.touch(prisoner, act())
        service.refresh(session, [prisoner.id], act())


def compared(app, document, **options):
    """The comparison of the first prisoner in a list."""
    records = [item for item in read(json.dumps(document)) if isinstance(item, Record)]
    with app.app_context(), atomic() as session:
        return own_comparing.compare(session, app.extensions["campaign.vault"], records, **options)[0]


def profile(app):
    return json.loads(exported(app, "json"))["prisoners"][0]


def test_what_was_edited_in_the_file_is_taken_over_while_nobody_changed_the_profile(app, ina):
    ina["prisoners"][0] |= {"born": "1980-05-17", "country": "BY", "about": {"en": "A teacher."}}
    ina["prisoners"][0]["names"].append({"name": "Іна", "language": "be", "kind": "alias"})
    assert restored(app, json.dumps(ina).encode()) == ["changed"]
    after = profile(app)
    assert (after["born"], after["country"], after["about"]) == ("1980-05-17", "BY", {"en": "A teacher."})
    assert [(name["name"], name["script"], name["kind"]) for name in after["names"]][1:] == [("Іна", "Cyrl", "alias")]
    assert restored(app, json.dumps(ina).encode()) == ["unchanged"]


def test_what_people_changed_meanwhile_is_shown_and_not_overwritten(app, ina):
    changed_here(app, lambda _session, prisoner: setattr(prisoner, "born", "1981"))
    before = told(app)
    difference = compared(app, ina)
    assert difference.outcome == "doubtful"
    assert [
        (doubt.code, doubt.values["field"], doubt.values["here"], doubt.values["list"]) for doubt in difference.doubts
    ] == [("differs", "born", "1981", "1980")]
    assert restored(app, json.dumps(ina).encode()) == ["doubtful"]
    assert told(app) == before


def test_what_is_only_here_stays_and_is_no_difference(app, ina):
    vault = app.extensions["campaign.vault"]

    def more(session, prisoner):
        prisoner.names.append(service.name_row("Another Name", position=1, kind=NameKind.ALIAS.value))
        service.add_event(session, vault, prisoner, happening(EventKind.AWARD, "2025"), act())

    changed_here(app, more)
    before = told(app)
    assert restored(app, json.dumps(ina).encode()) == ["unchanged"]
    assert told(app) == before


def test_a_profile_hidden_meanwhile_is_not_shown_again(app, ina):
    changed_here(app, lambda session, prisoner: service.hide(session, prisoner, act()))
    assert [doubt.values["field"] for doubt in compared(app, ina).doubts] == ["hidden"]
    assert restored(app, json.dumps(ina).encode()) == ["doubtful"]
    assert profile(app)["hidden"] is True


def test_an_event_retracted_here_stays_so_and_one_retracted_in_the_list_becomes_so(app, ina):
    vault = app.extensions["campaign.vault"]

    def retract(session, prisoner):
        event = session.scalars(select(Event).where(Event.kind == "arrest")).one()
        service.retract_event(session, prisoner, event, "mixed up", act())

    changed_here(app, retract)
    assert restored(app, json.dumps(ina).encode()) == ["unchanged"]
    later = json.loads(exported(app, "json"))
    assert later["prisoners"][0]["events"][0]["retracted"]["why"] == "mixed up"
    empty(app)
    restored(app, json.dumps(ina).encode())
    assert profile(app)["status"] == "detained"
    assert restored(app, json.dumps(later).encode()) == ["changed"]
    assert (profile(app)["status"], profile(app)["events"]) == ("unknown", later["prisoners"][0]["events"])
    assert vault


def test_an_event_whose_words_differ_is_left_to_a_human_and_an_internal_one_never_made_public(app, ina):
    ina["prisoners"][0]["events"][1]["public"] = True
    assert restored(app, json.dumps(ina).encode()) == ["doubtful"]
    assert [event["public"] for event in profile(app)["events"]] == [True, False]


def test_a_profile_with_a_new_address_is_found_by_its_old_one(app, ina):
    changed_here(app, lambda session, prisoner: service.change_slug(session, prisoner, "ina-adkrytaja", act()))
    assert restored(app, json.dumps(ina).encode()) == ["unchanged"]
    assert profile(app)["old_slugs"] == ["ina-open"]


def test_another_person_at_the_same_address_is_left_to_a_human(app, ina):
    empty(app)
    made(app, "Ina Open", arrest("2022"))
    with app.app_context(), atomic() as session:
        found(session, "ina-open").names[0].name = "Somebody Else"
    assert [doubt.code for doubt in compared(app, ina).doubts] == ["other_person"]


def test_a_human_decides_who_it_is_and_the_list_is_then_taken(app, ina):
    vault = app.extensions["campaign.vault"]
    changed_here(app, lambda _session, prisoner: setattr(prisoner, "born", "1981"))
    (record,) = read(json.dumps(ina))
    with app.app_context(), atomic() as session:
        here = found(session, "ina-open").id
        comparison = own_comparing.compare(session, vault, [record], persons={"ina-open": here})
        assert own_restoring.restore(session, vault, comparison, act(), decided=True) == [here]
    assert profile(app)["born"] == "1980"
    with app.app_context(), atomic() as session:
        comparison = own_comparing.compare(session, vault, [record], persons={"ina-open": None})
        (new,) = own_restoring.restore(session, vault, comparison, act(), decided=True)
        assert new != here
        assert session.get(Prisoner, new).slug == "ina-open-2"
        assert session.scalars(select(Event).where(Event.prisoner_id == new)).all() == []


def test_what_belongs_to_another_person_makes_a_row_doubtful(app, ina):
    other = {"slug": "other", "names": [{"name": "Other"}], "old_slugs": ["ina-open"]}
    assert [doubt.code for doubt in compared(app, {**ina, "prisoners": [other]}).doubts] == ["slug_of_another"]
    other = {"slug": "other", "names": [{"name": "Other"}], "events": ina["prisoners"][0]["events"]}
    assert [doubt.code for doubt in compared(app, {**ina, "prisoners": [other]}).doubts] == ["event_of_another"]
    ina["prisoners"][0] |= {"slug": "newcomer", "events": []}
    ina["prisoners"].append(ina["prisoners"][0])
    assert restored(app, json.dumps(ina).encode()) == ["new", "doubtful"]


def test_a_campaign_or_facility_that_is_not_here_is_named(app, ina):
    ina["prisoners"][0]["campaigns"] = {"one": 0, "nowhere": 1}
    ina["prisoners"][0]["events"].append({"kind": "transfer", "facility": "no-such-place"})
    comparison = compared(app, ina)
    assert comparison.unlinked == ("nowhere",)
    assert [(doubt.code, doubt.values) for doubt in comparison.doubts] == [
        ("unknown_facility", {"facility": "no-such-place"})
    ]
    assert compared(app, ina, facilities=frozenset({"no-such-place"})).doubts == ()
    assert compared(app, ina, campaign_ids=[]).unlinked == ("nowhere", "one")


def test_an_address_that_is_gone_leads_on_after_a_restore(app, ina):
    changed_here(app, lambda session, prisoner: service.change_slug(session, prisoner, "ina-adkrytaja", act()))
    data = exported(app, "json", WHOLE)
    empty(app)
    restored(app, data)
    with app.app_context(), atomic() as session:
        assert session.get(OldSlug, "ina-open") is not None


# --- the document ---------------------------------------------------------------------------------


def test_the_document_names_every_field_and_no_other():
    text = (ROOT / "docs" / "prisoner-lists.md").read_text(encoding="utf-8")
    tables = {
        "A prisoner": own_fields.PRISONER,
        "A name": own_fields.NAME,
        "An event": own_fields.EVENT,
        "A designation": own_fields.DESIGNATION,
        "A portrait": own_fields.PORTRAIT,
        "An identifier": own_fields.IDENTIFIER,
        "A facility": own_fields.PLACE,
        "An address": own_fields.ADDRESS,
    }
    for heading, fields in tables.items():
        section = re.search(rf"^### {heading}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, heading
        named = [
            name
            for row in re.findall(r"^\| (`.*?) \|", section[1], re.MULTILINE)
            for name in re.findall(r"`(\w+)`", row)
        ]
        assert named == list(fields), heading
    for kinds in (EventKind, NameKind):
        assert all(f"`{kind.value}`" in text for kind in kinds)


WRONG_DETAILS = [
    {"articles": [{"code": 5, "text": "x"}]},
    {"articles": "293"},
    {"sentence": {"months": "abc"}},
    {"sentence": {"start": "garbage"}},
    {"sentence": []},
    {"facility": 1},
    {"facility": {}},
]


@pytest.mark.parametrize("details", WRONG_DETAILS)
def test_details_of_an_event_that_a_page_could_not_be_made_of_are_refused(details):
    document = {
        "slug": "invented",
        "names": [{"name": "Invented"}],
        "events": [{"kind": "verdict", "details": details}],
    }
    refused = own.record_of(document, 1)
    assert isinstance(refused, Refused)
    assert refused.values["field"].startswith("events/0/details")
