"""What godparents are told by mail: in due time, once, in the right words, and nothing that they turned off."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from campaign.db import atomic
from campaign.godparents import jobs, notices, notifying, reminding, service, standing
from campaign.godparents.models import EndReason, Godparent, Godparenthood, Notice, NoticeKind
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.prisoners.models import Event, Prisoner
from tests.browsing import mails
from tests.databases import on_sqlite
from tests.godparents import making

MORNING = datetime(2027, 2, 22, 6, tzinfo=UTC)


class There:
    """Mari Tamm stands by Anna Example, in public; nothing that happened on the way is told any more."""

    def __init__(self, app):
        self.app, self.now = app, MORNING
        with self.session() as session:
            campaign_id = making.programme(session, per_godparent=1).campaign_id
            act = making.acting(app, session, now=MORNING)
            anna = making.prisoner(session, "Anna Example", campaign_id=campaign_id, since="2019-02-28")
            anna.born, anna.born_month, anna.born_day = "1980-02-29", 2, 29
            godparent = making.accepted(act, campaign_id, making.application(prisoner_id=anna.id))
            (pair,) = standing.active_pairs(session, godparent.id)
            standing.release(act, [pair])
            notices.forget(session, godparent.id)
            self.id, self.pair, self.anna = godparent.id, pair.id, anna.id
        self.before = len(mails(app))

    @contextmanager
    def session(self):
        with self.app.app_context(), atomic() as session:
            yield session

    def change(self, what, **values):
        number = {Godparent: self.id, Godparenthood: self.pair, Prisoner: self.anna}[what]
        with self.session() as session:
            for name, value in values.items():
                setattr(session.get_one(what, number), name, value)

    def add(self, kind, about="ab", **later):
        with self.session() as session:
            godparent = session.get_one(Godparent, self.id)
            due = self.now + timedelta(**later)
            return notices.add(session, godparent, kind, due=due, prisoner_id=self.anna, about=about)

    def court(self, day, **values):
        with self.session() as session:
            event = Event(
                uid=new_uid(), prisoner_id=self.anna, kind="trial", day=day, actor="x", created_at=self.now,
                **({"public": True} | values),
            )  # fmt: skip
            session.add(event)
            session.flush()
            return event.uid.hex()

    def run(self, job=jobs.notify, **later):
        self.now += timedelta(**later)
        with clock.following(lambda: self.now), self.app.app_context():
            job()

    def noted(self):
        with self.session() as session:
            return sorted(session.scalars(select(Notice.kind)))

    def told(self):
        return mails(self.app)[self.before :]

    def text(self):
        (mail,) = self.told()
        return f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"


@pytest.fixture
def there(app):
    return There(app)


def test_a_notice_is_told_when_it_is_due_and_once(there):
    assert there.add(NoticeKind.RELEASED, hours=1)
    assert not there.add(NoticeKind.RELEASED, hours=1)
    there.run(minutes=59)
    assert there.told() == []
    there.run(minutes=1)
    there.run(days=1)
    assert len(there.told()) == 1


def test_a_worker_that_dies_between_two_letters_tells_nothing_twice_and_loses_nothing(there):
    there.add(NoticeKind.RELEASED)
    there.add(NoticeKind.STATUS)

    class Killed(BaseException):
        pass

    def two_and_dead():
        with atomic() as session:
            act = making.acting(there.app, session, now=there.now)
            assert notifying.send_due(act, 50) == 2
            raise Killed

    with pytest.raises(Killed):
        there.run(two_and_dead)
    assert there.told() == []
    there.run()
    assert len(there.told()) == 2


def test_a_letter_that_cannot_be_written_holds_up_no_other_and_is_tried_again(there):
    there.add(NoticeKind.HANDED_OVER, about="no uid")
    there.add(NoticeKind.STATUS)
    there.run()
    assert len(there.told()) == 1
    with there.session() as session:
        due = session.scalars(select(Notice.due_at).where(Notice.sent_at.is_(None))).all()
    assert due == [MORNING + notifying.LATER]


def test_an_erased_godparent_and_who_stands_by_a_hidden_prisoner_are_told_nothing(there):
    there.add(NoticeKind.RELEASED)
    there.change(Prisoner, hidden_at=there.now)
    there.run()
    there.change(Prisoner, hidden_at=None)
    there.add(NoticeKind.RELEASED, about="cd")
    with there.session() as session:
        service.erase(making.acting(there.app, session), session.get_one(Godparent, there.id))
    there.run()
    assert [each for each in there.told() if each["Subject"]] == []


def test_birthday_anniversary_and_day_in_court_are_told_a_week_before_and_once(there):
    trial = there.court("2027-03-01")
    there.court("2027-03-09")
    there.court("2027-03")
    there.court("2027-02-26?")
    there.court("2027-02-25", public=False)
    there.court("2027-02-25", retracted_at=MORNING)
    for _ in range(3):
        there.run(jobs.look_ahead)
    assert there.noted() == ["anniversary", "birthday", "trial"]
    with there.session() as session:
        assert set(session.scalars(select(Notice.about))) == {"2027", trial}
    there.run()
    there.run(jobs.look_ahead, days=1)
    there.run()
    told = [mail["Subject"] for mail in there.told()]
    assert sorted(told) == ["8 years in detention: Anna Example", "A birthday in prison: Anna Example",
                            "A day in court: Anna Example"]  # fmt: skip
    birthday = next(mail for mail in there.told() if "birthday" in mail["Subject"])
    assert "28 February 2027, age 47" in birthday.get_body(("plain",)).get_content()
    there.run(jobs.look_ahead, days=8)
    assert there.noted().count("trial") == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_turned_off_is_not_told_even_if_it_was_noted_before(there, when):
    there.court("2027-03-01")
    off = dict.fromkeys(reminding.SWITCHES.values(), False)
    if when == "before":
        there.change(Godparent, **off)
    there.run(jobs.look_ahead)
    assert bool(there.noted()) is (when == "after")
    there.change(Godparent, **off)
    there.add(NoticeKind.STATUS)
    there.run()
    assert there.told() == []


def test_only_those_are_reminded_who_stand_by_the_prisoner_now(there):
    with there.session() as session:
        act = making.acting(there.app, session, now=there.now)
        standing.end(act, [session.get_one(Godparenthood, there.pair)], EndReason.WITHDRAWN)
    there.court("2027-03-01")
    there.run(jobs.look_ahead)
    assert there.noted() == []


@on_sqlite
def test_a_retracted_day_in_court_is_not_told(there):
    uid = there.court("2027-03-01")
    there.run(jobs.look_ahead)
    with there.session() as session:
        session.scalars(select(Event).where(Event.uid == bytes.fromhex(uid))).one().retracted_at = there.now
    there.run()
    assert not any("court" in mail["Subject"] for mail in there.told())


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "status", "right", "wrong"),
    [
        (NoticeKind.RELEASED, "released", ("good news", "Thank you"), ("exile", "sorry")),
        (NoticeKind.EXILED, "exiled", ("Exile is not freedom", "Thank you"), ("good news", "glad", "congratul")),
        (NoticeKind.DIED, "deceased", ("very sorry", "mourn"), ("good news", "congratul", "if you are willing")),
    ],
)
def test_the_letter_at_the_end_has_the_right_words_and_names_who_needs_somebody(there, kind, status, right, wrong):
    there.change(Prisoner, status=status)
    with there.session() as session:
        act = making.acting(there.app, session, now=there.now)
        standing.end(act, [session.get_one(Godparenthood, there.pair)], EndReason.RELEASED)
        making.prisoner(session, "Berta Example", campaign_id=making.programme(session, per_godparent=1).campaign_id,
                        since="2015-01-01")  # fmt: skip
    with there.session() as session:
        uid = session.get_one(Godparenthood, there.pair).uid.hex()
    there.add(kind, about=uid)
    there.run()
    text = " ".join(there.text().split())
    assert "in public and with your name" in text
    assert [part for part in right if part not in text] == []
    assert [part for part in wrong if part.lower() in text.lower()] == []
    assert ("Berta Example" in text) is (kind is not NoticeKind.DIED)
    assert "/godparents/own/o" in text


@on_sqlite
def test_every_other_letter_says_what_happened(there):
    berta = {}
    with there.session() as session:
        campaign_id = making.programme(session).campaign_id
        act = making.acting(there.app, session, now=there.now)
        form = making.application("Peeter", "Saar", "peeter.saar@parliament.example")
        successor = making.accepted(act, campaign_id, form)
        notices.forget(session, successor.id)
        former = Godparenthood(
            uid=new_uid(), campaign_id=campaign_id, godparent_id=there.id, prisoner_id=there.anna, created_at=there.now,
            started_on=date(2026, 1, 1), ended_on=date(2027, 1, 1), end_reason="handed_over",
            successor_id=standing.active_pairs(session, successor.id)[0].id,
        )  # fmt: skip
        session.add(former)
        session.flush()
        berta["uid"] = former.uid.hex()
    there.change(Godparent, left_office_on=date(2027, 1, 31))
    there.change(Godparenthood, why={"godparents": 0, "since": "2019-02-28", "candidates": 7})
    expected = {
        NoticeKind.WELCOME: ("Anna Example", "Nobody stood by Anna Example"),
        NoticeKind.PUBLISHED: ("http://localhost/godparents/mari-tamm",),
        NoticeKind.STATUS: ("Serving a sentence",),
        NoticeKind.LEFT_OFFICE: ("31 January 2027", "Anna Example"),
        NoticeKind.HANDED_OVER: ("Peeter Saar has taken over",),
        NoticeKind.PRISONER_FOUND: ("Nobody stood by Anna Example",),
    }
    for kind, parts in expected.items():
        there.before = len(mails(there.app))
        there.add(kind, about=berta["uid"])
        there.run()
        assert [part for part in parts if part not in " ".join(there.text().split())] == [], kind
