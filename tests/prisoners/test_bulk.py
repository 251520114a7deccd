"""One event for many: chosen, looked at, set at once, taken back within the hour."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.db import atomic, db
from campaign.kit import clock
from campaign.prisoners import bulk, choosing, signals
from campaign.prisoners.models import Batch, Change, Event, EventKind, Prisoner, Status
from campaign.prisoners.service import Act
from tests.factories import Signing
from tests.prisoners.people import act, arrest, happening, made, make

EXILED = happening(EventKind.EXILE, "2025-12-13", source="Viasna", url="https://example.org/news")


@pytest.fixture
def vault(app):
    return app.extensions["campaign.vault"]


@pytest.fixture
def session(app):
    with app.app_context():
        yield db.session()


@pytest.fixture
def heard():
    """What was announced to the rest of the house."""
    announced: list[tuple[signals.StatusChange, ...]] = []

    def listen(_session, changes):
        announced.append(changes)

    with signals.changed.connected_to(listen):
        yield announced


def people(app, *names, **fields):
    for name in names:
        made(app, name, **fields)


def chosen(session, *names):
    choice = choosing.by_names(session, names)
    assert not choice.missing
    assert not choice.unsure
    return choice.people


def set_for(app, vault, names, new=EXILED):
    with app.app_context(), atomic() as session:
        return bulk.apply(session, vault, chosen(session, *names), new, act()).id


def statuses(session):
    return {p.name: p.status for p in session.scalars(select(Prisoner).where(Prisoner.slug.startswith("invented")))}


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_a_paste_of_names_finds_each_person_once_whatever_the_script(app, session):
    people(app, "Invented Adamovich", "Invented Babrova")
    choice = choosing.by_names(session, ["  Invented Adamovich, ", "Adamovič Invented", "", "Invented Babrova;"])
    assert [person.name for person in choice.people] == ["Invented Adamovich", "Invented Babrova"]
    assert choice.missing == ()


def test_a_line_that_may_mean_two_people_chooses_neither_and_shows_both(app, session):
    made(app, "Invented Adamovich", born="1980")
    made(app, "Invented Adamovich", born="1991")
    choice = choosing.by_names(session, ["Invented Adamovich"])
    assert choice.people == ()
    assert [person.born for person in choice.unsure[0].candidates] == ["1980", "1991"]


def test_the_exact_name_wins_over_a_longer_one_that_holds_it(app, session):
    people(app, "Invented Adamovich", "Invented Pavel Adamovich")
    assert [person.name for person in chosen(session, "Invented Adamovich")] == ["Invented Adamovich"]


def test_a_line_that_means_nobody_is_given_back_as_it_was_typed(app, session):
    people(app, "Invented Adamovich")
    choice = choosing.by_names(session, ["Nobody At All", "x " * 5_000, "💥", "Invented Adamovich"])
    assert choice.missing == ("Nobody At All", ("x " * 5_000).strip(), "💥")


def test_the_address_of_a_profile_chooses_it(app, session):
    slug = made(app, "Invented Adamovich")
    for line in (slug, f"/prisoners/{slug}", f"https://example.org/prisoners/{slug}/"):
        assert [person.slug for person in chosen(session, line)] == [slug]


def test_who_is_out_of_reach_is_not_found(app, session):
    campaign_id = Signing(app).target.campaign_id
    made(app, "Invented Adamovich", campaign_id=campaign_id)
    made(app, "Invented Babrova")
    lines = ["Invented Adamovich", "Invented Babrova", "invented-babrova"]
    choice = choosing.by_names(session, lines, {campaign_id})
    assert [person.name for person in choice.people] == ["Invented Adamovich"]
    assert choice.missing == ("Invented Babrova", "invented-babrova")
    ids = [person.id for person in chosen(session, *lines)]
    assert [person.name for person in choosing.by_ids(session, ids, {campaign_id})] == ["Invented Adamovich"]


# --- looking ----------------------------------------------------------------------------------------------------------


def test_the_preview_says_what_would_become_of_each_and_writes_nothing(app, session):
    people(app, "Invented Adamovich")
    made(app, "Invented Babrova", arrest("2020-10-02"), happening(EventKind.EXILE, "2025-06-01"))
    made(app, "Invented Citou", arrest("2020-10-02"), happening(EventKind.DEATH, "2024-01-01"))
    made(app, "Invented Drobysh", arrest("2020"), happening(EventKind.RELEASE, "2024"), arrest("2026-01"))
    names = ("Invented Adamovich", "Invented Babrova", "Invented Citou", "Invented Drobysh")
    preview = bulk.preview(session, chosen(session, *names), EXILED, act())
    assert [(o.before, o.after, o.remark) for o in preview.outcomes] == [
        (Status.DETAINED, Status.EXILED, None),
        (Status.EXILED, Status.EXILED, bulk.Remark.NO_CHANGE),
        (Status.DECEASED, Status.DECEASED, bulk.Remark.DECEASED),
        (Status.DETAINED, Status.DETAINED, bulk.Remark.LATER_EVENT),
    ]
    assert preview.changing == 1
    assert session.scalars(select(Event).where(Event.kind == "exile", Event.day == "2025-12-13")).all() == []


def test_the_preview_asks_the_rest_of_the_house_what_would_follow(app, session):
    people(app, "Invented Adamovich", "Invented Babrova")

    def listen(_session, changes):
        return [signals.Consequence("letters will be stopped", len(changes))]

    with signals.asked_what_follows.connected_to(listen):
        preview = bulk.preview(session, chosen(session, "Invented Adamovich", "Invented Babrova"), EXILED, act())
    assert preview.consequences == (signals.Consequence("letters will be stopped", 2),)


def test_an_internal_event_changes_nobodys_status(app, session):
    people(app, "Invented Adamovich")
    note = happening(EventKind.RELEASE, "2025-12-13", public=False)
    preview = bulk.preview(session, chosen(session, "Invented Adamovich"), note, act())
    assert preview.changing == 0


def test_another_version_of_anybody_is_another_choice(app, session, vault):
    people(app, "Invented Adamovich", "Invented Babrova")
    names = ("Invented Adamovich", "Invented Babrova")
    before = bulk.seen(chosen(session, *names))
    assert bulk.seen(reversed(chosen(session, *names))) == before
    set_for(app, vault, names[:1], happening(EventKind.AWARD, "2025"))
    session.rollback()
    assert bulk.seen(chosen(session, *names)) != before


# --- setting and taking back ------------------------------------------------------------------------------------------


def test_an_event_for_many_is_set_with_its_source_and_announced_once(app, session, vault, heard):
    names = [f"Invented {name}" for name in ("Anna", "Boris", "Cyril", "Dora", "Emil", "Fedir", "Ivan", "Olga")]
    people(app, *names)
    heard.clear()
    batch_id = set_for(app, vault, names)
    assert set(statuses(session).values()) == {"exiled"}
    events = session.scalars(select(Event).where(Event.batch_id == batch_id)).all()
    assert {(e.kind, e.day, e.source, e.url, e.public) for e in events} == {
        ("exile", "2025-12-13", "Viasna", "https://example.org/news", True)
    }
    assert len(events) == 8
    assert len(heard) == 1
    assert {(c.before, c.after, c.batch_id, c.undo) for c in heard[0]} == {
        (Status.DETAINED, Status.EXILED, batch_id, False)
    }
    assert len(heard[0]) == 8


def test_a_listener_that_fails_undoes_the_whole_act(app, session, vault):
    people(app, "Invented Adamovich", "Invented Babrova")

    def fail(_session, changes):
        raise RuntimeError(f"no letters to stop for {len(changes)}")

    with signals.changed.connected_to(fail), pytest.raises(RuntimeError):
        set_for(app, vault, ["Invented Adamovich", "Invented Babrova"])
    session.rollback()
    assert set(statuses(session).values()) == {"detained"}
    assert session.scalars(select(Batch)).all() == []


def test_within_the_hour_all_is_as_it_was_and_the_history_keeps_both(app, session, vault, heard):
    people(app, "Invented Adamovich", "Invented Babrova")
    batch_id = set_for(app, vault, ["Invented Adamovich", "Invented Babrova"])
    heard.clear()
    with atomic() as writing:
        assert bulk.undo(writing, writing.get(Batch, batch_id), act("organiser:7")) == 2
    session.rollback()
    assert set(statuses(session).values()) == {"detained"}
    events = session.scalars(select(Event).where(Event.batch_id == batch_id)).all()
    assert {(e.retracted_by, e.retracted_why) for e in events} == {("organiser:7", bulk.UNDONE)}
    assert {(c.before, c.after, c.undo) for c in heard[0]} == {(Status.EXILED, Status.DETAINED, True)}


def test_an_act_is_taken_back_only_once(app, session, vault):
    people(app, "Invented Adamovich")
    batch_id = set_for(app, vault, ["Invented Adamovich"])
    with atomic() as writing:
        bulk.undo(writing, writing.get(Batch, batch_id), act())
    with pytest.raises(bulk.AlreadyUndone), atomic() as writing:
        bulk.undo(writing, writing.get(Batch, batch_id), act())


def test_after_an_hour_an_act_stands(app, session, vault):
    people(app, "Invented Adamovich")
    batch_id = set_for(app, vault, ["Invented Adamovich"])
    batch = session.get(Batch, batch_id)
    almost, over = batch.at + timedelta(minutes=59, seconds=59), batch.at + timedelta(hours=1)
    assert bulk.may_be_undone(batch, almost)
    assert not bulk.may_be_undone(batch, over)
    with pytest.raises(bulk.TooLate), atomic() as writing:
        bulk.undo(writing, writing.get(Batch, batch_id), Act("test", over))
    session.rollback()
    assert set(statuses(session).values()) == {"exiled"}


def test_taking_back_leaves_what_happened_to_one_of_them_since(app, session, vault):
    people(app, "Invented Adamovich", "Invented Babrova")
    batch_id = set_for(app, vault, ["Invented Adamovich", "Invented Babrova"])
    set_for(app, vault, ["Invented Babrova"], happening(EventKind.DEATH, "2025-12-20"))
    with atomic() as writing:
        bulk.undo(writing, writing.get(Batch, batch_id), act())
    session.rollback()
    assert statuses(session) == {"Invented Adamovich": "detained", "Invented Babrova": "deceased"}


def test_every_one_of_many_gets_a_new_version(app, session, vault):
    people(app, "Invented Adamovich")
    before = chosen(session, "Invented Adamovich")[0].version
    set_for(app, vault, ["Invented Adamovich"])
    session.rollback()
    assert chosen(session, "Invented Adamovich")[0].version == before + 1
    assert session.scalars(select(Change)).all() == []
    assert clock.now() >= session.scalars(select(Batch)).one().at


def test_making_a_person_through_the_service_is_enough(app, session, vault):
    with atomic() as writing:
        assert make(writing, vault, "Invented Adamovich").status == "detained"
