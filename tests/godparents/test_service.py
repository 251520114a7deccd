"""The way of a godparent, one promise at a time."""

import pytest
from sqlalchemy import LargeBinary, delete, func, select

from campaign.db import Base, atomic
from campaign.db.base import table_of
from campaign.godparents import applying, service, standing
from campaign.godparents.acting import MOST_MAILS, AlreadyGodparent, NotPossible, Unknown
from campaign.godparents.models import (
    Deed,
    Godparent,
    Invitation,
    InvitationState,
    Notice,
    Photo,
    PhotoFile,
    State,
    by_godparent,
)
from campaign.kit.tokens import new_uid
from campaign.mailing.models import Message
from campaign.people import service as people
from campaign.people.models import Consent, Person
from campaign.petitions.models import Signature
from campaign.prisoners.models import campaign_prisoners
from tests.factories import Signing
from tests.godparents import making

EVERYTHING = Base.metadata.sorted_tables


@pytest.fixture
def desk(app):
    """A transaction with an act in it, and the id of a campaign that names nobody yet."""
    with app.app_context(), atomic() as session:
        session.execute(delete(campaign_prisoners))
        yield making.acting(app, session), making.programme(session).campaign_id


def made(act):
    """Kinds of the mails that were written, the withheld ones in brackets."""
    rows = act.session.execute(select(Message.kind, Message.state).order_by(Message.id))
    return [
        row.kind.removeprefix("godparent_") if row.state != "withheld" else "(withheld)"
        for row in rows
        if row.kind.startswith("godparent_")
    ]


def test_who_is_accepted_stands_by_a_prisoner_and_nothing_of_it_is_public_before_the_release(desk):
    act, campaign_id = desk
    prisoner = making.prisoner(act.session, "Anna Example", campaign_id=campaign_id)
    form = making.application(prisoner_id=prisoner.id, statement="I stand by Anna.")
    godparent = making.accepted(act, campaign_id, form)
    (pair,) = standing.active_pairs(act.session, godparent.id)
    assert (pair.prisoner_id, pair.seat, pair.statement, godparent.public) == (prisoner.id, 0, form.statement, False)
    assert godparent.typed is None
    act.session.refresh(prisoner)
    assert prisoner.godparents == 0
    standing.release(act, [pair])
    act.session.refresh(prisoner)
    assert godparent.public
    assert prisoner.godparents == 1


def test_what_is_typed_again_counts_before_the_button_and_never_after_it(desk):
    act, campaign_id = desk
    godparent = making.joined(act, campaign_id, making.application(statement="first"))
    service.join(act, campaign_id, making.application(statement="second"))
    service.join(act, campaign_id, making.application(email="Mari.Tamm+x@parliament.example", statement="a stranger's",
                                                      canonical="mari.tamm@parliament.example"))  # fmt: skip
    assert applying.opened(act.vault, godparent).statement == "second"
    service.confirm(act, godparent.uid)
    service.confirm(act, godparent.uid)
    service.join(act, campaign_id, making.application(statement="third"))
    assert godparent.state == State.WAITING
    assert applying.opened(act.vault, godparent).statement == "second"
    assert made(act) == ["confirm", "confirm", "confirm", "waiting", "already"]


def test_a_mailbox_gets_few_mails_before_its_owner_answers(desk):
    act, campaign_id = desk
    for _ in range(2 * MOST_MAILS):
        service.join(act, campaign_id, making.application())
    assert made(act) == ["confirm"] * (MOST_MAILS - 1) + ["(withheld)"] * (MOST_MAILS + 1)


def test_this_was_not_me_ends_the_sign_up_and_all_mail_but_undoes_nothing_that_was_confirmed(desk):
    act, campaign_id = desk
    godparent = making.joined(act, campaign_id)
    uid = godparent.uid
    service.refuse(act, uid)
    for table in (Godparent, Person, Consent):
        assert act.session.scalar(select(func.count()).select_from(table)) == 0
    with pytest.raises(Unknown):
        service.confirm(act, uid)
    service.join(act, campaign_id, making.application())
    assert made(act) == ["(withheld)"]
    confirmed = making.accepted(act, campaign_id, making.application("Jaan", "Kask", "jaan.kask@parliament.example"))
    with pytest.raises(Unknown):
        service.refuse(act, confirmed.uid)


def test_a_second_mailbox_with_a_members_name_waits_and_an_organiser_is_told_why(desk):
    act, campaign_id = desk
    chamber = making.chamber(act.session)
    member = making.member(act.session, chamber, email="mari.tamm@parliament.example")
    first = making.joined(act, campaign_id, making.application(chamber_id=chamber.id))
    other = making.application(email="mari.tamm@mail.parliament.example", chamber_id=chamber.id)
    second = making.joined(act, campaign_id, other)
    assert service.confirm(act, first.uid).member_id == member.id
    assert service.confirm(act, second.uid).state == State.WAITING
    with pytest.raises(AlreadyGodparent):
        service.accept(act, second, verified_by="organiser:1", member_id=member.id, chamber_id=chamber.id)
    assert second.state == State.WAITING
    service.accept(act, second, verified_by="organiser:1")
    assert (second.state, second.member_id) == (State.ACCEPTED, None)


