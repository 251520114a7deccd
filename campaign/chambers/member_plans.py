"""What becomes of the members of a file, and of those who are here and not in it any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from campaign.chambers import here, recognising
from campaign.chambers.ending import lasts
from campaign.chambers.mandate_plans import Circumstances, Fate, Span, fates
from campaign.chambers.models import Member
from campaign.chambers.plans import ChamberPlan, MandatePlan, MemberPlan, RowPlan
from campaign.chambers.queries import names_in, parted
from campaign.chambers.rosters.listed import ListedMandate, ListedPerson, Roster
from campaign.chambers.signals import OfficeChange
from campaign.db.base import table_of
from campaign.kit import folding
from campaign.kit.romanisation import sortable

_Row: TypeAlias = Row[*tuple[Any, ...]]
_Fates: TypeAlias = list[tuple[ChamberPlan, list[Fate]]]
_NAMED_BY = frozenset({"name", "given_name", "family_name", "other_names"})


class MemberPlans:
    """Works out the plans, some hundred members at a time; counts go into the chambers' plans."""

    def __init__(
        self, session: Session, roster: Roster, chambers: Mapping[str, ChamberPlan], as_of: date, today: date
    ) -> None:
        self._session, self._roster, self._chambers = session, roster, chambers
        self._as_of, self._today = as_of, today
        self._here = [plan.row.id for plan in chambers.values() if plan.row.id]
        plans = list(chambers.values())
        scope = plans[0].slug if len(plans) == 1 else plans[0].country.lower()
        self._ids = recognising.source_ids(roster.persons, scope)
        known = here.members(session, self._ids.values(), self._here)
        self._known = recognising.recognise(roster.persons, self._ids, known)
        self._listed: dict[str, dict[str, list[ListedMandate]]] = defaultdict(lambda: defaultdict(list))
        for mandate in roster.mandates:
            self._listed[mandate.person][mandate.chamber].append(mandate)
        self._unsure_ids = {recognising.unique_id(own, scope) for own, _ in roster.unsure if own}
        self._unsure_names = {folding.fold(name) for _, name in roster.unsure} - {""}
        self._tells_emails = "email" not in roster.silent_on and any(each.email for each in roster.persons.values())

    def plans(self, progress: Callable[[int], None]) -> Iterator[MemberPlan]:
        """Those of whom something is written. `progress` is told how many persons of the file were looked at."""
        for keys in here.parts(self._roster.persons):
            yield from self._some([(key, self._known[key].id if key in self._known else None) for key in keys])
            progress(len(keys))
        met = {member.id for member in self._known.values()}
        known = [plan.known for plan in self._chambers.values() if plan.known]
        absent = dict.fromkeys(member_id for each in known for member_id in each.mandates if member_id not in met)
        for ids in here.parts(absent):
            yield from self._some([("", member_id) for member_id in ids])

    def _some(self, members: Sequence[tuple[str, int | None]]) -> Iterator[MemberPlan]:
        ids = [member_id for _, member_id in members if member_id]
        table = table_of(Member)
        rows = {row.id: row for row in self._session.execute(select(table).where(table.c.id.in_(ids)))}
        elsewhere = here.elsewhere(self._session, ids, self._here)
        for key, member_id in members:
            row = rows.get(member_id or 0)
            plan = self._member(key, row)
            their_fates = self._fates(key, row, plan)
            plan.change = self._office_change(plan, their_fates, elsewhere.get(member_id or 0, []))
            self._count(plan, their_fates)
            if plan.row.new or plan.row.values or plan.mandates:
                yield plan

    # --- the member

    def _member(self, key: str, row: _Row | None) -> MemberPlan:
        person = self._roster.persons.get(key)
        if person is None:
            assert row is not None
            return MemberPlan(RowPlan(row.id, {}), row.name, [])
        before = _BLANK if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        wanted = _wanted(person, before, self._roster, tells_emails=self._tells_emails)
        if row is None or (person.id and recognising.made_of_name(row.source_id)):
            wanted["source_id"] = self._ids[key]
        values = {name: value for name, value in wanted.items() if row is None or before[name] != value}
        keys = search_keys(wanted) if values.keys() & _NAMED_BY else None
        return MemberPlan(RowPlan(row.id if row is not None else None, values), person.name, [], keys)

    def _fates(self, key: str, row: _Row | None, plan: MemberPlan) -> _Fates:
        """All mandates in the chambers of the file; what is to be written goes into the plan."""
        found: _Fates = []
        listed = self._listed.get(key, {})
        died = plan.row.values.get("died", row.died if row is not None else None)
        for name, chamber in self._chambers.items():
            known = chamber.known.mandates.get(row.id, []) if chamber.known and row is not None else []
            if not known and name not in listed:
                continue
            source = (row.source_id if row is not None else self._ids[key]) or ""
            theirs = fates(
                listed.get(name, []),
                known,
                Circumstances(
                    chamber, source, died, self._as_of, self._roster.silent_on, self._unsure(source, plan.name)
                ),
            )
            plan.mandates += [
                MandatePlan(
                    RowPlan(fate.known.id if fate.known else None, fate.values), chamber, fate.party, fate.period
                )
                for fate in theirs
                if fate.written
            ]
            found.append((chamber, theirs))
        return found

    def _unsure(self, source: str, name: str) -> bool:
        """Whether the file says something of the member that could not be taken."""
        return source in self._unsure_ids or folding.fold(name) in self._unsure_names

    # --- who holds office

    def _office_change(self, plan: MemberPlan, their_fates: _Fates, elsewhere: list[Span]) -> OfficeChange | None:
        """Whether somebody who was here held a mandate anywhere and holds none now, or the other way round."""
        if plan.row.id is None:
            return None
        every = [fate for _, some in their_fates for fate in some]
        before = any(map(self._lasts, [*elsewhere, *(fate.before for fate in every if fate.before)]))
        after = any(map(self._lasts, [*elsewhere, *(fate.after for fate in every)]))
        if before == after:
            return None
        if after:
            for chamber, _ in their_fates:
                chamber.back.append((plan.row.id, plan.name))
            return OfficeChange(plan.row.id, None)
        ends = [end for end, _ in (*elsewhere, *(fate.after for fate in every)) if end and end < self._today]
        left_on = max(ends, default=self._today - timedelta(days=1))
        for chamber, _ in their_fates:
            chamber.left.append((plan.row.id, plan.name, left_on))
        return OfficeChange(plan.row.id, left_on)

    def _count(self, plan: MemberPlan, their_fates: _Fates) -> None:
        for chamber, some in their_fates:
            sat = any(fate.before and self._lasts(fate.before) for fate in some)
            sits = any(self._lasts(fate.after) for fate in some)
            touched = bool(plan.row.values) or any(fate.written for fate in some)
            outcome = "new" if plan.row.new else "changed" if touched else "unchanged"
            if touched or any(fate.listed for fate in some):
                chamber.counts[outcome] += 1
            chamber.counts["sitting"] += sits
            chamber.counts["mandates_new"] += sum(fate.known is None for fate in some)
            chamber.counts["mandates_ended"] += sum(
                bool(fate.before) and self._lasts(fate.before or (None, None)) and not self._lasts(fate.after)
                for fate in some
            )
            chamber.present += sat
            if sat and not sits and any(fate.newly_gone for fate in some):
                chamber.missing.append(plan.name)

    def _lasts(self, span: Span) -> bool:
        return lasts(span[0], span[1], self._today)


