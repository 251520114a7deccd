"""Prisoners are freed, exiled, die, are taken again, and mistakes are made; members leave office: what follows."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from campaign.chambers.signals import OfficeChange, announce
from campaign.chambers.signals import ask_what_follows as ask_offices
from campaign.db import atomic
from campaign.godparents import standing
from campaign.godparents.models import EndReason, Godparenthood, Invitation, Notice
from campaign.kit import clock
from campaign.prisoners import bulk, choosing, mentions, signals
from campaign.prisoners import service as prisoners
from campaign.prisoners.models import EventKind, Status, campaign_prisoners
from tests.godparents import making
from tests.prisoners import people
from tests.prisoners.people import arrest, happening

RELEASE = happening(EventKind.RELEASE, "2026-11-20")
EXILE = happening(EventKind.EXILE, "2026-11-20")


class Desk:
    """One transaction, in it a campaign that names Anna (arrested in 2020), and Mari who publicly stands by her."""

    def __init__(self, app, session):
        session.execute(delete(campaign_prisoners))
        self.session, self.vault = session, app.extensions["campaign.vault"]
        self.act = making.acting(app, session)
        self.campaign_id = making.programme(session).campaign_id
        self.anna = people.make(session, self.vault, "Anna Example", campaign_id=self.campaign_id)
        self.mari = self.godparent("Tamm")
        (self.pair,) = standing.release(self.act, standing.of(session, self.mari.id))
        self.pair.started_on = date(2024, 3, 1)
        session.execute(delete(Notice))

    def godparent(self, name):
        return making.accepted(
            self.act, self.campaign_id, making.application("Mari", name, f"{name}@parliament.example")
        )

    def add(self, new):
        return prisoners.add_event(self.session, self.vault, self.anna, new, people.act())

    def retract(self, event):
        prisoners.retract_event(self.session, self.anna, event, "mistaken", people.act())

    def for_many(self, new):
        return bulk.apply(self.session, self.vault, choosing.by_ids(self.session, [self.anna.id]), new, people.act())

    def send(self):
        self.session.execute(update(Notice).values(sent_at=clock.now()))

    @property
    def told(self):
        """Kinds of the letters that are to be written, and what of them has been."""
        rows = self.session.execute(select(Notice.kind, Notice.sent_at).order_by(Notice.id))
        return [row.kind + (" (sent)" if row.sent_at else "") for row in rows]

    @property
    def ended(self):
        self.session.flush()
        self.session.refresh(self.anna)
        assert self.anna.godparents == sum(pair.active for pair in self.session.scalars(select(Godparenthood)))
        return self.pair.end_reason


@pytest.fixture
def desk(app):
    with app.app_context(), atomic() as session:
        yield Desk(app, session)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(EventKind.RELEASE, "released"), (EventKind.EXILE, "exiled"), (EventKind.DEATH, "died")],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_exile_or_death_ends_it_with_a_letter_that_waits_for_an_hour(desk, kind, reason):
    desk.add(happening(kind, "2026-11-20"))
    assert (desk.ended, desk.told) == (reason, [reason])
    notice = desk.session.scalars(select(Notice)).one()
    assert notice.due_at - clock.now() > timedelta(minutes=59)
    assert (notice.about, notice.prisoner_id) == (desk.pair.uid.hex(), desk.anna.id)


def test_an_act_for_many_says_before_what_it_ends_and_taken_back_it_leaves_no_trace(desk):
    change = signals.StatusChange(desk.anna.id, Status.DETAINED, Status.EXILED, None, None)
    assert [each.count for each in signals.ask_what_follows(desk.session, (change,))] == [1]
    batch = desk.for_many(EXILE)
    assert (desk.ended, desk.told, desk.pair.ended_by_batch) == ("exiled", ["exiled"], batch.id)
    bulk.undo(desk.session, batch, people.act())
    assert (desk.ended, desk.told, desk.pair.seat) == (None, [], 0)


def test_what_ended_by_mistake_goes_on_also_after_the_letter_which_is_then_followed_by_the_news(desk):
    event = desk.add(RELEASE)
    desk.retract(event)
    assert (desk.ended, desk.told) == (None, [])
    event = desk.add(RELEASE)
    desk.send()
    desk.retract(event)
    assert (desk.ended, desk.told) == (None, ["status"])
    desk.add(RELEASE)
    assert (desk.ended, desk.told) == ("released", ["released"]), "the second release is told of, too"


def test_after_a_new_arrest_the_release_stands_and_nothing_comes_back(desk):
    desk.add(RELEASE)
    desk.add(arrest("2026-11-21"))
    assert (desk.anna.status, desk.ended, desk.told) == ("detained", "released", ["released"])


def test_an_old_release_that_is_entered_late_does_not_keep_a_mistake_alive(desk):
    desk.add(happening(EventKind.RELEASE, "2012"))
    event = desk.add(EXILE)
    desk.retract(event)
    assert desk.ended is None


def test_what_has_not_been_told_yet_is_put_right_and_what_has_been_stays_told(desk):
    desk.add(RELEASE)
    desk.add(EXILE)
    assert (desk.ended, desk.told) == ("exiled", ["exiled"])
    desk.send()
    desk.add(happening(EventKind.DEATH, "2026-11-21"))
    assert (desk.ended, desk.told) == ("exiled", ["exiled (sent)"])


def test_a_seat_that_was_given_away_meanwhile_is_no_reason_to_lose_a_godparent(desk):
    making.programme(desk.session, per_prisoner=1)
    other = desk.godparent("Kask")
    assert standing.of(desk.session, other.id) == []
    standing.end(desk.act, [desk.pair], EndReason.RELEASED)
    others = standing.begin(desk.act, other, desk.anna.id)
    standing.bring_back(desk.act, [desk.pair])
    assert (others.seat, desk.pair.seat) == (0, 1)


def test_what_somebody_ended_by_hand_no_undoing_brings_back(desk):
    batch = desk.for_many(RELEASE)
    bulk.undo(desk.session, batch, people.act())
    standing.step_down(desk.act, desk.pair)
    event = desk.add(RELEASE)
    desk.retract(event)
    assert (desk.ended, desk.told) == ("withdrawn", [])


def test_other_changes_are_told_to_who_wants_to_know_unless_they_were_taken_back_in_time(desk):
    quiet = desk.godparent("Kask")
    assert [pair.prisoner_id for pair in standing.active_pairs(desk.session, quiet.id)] == [desk.anna.id]
    quiet.remind_status = False
    desk.session.execute(delete(Notice))
    convicted = desk.add(happening(EventKind.VERDICT, "2026-11-19", details={"sentence": {"kind": "prison"}}))
    assert desk.told == ["status"]
    desk.retract(convicted)
    assert desk.told == []
    desk.add(happening(EventKind.HOUSE_ARREST, "2026-11-19"))
    desk.add(happening(EventKind.DISAPPEARANCE, "2026-11-20"))
    (notice,) = desk.session.scalars(select(Notice)).all()
    assert notice.about.startswith("detained>disappeared ")
    desk.add(RELEASE)
    assert sorted(desk.told) == ["released", "released"], "news that the letter overtakes are not sent"


def test_an_open_hand_over_ends_with_what_was_to_be_handed_over(desk):
    desk.session.add(
        Invitation(
            uid=b"1" * 16, campaign_id=desk.campaign_id, mailbox_index=b"1" * 32, godparenthood_id=desk.pair.id,
            state="sent", created_by="godparent:1", created_at=clock.now(),
        )
    )  # fmt: skip
    desk.add(RELEASE)
    desk.session.expire_all()
    assert desk.session.scalars(select(Invitation)).one().godparenthood_id is None


def test_who_leaves_office_is_asked_to_hand_over_and_who_comes_back_is_not(desk):
    member = making.member(desk.session, making.chamber(desk.session))
    desk.mari.member_id = member.id
    desk.session.flush()
    left = (OfficeChange(member.id, date(2026, 11, 1)),)
    assert [each.count for each in ask_offices(desk.session, left, clock.now())] == [1]
    assert desk.mari.left_office_on is None
    assert [each.count for each in announce(desk.session, left, clock.now())] == [1]
    assert [each.count for each in announce(desk.session, left, clock.now())] == []
    assert (desk.mari.left_office_on, desk.told, desk.ended) == (date(2026, 11, 1), ["left_office"], None)
    announce(desk.session, (OfficeChange(member.id, None),), clock.now())
    assert (desk.mari.left_office_on, desk.told) == (None, [])


def test_texts_that_name_a_prisoner_are_found_shown_or_not(app, desk):
    desk.pair.statement, desk.pair.proposed = "I stand by her.", "I stand by Ганна Прыклад."
    desk.session.flush()
    with app.test_request_context():
        answers = signals.asked_who_is_named.send(desk.session, sought=mentions.Sought(("Hanna Pryklad",)))
    (found,) = [mention for _, said in answers for mention in said]
    assert (found.title, found.whole, found.url) == ("Mari Tamm", True, f"/admin/godparents/{desk.mari.id}")
