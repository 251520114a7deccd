"""Invitations: mailed at a pace, asked for by a godparent only so often, and forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.db import atomic
from campaign.godparents import inviting, jobs, service, standing
from campaign.godparents.acting import NotPossible
from campaign.godparents.inviting import AlreadyInvited
from campaign.godparents.models import EndReason, Godparenthood, Invitation, InvitationState
from campaign.kit import clock
from campaign.kit.addresses import parse
from campaign.kit.tokens import new_uid
from campaign.people import service as people
from tests.browsing import link, mails
from tests.godparents import making


@pytest.fixture
def there(app):
    """The id of a godparenthood, and functions that work on it in transactions of their own."""
    return There(app)


class There:
    def __init__(self, app):
        self.app, self.now = app, clock.now()
        with app.app_context(), atomic() as session:
            self.campaign_id = making.programme(session).campaign_id
            act = making.acting(app, session)
            prisoner = making.prisoner(session, "Anna Example", campaign_id=self.campaign_id)
            godparent = making.accepted(act, self.campaign_id, making.application(prisoner_id=prisoner.id))
            (pair,) = standing.active_pairs(session, godparent.id)
            self.pair, self.prisoner = pair.id, prisoner.id

    def hand_over(self, email="anna.kask@parliament.example", actor=""):
        with self.app.app_context(), atomic() as session:
            act = making.acting(self.app, session, now=self.now, actor=actor)
            pair = session.get_one(Godparenthood, self.pair)
            inviting.hand_over(act, pair, "Anna Kask", parse(email), "en", message="Will you?")

    def invite(self, number):
        """So many ordinary invitations, as the desk makes them."""
        with self.app.app_context(), atomic() as session:
            act = making.acting(self.app, session)
            for each in range(number):
                uid, email = new_uid(), f"member{each}@parliament.example"
                mailbox = people.mailbox_index(act.vault, self.campaign_id, email)
                session.add(
                    Invitation(
                        uid=uid, campaign_id=self.campaign_id, mailbox_index=mailbox, created_by="organiser:1",
                        created_at=self.now, email=act.vault.seal(inviting.EMAIL, uid, email),
                    )
                )  # fmt: skip

    def run(self, **later):
        self.now += timedelta(**later)
        with clock.following(lambda: self.now), self.app.app_context():
            jobs.invite()

    def all(self):
        with self.app.app_context(), atomic() as session:
            found = session.scalars(select(Invitation).order_by(Invitation.id)).all()
            session.expunge_all()
            return found

    def sent(self, kind="handover"):
        wanted = {"handover": "take over", "invitation": "Will you stand by"}[kind]
        return [each for each in mails(self.app) if wanted in (each["Subject"] or "")]

    def change(self, verb):
        with self.app.app_context(), atomic() as session:
            act = making.acting(self.app, session, now=self.now)
            return verb(act, session.scalars(select(Invitation).order_by(Invitation.id)).all())


def test_a_hand_over_is_mailed_once_with_who_asks_for_whom_and_their_words(there):
    there.hand_over()
    there.run()
    there.run()
    (mail,) = there.sent()
    text = mail.get_body(("plain",)).get_content()
    for part in ("Dear Anna Kask", "Mari Tamm", "Anna Example", "Will you?"):
        assert part in text
    assert mail["To"] == "anna.kask@parliament.example"
    assert link(mail).startswith("/godparents/invited/i")
    assert [each.state for each in there.all()] == ["sent"]


def test_invitations_leave_at_a_pace_and_hand_overs_first(there):
    there.invite(inviting.PER_MINUTE + 5)
    there.hand_over()
    there.run()
    assert (len(there.sent()), len(there.sent("invitation"))) == (1, inviting.PER_MINUTE - 1)
    there.run(seconds=30)
    assert len(there.sent("invitation")) == inviting.PER_MINUTE - 1
    there.run(seconds=31)
    assert len(there.sent("invitation")) == inviting.PER_MINUTE + 5


def test_one_hand_over_is_open_at_a_time_and_none_goes_to_who_is_asked_by_another(there):
    there.invite(1)
    there.hand_over("member0@parliament.example")
    assert [each.state for each in there.all()] == ["withdrawn", "waiting"]
    with pytest.raises(NotPossible, match="handing_over"):
        there.hand_over()
    there.change(lambda act, found: setattr(found[1], "godparenthood_id", None))
    there.hand_over("member0@parliament.example")
    with there.app.app_context(), atomic() as session:
        act = making.acting(there.app, session)
        form = making.application("Peeter", "Saar", "peeter.saar@parliament.example", prisoner_id=there.prisoner)
        other = making.accepted(act, there.campaign_id, form)
        (pair,) = standing.active_pairs(session, other.id)
        with pytest.raises(AlreadyInvited):
            inviting.hand_over(act, pair, "Anna", parse("member0@parliament.example"), "en")


def test_a_godparent_cannot_write_to_just_anybody_through_us(there):
    for number in range(inviting.MOST_HANDOVERS):
        there.hand_over(f"somebody{number}@example.org")
        there.change(lambda act, found: inviting.withdraw(act, found[-1]))
    with pytest.raises(NotPossible, match="too_often"):
        there.hand_over()
    there.hand_over(actor="organiser:1")


def test_who_wants_no_mail_gets_none_and_nobody_learns_of_it(there):
    def never(act, found):
        service.never_write(act.session, there.campaign_id, found[0].mailbox_index, act.now)

    there.hand_over()
    there.change(never)
    there.run()
    assert there.sent() == []
    assert [each.state for each in there.all()] == ["declined"]


def test_what_is_taken_back_before_it_left_never_leaves(there):
    there.hand_over()
    there.run()
    there.change(lambda act, found: inviting.withdraw(act, found[0]))
    assert there.sent() == []


def test_a_hand_over_of_what_has_ended_is_an_ordinary_invitation(there):
    there.hand_over()
    with there.app.app_context(), atomic() as session:
        act = making.acting(there.app, session)
        standing.end(act, [session.get_one(Godparenthood, there.pair)], EndReason.RELEASED)
    there.run()
    assert (len(there.sent()), len(there.sent("invitation"))) == (0, 1)
    with pytest.raises(NotPossible, match="ended"):
        there.hand_over("other@parliament.example")


def test_a_reminder_takes_its_turn_after_some_days_and_only_twice(there):
    there.hand_over()
    there.run()
    for number in range(1, inviting.MOST_REMINDERS + 2):
        with pytest.raises(NotPossible, match="too_soon"):
            there.change(lambda act, found: inviting.remind(act, found[0]))
        there.run(days=6)
        if number <= inviting.MOST_REMINDERS:
            there.change(lambda act, found: inviting.remind(act, found[0]))
            there.run()
            assert len(there.sent()) == number + 1


@pytest.mark.parametrize(("state", "days", "left"), [("sent", 59, True), ("sent", 60, False), ("joined", 27, True),
                                                     ("joined", 28, False), ("declined", 28, False)])  # fmt: skip
def test_nothing_personal_is_left_of_what_nobody_answered_or_was_over_weeks_ago(there, state, days, left):
    there.hand_over()
    there.run()
    before = there.all()[0].mailbox_index
    if state != "sent":
        there.change(lambda act, found: answer(found[0], state, act.now))
    there.run(days=days)
    (invitation,) = there.all()
    kept = (invitation.email, invitation.name, invitation.message)
    assert [part is not None for part in kept] == [left] * 3
    assert (invitation.mailbox_index == before) is left
    assert invitation.state == ("withdrawn" if state == "sent" and not left else state)


def answer(invitation, state, now):
    invitation.state, invitation.answered_at = InvitationState(state).value, now
