"""What godparents write: it waits, an organiser decides once, and nobody decides about something else."""

import pytest
from sqlalchemy import func, select

from campaign.db import atomic
from campaign.godparents import deeds, own, standing
from campaign.godparents.acting import NotPossible
from campaign.godparents.deeds import NewDeed
from campaign.godparents.models import Deed, DeedKind, Moderation
from campaign.kit.partial_dates import PartialDate
from tests.godparents import making

SPEECH = NewDeed(DeedKind.SPEECH, PartialDate.parse("2022-05"), "https://parliament.example/1", "A speech.", "en")


@pytest.fixture
def pair(app):
    """A godparenthood in an open transaction, with an act of an organiser."""
    with app.app_context(), atomic() as session:
        campaign_id = making.programme(session).campaign_id
        act = making.acting(app, session, actor="organiser:1")
        prisoner = making.prisoner(session, "Anna Example", campaign_id=campaign_id)
        godparent = making.accepted(act, campaign_id, making.application(prisoner_id=prisoner.id, statement="Old."))
        yield act, standing.active_pairs(session, godparent.id)[0]


def test_a_deed_waits_and_is_decided_about_once(pair):
    act, pair = pair
    shown, declined = deeds.add(act, pair, SPEECH), deeds.add(act, pair, SPEECH)
    assert (shown.state, shown.day, shown.language) == (Moderation.WAITING, "2022-05", "en")
    deeds.decide(act, shown, True)
    deeds.decide(act, declined, False)
    assert [deed.state for deed in deeds.of(act.session, pair.godparent_id)] == [Moderation.DECLINED, Moderation.SHOWN]
    with pytest.raises(NotPossible, match="decided"):
        deeds.decide(act, shown, False)


def test_nobody_can_bury_the_organisers_under_deeds(pair):
    act, pair = pair
    for _ in range(deeds.MOST_WAITING):
        deeds.add(act, pair, SPEECH)
    with pytest.raises(NotPossible, match="too_many"):
        deeds.add(act, pair, SPEECH)
    deeds.decide(act, deeds.of(act.session, pair.godparent_id)[0], True)
    deeds.add(act, pair, SPEECH)


def test_one_deletes_only_ones_own_deeds(pair):
    act, pair = pair
    form = making.application("Peeter", "Saar", "peeter.saar@parliament.example")
    other = making.accepted(act, pair.campaign_id, form)
    deed = deeds.add(act, pair, SPEECH)
    deeds.remove(act, other, deed.id)
    assert act.session.scalar(select(func.count()).select_from(Deed)) == 1
    deeds.remove(act, pair.godparent, deed.id)
    deeds.remove(act, pair.godparent, deed.id)
    assert deeds.of(act.session, pair.godparent_id) == []


def test_an_organiser_decides_about_the_words_they_read_and_no_others(pair):
    act, pair = pair
    own.propose_statement(pair, "New.", "de")
    act.session.flush()
    with pytest.raises(NotPossible, match="changed"):
        own.decide_statement(act, pair, True, "What was there a minute ago.")
    own.decide_statement(act, pair, False, "New.")
    assert (pair.statement, pair.proposed) == ("Old.", None)
    with pytest.raises(NotPossible, match="changed"):
        own.decide_statement(act, pair, True)


def test_the_same_words_again_need_nobody_and_no_words_are_taken_away_at_once(pair):
    _act, pair = pair
    own.propose_statement(pair, "New.", "en")
    own.propose_statement(pair, "Old.", "en")
    assert pair.proposed is None
    own.propose_statement(pair, "", "")
    assert (pair.statement, pair.statement_language, pair.proposed) == ("", "", None)
