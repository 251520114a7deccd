"""Reading one profile: what is told, in which language, and what is never read."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, select

from campaign.db import atomic, db
from campaign.facilities.models import Facility
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import queries, service
from campaign.prisoners.models import (
    Designation,
    EventKind,
    NameKind,
    Portrait,
    PortraitFile,
    Prisoner,
    PrisonerText,
    Status,
)
from tests.prisoners.people import act, arrest, found, happening, made

TODAY = date(2022, 11, 1)


def read(app, slug, language="en", today=TODAY):
    with app.app_context():
        return queries.profile(db.session(), slug, language, today)


@contextmanager
def counted(engine):
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements(app, slug):
    with app.app_context(), counted(db.engine) as sent:
        queries.profile(db.session(), slug, "en", TODAY)
        return len(sent)


def facility_id(app, slug="pre-trial-centre-1-minsk"):
    with app.app_context():
        return db.session.scalar(select(Facility.id).where(Facility.slug == slug))


def test_status_and_days_follow_from_the_log(app):
    profile = read(app, made(app, "Nina Example", arrest("2022-10-02")))
    assert (profile.status, profile.since) == (Status.DETAINED, PartialDate(2022, 10, 2))
    assert (profile.days.count, profile.days.at_least) == (30, False)
    assert profile.in_custody


def test_days_are_a_lower_bound_where_dates_are_partial(app):
    days = read(app, made(app, "Nina Example", arrest("2022-09"))).days
    assert (days.count, days.at_least) == (32, True)


def test_internal_and_retracted_events_are_told_nowhere(app):
    secret = happening(EventKind.HEALTH, "2022-10-05", public=False, texts={"en": "Ill"}, source="the family")
    wrong = happening(EventKind.RELEASE, "2022-10-06", texts={"en": "Set free"})
    slug = made(app, "Nina Example", arrest("2022-10-02"), secret, wrong)
    with app.app_context(), atomic() as session:
        prisoner = found(session, slug)
        release = next(each for each in prisoner.events if each.kind == EventKind.RELEASE)
        service.retract_event(session, prisoner, release, "a rumour", act())
    profile = read(app, slug)
    assert [each.kind for each in profile.timeline] == [EventKind.ARREST]
    assert profile.status is Status.DETAINED
    assert "Ill" not in repr(profile)
    assert "family" not in repr(profile)


def test_the_timeline_is_newest_first_and_undated_events_stand_where_they_were_told(app):
    undated = happening(EventKind.STATEMENT, None, as_of=date(2021, 5, 1))
    slug = made(app, "Nina Example", arrest("2020"), happening(EventKind.TRIAL, "2022-03"), undated)
    assert [each.kind for each in read(app, slug).timeline] == [EventKind.TRIAL, EventKind.STATEMENT, EventKind.ARREST]


def test_the_newest_day_that_anything_is_told_of_is_known(app):
    told = happening(EventKind.STATEMENT, "2021-04-30", as_of=date(2021, 5, 1))
    assert read(app, made(app, "Nina Example", arrest("2020-10-02"), told)).told == date(2021, 5, 1)


def test_words_come_in_the_wanted_language_else_english_else_any(app):
    texts = {"be": "Арышт", "en": "Arrested"}
    slug = made(app, "Nina Example", happening(EventKind.ARREST, "2020", texts=texts))
    other = made(app, "Nina Other", happening(EventKind.ARREST, "2020", texts={"be": "Арышт"}))
    assert read(app, slug, "be").timeline[0].words == queries.Words("Арышт", "be")
    assert read(app, slug, "de").timeline[0].words == queries.Words("Arrested", "en")
    assert read(app, other, "de").timeline[0].words == queries.Words("Арышт", "be")


def test_the_title_is_the_name_in_the_readers_language(app):
    english, belarusian = read(app, "ales-bialiatski"), read(app, "ales-bialiatski", "be")
    assert english.title.name == "Ales Bialiatski"
    assert [name.name for name in english.spellings] == ["Алесь Бяляцкі", "Aleś Bialacki", "Алесь Беляцкий"]
    assert belarusian.title == queries.Name("Алесь Бяляцкі", "be", "Cyrl", "main")
    assert "Ales Bialiatski" in [name.name for name in belarusian.spellings]


def test_a_name_that_two_languages_write_alike_is_told_once(app):
    assert [name.name for name in read(app, "marfa-rabkova").spellings] == ["Марфа Рабкова"]


def test_names_at_birth_stand_apart(app):
    slug = made(app, "Nina Example")
    with app.app_context(), atomic() as session:
        prisoner = found(session, slug)
        prisoner.names.append(service.name_row("Nina Before", "en", NameKind.BIRTH.value, 5))
    profile = read(app, slug)
    assert [name.name for name in profile.former] == ["Nina Before"]
    assert profile.spellings == ()


@pytest.mark.parametrize(
    ("born", "age"),
    [("1962-11-01", (60, 60)), ("1962-11-02", (59, 59)), ("1962-11", (59, 60)), ("1962", (59, 60)), ("2023", None)],
)
def test_an_age_is_no_preciser_than_the_date_of_birth(app, born, age):
    assert read(app, made(app, "Nina Example", born=born)).age == age


def test_who_died_has_the_age_of_that_day_or_none(app):
    dated = made(app, "Nina Example", arrest("2020"), happening(EventKind.DEATH, "2021-06-01"), born="1962-01-01")
    undated = made(app, "Nina Other", arrest("2020"), happening(EventKind.DEATH), born="1962-01-01")
    assert (read(app, dated).status, read(app, dated).age) == (Status.DECEASED, (59, 59))
    assert read(app, undated).age is None


def test_place_charges_sentence_and_judge_are_the_latest(app):
    sentence = {"kind": "prison", "text": "", "months": 66, "days": 3, "regime": "general regime", "start": "2022-03"}
    slug = made(
        app,
        "Nina Example",
        happening(EventKind.ARREST, "2022-01-01", details={"facility": facility_id(app)}),
        happening(EventKind.CHARGE, "2022-02-01", details={"articles": [{"code": "342", "text": "Article 342"}]}),
        happening(EventKind.VERDICT, "2022-03-01", details={"sentence": sentence, "judge": "A. Judge"}),
    )
    profile = read(app, slug)
    assert profile.place == queries.Words("Pre-trial detention centre No. 1, Minsk", "en")
    assert read(app, slug, "ru").place == queries.Words("СИЗО №1, Минск", "ru")
    assert profile.articles == (queries.Article("342", "Article 342"),)
    assert profile.sentence == queries.Sentence("prison", "", 66, 3, "general regime", PartialDate(2022, 3))
    assert profile.judge == "A. Judge"


def test_a_portrait_is_told_without_its_bytes(app):
    slug = made(app, "Nina Example")
    with app.app_context(), atomic() as session:
        files = [PortraitFile(size=s, format=f, content=b"x") for s in (160, 320) for f in ("webp", "jpeg")]
        prisoner = found(session, slug)
        prisoner.portrait = Portrait(
            version="abc", width=800, height=1000, author="A. Maker", alts={"en": "A face"}, created_at=clock.now(),
            actor="test", files=files,
        )  # fmt: skip
    picture = read(app, slug).picture
    assert (picture.version, picture.alt, picture.author) == ("abc", "A face", "A. Maker")
    assert picture.sizes_of("webp", 1000) == (160, 320)
    assert picture.sizes_of("webp", 200) == (160,)
    assert picture.sizes_of("webp", 100) == (160,)
    assert picture.width_at(160) == 128


def test_a_profile_without_a_portrait_has_none(app):
    assert read(app, "ales-bialiatski").picture is None


def test_a_former_address_leads_to_the_present_one(app):
    slug = made(app, "Nina Example")
    with app.app_context(), atomic() as session:
        service.change_slug(session, found(session, slug), "nina-new", act())
    assert read(app, slug) == queries.Moved("nina-new")


@pytest.mark.parametrize("address", ["nina-example", "nina-new"])
def test_a_hidden_profile_is_gone_at_every_address_it_had(app, address):
    slug = made(app, "Nina Example")
    with app.app_context(), atomic() as session:
        prisoner = found(session, slug)
        service.change_slug(session, prisoner, "nina-new", act())
        service.hide(session, prisoner, act())
    assert read(app, address) == queries.Hidden()


def test_nobody_is_nobody(app):
    assert read(app, "nobody") is None


def test_a_profile_takes_a_fixed_number_of_statements(app):
    small = made(app, "Nina Example", arrest("2022-10-02"))
    large = made(app, "Nina Large", *(happening(EventKind.TRANSFER, f"2022-{m:02}-{d:02}", texts={"en": "x", "be": "y"},
                 details={"facility": facility_id(app)}) for m in range(1, 10) for d in range(1, 20)))  # fmt: skip
    with app.app_context(), atomic() as session:
        prisoner = found(session, large)
        prisoner.texts = [PrisonerText(language=code, about="x") for code in ("en", "be", "ru")]
        prisoner.designations = [Designation(organisation=f"Organisation {n}") for n in range(20)]
        prisoner.names += [service.name_row(f"Nina {n}", "en", position=n) for n in range(20)]
        session.add_all(
            [Prisoner(slug=f"p{n}", name=f"P {n}", created_at=clock.now(), updated_at=clock.now()) for n in range(50)]
        )
    assert len(read(app, large).timeline) > 100
    assert statements(app, large) == statements(app, small) + 1  # the names of facilities, if there are any
    assert statements(app, large) < 10
