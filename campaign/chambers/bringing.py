"""An import from the first step to the last, each in a transaction of the caller's making."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from campaign.chambers import service
from campaign.chambers.plans import Plan
from campaign.chambers.service import Act
from campaign.chambers.signals import Consequence

CLAIM = "chambers.import"
"""Held by who brings a roster in: one at a time, over all processes."""

Transaction: TypeAlias = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Brought:
    """What was done: the ids of the records by chamber's slug, and what the rooms above did about it."""

    import_ids: dict[str, int]
    consequences: tuple[Consequence, ...]


def bring(
    transaction: Transaction,
    plan: Plan,
    file_name: str,
    act: Act,
    progress: Callable[[int], None] = lambda _number: None,
) -> Brought:
    """Write a plan. `progress` is told how many members were written, some hundred at a time."""
    with transaction() as session:
        service.write_chambers(session, plan, act)
    consequences: list[Consequence] = []
    for members in service.member_steps(plan):
        with transaction() as session:
            consequences += service.write_members(session, members, act)
        progress(len(members))
    together = tuple(service.added_up(consequences))
    with transaction() as session:
        records = service.finish(session, plan, file_name, together, act)
        ids = {chamber.slug: record.id for chamber, record in zip(plan.chambers, records, strict=True)}
    return Brought(ids, together)
