"""What somebody hostile, or careless, tries with sign-ups, invitations and the desk."""

import io
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from campaign.accounts.models import Role
from campaign.db import atomic, db
from campaign.godparents import inviting_many, jobs
from campaign.godparents.acting import OWN
from campaign.godparents.models import Deed, Godparent, Invitation, Photo
from campaign.kit import clock
from campaign.web.limits import Limits
from tests.browsing import hidden_fields, mails
from tests.databases import on_sqlite
from tests.godparents import joining, making
from tests.godparents.own_page import Page
from tests.godparents.test_desk import Desk, ticks, typed
from tests.organisers import logged_in
from tests.pictures import files


def counted(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def by_invitation(client, path, **changes):
    return client.post(path, data=joining.FIELDS | hidden_fields(client.get(path).text) | changes)


def test_who_never_wants_to_hear_of_it_again_is_not_reminded_of_what_somebody_else_typed(app, client):
    picked = joining.opened(app)
    joining.send(client, **picked)
    client.post(joining.invited(app, state="sent") + "/decline", data={"never_again": "on"})
    with app.app_context():
        with atomic() as session:
            session.execute(update(Godparent).values(created_at=clock.now() - timedelta(days=3)))
        jobs.remind_and_purge()
    assert len(mails(app)) == 1
    assert joining.states(app) == ["pending"]


def test_who_has_a_sign_up_erased_before_the_decision_leaves_no_address_in_the_invitation(app, client):
    picked, mailbox = joining.opened(app), "mari@webmail.example"
    path = joining.invited(app, mailbox, state="sent")
    assert by_invitation(client, path, email=mailbox, **picked).status_code == 303
    assert joining.states(app) == ["waiting"]
    with app.app_context():
        uid = db.session.scalars(select(Godparent.uid)).one()
    own = f"/godparents/own/{app.extensions['campaign.vault'].issue(OWN, uid)}/erase"
    assert client.post(own, data=hidden_fields(client.get(own).text)).status_code == 200
    assert (counted(app, Godparent), counted(app, Invitation)) == (0, 0)
    assert client.get(path).status_code == 404


def test_an_invitation_proves_the_address_it_was_mailed_to_and_no_other_spelling_of_it(app, client):
    picked, other = joining.opened(app), "mari.tamm+other@parliament.example"
    path = joining.invited(app, state="sent")
    assert by_invitation(client, path, email=other, **picked).location == f"{joining.PATH}/thanks"
    assert joining.states(app) == ["pending"]
    assert [mail["To"] for mail in mails(app)] == [other]
    assert by_invitation(client, path, **picked).location == path
    assert joining.states(app) == ["accepted"]


def photo(width):
    return {"photo": (io.BytesIO(files.jpeg(width, 400)), "me.jpg")}


def shown(app, what):
    with app.app_context():
        return list(db.session.scalars(select(what)))


def test_a_photo_that_comes_while_an_organiser_looks_is_not_published_unseen(app, client):
    page = Page(app, client, released=False)
    organiser, desk = logged_in(app, Role.OWNER), f"/admin/godparents/{page.id}"
    release, many = f"/admin/godparents/pairs/{page.pair}/release", "/admin/godparents/release"
    for width in (None, 300):  # the first photo comes, then one in its place
        if width:
            page.post("/photo", **photo(width))
        looked_at = hidden_fields(organiser.get(desk).text)["looked_at"]
        (ticked,) = ticks(organiser.get(many).text)
        page.post("/photo", **photo(500))
        organiser.post(release, seen=desk, looked_at=looked_at)
        organiser.post(release, seen=desk)
        organiser.post(many, seen=many, pair=ticked)
        assert shown(app, Photo.shown) == [False]
    organiser.post(release, seen=desk, looked_at=hidden_fields(organiser.get(desk).text)["looked_at"])
    assert shown(app, Photo.shown) == [True]


def test_what_is_put_in_the_place_of_a_deed_or_photo_that_is_being_decided_is_decided_anew(app, client):
    page, organiser, desk = Page(app, client), logged_in(app, Role.OWNER), "/admin/godparents"
    deed = {"kind": "speech", "day-year": "2024", "language": "en"}
    page.post("/photo", **photo(300))
    page.post(f"/{page.pair}/deeds", **deed, note="A speech.")
    (old_photo,), (old_deed,) = shown(app, Photo.id), shown(app, Deed.id)
    page.post("/photo", **photo(500))
    page.post(f"/deeds/{old_deed}/remove")
    page.post(f"/{page.pair}/deeds", **deed, note="Something else.")
    for path in (f"{desk}/photos/{old_photo}", f"{desk}/deeds/{old_deed}"):
        assert organiser.post(path, seen=desk, decision="show").status_code == 404
    assert (shown(app, Photo.shown), shown(app, Deed.state)) == ([False], ["waiting"])


@on_sqlite
def test_nobody_without_a_link_has_pictures_made_or_uses_up_what_the_office_may_send(app, client):
    page = Page(app, client)
    kernel = app.extensions["campaign.kernel"]
    app.extensions["campaign.kernel"] = replace(kernel, limits=Limits(enabled=True))
    for _ in range(31):
        broken = {"photo": (io.BytesIO(b"no picture"), "me.jpg")}
        assert client.post("/godparents/own/nobody/photo", data=broken).status_code == 404
    assert "The photo is kept" in page.post("/photo", **photo(300))


def test_an_organiser_who_binds_somebody_to_a_member_who_is_a_godparent_already_is_told_so(app):
    desk = Desk(app)
    with app.app_context(), atomic() as session:
        form = making.application(chamber_id=desk.chamber)
        making.accepted(making.acting(app, session), desk.campaign_id, form)
    number = desk.accepted()
    form = typed(desk.page(f"/{number}/details"))
    taken = form | {"who": f"member-{desk.mari}-{desk.chamber}"}
    answer = desk.press(f"/{number}/details", f"/{number}/details", **taken)
    assert answer.status_code == 409
    assert "is a godparent already" in answer.text
    endless = form | {"who": "chamber", "chamber": "9" * 5000}
    assert desk.press(f"/{number}/details", f"/{number}/details", **endless).status_code == 422


def test_pasted_lines_of_blanks_and_signs_are_read_at_once():
    for line in (" " * 50_000 + "x", "a;" + "b" * 50_000 + " " * 50_000 + "x", "@a" * 50_000, "\t" * 50_000 + "x"):
        found, wrong = inviting_many.pasted(line)
        assert (found, wrong) == ([], [line.strip()])
    ((name, address),) = [
        (each.name, each.email.wire) for each in inviting_many.pasted("Mari   Tamm \t  <mari@parliament.example> ;")[0]
    ]
    assert (name, address) == ("Mari Tamm", "mari@parliament.example")
