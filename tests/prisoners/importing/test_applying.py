"""What a list changes, and what it leaves alone."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from campaign.db import atomic, db
from campaign.prisoners import service, signals
from campaign.prisoners.importing.record import Record, RecordDesignation, RecordName, Refused
from campaign.prisoners.models import Change, Doubt, Event, EventKind, Identifier, Prisoner
from campaign.prisoners.service import Act
from tests.prisoners.importing.bringing import List, event, record, sentence, tables
from tests.prisoners.people import act, made

LATER = date(2022, 9, 1)
ARREST, CHARGE, TRANSFER = EventKind.ARREST, EventKind.CHARGE, EventKind.TRANSFER
VERDICT, RELEASE, HEALTH = EventKind.VERDICT, EventKind.RELEASE, EventKind.HEALTH
ARTICLES = {"articles": [{"code": "342", "text": "Art. 342"}]}


@pytest.fixture
def watch(app):
    return List(app)


def full(row=1, **fields):
    return record(
        row,
        "Maryna Zolak",
        event(ARREST, "2020-10-02"),
        event(CHARGE, details=ARTICLES),
        event(VERDICT, "2021-02-01", details=sentence("6 years", 2190)),
        event(TRANSFER, at="Colony No. 4"),
        key="1",
        **({"names": ("Марына Золак",), "born": "1980-05-17", "gender": "female"} | fields),
    )


def test_somebody_new_is_all_there(app, watch):
    told = {
        "about": {"en": "A nurse."},
        "designations": (RecordDesignation("Watch"),),
        "url": "https://watch.example/1",
    }
    assert watch.bring(full(**told), Refused(2, "no_name")) == {"new": 1, "refused": 1}
    assert watch.person("maryna-zolak") == {
        "name": "Maryna Zolak",
        "names": ["Maryna Zolak", "Марына Золак"],
        "born": "1980-05-17",
        "gender": "female",
        "about": {"en": "A nurse."},
        "status": "convicted",
        "facility": "Colony No. 4",
        "sentence": "6 years",
        "articles": ["342"],
        "events": [("arrest", "2020-10-02"), ("charge", None), ("verdict", "2021-02-01"), ("transfer", None)],
        "retracted": [],
        "hidden": False,
        "designations": ["Watch"],
    }
    with app.app_context():
        events = db.session.scalars(select(Event).where(Event.kind == "arrest", Event.actor == "test")).all()
        assert {(each.source, each.url, each.as_of) for each in events} == {
            ("Watch", "https://watch.example/1", date(2021, 3, 1))
        }


def test_the_same_list_again_changes_nothing(app, watch):
    watch.bring(full())
    before = tables(app)
    assert watch.bring(full(), as_of=LATER) == {"unchanged": 1}
    assert tables(app) == before


def test_what_changed_in_a_life_becomes_further_events(watch):
    watch.bring(full())
    moved = record(
        1,
        "Maryna Zolak",
        event(ARREST, "2020-10-02"),
        event(CHARGE, details={"articles": [{"code": "361", "text": "Art. 361"}]}),
        event(VERDICT, "2021-02-01", details=sentence("6 years", 2190)),
        event(VERDICT, "2022-05-01", details=sentence("8 years", 2920)),
        event(TRANSFER, at="Prison No. 8"),
        key="1",
        born="1980-05-17",
        names=("Марына Золак",),
        gender="female",
    )
    assert watch.bring(moved, as_of=LATER) == {"changed": 1}
    person = watch.person("maryna-zolak")
    assert (person["facility"], person["articles"], person["sentence"]) == ("Prison No. 8", ["361"], "8 years")
    assert person["retracted"] == []
    assert ("transfer", None) in person["events"][:4]
    fields = {(delta.field, delta.before, delta.after) for delta in watch.seen[0].deltas}
    assert ("event.transfer", "Colony No. 4", "Prison No. 8") in fields
    assert ("event.charge", "342", "361") in fields


def test_a_date_that_the_list_corrected_takes_its_own_event_back(watch):
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), key="1"))
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-10-03"), key="1"))
    person = watch.person("maryna-zolak")
    assert person["events"] == [("arrest", "2020-10-03")]
    assert person["retracted"] == [("arrest", "2020-10-02", "corrected by the list")]
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), key="1"))
    assert watch.person("maryna-zolak")["events"] == [("arrest", "2020-10-02")]


def test_an_arrest_after_a_release_is_a_further_one(watch):
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), event(RELEASE, "2021-01-01"), key="1"))
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2022-04-05"), key="1"))
    person = watch.person("maryna-zolak")
    assert person["status"] == "detained"
    assert person["retracted"] == []
    assert ("arrest", "2022-04-05") in person["events"]


def test_a_release_whose_day_becomes_known_is_one_release(watch):
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), event(RELEASE), key="1", custody=False))
    dated = record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), event(RELEASE, "2021-02-03"), key="1", custody=False)
    watch.bring(dated)
    assert watch.person("maryna-zolak")["events"] == [("arrest", "2020-10-02"), ("release", "2021-02-03")]


def test_no_longer_in_custody_without_a_date_is_an_undated_release(watch):
    watch.bring(record(1, "Maryna Zolak", key="1", custody=True))
    assert watch.bring(record(1, "Maryna Zolak", key="1", custody=False), as_of=LATER) == {"changed": 1}
    assert watch.person("maryna-zolak")["status"] == "released"
    assert watch.bring(record(1, "Maryna Zolak", key="1", custody=False)) == {"unchanged": 1}


def test_in_custody_without_any_event_is_an_undated_arrest(watch):
    watch.bring(Record(1, (RecordName("Maryna Zolak"),), key="1", custody=True))
    assert watch.person("maryna-zolak")["status"] == "detained"


def test_in_custody_again_after_a_release_is_doubtful(app, watch):
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), event(RELEASE), key="1", custody=False))
    before = watch.person("maryna-zolak")
    assert watch.bring(record(1, "Maryna Zolak", key="1", custody=True), as_of=LATER) == {"doubtful": 1}
    assert watch.reasons() == [["custody_of_released"]]
    assert watch.person("maryna-zolak") == before
    watch.decide(0, "person", "maryna-zolak")
    assert watch.person("maryna-zolak")["status"] == "detained"


def test_first_contact_fills_what_is_empty_and_overwrites_nothing(app, watch):
    made(app, "Maryna Zolak", born="1980-05-17", gender="other")
    counts = watch.bring(full(about={"en": "A nurse."}))
    assert counts == {"changed": 1}
    person = watch.person("maryna-zolak")
    assert (person["gender"], person["born"], person["about"]) == ("other", "1980-05-17", {"en": "A nurse."})
    assert [kind for kind, _ in person["events"]].count("arrest") == 1
    assert person["facility"] == "Colony No. 4"
    assert watch.bring(full(about={"en": "A nurse."})) == {"unchanged": 1}


def test_a_field_that_people_wrote_here_is_not_overwritten(app, watch):
    watch.bring(full())
    with app.app_context(), atomic() as session:
        session.execute(update(Prisoner).where(Prisoner.slug == "maryna-zolak").values(born="1979"))
    assert watch.bring(full()) == {"unchanged": 1}
    assert watch.bring(full(about={"en": "A nurse."})) == {"changed": 1}
    assert watch.bring(full(born="1980-05-18", about={"en": "A nurse."})) == {"doubtful": 1}
    assert watch.reasons() == [["changed_here"]]
    assert watch.person("maryna-zolak")["born"] == "1979"
    watch.decide(0, "person", "maryna-zolak")
    assert watch.person("maryna-zolak")["born"] == "1980-05-18"


def test_an_arrest_that_people_took_back_here_is_not_decided_by_the_list(app, watch):
    watch.bring(record(1, "Maryna Zolak", key="1"))
    with app.app_context(), atomic() as session:
        prisoner = session.scalars(select(Prisoner).where(Prisoner.slug == "maryna-zolak")).one()
        service.retract_event(session, prisoner, prisoner.events[0], "wrong", act())
    assert watch.bring(record(1, "Maryna Zolak", key="1", gender="female")) == {"changed": 1}
    watch.bring(record(1, "Maryna Zolak", event(ARREST, "2020-11-11"), key="1", gender="female"))
    assert watch.reasons() == [["changed_here"]]


def test_a_place_that_people_recorded_here_is_not_overwritten(app, watch):
    watch.bring(full())
    other = record(2, "Piotr Hrom", event(ARREST), event(TRANSFER, at="Prison No. 1"), key="2")
    watch.bring(full(), other)
    with app.app_context(), atomic() as session:
        people = {each.slug: each for each in session.scalars(select(Prisoner))}
        place = people["piotr-hrom"].facility_id
        new = service.NewEvent(TRANSFER, as_of=LATER, details={"facility": place})
        service.add_event(session, watch.vault, people["maryna-zolak"], new, act())
    elsewhere = record(1, "Maryna Zolak", *full().events[:3], event(TRANSFER, at="Prison No. 8"), key="1")
    watch.bring(elsewhere, other)
    assert watch.reasons() == [["changed_here"]]
    agreeing = record(1, "Maryna Zolak", *full().events[:3], event(TRANSFER, at="prison № 1"), key="1")
    assert watch.bring(agreeing, other) == {"unchanged": 2}


@pytest.mark.parametrize("spelling", ["Colony №4", "colony No 4", "COLONY #4", "Colony Nr. 4"])
def test_spellings_of_one_place_meet(app, watch, spelling):
    one = record(1, "Maryna Zolak", event(ARREST), event(TRANSFER, at="Colony No. 4"), key="1")
    other = record(2, "Piotr Hrom", event(ARREST), event(TRANSFER, at=spelling), key="2")
    watch.bring(one, other)
    assert watch.person("piotr-hrom")["facility"] == "Colony No. 4"
    again = record(1, "Maryna Zolak", event(ARREST), event(TRANSFER, at=spelling), key="1")
    assert watch.bring(again, other) == {"unchanged": 2}


def test_a_hidden_profile_stays_hidden(app, watch):
    watch.bring(full())
    with app.app_context(), atomic() as session:
        service.hide(session, session.scalars(select(Prisoner).where(Prisoner.slug == "maryna-zolak")).one(), act())
    assert watch.bring(full(about={"en": "A nurse."})) == {"changed": 1}
    assert watch.person("maryna-zolak")["hidden"]


def test_health_is_sealed_and_kept_nowhere_in_the_open(app, watch):
    told = event(HEALTH, "2021-01-01", public=False, texts={"en": "Has diabetes."})
    rows = record(1, "Maryna Zolak", event(ARREST, "2020-10-02"), told, key="1")
    watch.bring(rows)
    assert watch.bring(rows) == {"unchanged": 1}
    assert "diabetes" not in str(tables(app))
    with app.app_context():
        row = db.session.scalars(select(Event).where(Event.kind == "health")).one()
        assert service.open_event(watch.vault, row).texts == {"en": "Has diabetes."}


def test_what_changed_is_in_the_history_with_who_and_what_it_said(app, watch):
    watch.bring(full())
    watch.bring(full(born="1980-05-18", designations=(RecordDesignation("Watch"),)))
    with app.app_context():
        lines = db.session.execute(select(Change.field, Change.before, Change.after, Change.actor).order_by(Change.id))
        found = [tuple(line) for line in lines]
    assert ("born", '"1980-05-17"', '"1980-05-18"', "test") in found
    assert ("designation", "null", '"Watch"', "test") in found


def test_the_house_hears_of_those_who_were_released(watch):
    heard = []

    def listen(_session, changes):
        heard.extend((change.before.value, change.after.value) for change in changes)

    watch.bring(full())
    with signals.changed.connected_to(listen):
        watch.bring(record(1, "Maryna Zolak", *full().events, event(RELEASE, "2022-08-01"), key="1"), as_of=LATER)
    assert heard == [("convicted", "released")]


def test_profiles_that_are_gone_are_made_anew(app, watch):
    watch.bring(full())
    with app.app_context(), atomic() as session:
        session.execute(delete(Prisoner).where(Prisoner.slug == "maryna-zolak"))
        assert session.scalars(select(Identifier)).all() == []
    assert watch.bring(full()) == {"new": 1}


def test_text_that_no_database_can_hold_is_refused(watch):
    assert watch.bring(record(1, "Maryna\0 Zolak"), record(2, "Piotr \ud800 Hrom")) == {"refused": 2}


# --- any list --------------------------------------------------------------------------------------------------------

NAMES = ["Maryna Zolak", "Марына Золак", "Piotr Hrom", "Alena Bor", "Ян Бор", "Ihar Sad", "Ihar  SAD", "Vera Lys"]
dates = st.one_of(st.none(), st.sampled_from(["2020", "2020-10", "2020-10-02", "2020-10-03", "2021-05-05?"]))
events = st.one_of(
    st.builds(
        event, st.sampled_from([ARREST, RELEASE, EventKind.DEATH, EventKind.EXILE, EventKind.HOUSE_ARREST]), dates
    ),
    st.builds(event, st.just(TRANSFER), st.none(), at=st.sampled_from(["Colony No. 4", "colony №4", "Prison 8"])),
    st.builds(event, st.just(CHARGE), dates, details=st.sampled_from([ARTICLES, {"articles": [{"code": "1"}]}])),
    st.builds(
        event, st.just(VERDICT), dates, details=st.builds(sentence, st.sampled_from(["6 years", "8"]), st.just(9))
    ),
    st.builds(event, st.just(HEALTH), dates, public=st.just(False), texts=st.just({"en": "ill"})),
    st.builds(event, st.just(EventKind.OTHER), dates, texts=st.sampled_from([{}, {"en": "a"}, {"be": "б", "en": "a"}])),
)
rows = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["", "1", "2", "3"]),
        "name": st.sampled_from(NAMES),
        "born": st.sampled_from([None, "1980", "1980-05-17", "1955"]),
        "events": st.lists(events, max_size=4),
        "url": st.sampled_from(["", "https://watch.example/1", "https://watch.example/2"]),
        "gender": st.sampled_from(["", "female", "male"]),
        "about": st.sampled_from([{}, {"en": "A nurse."}, {"en": "A miner.", "be": "Шахцёр."}]),
        "custody": st.sampled_from([None, True, False]),
    }
)
lists = st.lists(rows, min_size=1, max_size=6)


def records(version):
    return [
        record(number, row["name"], *row["events"], **{k: v for k, v in row.items() if k not in {"name", "events"}})
        for number, row in enumerate(version, 1)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(lists, min_size=1, max_size=3))
def test_any_list_again_changes_nothing(app, versions):
    emptied(app)
    watch = List(app)
    for version in versions:
        watch.bring(*records(version), chunk=2)
        before = tables(app)
        again = watch.bring(*records(version), chunk=3)
        assert set(again) <= {"unchanged", "doubtful", "refused"}
        assert tables(app) == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=lists, second=lists, killed=st.integers(0, 3))
def test_a_run_that_died_and_is_begun_again_ends_the_same(app, first, second, killed):
    ends = []
    for stop_after in (99, killed):
        emptied(app)
        watch = List(app)
        watch.bring(*records(first), chunk=2)
        watch.bring(*records(second), chunk=2, stop_after=stop_after)
        watch.bring(*records(second), chunk=2)
        ends.append([watch.person(slug) for slug in watch.slugs()])
    assert ends[0] == ends[1]


def test_a_page_that_a_list_drops_from_one_row_and_puts_on_another_waits_however_often_it_is_brought_in(app, watch):
    watch.bring(record(1, "Maryna Zolak", key="1", url="https://watch.example/1"))
    moved = (record(1, "Piotr Hrom", key="", url="https://watch.example/1"), record(2, "Maryna Zolak", key="1", url=""))
    for _ in range(3):
        watch.bring(*moved)
        assert watch.slugs() == ["maryna-zolak"]


def emptied(app):
    with app.app_context(), atomic() as session:
        session.execute(delete(Prisoner).where(Prisoner.id.in_(select(Identifier.prisoner_id))))
        session.execute(delete(Doubt))


def test_who_brings_a_list_in_is_named(app, watch):
    watch.bring(full())
    with app.app_context():
        assert set(db.session.scalars(select(Event.actor).join(Prisoner).where(Prisoner.slug == "maryna-zolak"))) == {
            Act("test", watch.now).actor
        }
