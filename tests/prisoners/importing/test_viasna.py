from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.importing.flattening import flatten
from campaign.prisoners.importing.record import Record, RecordDesignation, RecordFacility, Refused
from campaign.prisoners.importing.viasna import is_viasna, record_of
from campaign.prisoners.models import EventKind

PERSON = {
    "id": 7,
    "url": "https://prisoners.example.org/en/person/ada",
    "name": "Ada Prykład",
    "status": "active",
    "gender": "female",
    "photo": "https://prisoners.example.org/ada.jpg",
    "description": "teacher",
    "birthday": "1990-02-28",
    "arrested": "2020-10-02",
    "articles": ["Part 2 of Art. 293 of the Criminal Code — Riots", "Art. 342 of the Criminal Code — Order"],
    "prison": {"title": "Penal colony No. 4", "address": "246035, Homiel, vulica Antoškina 3"},
    "declaration": "https://example.org/news/1",
    "decision": "4 1/2 years",
    "penalty": "imprisonment in a general-security penal colony",
    "judge": "A. Judge",
    "councel": "B. Counsel",
    "penalty_start_date": "2020-10-02",
    "release_date": False,
    "verdict_date": "2021-07-16",
    "appeal_date": "2021-10-01",
    "fake_terrorist_list": "FALSE",
    "died": False,
    "clusters": [],
}
AS_OF = date(2024, 5, 31)


def person(**other):
    return record_of(PERSON | other, 1, as_of=AS_OF)


def kinds(record):
    return [event.kind.value for event in record.events]


def event(record, kind):
    (found,) = [each for each in record.events if each.kind is kind]
    return found


def test_a_person_is_read_whole():
    record = person()
    assert (record.key, record.url, record.name, record.country) == ("7", PERSON["url"], "Ada Prykład", "BY")
    assert (record.gender, record.born, record.about) == ("female", PartialDate(1990, 2, 28), {"en": "teacher"})
    assert record.designations == (RecordDesignation("Viasna", url="https://example.org/news/1"),)
    assert (record.custody, record.doubts) == (True, ())
    assert kinds(record) == ["arrest", "charge", "verdict", "appeal", "transfer"]
    assert [each["code"] for each in event(record, EventKind.CHARGE).details["articles"]] == ["293(2)", "342"]
    assert event(record, EventKind.VERDICT).details == {
        "sentence": {
            "kind": "prison",
            "text": "4 1/2 years, imprisonment in a general-security penal colony",
            "months": 54,
            "regime": "general-security penal colony",
            "start": "2020-10-02",
        },
        "judge": "A. Judge",
        "counsel": "B. Counsel",
    }
    transfer = event(record, EventKind.TRANSFER)
    assert (transfer.day, transfer.as_of) == (None, AS_OF)
    assert transfer.facility == RecordFacility("Penal colony No. 4", "246035, Homiel, vulica Antoškina 3")


def test_flattened_columns_say_the_same_as_nested_ones():
    empty = {"articles": "FALSE", "prison": "", "articles/2": "", "died": "FALSE"}
    flat = flatten(PERSON | {"id": "7"})
    assert record_of(empty | flat, 1, as_of=AS_OF) == person()


def test_the_text_false_is_nothing():
    record = record_of(dict.fromkeys(PERSON, "FALSE") | {"name": "Ada", "status": "former"}, 1)
    assert kinds(record) == ["release"]
    assert (record.born, record.key, record.about, record.doubts) == (None, "", {}, ())


def test_who_left_prison_is_not_in_custody():
    former = person(status="former")
    assert (former.custody, event(former, EventKind.RELEASE).day) == (False, None)
    assert "transfer" not in kinds(former)
    released = person(status="former", release_date="2022-11-30")
    assert event(released, EventKind.RELEASE).day == PartialDate(2022, 11, 30)
    suspended = person(decision="2 years", penalty="suspended imprisonment", status="former")
    assert (suspended.custody, "release" in kinds(suspended)) == (False, False)
    dead = person(status="former", died="2023-01-05")
    assert (dead.custody, event(dead, EventKind.DEATH).day) == (False, PartialDate(2023, 1, 5))
    assert "release" not in kinds(dead)


def test_somebody_who_is_not_recognised_has_no_designation():
    record = person(status="np")
    assert (record.designations, record.custody) == ((), None)
    assert "arrest" in kinds(record)


def test_an_impossible_date_is_left_out_and_doubtful():
    record = person(birthday="1954-02-29", arrested="soon")
    assert record.born is None
    assert sorted((each.code, each.values["field"], each.values["value"]) for each in record.doubts) == [
        ("impossible_date", "arrested", "soon"),
        ("impossible_date", "birthday", "1954-02-29"),
    ]


def test_a_judge_without_a_verdict_is_of_a_trial():
    record = person(decision="", penalty="", verdict_date="", penalty_start_date="")
    assert event(record, EventKind.TRIAL).details == {"judge": "A. Judge", "counsel": "B. Counsel"}


def test_a_row_without_a_name_is_refused():
    assert record_of(PERSON | {"name": "FALSE"}, 3) == Refused(3, "no_name", start=f"7 · {PERSON['url']}")


def test_the_list_is_known_by_its_columns():
    assert is_viasna(PERSON)
    assert is_viasna(flatten(PERSON | {"release_date": "x", "died": "x"}))
    assert not is_viasna(["id", "name", "status", "arrested", "articles", "prison"])


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["FALSE", "2020-01-02", "active"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*PERSON, "prison/title", "articles/0"]), ANYTHING))
def test_whatever_a_row_holds_it_is_a_record_or_refused(row):
    assert isinstance(record_of(row, 1), Record | Refused)