def test_who_was_declined_may_ask_again_and_is_decided_anew(desk):
    act, campaign_id = desk
    godparent = making.joined(act, campaign_id)
    service.confirm(act, godparent.uid)
    service.decline(act, godparent)
    with pytest.raises(NotPossible):
        service.accept(act, godparent, verified_by="organiser:1")
    service.join(act, campaign_id, making.application(statement="again"))
    assert (godparent.state, godparent.confirmed_at, godparent.reasons) == (State.PENDING, None, [])
    service.confirm(act, godparent.uid)
    service.accept(act, godparent, verified_by="organiser:1")
    with pytest.raises(NotPossible):
        service.decline(act, godparent)


# ---------------------------------------------------------------------------------------------------------------------
# Invited


def invitation(act, campaign_id, email="jaan.kask@parliament.example", pair=None, by="organiser:1"):
    uid = new_uid()
    row = Invitation(
        uid=uid,
        campaign_id=campaign_id,
        mailbox_index=people.mailbox_index(act.vault, campaign_id, email),
        email=act.vault.seal("godparent_invitations.email", uid, email),
        message=act.vault.seal("godparent_invitations.message", uid, "Dear colleague"),
        godparenthood_id=pair.id if pair else None,
        state=InvitationState.SENT.value,
        created_by=by,
        created_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    return row


JAAN = making.application("Jaan", "Kask", "jaan.kask@parliament.example", statement="I take over.")


def test_a_successor_begins_where_the_former_ends_in_the_same_seat_and_is_public_by_a_release_of_its_own(desk):
    act, campaign_id = desk
    prisoner = making.prisoner(act.session, "Anna Example", campaign_id=campaign_id)
    former_one = making.accepted(act, campaign_id)
    (former,) = standing.release(act, standing.active_pairs(act.session, former_one.id))
    asked = invitation(act, campaign_id, pair=former, by=by_godparent(former_one.id))
    successor = service.join_by(act, asked, JAAN)
    assert (successor.state, former.active) == (State.WAITING, True), "nothing ends before the successor is accepted"
    service.accept(act, successor, verified_by="organiser:1")
    (pair,) = standing.active_pairs(act.session, successor.id)
    assert (former.end_reason, former.successor_id, former.ended_on) == ("handed_over", pair.id, pair.started_on)
    assert (pair.prisoner_id, pair.seat, pair.how, pair.statement) == (prisoner.id, 0, "handed_over", JAAN.statement)
    assert pair.released_at is None
    with pytest.raises(NotPossible):
        service.join_by(act, asked, JAAN)


def test_a_hand_over_to_somebody_who_can_take_no_more_changes_nothing(desk):
    act, campaign_id = desk
    making.programme(act.session, per_godparent=1)
    for name in ("Anna Example", "Vera Example"):
        making.prisoner(act.session, name, campaign_id=campaign_id)
    former_one, full = making.accepted(act, campaign_id), making.accepted(act, campaign_id, JAAN)
    (former,) = standing.active_pairs(act.session, former_one.id)
    asked = invitation(act, campaign_id, pair=former)
    with pytest.raises(standing.TooMany):
        service.join_by(act, asked, JAAN)
    assert former.active
    assert len(standing.of(act.session, full.id)) == 1


def test_who_steps_down_before_the_successor_is_there_leaves_an_ordinary_invitation(desk):
    act, campaign_id = desk
    making.prisoner(act.session, "Anna Example", campaign_id=campaign_id)
    former_one = making.accepted(act, campaign_id)
    (former,) = standing.active_pairs(act.session, former_one.id)
    asked = invitation(act, campaign_id, pair=former)
    standing.step_down(act, former)
    act.session.refresh(asked)
    assert (former.end_reason, asked.godparenthood_id) == ("withdrawn", None)
    successor = service.join_by(act, asked, JAAN)
    service.accept(act, successor, verified_by="organiser:1")
    assert [pair.how for pair in standing.active_pairs(act.session, successor.id)] == ["assigned"]
    assert former.successor_id is None


def test_who_types_a_tagged_spelling_of_a_mailbox_first_does_not_keep_its_owner_out(desk):
    act, campaign_id = desk
    tagged = making.application(email="mari.tamm+zz@parliament.example", canonical="mari.tamm@parliament.example")
    making.joined(act, campaign_id, tagged)
    service.join(act, campaign_id, making.application())
    (godparent,) = act.session.scalars(select(Godparent)).all()
    address, _ = people.email_of(act.session.connection(), act.vault, godparent.person_id)
    assert (address, godparent.mails) == ("mari.tamm@parliament.example", 2)
    service.join(act, campaign_id, tagged)
    (godparent,) = act.session.scalars(select(Godparent)).all()
    assert applying.opened(act.vault, godparent).email == "mari.tamm@parliament.example"


def test_mail_goes_to_who_was_invited_not_to_another_spelling_of_the_mailbox_that_somebody_typed(desk):
    act, campaign_id = desk
    stranger = making.application("Jaan", "Kask", "jaankask@parliament.example", canonical=JAAN.canonical)
    making.joined(act, campaign_id, stranger)
    godparent = service.join_by(act, invitation(act, campaign_id), JAAN)
    with pytest.raises(NotPossible):
        service.join_by(act, invitation(act, campaign_id, "ene@parliament.example"), JAAN)
    assert people.email_of(act.session.connection(), act.vault, godparent.person_id)[0] == JAAN.email


# ---------------------------------------------------------------------------------------------------------------------
# Erased


NAME, MAILBOX = "Zyxwina Qvortrup", "zyxwina.qvortrup@parliament.example"
WORDS = "Qvortrupian words"


def traces(act):
    """Tables in which the name, the address or anything sealed for the person can be read."""
    found = []
    for table in EVERYTHING:
        for row in act.session.execute(select(table)).mappings():
            for column, value in row.items():
                shown = value.hex() if isinstance(value, bytes | memoryview) else repr(value)
                if isinstance(value, str | dict | list) and "qvortrup" in shown.lower():
                    found.append(f"{table.name}.{column}")
    return found


def lived_through(act, campaign_id):
    """Somebody who was public, did and wrote things, invited, was invited, and has mails waiting."""
    form = making.application(*NAME.split(), MAILBOX, statement=WORDS, office=WORDS, party=WORDS, contact=WORDS)
    godparent = making.accepted(act, campaign_id, form)
    (pair,) = standing.active_pairs(act.session, godparent.id)
    photo = Photo(version="1", width=1, height=1, credit=NAME, created_at=act.now)
    photo.files = [PhotoFile(size=1, format="webp", content=b"1")]
    godparent.photos.append(photo)
    act.session.add(Deed(uid=new_uid(), godparent_id=godparent.id, prisoner_id=pair.prisoner_id, kind="speech",
                         day="2026", note=WORDS, url="https://qvortrup.example", created_at=act.now))  # fmt: skip
    pair.proposed = WORDS
    standing.release(act, [pair])
    invitation(act, campaign_id, pair=pair, by=by_godparent(godparent.id))
    invitation(act, campaign_id, MAILBOX)
    return godparent, pair


def test_nothing_of_an_erased_person_is_left_but_dates_and_the_prisoner(desk):
    act, campaign_id = desk
    prisoner = making.prisoner(act.session, "Anna Example", campaign_id=campaign_id)
    godparent, pair = lived_through(act, campaign_id)
    assert {"godparents.family_name", "godparenthoods.statement", "deeds.note"} <= set(traces(act))
    service.erase(act, godparent)
    service.erase(act, godparent)
    assert traces(act) == []
    for table in (Person, Consent, Photo, PhotoFile, Deed, Invitation, Notice):
        assert act.session.scalar(select(func.count()).select_from(table)) == 0, table
    assert act.session.scalar(select(func.count()).where(Message.envelope.is_not(None))) == 0
    sealed = [column for column in table_of(Godparent).columns if isinstance(column.type, LargeBinary)]
    assert [getattr(godparent, column.name) for column in sealed if column.name != "uid"] == [None]
    assert (godparent.typed, godparent.contact, godparent.slug, godparent.member_id) == (None,) * 4
    pair.released_at = None
    assert standing.release(act, [pair]) == []
    assert (pair.end_reason, pair.ended_on, pair.prisoner_id) == ("withdrawn", act.now.date(), prisoner.id)
    act.session.refresh(prisoner)
    assert prisoner.godparents == 0
    with pytest.raises(Unknown):
        service.confirm(act, godparent.uid)
    service.join(act, campaign_id, making.application(*NAME.split(), MAILBOX))
    assert act.session.scalar(select(func.count()).select_from(Godparent)) == 2


def test_what_the_same_person_signed_stays(app):
    signing = Signing(app)
    signing.confirmed(email=MAILBOX)
    with app.app_context(), atomic() as session:
        act, campaign_id = making.acting(app, session), making.programme(session).campaign_id
        godparent = making.accepted(act, campaign_id, making.application(*NAME.split(), MAILBOX))
        service.erase(act, godparent)
        assert session.scalar(select(func.count()).select_from(Signature)) == 1
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        origins = set(session.scalars(select(Consent.origin)))
        assert origins
        assert godparent.uid not in origins