_BLANK: dict[str, Any] = {
    **dict.fromkeys(["given_name", "family_name", "email", "gender"], ""),
    "born": None,
    "died": None,
    "other_names": {},
    "more": {},
}


def _wanted(person: ListedPerson, before: Mapping[str, Any], roster: Roster, *, tells_emails: bool) -> dict[str, Any]:
    """The columns as they should be: what the file does not say stays."""
    wanted: dict[str, Any] = {"name": person.name}
    for name in ("given_name", "family_name", "gender", "born", "died"):
        wanted[name] = getattr(person, name) or before[name]
    wanted["other_names"] = before["other_names"]
    if person.other_names and roster.form == "popolo":
        wanted["other_names"] = {"names": person.other_names}
    elif person.other_names:  # a table has the names, and nothing else of them
        there = names_in(before["other_names"])
        added = [each for each in person.other_names if each["name"] not in there]
        if added:
            wanted["other_names"] = {"names": [*before["other_names"].get("names", []), *added]}
    wanted["email"] = person.email or ("" if tells_emails else before["email"])
    wanted["mailbox"] = recognising.mailbox_of(wanted["email"])
    sort_name = {"sort_name": person.sort_name} if person.sort_name else {}
    wanted["more"] = {**before["more"], **person.more, **sort_name}
    wanted["sort_key"] = _sort_key(wanted)
    return wanted


def _sort_key(wanted: Mapping[str, Any]) -> str:
    """By what lists are ordered: family name first."""
    said = wanted["more"].get("sort_name")
    if isinstance(said, str) and said:
        return sortable(said)[:200]
    given, family = parted(wanted["name"], wanted["given_name"], wanted["family_name"])
    return sortable(f"{family} {given}")[:200]


def search_keys(wanted: Mapping[str, Any]) -> set[tuple[str, bool]]:
    """The words of all names, folded, and (True) their skeletons."""
    names = {wanted["name"], wanted["given_name"], wanted["family_name"], *names_in(wanted["other_names"])}
    found: set[tuple[str, bool]] = set()
    for word in {word for name in names for word in folding.words(name)}:
        found.add((word, False))
        if coarse := folding.skeleton(word):
            found.add((coarse, True))
    return found
