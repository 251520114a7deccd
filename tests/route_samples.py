"""An address for every route there is, and the rows that these addresses lead to."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import pictures
from campaign.db import atomic
from campaign.facilities import service as facilities
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.petitions.service import CONFIRM, RECEIPT
from campaign.prisoners import bulk, choosing, portraits, service
from campaign.prisoners.importing import doubts
from campaign.prisoners.importing.record import Doubtful, Record, RecordName
from campaign.prisoners.models import Doubt, EventKind, ImportRun, Prisoner
from campaign.prisoners.models.imports import RunState
from campaign.vault import Vault
from tests.factories import Signing
from tests.pictures import files
from tests.prisoners.people import act, happening

PRISONER = "ales-bialiatski"
PUBLIC = {
    "calendars.feed": "/calendar/birthdays.ics",
    "calendars.page": "/birthdays",
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
}
"""They show what the campaigns hold in which one has the permission."""

OF_THE_HOUSE = {
    "site_admin.audit": "/admin/audit",
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
        return links | made | _list(session, vault)


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
