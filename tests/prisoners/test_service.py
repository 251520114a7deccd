"""The log and the profile in the database: added, taken back, released, also by several people at once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.prisoners import service, signals
from campaign.prisoners.models import Article, Event, EventKind, Prisoner, PrisonerName, SearchKey, Status
from campaign.prisoners.service import Act, NewEvent
from tests.factories import Signing
from tests.prisoners.people import arrest, found, happening, made

SECRET = "The heart is weak"


@pytest.fixture
def vera(app):
    return made(app, "Vera Invented", arrest("2021-03-02"), campaign_id=Signing(app).target.campaign_id)


@pytest.fixture
def do(app):
    """Runs a verb of the service on a profile, in a transaction: `do(slug, verb, *arguments)`."""

    def run(slug, verb, *arguments):
        with app.app_context(), atomic() as session:
            return verb(session, found(session, slug), *arguments, Act("test", clock.now()))

    return run


@pytest.fixture
def add(app, do):
    """Adds an event; its id."""
    vault = app.extensions["campaign.vault"]
    return lambda slug, new: do(
        slug, lambda session, prisoner, act: service.add_event(session, vault, prisoner, new, act).id
    )


@pytest.fixture
def release(app, do):
    """Releases an internal event."""
    vault = app.extensions["campaign.vault"]

    def run(slug, number):
        do(slug, lambda s, p, act: service.release_event(s, vault, p, s.get(Event, number), act))

    return run


def retract(do, slug, number, why="mistaken"):
    do(slug, lambda s, p, act: service.retract_event(s, p, s.get(Event, number), why, act))


def profile(app, slug):
    with app.app_context():
        prisoner = found(db.session(), slug)
        codes = db.session().scalars(select(Article.code).where(Article.prisoner_id == prisoner.id)).all()
        return prisoner.status, prisoner.facility_id, prisoner.sentence, prisoner.died, list(codes)


HEALTH = NewEvent(
    EventKind.HEALTH, public=False, texts={"en": SECRET}, source="family", details={"articles": [{"code": "1"}]}
)


def test_what_follows_from_the_log_stands_in_the_profile(app, vera, add):
    sentence = {"kind": "prison", "text": "four years", "start": "2021-03-02"}
    articles = [{"code": "342", "text": "Art. 342"}, {"code": "361-4", "text": "Art. 361-4"}]
    add(vera, happening(EventKind.CHARGE, "2021-03-12", details={"articles": articles}))
    add(vera, happening(EventKind.VERDICT, "2021-09-01", details={"sentence": sentence}))
    assert profile(app, vera) == (Status.CONVICTED, None, sentence, None, ["342", "361-4"])
    add(vera, happening(EventKind.DEATH, "2022-01"))
    assert profile(app, vera)[0::3] == (Status.DECEASED, "2022-01")


def test_taking_back_gives_what_was_before(app, vera, add, do):
    before = profile(app, vera)
    number = add(vera, happening(EventKind.RELEASE, "2022-01-01"))
    assert profile(app, vera)[0] == Status.RELEASED
    retract(do, vera, number)
    assert profile(app, vera) == before
    with app.app_context():
        event = db.session().get(Event, number)
        assert (event.retracted_by, event.retracted_why) == ("test", "mistaken")


def test_nothing_is_taken_back_twice(app, vera, add, do):
    number = add(vera, happening(EventKind.RELEASE, "2022-01-01"))
    retract(do, vera, number, "first")
    with pytest.raises(service.AlreadyRetracted):
        retract(do, vera, number, "second")
    with app.app_context():
        assert db.session().get(Event, number).retracted_why == "first"


def test_nothing_public_follows_from_an_internal_event_and_its_words_are_sealed(app, vera, add):
    before = profile(app, vera)
    add(vera, HEALTH)
    add(vera, replace(HEALTH, kind=EventKind.DEATH))
    assert profile(app, vera) == before
    with app.app_context(), store().engine.connect() as connection:
        for table in ("prisoner_events", "prisoner_event_texts", "prisoner_changes", "audit_entries"):
            assert SECRET not in str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - names of tables
    with app.app_context():
        event = db.session().scalars(select(Event).where(Event.kind == "health")).one()
        opened = service.open_event(app.extensions["campaign.vault"], event)
        assert (opened.texts, opened.source, event.text("en")) == ({"en": SECRET}, "family", "")


def test_an_internal_event_is_released_one_by_one(app, vera, add, release):
    number, other = add(vera, HEALTH), add(vera, replace(HEALTH, texts={"en": "Another"}))
    release(vera, number)
    with app.app_context():
        event = db.session().get(Event, number)
        assert (event.public, event.text("en"), event.source, event.sealed) == (True, SECRET, "family", None)
        assert not db.session().get(Event, other).public
    assert profile(app, vera)[4] == ["1"]


def test_the_house_hears_of_what_changed_in_the_same_transaction(app, vera, add):
    heard = []

    def listen(_session, changes):
        heard.extend(changes)

    with signals.changed.connected_to(listen):
        add(vera, happening(EventKind.AWARD, "2022-01-01"))
        assert heard == []
        add(vera, happening(EventKind.EXILE, "2022-02-01"))
    (change,) = heard
    assert (change.before, change.after) == (Status.DETAINED, Status.EXILED)


def test_a_listener_that_fails_undoes_the_change(app, vera, add):
    def fail(_session, changes):
        raise RuntimeError

    with signals.changed.connected_to(fail), pytest.raises(RuntimeError):
        add(vera, happening(EventKind.EXILE, "2022-02-01"))
    assert profile(app, vera)[0] == Status.DETAINED


def test_of_several_events_added_in_the_same_moment_none_is_missing_in_what_follows(app, vera, add):
    """Real threads: each must see what the others wrote, or the status would be that of a part of the log."""
    news = [happening(EventKind.RELEASE, "2022-01-01"), happening(EventKind.ARREST, "2023-01-01"),
            happening(EventKind.EXILE, "2024-01-01"), happening(EventKind.AWARD, "2025-01-01")]  # fmt: skip
    start = threading.Barrier(len(news))
    with app.app_context():
        version = found(db.session(), vera).version

    def add_one(new):
        start.wait()
        add(vera, new)

    threads = [threading.Thread(target=add_one, args=(new,)) for new in news]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert profile(app, vera)[0] == Status.EXILED
    with app.app_context():
        assert found(db.session(), vera).version == version + len(news)


def test_whoever_read_an_older_version_is_stopped_after_every_change(app, vera, add, do):
    with app.app_context():
        read = found(db.session(), vera).version
    number = add(vera, happening(EventKind.AWARD, "2022-01-01"))
    for change in (
        lambda: add(vera, HEALTH),
        lambda: retract(do, vera, number),
        lambda: do(vera, service.hide),
        lambda: do(vera, service.show),
        lambda: do(vera, lambda s, p, act: service.change_slug(s, p, "vera-i", act)),
    ):
        with pytest.raises(service.Conflict):
            do(vera, lambda s, p, act, read=read: service.claim(s, p, read, act))
        with app.app_context():
            read = found(db.session(), vera).version
        change()


def test_no_slug_is_a_word_of_our_own_addresses(app):
    with app.app_context():
        for word in service.RESERVED:
            assert service.free_slug(db.session(), word) == f"{word}-2"


def test_search_keys_and_order_follow_from_the_names(app, vera, do):
    def rename(session, prisoner, act):
        prisoner.names = [service.name_row("Ганна Новая", "be")]
        service.refresh(session, [prisoner.id], act)

    do(vera, rename)
    with app.app_context():
        prisoner = found(db.session(), vera)
        keys = set(db.session().scalars(select(SearchKey.key).where(SearchKey.prisoner_id == prisoner.id)))
        assert prisoner.name == "Ганна Новая"
        assert prisoner.sort_key.startswith(("nov", "нов"))
        assert not {"vera", "invented"} & keys


def test_the_profile_goes_and_everything_of_it_goes_along(app, vera, add):
    add(vera, HEALTH)
    with app.app_context(), atomic() as session:
        number = found(session, vera).id
        session.execute(text("DELETE FROM prisoners WHERE id = :id"), {"id": number})
        for model in (Event, PrisonerName, SearchKey):
            assert session.scalars(select(model).where(model.prisoner_id == number)).all() == []
        assert session.get(Prisoner, number) is None
