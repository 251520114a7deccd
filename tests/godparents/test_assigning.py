"""Who needs a godparent most, why, and who waits for one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from campaign.db import atomic
from campaign.godparents import assigning, jobs, service, standing
from campaign.godparents.explaining import explain
from campaign.godparents.models import Godparent, Godparenthood, Notice, NoticeKind
from campaign.kit import clock
from campaign.prisoners.models import campaign_prisoners
from tests.godparents import making


@pytest.fixture
def desk(app):
    """A transaction with an act in it, and the id of a campaign that names nobody yet."""
    with app.app_context(), atomic() as session:
        session.execute(delete(campaign_prisoners))
        yield making.acting(app, session), making.programme(session).campaign_id


@pytest.fixture
def named(desk):
    """Makes prisoners by name, with what is known of their detention; their names by id."""
    act, campaign_id = desk
    names = {}

    def make(**since):
        for name, day in since.items():
            names[making.prisoner(act.session, name, campaign_id=campaign_id, since=day).id] = name
        return names

    return make


@pytest.fixture
def someone(desk):
    """Makes an accepted godparent."""
    act, campaign_id = desk

    def make(name, **changes):
        form = making.application("Mari", name, f"mari.{name}@parliament.example".lower(), **changes)
        return making.accepted(act, campaign_id, form)

    return make


def assigned(act, godparent, names):
    """Names of whom somebody is given, one after the other, until nobody is left."""
    making.programme(act.session, per_godparent=99)
    while standing.begin(act, godparent, None):
        pass
    return [names[pair.prisoner_id] for pair in standing.of(act.session, godparent.id)]


def test_the_longest_detained_come_first_however_little_of_the_date_is_known_and_the_unknown_last(desk, named, someone):
    act, _campaign_id = desk
    names = named(
        unknown=None, may_24="2024-05", year_21="2021", believed_22="2022?", march_21="2021-03-02", may_22="2022-05-09?"
    )
    order = ["year_21", "march_21", "believed_22", "may_22", "may_24", "unknown"]
    assert assigned(act, someone("Tamm"), names) == order


def test_fewest_godparents_come_before_everything_public_or_not_and_then_who_was_left_long_ago(desk, named, someone):
    act, _campaign_id = desk
    names = named(left_lately="2019", left_long_ago="2020", has_one="2018", new="2024-01-01", again="2026-01-01")
    ids = {name: number for number, name in names.items()}
    someone("Other", prisoner_id=ids["has_one"])
    for name, day in (
        ("left_lately", date(2026, 9, 1)),
        ("left_long_ago", date(2025, 2, 1)),
        ("again", date(2020, 1, 1)),
    ):
        former = someone(f"Former{len(name)}", prisoner_id=ids[name])
        standing.step_down(act, *standing.active_pairs(act.session, former.id))
        act.session.execute(update(Godparenthood).where(Godparenthood.prisoner_id == ids[name]).values(ended_on=day))
    order = ["new", "left_long_ago", "again", "left_lately", "has_one"]
    assert assigned(act, someone("Tamm"), names) == order


def test_of_equals_the_one_with_fewest_of_the_own_country_is_chosen_and_never_one_of_before(desk, named, someone):
    act, _campaign_id = desk
    names = named(anna="2021", vera="2021", olga="2021")
    for number, country in zip(names, ("EE", "LV", "LT"), strict=True):
        someone(f"Of{country}", country=country, prisoner_id=number)
    estonian = someone("Tamm", country="EE")
    (pair,) = standing.of(act.session, estonian.id)
    assert (names[pair.prisoner_id], pair.why["godparents"], pair.why["compatriots"]) == ("vera", 1, 0)
    standing.step_down(act, pair)
    assert assigned(act, estonian, names)[1:] == ["olga", "anna"]


def test_a_choice_is_explained_in_words(app):
    with app.test_request_context():
        alone = assigning.Choice(1, 0, "2021-07-14", left=False, compatriots=0, candidates=31)
        assert explain(alone.why(), "Anna") == (
            "Nobody stood by Anna, who has been in detention since 14 July 2021. "
            "Of 31 prisoners by whom nobody stands, none has been without anybody for longer."
        )
        left = assigning.Choice(1, 0, "2026-02-01", left=True, compatriots=0, candidates=1)
        assert explain(left.why(), "Anna") == "Nobody has stood by Anna since 1 February 2026."
        third = assigning.Choice(1, 2, "2021?", left=False, compatriots=0, candidates=1)
        assert explain(third.why(), "Anna") == (
            "Everybody has somebody already; Anna has fewest, 2. "
            "Among those with as few, nobody has waited longer: since 2021 (believed). "
            "None of those who stand by Anna is from the same country as you."
        )
        assert explain({}, "Anna") == ""


def test_who_waits_for_a_prisoner_gets_one_when_somebody_is_free_longest_waiting_first(app):
    with app.app_context():
        with atomic() as session:
            session.execute(delete(campaign_prisoners))
            act, campaign_id = making.acting(app, session), making.programme(session, per_prisoner=1).campaign_id
            waiting = [
                making.accepted(act, campaign_id, making.application("Mari", name, f"{name}@parliament.example"))
                for name in ("First", "Second", "Third", "Left")
            ]
            assert all(godparent.wants_prisoner for godparent in waiting)
            waiting[2].accepted_at -= timedelta(days=1)
            waiting[3].left_office_on = act.now.date()
            for name in ("Anna X", "Vera X"):
                making.prisoner(session, name, campaign_id=campaign_id)
        for _ in range(2):
            jobs.assign()
        pairs = session.scalars(select(Godparenthood).order_by(Godparenthood.id)).all()
        assert [pair.godparent_id for pair in pairs] == [waiting[2].id, waiting[0].id]
        assert [godparent.wants_prisoner for godparent in waiting] == [False, True, False, True]
        about = select(Notice.about).where(Notice.kind == NoticeKind.PRISONER_FOUND.value)
        assert set(session.scalars(about)) == {pair.uid.hex() for pair in pairs}


# ---------------------------------------------------------------------------------------------------------------------
# What is not kept


def after(days, job):
    moment = clock.now() + timedelta(days=days)
    with clock.following(lambda: moment):
        job()


def test_the_unconfirmed_are_reminded_and_purged_and_the_declined_kept_for_a_while(app):
    with app.app_context():
        with atomic() as session:
            act, campaign_id = making.acting(app, session), making.programme(session).campaign_id
            making.joined(act, campaign_id)
            declined = making.joined(act, campaign_id, making.application("Jaan", "Kask", "jaan@parliament.example"))
            service.confirm(act, declined.uid)
            service.decline(act, declined)
            making.accepted(act, campaign_id, making.application("Ene", "Ilves", "ene@parliament.example"))
        states = lambda: sorted(session.scalars(select(Godparent.state)))  # noqa: E731 - read three times
        for days in (0.5, 1, 2, 5, 13):
            after(days, jobs.remind_and_purge)
        assert states() == ["accepted", "declined", "pending"]
        assert sorted(session.scalars(select(Godparent.reminders))) == [0, 0, 2]
        after(14, jobs.remind_and_purge)
        assert states() == ["accepted", "declined"]
        after(89, jobs.remind_and_purge)
        after(91, jobs.remind_and_purge)
        assert states() == ["accepted"]


def test_who_confirmed_may_be_sent_the_own_link_once_more_for_each_day(app):
    with app.app_context():
        with atomic() as session:
            act, campaign_id = making.acting(app, session), making.programme(session).campaign_id
            godparent = making.accepted(act, campaign_id)
            waiting = making.joined(act, campaign_id, making.application("Jaan", "Kask", "jaan@parliament.example"))
            for _ in range(3):
                service.join(act, campaign_id, making.application())
        assert (godparent.mails, waiting.mails) == (4, 1)
        for _ in range(2):
            jobs.allow_mails()
        session.expire_all()
        assert (godparent.mails, waiting.mails) == (2, 1)
