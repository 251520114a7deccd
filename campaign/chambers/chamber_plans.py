"""What becomes of the chambers of a file, with their parties, periods and domains."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from campaign.chambers import here
from campaign.chambers.ending import Term
from campaign.chambers.here import Known
from campaign.chambers.models import Chamber
from campaign.chambers.plans import ChamberPlan, DomainPlan, RowPlan, Wishes
from campaign.chambers.recognising import unique_id
from campaign.chambers.rosters.listed import ListedChamber, ListedParty, ListedPeriod, Roster, UnusableRoster
from campaign.chambers.rosters.values import country_of
from campaign.kit.domains import is_shared, is_webmail
from campaign.kit.folding import fold
from campaign.kit.slugs import slug

_LEAST_BEARERS = 3
_SHARE = 3
"""A domain is taken for the chamber's own if so many members have an address there, and one in so many."""

_COUNTRY_CODE = 2


def plan_chambers(session: Session, roster: Roster, wishes: Wishes, as_of: date) -> dict[str, ChamberPlan]:
    """The plan for each chamber, by its key in the roster. Raises `UnusableRoster`."""
    if wishes.country and not country_of(wishes.country):
        raise UnusableRoster("bad_country", country=wishes.country)
    for domain in wishes.domains:
        if is_webmail(domain) or is_shared(domain):
            raise UnusableRoster("bad_domain", domain=domain)
    slugs = {*session.scalars(select(Chamber.slug)), "import"}  # the last is an address at the desk
    found: dict[str, ChamberPlan] = {}
    for key, listed in roster.chambers.items():
        seen = _Addresses(roster, key)
        plan = _chamber(session, roster, listed, wishes, seen, slugs)
        newest = plan.known.told_as_of if plan.known else None
        if wishes.as_of and newest and as_of < newest:
            raise UnusableRoster("older", chamber=plan.name, newest=newest)
        if not plan.known or plan.known.row.as_of != as_of:
            plan.row.values["as_of"] = as_of
        _parts(plan, roster)
        plan.domains = _domains(plan, wishes, seen)
        plan.webmail = seen.webmail
        slugs.add(plan.slug)
        found[key] = plan
    return found


class _Addresses:
    """The domains of the mailboxes of a chamber's members in the file."""

    def __init__(self, roster: Roster, chamber: str) -> None:
        self.bearers: Counter[str] = Counter()
        self.parties: dict[str, set[str]] = defaultdict(set)
        self.all_parties: set[str] = set()
        self.webmail = 0
        party = {each.person: each.party for each in roster.mandates if each.chamber == chamber}
        for person, own in party.items():
            self.all_parties.add(own)
            email = roster.persons[person].email
            if not email:
                continue
            domain = email.rpartition("@")[2]
            self.bearers[domain] += 1
            self.parties[domain].add(own)
            self.webmail += is_webmail(domain)

    def usable(self) -> list[str]:
        """The domains that could be official."""
        return sorted(each for each in self.bearers if not (is_webmail(each) or is_shared(each)))

    def the_chambers_own(self, domain: str) -> bool:
        """Whether so many have an address there, of all parties, that it must be the chamber's."""
        number = self.bearers[domain]
        partisan = len(self.parties[domain]) == 1 and len(self.all_parties) > 1
        return number >= _LEAST_BEARERS and number * _SHARE >= self.bearers.total() and not partisan

    def country(self) -> str:
        """What most of the addresses' endings say; empty if they say nothing."""
        endings: Counter[str] = Counter()
        for domain, number in self.bearers.items():
            ending = domain.rpartition(".")[2]
            if len(ending) == _COUNTRY_CODE and not is_webmail(domain) and (code := country_of(ending)):
                endings[code] += number
        return endings.most_common(1)[0][0] if endings else ""


def _chamber(
    session: Session, roster: Roster, listed: ListedChamber, wishes: Wishes, seen: _Addresses, slugs: set[str]
) -> ChamberPlan:
    said = listed.country or country_of(wishes.country)
    guessed = said or seen.country()
    own = unique_id(listed.id, guessed.lower()) if listed.id else ""
    known = here.chamber_of(session, listed, [own, listed.id], said)
    country = said or (known.row.country if known else "") or guessed
    if not country:
        raise UnusableRoster("no_country", chamber=listed.name)
    if known:
        values = _changed(known.row, _wanted(roster, listed, known, country, own))
        name = values.get("name", known.row.name)
        return ChamberPlan(listed, known, RowPlan(known.row.id, values), known.row.slug, country, name)
    address = _free_slug(listed.name, country, slugs)
    values = {
        "slug": address,
        "source_id": own or f"chamber:{address}",
        "name": listed.name,
        "names": listed.names,
        "country": country,
        "more": listed.more,
    }
    return ChamberPlan(listed, None, RowPlan(None, values), address, country, listed.name)


