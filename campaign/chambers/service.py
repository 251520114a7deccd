"""Bringing rosters in, and saying which domains are official. Whoever calls holds the transactions.

An import is planned first (`planning.plan_import`), then written step by step, each in a transaction of its own: the
chambers with their parties and periods, then some hundred members at a time, each with all that changes of them. So
nobody is ever seen half moved, people sign meanwhile, and an import that was interrupted is finished by bringing the
file in again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from campaign.audit import service as audit
from campaign.chambers.here import parts
from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, MemberKey, Party, Period, RosterImport
from campaign.chambers.plans import ChamberPlan, MandatePlan, MemberPlan, Plan, RowPlan
from campaign.chambers.signals import Consequence, announce
from campaign.db.base import Base, table_of
from campaign.kit.domains import is_shared, is_webmail

TOGETHER = 100
"""Members in one transaction: so few that somebody who signs meanwhile hardly waits."""

_MOST_SHOWN = 500
"""Names and findings that an import remembers."""


class UnsuitableDomain(ValueError):
    """Anybody can get a mailbox there."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something when."""

    actor: str
    now: datetime


def write_chambers(session: Session, plan: Plan, act: Act) -> None:
    """The first step: chambers, parties, periods and domains. Rows get their ids."""
    for chamber in plan.chambers:
        _write_chamber(session, chamber, act)
        _write_parts(session, Party, chamber, chamber.parties.values())
        _write_parts(session, Period, chamber, chamber.periods.values())
        _write_domains(session, chamber)


def member_steps(plan: Plan) -> Iterable[list[MemberPlan]]:
    """The members some hundred at a time: one transaction each."""
    return parts(plan.members, TOGETHER)


def write_members(session: Session, members: Sequence[MemberPlan], act: Act) -> tuple[Consequence, ...]:
    """Write some members with their mandates; what the rooms above did about those who took or left office."""
    _write_persons(session, members, act)
    _write_keys(session, members)
    refresh(session, members)
    changes = tuple(member.change for member in members if member.change)
    return announce(session, changes, act.now)


def refresh(session: Session, members: Iterable[MemberPlan]) -> None:
    """Add and change mandates. Nothing else writes when they end."""
    rows: list[dict[str, Any]] = []
    changed: list[RowPlan] = []
    for member in members:
        for mandate in member.mandates:
            values = _with_ids(mandate)
            if mandate.row.new:
                rows.append(
                    {**_NEW_MANDATE, **values, "member_id": member.row.id, "chamber_id": mandate.chamber.row.id}
                )
            else:
                changed.append(RowPlan(mandate.row.id, values))
    if rows:
        session.connection().execute(insert(table_of(Mandate)), rows)
    _update(session, Mandate, changed)


def finish(
    session: Session, plan: Plan, file_name: str, consequences: Iterable[Consequence], act: Act
) -> list[RosterImport]:
    """The last step: what the file did, for organisers to read. One for each chamber."""
    done = []
    said = [[str(each.text), each.count] for each in added_up(consequences)]
    for chamber in plan.chambers:
        summary = {**summary_of(plan, chamber), "consequences": said}
        done.append(
            RosterImport(
                chamber_id=chamber.row.id, at=act.now, actor=act.actor, file_name=file_name[:200], summary=summary
            )
        )
        counts = {name: number for name, number in chamber.counts.items() if number}
        audit.record(
            session,
            actor=act.actor,
            action="chamber.import",
            subject=f"chamber:{chamber.row.id}",
            details={**counts, "left": len(chamber.left), "back": len(chamber.back)},
            now=act.now,
        )
    session.add_all(done)
    session.flush()
    return done


def summary_of(plan: Plan, chamber: ChamberPlan) -> dict[str, Any]:
    """What is kept of an import, and shown before it."""
    return {
        "form": plan.form,
        "as_of": plan.as_of.isoformat(),
        "as_of_told": plan.as_of_told,
        "changes": chamber.changes,
        "counts": dict(chamber.counts),
        "left": [[member_id, name, day.isoformat()] for member_id, name, day in chamber.left[:_MOST_SHOWN]],
        "left_number": len(chamber.left),
        "back": [[member_id, name] for member_id, name in chamber.back[:_MOST_SHOWN]],
        "official": [each.domain for each in chamber.domains if each.official],
        "waiting": [each.domain for each in chamber.domains if not (each.official or each.decided)],
        "webmail": chamber.webmail,
        "findings": [finding.shown() for finding in plan.findings[:_MOST_SHOWN]],
        "findings_number": len(plan.findings),
    }


def added_up(consequences: Iterable[Consequence]) -> list[Consequence]:
    """Those of one text as one."""
    found: dict[str, Consequence] = {}
    for each in consequences:
        before = found.get(str(each.text))
        found[str(each.text)] = Consequence(each.text, each.count + (before.count if before else 0))
    return list(found.values())


