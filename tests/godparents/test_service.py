"""The way of a godparent, one promise at a time."""

from campaign.db import atomic
from campaign.godparents import standing
from tests.godparents import making


def test_who_is_accepted_stands_by_a_prisoner_and_nothing_of_it_is_public_before_the_release(app):
    with app.app_context(), atomic() as session:
        campaign_id = making.programme(session).campaign_id
        prisoner = making.prisoner(session, "Anna Example", campaign_id=campaign_id)
        act = making.acting(app, session)
        godparent = making.accepted(act, campaign_id, making.application(prisoner_id=prisoner.id))
        (pair,) = standing.active_pairs(session, godparent.id)
        assert (pair.prisoner_id, pair.seat, godparent.public) == (prisoner.id, 0, False)
        session.refresh(prisoner)
        assert prisoner.godparents == 0
        standing.release(act, [pair])
        session.refresh(prisoner)
        assert godparent.public
        assert prisoner.godparents == 1
