"""A public pair with a photo and a portrait, for tests of what is shown of it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import pictures
from campaign.db import atomic
from campaign.godparents import photos, standing
from campaign.godparents.models import Godparent, Godparenthood, ReleaseBatch
from campaign.kit import clock
from campaign.prisoners.models import Prisoner
from tests.godparents import making
from tests.pictures import files
from tests.prisoners import people

SLUG, PRISONER = "mari-tamm", "anna-example"
STATEMENT = "She wrote a letter.\n\nI ask <about> & for her."


def paired(app: Flask, *, released: bool = True, pictured: bool = True, **changes: object) -> None:
    """Mari Tamm stands by Anna Example, both with a picture; `changes` are those of the form."""
    with app.app_context(), atomic() as session:
        pair(app, session, pictured=pictured, **changes)
        if released:
            act = making.acting(app, session)
            batch = ReleaseBatch(campaign_id=making.programme(session).campaign_id, at=clock.now(), actor="test")
            session.add(batch)
            session.flush()
            standing.release(act, session.scalars(select(Godparenthood)).all(), batch.id)


def pair(
    app: Flask, session: Session, prisoner: str = "Anna Example", *, pictured: bool = False, **changes: object
) -> Godparenthood:
    """One more pair that nobody sees yet."""
    campaign_id, act = making.programme(session).campaign_id, making.acting(app, session)
    whom = people.make(
        session, app.extensions["campaign.vault"], prisoner, names=["Анна Прыклад"], campaign_id=campaign_id
    )
    form = making.application(**({"statement": STATEMENT, "prisoner_id": whom.id} | changes))
    godparent = making.accepted(act, campaign_id, form)
    if pictured:
        photos.put(session, godparent, photos.made(pictures.make(files.jpeg(300, 400)), "Ina Example", clock.now()))
    return standing.active_pairs(session, godparent.id)[0]


def found(session: Session) -> tuple[Godparent, Prisoner]:
    """The two of `paired`."""
    godparent = session.scalars(select(Godparent).where(Godparent.slug == SLUG)).one()
    return godparent, people.found(session, PRISONER)
