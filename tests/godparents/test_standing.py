"""Who stands by whom: limits, the public's sight, and many at once on a real database."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, func, select

from campaign.db import again, atomic
from campaign.godparents import service, standing
from campaign.godparents.acting import NoSeat, NotPossible, TooMany
from campaign.godparents.models import Godparent, Godparenthood, Notice, NoticeKind, Photo
from campaign.kit import clock
from campaign.kit.randomness import random_bytes
from campaign.mailing.models import Message
from campaign.prisoners import service as prisoners
from campaign.prisoners.models import EventKind, Prisoner, campaign_prisoners
from tests.godparents import making
from tests.prisoners import people

AT_ONCE = 12


@pytest.fixture
def desk(app):
    """A transaction with an act in it, and the id of a campaign that names nobody yet."""
    with app.app_context(), atomic() as session:
        session.execute(delete(campaign_prisoners))
        yield making.acting(app, session), making.programme(session).campaign_id


def named(number):
    """A hundred family names that nobody takes for each other."""
    letters = "bdfgklmnpr"
    return f"{letters[number // 10]}o{letters[number % 10]}ason".title()


def someone(act, campaign_id, number=0, **changes):
    name = named(number)
    form = making.application("Mari", name, f"mari.{name.lower()}@parliament.example", **changes)
    return making.accepted(act, campaign_id, form)


def test_limits_are_kept_and_what_is_refused_has_written_nothing(desk):
    act, campaign_id = desk
    making.programme(act.session, per_prisoner=1, per_godparent=1)
    anna, vera = (making.prisoner(act.session, name, campaign_id=campaign_id) for name in ("Anna X", "Vera X"))
    hidden = making.prisoner(act.session, "Hidden X", campaign_id=campaign_id)
    hidden.hidden_at = act.now
    free = making.prisoner(act.session, "Free X", campaign_id=campaign_id, status="released")
    first = someone(act, campaign_id, 1, prisoner_id=anna.id)
    second = someone(act, campaign_id, 2, prisoner_id=anna.id)
    assert standing.of(act.session, second.id) == []
    with pytest.raises(TooMany):
        standing.begin(act, first, vera.id)
    for nobody in (anna.id, hidden.id, free.id, 10**6):
        with pytest.raises(NoSeat):
            standing.begin(act, second, nobody)
    assert standing.begin(act, second, vera.id).seat == 0
    third = someone(act, campaign_id, 3)
    assert (third.wants_prisoner, standing.of(act.session, third.id)) == (True, [])
    service.erase(act, third)
    with pytest.raises(NotPossible):
        standing.begin(act, third, vera.id)


def test_nobody_stands_by_somebody_twice_at_once_but_may_again_later(desk):
    act, campaign_id = desk
    anna = making.prisoner(act.session, "Anna X", campaign_id=campaign_id)
    godparent = someone(act, campaign_id, prisoner_id=anna.id)
    with pytest.raises(NoSeat):
        standing.begin(act, godparent, anna.id)
    (pair,) = standing.active_pairs(act.session, godparent.id)
    standing.step_down(act, pair)
    standing.step_down(act, pair)
    assert standing.begin(act, godparent, None) is None, "nobody is assigned to whom they stood by before"
    assert standing.begin(act, godparent, anna.id).how == "chosen"
    assert standing.bring_back(act, [pair]) == []
    godparent.left_office_on = act.now.date()
    (pair,) = standing.active_pairs(act.session, godparent.id)
    standing.step_down(act, pair)
    assert pair.end_reason == "left_office"


def test_the_photo_is_shown_with_the_first_release_and_later_ones_wait_to_be_looked_at(desk):
    act, campaign_id = desk
    for name in ("Anna X", "Vera X"):
        making.prisoner(act.session, name, campaign_id=campaign_id)
    godparent = someone(act, campaign_id)
    godparent.photos.append(Photo(version="1", width=1, height=1, created_at=act.now))
    standing.release(act, standing.active_pairs(act.session, godparent.id))
    godparent.photos.append(Photo(version="2", width=1, height=1, created_at=act.now))
    standing.begin(act, godparent, None)
    standing.release(act, standing.active_pairs(act.session, godparent.id))
    assert {photo.version: photo.shown for photo in godparent.photos} == {"1": True, "2": False}


def test_who_is_withheld_is_gone_with_every_pair_and_nothing_comes_back_by_itself(desk):
    act, campaign_id = desk
    making.programme(act.session, releases_itself=True)
    chamber = making.chamber(act.session)
    making.member(act.session, chamber, "Mari", named(0))
    anna, vera = (making.prisoner(act.session, name, campaign_id=campaign_id) for name in ("Anna X", "Vera X"))
    godparent = someone(act, campaign_id, chamber_id=chamber.id, prisoner_id=anna.id)
    act.session.refresh(anna)
    assert (godparent.verified_by, godparent.public, anna.godparents) == ("mailbox", True, 1)
    standing.withhold(act, godparent)
    act.session.refresh(anna)
    assert (godparent.public, anna.godparents) == (False, 0)
    assert [pair.released_at for pair in standing.of(act.session, godparent.id)] == [None]
    assert standing.begin(act, godparent, vera.id).released_at is None
    told = act.session.scalars(select(Notice.kind).where(Notice.godparent_id == godparent.id)).all()
    assert told == [NoticeKind.WELCOME.value], "what has not been sent of the release is not sent"


# ---------------------------------------------------------------------------------------------------------------------
# Many at once


def together(app, works):
    """Run all in threads of their own, in transactions as views have them; what came of each, or its exception."""
    start = threading.Barrier(min(AT_ONCE, len(works)))

    def one(number, work):
        def run():
            with atomic() as session:
                return work(making.acting(app, session))

        with app.app_context():
            if number < AT_ONCE:
                start.wait()
            try:
                return again(run)
            except Exception as error:  # noqa: BLE001 - what it is, is what the test asks
                return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(len(works)), works))


def test_fifty_who_confirm_at_once_get_fifty_prisoners(app):
    with app.app_context(), atomic() as session:
        session.execute(delete(campaign_prisoners))
        act, campaign_id = making.acting(app, session), making.programme(session).campaign_id
        chamber = making.chamber(session)
        uids = []
        for number in range(50):
            name = named(number)
            making.prisoner(session, f"Anna {name}", campaign_id=campaign_id)
            making.member(session, chamber, "Mari", name)
            form = making.application("Mari", name, f"mari.{name}@parliament.example", chamber_id=chamber.id)
            uids.append(making.joined(act, campaign_id, form).uid)
    done = together(app, [lambda act, uid=uid: service.confirm(act, uid).state for uid in uids])
    assert done == ["accepted"] * 50
    with app.app_context(), atomic() as session:
        assert session.scalar(select(func.count()).select_from(Godparenthood)) == 50
        assert session.scalar(select(func.count(Godparenthood.prisoner_id.distinct()))) == 50
        assert set(session.scalars(select(Godparenthood.seat))) == {0}


def test_of_two_with_one_mailbox_or_one_link_each_thing_happens_once(app):
    with app.app_context(), atomic() as session:
        campaign_id = making.programme(session).campaign_id
    assert together(app, [lambda act: service.join(act, campaign_id, making.application())] * 6) == [None] * 6
    with app.app_context(), atomic() as session:
        (uid,) = session.scalars(select(Godparent.uid)).all()
    assert together(app, [lambda act: service.confirm(act, uid).state] * 6) == ["waiting"] * 6
    accept = [lambda act: service.accept(act, service.found(act, uid), verified_by="organiser:1")] * 6
    assert sorted(type(each).__name__ for each in together(app, accept)) == ["NoneType"] + ["NotPossible"] * 5
    with app.app_context(), atomic() as session:
        assert session.scalar(select(func.count()).select_from(Godparenthood)) == 1
        assert session.scalar(select(func.count()).where(Message.kind == "godparent_waiting")) == 1


def test_beginning_stepping_down_and_erasing_meet_a_release_without_standing_in_each_others_way(app):
    """Whatever comes first: nobody is left beside somebody who is free, and the counts are right."""
    with app.app_context(), atomic() as session:
        session.execute(delete(campaign_prisoners))
        act, campaign_id = making.acting(app, session), making.programme(session, per_prisoner=9).campaign_id
        vault = app.extensions["campaign.vault"]
        anna = people.make(session, vault, "Anna X", campaign_id=campaign_id).id
        beside = [someone(act, campaign_id, number, prisoner_id=anna).id for number in range(6)]
        standing.release(act, [pair for number in beside for pair in standing.of(session, number)])
        coming = [someone(act, campaign_id, number, prisoner_id=0).id for number in range(10, 13)]

    def free(act):
        event = people.happening(EventKind.RELEASE, "2026-11-20", uid=random_bytes(16))
        prisoners.add_event(act.session, vault, act.session.get(Prisoner, anna), event, people.act())

    def of(number, verb):
        return lambda act: verb(act, act.session.get(Godparent, number))

    works = [of(number, lambda act, godparent: bool(standing.begin(act, godparent, anna))) for number in coming]
    works += [
        of(number, lambda act, one: standing.step_down(act, standing.of(act.session, one.id)[0]))
        for number in beside[:2]
    ]
    works += [of(beside[2], service.erase), of(beside[3], standing.withhold), free, free]
    done = together(app, works)
    assert [each for each in done if isinstance(each, Exception) and not isinstance(each, NoSeat)] == []
    with app.app_context(), atomic() as session:
        assert session.scalar(select(func.count()).where(Godparenthood.ended_on.is_(None))) == 0
        assert session.get(Prisoner, anna).godparents == 0
        assert session.get(Prisoner, anna).updated_at <= clock.now()


def test_a_pair_that_is_over_may_be_shown_as_history_and_nobody_is_told_that_they_stand_there(desk):
    act, campaign_id = desk
    prisoner = making.prisoner(act.session, "Anna Example", campaign_id=campaign_id)
    godparent = someone(act, campaign_id, prisoner_id=prisoner.id)
    (pair,) = standing.active_pairs(act.session, godparent.id)
    standing.step_down(act, pair)
    assert standing.release(act, [pair]) == [pair]
    told = act.session.scalars(select(Notice.kind).where(Notice.godparent_id == godparent.id)).all()
    assert NoticeKind.PUBLISHED not in told
