"""From a roster to the plan of an import: what would become of everything, and whether that can be right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from campaign.chambers.chamber_plans import plan_chambers
from campaign.chambers.member_plans import MemberPlans
from campaign.chambers.plans import ChamberPlan, Plan, Wishes
from campaign.chambers.rosters.listed import Roster, UnusableRoster


def plan_import(
    session: Session,
    roster: Roster,
    wishes: Wishes,
    today: date,
    progress: Callable[[int], None] = lambda _number: None,
) -> Plan:
    """What bringing `roster` in would do. Reads only. Raises `UnusableRoster`.

    `progress` is told how many persons of the file were looked at, some hundred at a time.
    """
    as_of = wishes.as_of or today
    if as_of > today:
        raise UnusableRoster("future", day=as_of)
    chambers = plan_chambers(session, roster, wishes, as_of)
    members = list(MemberPlans(session, roster, chambers, as_of, today).plans(progress))
    if not wishes.missing_have_left:
        for chamber in chambers.values():
            _demand_most(chamber)
    return Plan(roster.form, as_of, wishes.as_of is not None, list(chambers.values()), members, list(roster.findings))


def _demand_most(chamber: ChamberPlan) -> None:
    """A file that lacks more than half of those who sit is hardly the whole chamber."""
    missing = len(chamber.missing)
    if missing * 2 > chamber.present:
        raise UnusableRoster("members_missing", chamber=chamber.name, missing=missing, present=chamber.present)
