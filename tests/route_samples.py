"""An address for every route there is, and the rows that these addresses lead to."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import pictures
from campaign.chambers.models import Chamber, RosterImport
from campaign.db import atomic
from campaign.facilities import service as facilities
from campaign.godparents import deeds, photos, standing
from campaign.godparents import service as godparents
from campaign.godparents.acting import OWN, Act
from campaign.godparents.deeds import NewDeed
from campaign.godparents.inviting_many import Invitee, Words, invite_many
from campaign.godparents.models import DeedKind, Godparenthood, Invitation, ReleaseBatch
from campaign.kit import clock
from campaign.kit.addresses import parse
from campaign.kit.partial_dates import PartialDate
from campaign.kit.tokens import new_uid
from campaign.petitions.service import CONFIRM, RECEIPT
from campaign.prisoners import bulk, choosing, portraits, service
from campaign.prisoners.importing import doubts
from campaign.prisoners.importing.record import Doubtful, Record, RecordName
from campaign.prisoners.models import Doubt, EventKind, ImportRun, Prisoner
from campaign.prisoners.models.imports import RunState
from campaign.vault import Vault
from tests.factories import Signing
from tests.godparents import making
from tests.godparents.joining import invitation_path
from tests.pictures import files
from tests.prisoners.people import act, happening

PRISONER = "ales-bialiatski"
PUBLIC = {
    "calendars.feed": "/calendar/birthdays.ics",
    "calendars.page": "/birthdays",
    "godparents_documents.certificate": f"/godparents/{{godparent}}/certificate-{PRISONER}.pdf",
    "godparents_documents.photo": "/godparents/{godparent}/photo-{godparent_photo}-160.jpg",
    "godparents_documents.share": "/godparents/{godparent}/share.png",
    "godparents_documents.share_pair": f"/godparents/{{godparent}}/share-{PRISONER}.png",
    "godparents_feed.feed": "/feeds/godparents.atom",
    "godparents.facts": "/godparents.json",
    "godparents.index": "/godparents",
    "godparents.show": "/godparents/{godparent}",
    "invited.decline": "/godparents/invited/{invited}/decline",
    "invited.join": "/godparents/invited/{invited}",
    "invited.show": "/godparents/invited/{invited}",
    "joining.join": "/godparents/join",
    "joining.members": "/godparents/members.json",
    "joining.send": "/godparents/join",
    "joining.thanks": "/godparents/join/thanks",
    "own.ask_successor": "/godparents/own/{own}/{own_pair}/hand-over",
    "own.ask_to_erase": "/godparents/own/{own}/erase",
    "own.ask_to_step_down": "/godparents/own/{own}/{own_pair}/step-down",
    "own.begin": "/godparents/own/{own}/choose",
    "own.certificate": "/godparents/own/{own}/{own_pair}/certificate.pdf",
    "own.change_contact": "/godparents/own/{own}/contact",
    "own.change_photo": "/godparents/own/{own}/photo",
    "own.choose": "/godparents/own/{own}/choose",
    "own.contact": "/godparents/own/{own}/contact",
    "own.deed": "/godparents/own/{own}/{own_pair}/deeds",
    "own.erase": "/godparents/own/{own}/erase",
    "own.hand_over": "/godparents/own/{own}/{own_pair}/hand-over",
    "own.page": "/godparents/own/{own}",
    "own.photo": "/godparents/own/{own}/photo",
    "own.picture": "/godparents/own/{own}/photo/shown.jpg",
    "own.propose": "/godparents/own/{own}/{own_pair}/statement",
    "own.record_deed": "/godparents/own/{own}/{own_pair}/deeds",
    "own.remind": "/godparents/own/{own}/reminders",
    "own.remove_deed": "/godparents/own/{own}/deeds/1/remove",
    "own.remove_photo": "/godparents/own/{own}/photo/remove",
    "own.statement": "/godparents/own/{own}/{own_pair}/statement",
    "own.step_down": "/godparents/own/{own}/{own_pair}/step-down",
    "own.stop_waiting": "/godparents/own/{own}/stop-waiting",
    "own.stored": "/godparents/own/{own}/stored.json",
    "own.take_back": "/godparents/own/{own}/{own_pair}/take-back",
    "petitions.count": "/petitions/free-viasna/count.json",
    "petitions.facts": "/petitions/free-viasna.json",
    "petitions.show": "/petitions/free-viasna",
    "petitions.sign": "/petitions/free-viasna",
    "petitions.thanks": "/petitions/free-viasna/thanks",
    "prisoners.portrait": f"/prisoners/{PRISONER}/portrait-{{portrait}}-160.jpg",
    "prisoners.poster": f"/prisoners/{PRISONER}/poster-a4.pdf",
    "privacy.ask": "/confirm/{pending}",
    "privacy.change": "/receipt/{receipt}",
    "privacy.confirm": "/confirm/{pending}",
    "privacy.erase": "/receipt/{receipt}/erase",
    "privacy.export": "/receipt/{receipt}/export.json",
    "privacy.not_me": "/confirm/{pending}/not-me",
    "privacy.receipt": "/receipt/{receipt}",
    "privacy.withdraw": "/receipt/{receipt}/withdraw",
    "profiles.index": "/prisoners",
    "profiles.show": f"/prisoners/{PRISONER}",
    "security.login": "/admin/login",
    "site.campaign": "/campaigns/free-viasna",
    "site.healthz": "/healthz",
    "site.home": "/",
    "site.privacy": "/privacy",
    "site.readyz": "/readyz",
    "site.robots": "/robots.txt",
    "static": "/static/app.css",
}

OF_A_CAMPAIGN = {
    "petitions_admin.show": "/admin/petitions/free-viasna",
    "petitions_admin.preview": "/admin/petitions/free-viasna/preview",
    "petitions_admin.set_state": "/admin/petitions/free-viasna/state",
    "petitions_admin.export": "/admin/petitions/free-viasna/signatures.csv",
    "prisoners_admin.show": f"/admin/prisoners/{PRISONER}",
    "prisoners_admin.edit": f"/admin/prisoners/{PRISONER}/edit",
    "prisoners_admin.move": f"/admin/prisoners/{PRISONER}/address",
    "prisoners_admin.visibility": f"/admin/prisoners/{PRISONER}/visibility",
    "prisoners_events.new": f"/admin/prisoners/{PRISONER}/events/new",
    "prisoners_events.retract": f"/admin/prisoners/{PRISONER}/events/{{event}}/retract",
    "prisoners_events.release": f"/admin/prisoners/{PRISONER}/events/{{internal}}/release",
    "prisoners_history.show": f"/admin/prisoners/{PRISONER}/history",
    "prisoners_portraits.edit": f"/admin/prisoners/{PRISONER}/portrait",
    "prisoners_portraits.picture": f"/admin/prisoners/{PRISONER}/portrait/picture.jpg",
    "prisoners_portraits.remove": f"/admin/prisoners/{PRISONER}/portrait/remove",
    "godparents_admin.show": "/admin/godparents/{standing}",
    "godparents_admin.details": "/admin/godparents/{standing}/details",
    "godparents_admin.erase": "/admin/godparents/{standing}/erase",
    "godparents_admin.link": "/admin/godparents/{standing}/link",
    "godparents_admin.withhold": "/admin/godparents/{standing}/withhold",
    "godparents_deciding.show": "/admin/godparents/waiting/{waiting}",
    "godparents_deciding.accept": "/admin/godparents/waiting/{waiting}/accept",
    "godparents_deciding.decline": "/admin/godparents/waiting/{waiting}/decline",
    "godparents_invitations.remind": "/admin/godparents/invitations/{invitation}/remind",
    "godparents_invitations.withdraw": "/admin/godparents/invitations/{invitation}/withdraw",
    "godparents_leaving.decide": "/admin/godparents/{standing}/left",
    "godparents_moderating.deed": "/admin/godparents/deeds/{deed}",
    "godparents_moderating.photo": "/admin/godparents/photos/{waiting_photo}",
    "godparents_moderating.picture": "/admin/godparents/photos/{waiting_photo}.jpg",
    "godparents_moderating.statement": "/admin/godparents/statements/{own_pair}",
    "godparents_pairs.end": "/admin/godparents/pairs/{own_pair}/end",
    "godparents_pairs.handover": "/admin/godparents/pairs/{own_pair}/handover",
    "godparents_pairs.new": "/admin/godparents/{standing}/pairs/new",
    "godparents_pairs.release": "/admin/godparents/pairs/{own_pair}/release",
    "godparents_releasing.material": "/admin/godparents/release/{released}/material-1.zip",
    "godparents_releasing.show": "/admin/godparents/release/{released}",
    "godparents_settings.edit": "/admin/godparents/settings/free-viasna",
}
"""Their object is fetched through the campaigns it belongs to."""

OF_A_REACH = {
    "prisoners_list.listing": "/admin/prisoners",
    "prisoners_admin.new": "/admin/prisoners/new",
    "prisoners_exports.page": "/admin/prisoners/export",
    "prisoners_exports.download": "/admin/prisoners/export.csv",
    "prisoners_bulk.form": "/admin/prisoners/many",
    "prisoners_bulk.preview": "/admin/prisoners/many",
    "prisoners_bulk.apply": "/admin/prisoners/many/set",
    "prisoners_bulk.show": "/admin/prisoners/many/{batch}",
    "prisoners_bulk.undo": "/admin/prisoners/many/{batch}/undo",
    "chambers_admin.index": "/admin/chambers",
    "chambers_admin.show": "/admin/chambers/chamber-of-the-tests",
    "chambers_admin.brought": "/admin/chambers/chamber-of-the-tests/imports/{roster}",
    "chambers_admin.download": "/admin/chambers/chamber-of-the-tests/export.csv",
    "godparents_queue.start": "/admin/godparents",
    "godparents_deciding.listing": "/admin/godparents/waiting",
    "godparents_moderating.page": "/admin/godparents/changes",
    "godparents_leaving.left": "/admin/godparents/left",
    "godparents_leaving.unpaired": "/admin/godparents/unpaired",
    "godparents_releasing.page": "/admin/godparents/release",
    "godparents_releasing.release": "/admin/godparents/release",
    "godparents_invitations.listing": "/admin/godparents/invitations",
    "godparents_invitations.new": "/admin/godparents/invitations/new",
    "godparents_invitations.remind_all": "/admin/godparents/invitations/remind",
    "godparents_exports.page": "/admin/godparents/export",
    "godparents_exports.download": "/admin/godparents/export.csv",
    "godparents_settings.listing": "/admin/godparents/settings",
}
"""They show what the campaigns hold in which one has the permission."""

OF_THE_HOUSE = {
    "site_admin.audit": "/admin/audit",
    "chambers_admin.domains": "/admin/chambers/chamber-of-the-tests/domains",
    "chambers_import.start": "/admin/chambers/import",
    "chambers_import.preview": "/admin/chambers/import",
    "chambers_import.apply": "/admin/chambers/import/apply",
    "facilities_admin.index": "/admin/facilities",
    "facilities_admin.new": "/admin/facilities/new",
    "facilities_admin.create": "/admin/facilities/new",
    "facilities_admin.edit": "/admin/facilities/colony-of-the-tests",
    "facilities_admin.save": "/admin/facilities/colony-of-the-tests",
    "facilities_admin.choose": "/admin/facilities/colony-of-the-tests/merge",
    "facilities_admin.merge": "/admin/facilities/colony-of-the-tests/merge",
    "prisoners_imports.start": "/admin/prisoners/import",
    "prisoners_imports.upload": "/admin/prisoners/import",
    "prisoners_imports.show": "/admin/prisoners/import/{run}",
    "prisoners_imports.apply": "/admin/prisoners/import/{run}/apply",
    "prisoners_imports.drop": "/admin/prisoners/import/{run}/drop",
    "prisoners_imports.doubts": "/admin/prisoners/doubts",
    "prisoners_imports.doubt": "/admin/prisoners/doubts/{doubt}",
    "prisoners_imports.decide": "/admin/prisoners/doubts/{doubt}",
}
"""They belong to no single campaign: the permission must be held everywhere."""

OF_ONESELF = {
    "admin.start": "/admin/",
    "admin.password": "/admin/password",
    "security.logout": "/admin/logout",
}
DESK = OF_A_CAMPAIGN | OF_A_REACH | OF_THE_HOUSE | OF_ONESELF


def rows(app: Flask) -> dict[str, object]:
    """Make the rows that the addresses lead to; what their `{…}` stand for."""
    signing, vault = Signing(app), app.extensions["campaign.vault"]
    links = {
        "pending": vault.issue(CONFIRM, signing.sign("pending@example.org")),
        "receipt": vault.issue(RECEIPT, signing.confirmed("confirmed@example.org")),
    }
    with app.app_context(), atomic() as session:
        prisoner = session.scalars(select(Prisoner).where(Prisoner.slug == PRISONER)).one()
        facts = portraits.Facts(alts={"en": "x"})
        portrait = portraits.put(session, prisoner, pictures.make(files.jpeg(600, 800)), facts, act())
        colony = facilities.make(session, "Colony of the tests", now=clock.now())
        colony.slug = "colony-of-the-tests"
        event = service.add_event(session, vault, prisoner, happening(EventKind.AWARD, "2022"), act())
        secret = happening(EventKind.HEALTH, "2022", public=False, texts={"en": "x"})
        internal = service.add_event(session, vault, prisoner, secret, act())
        people = choosing.by_ids(session, [prisoner.id])
        batch = bulk.apply(session, vault, people, happening(EventKind.STATEMENT, "2022"), act())
        made = {"event": event.id, "internal": internal.id, "batch": batch.id, "portrait": portrait.version}
        made["roster"] = _roster(session)
        return (
            links
            | made
            | _list(session, vault)
            | _godparents(app, session, prisoner)
            | {"invited": invitation_path(app, session, "jo@example.org").rpartition("/")[2]}
        )


def _godparents(app: Flask, session: Session, prisoner: Prisoner) -> dict[str, object]:
    """Somebody public who stands by a prisoner."""
    campaign_id, act_ = making.programme(session).campaign_id, making.acting(app, session)
    godparent = making.accepted(act_, campaign_id, making.application(prisoner_id=prisoner.id))
    photo = photos.made(pictures.make(files.jpeg()), "", clock.now())
    photos.put(session, godparent, photo)
    (pair,) = standing.active_pairs(session, godparent.id)
    standing.release(act_, [pair])
    own = {"own": act_.vault.issue(OWN, godparent.uid), "own_pair": pair.id} | _desk(act_, pair)
    return own | {"godparent": godparent.slug, "godparent_photo": photo.version}


def _desk(act_: Act, pair: Godparenthood) -> dict[str, object]:
    """What organisers decide about: somebody who waits with a photo, somebody accepted, a deed, a release, a link."""
    session, campaign_id = act_.session, pair.campaign_id
    standing_ = making.accepted(act_, campaign_id, making.application("Jaan", "Kask", "jaan@mail.example"))
    waiting = making.joined(act_, campaign_id, making.application("Kadri", "Saar", "kadri@mail.example"))
    godparents.confirm(act_, waiting.uid)
    photo = photos.made(pictures.make(files.jpeg()), "", clock.now())
    photos.put(session, waiting, photo)
    deed = deeds.add(act_, pair, NewDeed(DeedKind.SPEECH, PartialDate.parse("2022")))
    batch = ReleaseBatch(campaign_id=campaign_id, at=act_.now, actor="test")
    session.add(batch)
    session.flush()
    pair.batch_id = batch.id
    invite_many(act_, campaign_id, [Invitee("Uno", parse("uno@mail.example"))], Words("", "en"))
    newest = select(Invitation.id).order_by(Invitation.id.desc()).limit(1)
    made = {"standing": standing_.id, "waiting": waiting.id, "waiting_photo": photo.id, "deed": deed.id}
    return made | {"released": batch.id, "invitation": session.scalars(newest).one()}


def _roster(session: Session) -> int:
    """A chamber, and a file that was brought in."""
    moments = {"created_at": clock.now(), "updated_at": clock.now()}
    chamber = Chamber(slug="chamber-of-the-tests", name="Chamber of the tests", country="EE", **moments)
    session.add(chamber)
    session.flush()
    summary = {"counts": {}, "as_of": "2026-05-31"}
    brought = RosterImport(chamber_id=chamber.id, at=clock.now(), actor="test", file_name="x.json", summary=summary)
    session.add(brought)
    session.flush()
    return brought.id


def _list(session: Session, vault: Vault) -> dict[str, object]:
    """A list that was looked at, with a row that waits for a decision."""
    run = ImportRun(
        uid=new_uid(), list_name="samples", file_name="samples.csv", state=RunState.DONE, actor="test",
        created_at=clock.now(), finished_at=clock.now(),
    )  # fmt: skip
    session.add(run)
    session.flush()
    waiting = doubts.Waiting(Record(1, (RecordName("Ales Bialiatski"),)), b"x" * 16, [Doubtful("same_name")], [])
    doubts.keep(session, vault, "samples", run.id, [waiting], act())
    session.flush()
    return {"run": run.id, "doubt": session.scalars(select(Doubt.id).where(Doubt.run_id == run.id)).one()}
