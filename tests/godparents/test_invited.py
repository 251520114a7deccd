"""A personal invitation: read, joined by, declined."""

from sqlalchemy import select

from campaign.chambers.models import Member
from campaign.db import atomic, db
from campaign.godparents import inviting, service, standing
from campaign.godparents.models import Godparent, Invitation, Programme
from campaign.kit.addresses import parse
from tests.browsing import link, mails
from tests.godparents import making
from tests.godparents.joining import MAILBOX, invited, opened, send, states


def answer(app):
    with app.app_context():
        return db.session.scalars(select(Invitation.state)).one()


def test_the_page_has_everything_filled_in_and_reading_it_changes_nothing(app, client):
    picked = opened(app)
    path = invited(app, member_id=int(picked["member"]), message="We met in Tallinn.")
    page = client.get(path)
    assert page.status_code == 200
    for filled in ('value="Mari"', 'value="Tamm"', f'value="{MAILBOX}"', "Parliament of Example", "We met in Tallinn.",
                   f'value="{picked["chamber"]}" selected', 'value="EE" selected'):  # fmt: skip
        assert filled in page.text
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert (answer(app), states(app), mails(app)) == ("waiting", [], [])


def test_with_the_invited_mailbox_nothing_is_left_to_confirm(app, client):
    picked = opened(app)
    path = invited(app, member_id=int(picked["member"]))
    sent = send(client, path, **picked)
    assert (sent.status_code, sent.headers["Location"]) == (303, path)
    assert "we will write to you" in client.get(path).text
    assert (answer(app), states(app), mails(app)) == ("joined", ["accepted"], [])
    again = client.post(path, data={})
    assert (again.status_code, states(app)) == (409, ["accepted"])


def test_with_another_address_it_is_as_on_the_public_form(app, client):
    picked = opened(app)
    path = invited(app)
    sent = send(client, path, **picked, email="jo@example.org")
    assert sent.headers["Location"] == "/godparents/join/thanks"
    assert (answer(app), states(app)) == ("waiting", ["pending"])
    (mail,) = mails(app)
    assert link(mail).startswith("/confirm/g")


def test_mistakes_are_told_on_the_invitations_own_page(app, client):
    opened(app)
    wrong = send(client, invited(app), given_name="", office="First minister", consent=None)
    assert wrong.status_code == 422
    assert 'id="given_name-error"' in wrong.text
    assert "No, thank you" in wrong.text


def test_no_is_an_answer_and_may_be_for_good(app, client):
    opened(app)
    path = invited(app)
    assert client.get(f"{path}/decline").status_code == 405
    assert client.post(f"{path}/decline", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    for _ in range(2):
        assert client.post(f"{path}/decline", data={"never_again": "on"}).headers["Location"] == path
    assert "You said no" in client.get(path).text
    assert (answer(app), states(app)) == ("declined", [])
    with app.app_context():
        invitation = db.session.scalars(select(Invitation)).one()
        assert service.refuses_mail(db.session(), invitation.campaign_id, invitation.mailbox_index)


def test_an_invitation_that_was_taken_back_leads_nowhere_and_who_invites_nobody_now_says_so(app, client):
    opened(app)
    path = invited(app)
    with app.app_context(), atomic() as session:
        session.scalars(select(Programme)).one().open = False
    assert "Nobody can sign up here now" in client.get(path).text
    with app.app_context(), atomic() as session:
        inviting.withdraw(making.acting(app, session), session.scalars(select(Invitation)).one())
    for gone in (client.get(path), client.post(path), client.post(f"{path}/decline"), client.get(f"{path[:-1]}x")):
        assert gone.status_code == 404
        assert "leads nowhere" in gone.text


def test_who_is_named_as_successor_takes_the_prisoner_on(app, client):
    picked = opened(app)
    with app.app_context(), atomic() as session:
        act = making.acting(app, session)
        campaign_id = session.scalars(select(Programme.campaign_id)).one()
        prisoner = making.prisoner(session, "Anna Example", campaign_id=campaign_id)
        form = making.application("Leelo", "Kask", "leelo@parliament.example", prisoner_id=prisoner.id)
        giver = making.accepted(act, campaign_id, form)
        (pair,) = standing.active_pairs(session, giver.id)
        made = inviting.hand_over(act, pair, "Mari Tamm", parse(MAILBOX), "en")
        path = f"/godparents/invited/{app.extensions['campaign.vault'].issue('i', made.uid)}"
    page = client.get(path).text
    assert "Leelo Kask" in page
    assert "Anna Example" in page
    assert 'type="radio"' not in page
    assert send(client, path, **picked, prisoner="anna-example").headers["Location"] == path
    with app.app_context():
        successor = db.session.scalars(select(Godparent).join(Member, Member.id == Godparent.member_id)).one()
        (pair,) = standing.active_pairs(db.session(), successor.id)
        assert (pair.prisoner.slug, pair.how) == ("anna-example", "handed_over")