def _wanted(roster: Roster, listed: ListedChamber, known: Known, country: str, own: str) -> dict[str, Any]:
    """What the row of a chamber that is here should say. A table only tells what there is no row for yet."""
    wanted: dict[str, Any] = {"country": country}
    if own and (not known.row.source_id or known.row.source_id.startswith("chamber:")):
        wanted["source_id"] = own
    if roster.form == "popolo":
        wanted |= {"name": listed.name, "more": {**known.row.more, **listed.more}}
        if listed.names:
            wanted["names"] = listed.names
    return wanted


def _free_slug(name: str, country: str, taken: set[str]) -> str:
    base = slug(name, longest=60, fallback="chamber")
    tries = [base, f"{base}-{country.lower()}", *(f"{base}-{country.lower()}-{number}" for number in range(2, 1000))]
    return next(each for each in tries if each not in taken)


# --- parties and periods ---------------------------------------------------------------------------------------------


def _parts(plan: ChamberPlan, roster: Roster) -> None:
    known = plan.known
    knows_more = roster.form == "popolo"
    parties = known.parties if known else []
    for key, party in plan.listed.parties.items():
        plan.parties[key] = _part(parties, party, [party.id], _of_party(party), knows_more=knows_more)
    _without_doubles(plan.parties)
    periods = known.periods if known else []
    plan.terms = {row.id: Term(row.start, row.end) for row in periods}
    for key, period in plan.listed.periods.items():
        same = [period.id, f"term/{period.id}"]
        row = _part(periods, period, same, _of_period(period), knows_more=knows_more)
        plan.periods[key] = row
        before = plan.terms.get(row.id or key, Term(None, None))
        plan.terms[row.id or key] = Term(row.values.get("start", before.start), row.values.get("end", before.end))
    _without_doubles(plan.periods)


def _part(
    rows: Sequence[Row[*tuple[Any, ...]]],
    listed: ListedParty | ListedPeriod,
    ids: Iterable[str],
    values: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    knows_more: bool,
) -> RowPlan:
    """The row of a party or period: by its id, else by its name."""
    name = fold(listed.name)
    by_id = (each for own in ids if own for each in rows if each.source_id == own)
    by_name = (each for each in rows if name and name in {fold(other) for other in (each.name, *_names_of(each))})
    row = next(by_id, None) or next(by_name, None)
    if row is None:
        return RowPlan(None, {"source_id": listed.id or listed.name, **values({})})
    return RowPlan(row.id, _changed(row, values(row.more)) if knows_more else {})


def _names_of(row: Row[*tuple[Any, ...]]) -> list[str]:
    return [str(name) for name in getattr(row, "names", {}).values()]


def _of_party(party: ListedParty) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def values(more: Mapping[str, Any]) -> dict[str, Any]:
        names = {"names": party.names} if party.names else {}
        return {"name": party.name, **names, "more": {**more, **party.more}}

    return values


def _of_period(period: ListedPeriod) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def values(more: Mapping[str, Any]) -> dict[str, Any]:
        dates = {"start": period.start, "end": period.end} if period.start or period.end else {}
        return {"name": period.name, **dates, "more": {**more, **period.more}}

    return values


def _without_doubles(rows: dict[str, RowPlan]) -> None:
    """Two keys of the file may mean one new row (an id here, a name there)."""
    by_source: dict[str, RowPlan] = {}
    for key, row in rows.items():
        if row.new:
            rows[key] = by_source.setdefault(row.values["source_id"], row)


def _changed(row: Row[*tuple[Any, ...]], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if row._mapping[name] != value}  # noqa: SLF001 - SQLAlchemy's public name


# --- domains ---------------------------------------------------------------------------------------------------------


def _domains(plan: ChamberPlan, wishes: Wishes, seen: _Addresses) -> list[DomainPlan]:
    """Those that are here, were seen or are named; what an organiser decided stays, unless it is named now."""
    there = plan.known.domains if plan.known else {}
    found = []
    for domain in sorted({*there, *seen.usable(), *wishes.domains}):
        row = there.get(domain)
        named = domain in wishes.domains
        decided = named or bool(row and row.decided)
        official = named or bool(row and row.official) or (not decided and seen.the_chambers_own(domain))
        changed = row is None or (row.official, row.decided) != (official, decided)
        found.append(DomainPlan(domain, official, decided, seen.bearers[domain], row is not None, changed))
    return found
