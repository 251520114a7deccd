import pytest
from sqlalchemy.exc import IntegrityError

from campaign.accounts import queries, service
from campaign.accounts.models import Organiser, Role, RoleGrant
from campaign.accounts.queries import Reach
from campaign.db import atomic, db
from campaign.kit import clock


@pytest.fixture
def ada(app, organiser):
    organiser(role=None)
    with app.app_context():
        yield db.session().query(Organiser).one()


def grant(role, campaign_id):
    with atomic() as session:
        return service.grant(
            session,
            session.query(Organiser).one(),
            role,
            campaign_id=campaign_id,
            actor="test",
            now=clock.now(),
        )


@pytest.mark.parametrize("campaign_id", [1, None])
def test_the_database_keeps_a_role_only_once(ada, campaign_id):
    assert grant(Role.EDITOR, campaign_id)
    with pytest.raises(IntegrityError), atomic() as session:
        session.add(RoleGrant(organiser_id=ada.id, campaign_id=campaign_id, role=Role.EDITOR))


def test_the_database_knows_only_the_five_roles(ada):
    with pytest.raises(IntegrityError), atomic() as session:
        session.add(RoleGrant(organiser_id=ada.id, campaign_id=1, role="emperor"))


def test_granting_again_changes_nothing(ada):
    assert grant(Role.EDITOR, 1)
    assert not grant(Role.EDITOR, 1)
    assert grant(Role.EDITOR, 2)
    assert grant(Role.EDITOR, None)


def test_roles_add_up(ada):
    grant(Role.MODERATOR, 1)
    grant(Role.DELIVERER, 1)
    grant(Role.VIEWER, None)
    session = db.session()
    assert queries.roles(session, ada.id, 1) == {Role.MODERATOR, Role.DELIVERER, Role.VIEWER}
    assert queries.roles(session, ada.id, 2) == {Role.VIEWER}
    assert queries.reach(session, ada.id, {Role.DELIVERER}) == Reach(frozenset({1}))
    assert queries.reach(session, ada.id, {Role.VIEWER}).everywhere
    assert not queries.reach(session, ada.id, {Role.OWNER})


def test_revoking_a_role_in_one_campaign_leaves_the_one_in_every(ada):
    grant(Role.EDITOR, None)
    with atomic() as session:
        assert not service.revoke(
            session, session.query(Organiser).one(), Role.EDITOR, campaign_id=1, actor="test", now=clock.now()
        )
    assert queries.roles(db.session(), ada.id, 1) == {Role.EDITOR}


def test_two_organisers_cannot_have_one_address(ada):
    with pytest.raises(service.OrganiserExists), atomic() as session:
        service.create(session, email="ADA@example.org", password_hash="x", actor="test", now=clock.now())