def set_domain(session: Session, chamber: Chamber, domain: str, act: Act, *, official: bool) -> bool:
    """Say yes or no to a domain (as `kit.domains.normal` gives it), which is added if it is not there.

    Whether that changes anything. Raises `UnsuitableDomain` for a yes to one where anybody can get a mailbox.
    """
    if official and (is_webmail(domain) or is_shared(domain)):
        raise UnsuitableDomain(domain)
    row = session.get(ChamberDomain, (chamber.id, domain))
    if row is not None and row.decided and row.official == official:
        return False
    if row is None:
        row = ChamberDomain(chamber_id=chamber.id, domain=domain)
        session.add(row)
    row.official, row.decided = official, True
    _record_domain(session, chamber, "chamber.domain_official" if official else "chamber.domain_refused", act)
    session.flush()
    return True


def drop_domain(session: Session, chamber: Chamber, domain: str, act: Act) -> bool:
    """Forget a domain: the next file that has it brings it up again. Whether it was there."""
    row = session.get(ChamberDomain, (chamber.id, domain))
    if row is None:
        return False
    session.delete(row)
    _record_domain(session, chamber, "chamber.domain_dropped", act)
    session.flush()
    return True


# ---------------------------------------------------------------------------------------------------------------------
# Rows

_NEW_MANDATE: dict[str, Any] = {"party_id": None, "period_id": None, "until": None, "gone_on": None}


def _record_domain(session: Session, chamber: Chamber, action: str, act: Act) -> None:
    audit.record(session, actor=act.actor, action=action, subject=f"chamber:{chamber.id}", now=act.now)


def _write_chamber(session: Session, chamber: ChamberPlan, act: Act) -> None:
    row, values = chamber.row, {**chamber.row.values, "updated_at": act.now}
    if row.new:
        found = session.execute(insert(Chamber).values(**values, created_at=act.now).returning(Chamber.id))
        row.id = found.scalar_one()
    elif row.values:
        session.execute(update(Chamber).where(Chamber.id == row.id).values(**values))


def _write_parts(session: Session, model: type[Party | Period], chamber: ChamberPlan, rows: Iterable[RowPlan]) -> None:
    for row in {id(row): row for row in rows}.values():
        if row.new:
            values = {**row.values, "chamber_id": chamber.row.id}
            row.id = session.execute(insert(model).values(**values).returning(model.id)).scalar_one()
        elif row.values:
            session.execute(update(model).where(model.id == row.id).values(**row.values))


def _write_domains(session: Session, chamber: ChamberPlan) -> None:
    for each in chamber.domains:
        values = {"official": each.official, "decided": each.decided}
        if each.changed:
            row = session.get(ChamberDomain, (chamber.row.id, each.domain))
            if row is None:
                session.add(ChamberDomain(chamber_id=chamber.row.id, domain=each.domain, **values))
            elif each.decided or not row.decided:  # an organiser may have decided while this was worked out
                row.official, row.decided = each.official, each.decided
    session.flush()


def _write_persons(session: Session, members: Sequence[MemberPlan], act: Act) -> None:
    added = [member for member in members if member.row.new]
    rows = [{**member.row.values, "updated_at": act.now} for member in added]
    if rows:
        table = table_of(Member)
        adding = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        ids = session.connection().scalars(adding, rows).all()
        for member, own in zip(added, ids, strict=True):
            member.row.id = own
    met = {id(member) for member in added}
    changed = [member.row for member in members if id(member) not in met and member.row.values]
    _update(session, Member, [RowPlan(row.id, {**row.values, "updated_at": act.now}) for row in changed])


def _write_keys(session: Session, members: Sequence[MemberPlan]) -> None:
    """The keys of those whose names are new or changed."""
    named = [member for member in members if member.keys is not None]
    ids = [member.row.id for member in named]
    columns = (MemberKey.key, MemberKey.coarse, MemberKey.member_id)
    there = (
        {tuple(row) for row in session.execute(select(*columns).where(MemberKey.member_id.in_(ids)))} if ids else set()
    )
    wanted = {(key, coarse, member.row.id) for member in named for key, coarse in member.keys or ()}
    for key, coarse, member_id in there - wanted:
        session.execute(
            delete(MemberKey).where(MemberKey.key == key, MemberKey.coarse == coarse, MemberKey.member_id == member_id)
        )
    names = ("key", "coarse", "member_id")
    rows = [dict(zip(names, row, strict=True)) for row in sorted(wanted - there, key=str)]
    if rows:
        session.connection().execute(insert(table_of(MemberKey)), rows)


def _with_ids(mandate: MandatePlan) -> dict[str, Any]:
    values = dict(mandate.row.values)
    if mandate.party:
        values["party_id"] = mandate.party.id
    if mandate.period:
        values["period_id"] = mandate.period.id
    return values


def _update(session: Session, model: type[Base], rows: Iterable[RowPlan]) -> None:
    """Change rows, those with the same columns in one statement."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row.values:
            values = {f"new_{name}": value for name, value in row.values.items()}
            groups.setdefault(tuple(sorted(row.values)), []).append({"row_id": row.id, **values})
    table = table_of(model)
    for names, together in groups.items():
        changed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        session.connection().execute(update(table).where(table.c.id == bindparam("row_id")).values(**changed), together)
