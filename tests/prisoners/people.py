"""Invented prisoners for tests: made through the service, as every room makes them."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.db import atomic
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import service
from campaign.prisoners.models import EventKind, Prisoner, campaign_prisoners
from campaign.prisoners.service import Act, NewEvent


def act(actor: str = "test") -> Act:
    return Act(actor, clock.now())


def make(
    session: Session,
    vault,
    name: str,
    *events: NewEvent,
    names: Iterable[str] = (),
    born: str | None = None,
    campaign_id: int | None = None,
    **fields,
) -> Prisoner:
    """A prisoner with `events`; without any, arrested on 2 October 2020."""
    now = clock.now()
    prisoner = Prisoner(
        slug=service.free_slug(session, name),
        name=name,
        born=born,
        names=[service.name_row(each, position=n) for n, each in enumerate([name, *names])],
        created_at=now,
        updated_at=now,
        **fields,
    )
    session.add(prisoner)
    session.flush()
    if campaign_id is not None:
        session.execute(
            campaign_prisoners.insert().values(campaign_id=campaign_id, prisoner_id=prisoner.id, position=0)
        )
    for event in events or (arrest("2020-10-02"),):
        session.add(service.event_row(vault, prisoner.id, event, act()))
    service.refresh(session, [prisoner.id], act())
    return prisoner


def arrest(day: str | None) -> NewEvent:
    return happening(EventKind.ARREST, day)


def happening(kind: EventKind, day: str | None = None, **fields) -> NewEvent:
    return NewEvent(kind, PartialDate.parse_optional(day), **fields)


def made(app: Flask, *args, **kwargs) -> str:
    """As `make`, in a transaction of its own; the slug."""
    with app.app_context(), atomic() as session:
        return make(session, app.extensions["campaign.vault"], *args, **kwargs).slug


def found(session: Session, slug: str) -> Prisoner:
    return session.scalars(select(Prisoner).where(Prisoner.slug == slug)).one()
