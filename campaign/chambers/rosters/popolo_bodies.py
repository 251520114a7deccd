"""The organisations, events, areas and posts of a Popolo document: which are chambers, parties and periods."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from campaign.chambers.rosters.listed import ListedChamber, ListedMandate, ListedParty, ListedPeriod, Roster
from campaign.chambers.rosters.values import BadValue, country_of, identifier, iso, line, storable

_CHAMBERS = frozenset(
    {"legislature", "chamber", "parliament", "house", "senate", "assembly", "national parliament"}
    | {"upper house", "lower house", "upper chamber", "lower chamber"}
)
_PARTIES = frozenset(
    {"party", "political party", "group", "faction", "fraction", "caucus"}
    | {"political group", "parliamentary group", "parliamentary faction"}
)
_OF_A_BODY = frozenset(
    {"id", "name", "country", "other_names", "memberships", "posts", "legislative_periods", "events"}
)
_OF_A_PERIOD = frozenset({"id", "name", "start_date", "end_date", "organization_id"})
_SECTIONS = frozenset({"persons", "organizations", "memberships", "events", "areas", "posts"})
_MOST_KEPT = 4_000_000
"""Characters of what is kept beyond our columns about one chamber."""

Item = dict[str, Any]


class Bodies:
    """What is not a person. `take` them all, then ask."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._organizations: dict[str, Item] = {}
        self._areas: dict[str, Item] = {}
        self._posts: dict[str, Item] = {}
        self._periods: dict[str, Item] = {}
        self._events: list[Item] = []
        self._unnamed_parties: dict[str, str] = {}
        self.memberships: list[tuple[str, int, Item]] = []

    def take(self, section: str, row: int, item: Item) -> None:
        """Take an item of one of the sections. Raises `BadValue`."""
        own = identifier(item.get("id"), "id")
        if section == "events":
            self._event(own, item)
        elif section == "areas":
            self._areas[own] = item
        elif section == "posts":
            self._posts[own] = item
        else:
            if not own:
                own = identifier(item.get("name"), "id", required=True)
            self._organizations[own] = item
            for name in ("legislative_periods", "events"):
                for each in _objects(item.get(name)):
                    self._event(identifier(each.get("id"), "id"), {"organization_id": own, **each})
            for each in _objects(item.get("posts")):
                self._posts[identifier(each.get("id"), "id")] = {"organization_id": own, **each}
            self.memberships += [
                ("organizations", row, {"organization_id": own, **each}) for each in _objects(item.get("memberships"))
            ]

    def placed(self, row: int, raw: Item) -> Item:
        """A membership with its organisation's id; what stands inside it is taken as if it stood in its section."""
        inline = raw.get("organization")
        if isinstance(inline, dict):
            own = identifier(inline.get("id") or inline.get("name"), "organization_id", required=True)
            if own not in self._organizations:
                self.take("organizations", row, {**inline, "memberships": None})
            raw = {**raw, "organization_id": own}
        person = raw.get("person")
        if isinstance(person, dict) and not raw.get("person_id"):
            raw = {**raw, "person_id": person.get("id")}
        post = self._post(raw)
        organization = identifier(raw.get("organization_id"), "organization_id") or identifier(
            post.get("organization_id"), "organization_id"
        )
        if not organization:
            raise BadValue("unknown_chamber")
        role = raw.get("role") or post.get("role")
        return {**raw, "organization_id": organization, "organization": None, "person": None, "role": role}

    def chambers(self, by_person: Mapping[str, Iterable[tuple[str, int, Item]]]) -> dict[str, ListedChamber]:
        """The organisations that are chambers and have members; written into the roster."""
        members: Counter[str] = Counter()
        marked: Counter[str] = Counter()
        for memberships in by_person.values():
            for _, _, each in memberships:
                members[each["organization_id"]] += 1
                if each.get("on_behalf_of_id") or each.get("on_behalf_of") or each.get("legislative_period_id"):
                    marked[each["organization_id"]] += 1
        chosen = [own for own in members if self._kind(own) in _CHAMBERS]
        if not chosen:
            chosen = [own for own in marked if self._kind(own) not in _PARTIES]
        others = [own for own in members if self._kind(own) not in _PARTIES]
        if not chosen and len(others) == 1:
            chosen = others
        for own in chosen:
            self._roster.chambers[own] = self._chamber(own)
        return self._roster.chambers

    def party(self, chamber: str, own: str, inline: Any) -> str:
        """The key of the party that a mandate is on behalf of, which is written into the chamber; or empty."""
        named = inline if isinstance(inline, dict) else {}
        own = own or identifier(named.get("name"), "on_behalf_of")
        if not own:
            return ""
        parties = self._roster.chambers[chamber].parties
        if own not in parties:
            item = self._organizations.get(own) or named
            name = line(item.get("name"), "name") or own
            more = storable({key: value for key, value in item.items() if key not in _OF_A_BODY and value is not None})
            parties[own] = ListedParty(own, name, _names(item), more | _kept_names(item))
        return own

    def parties_from(self, others: Iterable[Item], seats: Iterable[ListedMandate]) -> None:
        """A party to those mandates that name none: the one that the person is a member of meanwhile, if it is one."""
        parties = [each for each in others if self._kind(each["organization_id"]) in _PARTIES]
        found = [(each["organization_id"], dates) for each in parties if (dates := _dates(each)) is not None]
        for seat in seats:
            own = {party for party, dates in found if _overlap(dates, seat)}
            if not seat.party and len(own) == 1:
                seat.party = self.party(seat.chamber, own.pop(), None)

    def period(self, chamber: str, own: str, inline: Any) -> str:
        """The key of the period that a mandate is of; or empty."""
        own = own or (identifier(inline.get("name"), "legislative_period") if isinstance(inline, dict) else "")
        periods = self._roster.chambers[chamber].periods
        if own and own not in periods:
            item = inline if isinstance(inline, dict) else {}
            periods[own] = _period(own, {"name": own, **item})
        return own

    def area(self, membership: Item) -> str:
        """The name of the area that a mandate is for; or empty."""
        post = self._post(membership)
        for holder in (membership, post):
            inline = holder.get("area")
            if isinstance(inline, str) and inline.strip():
                return line(inline, "area")
            item = inline if isinstance(inline, dict) else self._areas.get(identifier(holder.get("area_id"), "area_id"))
            if item and (name := line(item.get("name"), "area")):
                return name
        return line(post.get("label"), "area")

    def keep_the_rest(self, document: Mapping[str, Any]) -> None:
        """What the document says beyond our tables goes into its chambers, to be written out again."""
        shared = {name: value for name, value in document.items() if name not in _SECTIONS and value}
        most = min(_MOST_KEPT, 2 * _MOST_KEPT // max(1, len(self._roster.chambers)))  # each keeps what they share
        for own, chamber in self._roster.chambers.items():
            elsewhere = {each for each in self._roster.chambers if each != own}
            rest = {
                "document": shared,
                "areas": list(self._areas.values()),
                "posts": [each for each in self._posts.values() if str(each.get("organization_id")) not in elsewhere],
                "events": [each for each in self._events if each.get("organization_id") in (None, own)],
                "organizations": [
                    {key: value for key, value in item.items() if key != "memberships"}
                    for other, item in self._organizations.items()
                    if other not in self._roster.chambers and other not in chamber.parties
                ],
            }
            try:
                kept = storable({name: value for name, value in rest.items() if value})
            except BadValue as bad:
                self._roster.skip("organizations", 0, chamber.name, bad.code, **bad.values)
                continue
            if len(repr(kept)) > most:
                self._roster.skip("organizations", 0, chamber.name, "too_much")
            elif kept:
                chamber.more["also"] = kept

    # --- within

    def _event(self, own: str, item: Item) -> None:
        kind = str(item.get("classification") or "").lower().replace("_", " ")
        if own and kind in {"legislative period", "term", "legislative term"}:
            self._periods[own] = item
        else:
            self._events.append(item)

    def _post(self, membership: Item) -> Item:
        inline = membership.get("post")
        if isinstance(inline, dict):
            return inline
        return self._posts.get(identifier(membership.get("post_id"), "post_id"), {})

    def _kind(self, own: str) -> str:
        kind = self._organizations.get(own, {}).get("classification")
        return kind.strip().lower().replace("_", " ") if isinstance(kind, str) else ""

    def _chamber(self, own: str) -> ListedChamber:
        item = self._organizations.get(own, {})
        try:
            name = line(item.get("name"), "name") or own
            more = storable({key: value for key, value in item.items() if key not in _OF_A_BODY and value is not None})
            chamber = ListedChamber(own, name, _names(item), self._country(item), more | _kept_names(item))
        except BadValue as bad:
            self._roster.skip("organizations", 0, own, bad.code, **bad.values)
            chamber = ListedChamber(own, own[:200])
        for key, event in self._periods.items():
            if event.get("organization_id") in (None, own):
                try:
                    chamber.periods[key] = _period(key, event)
                except BadValue as bad:
                    self._roster.refuse("events", 0, key, bad.code, **bad.values)
        return chamber

    def _country(self, item: Item) -> str:
        """What the organisation says of its country, or the area it is of."""
        area = item.get("area")
        area = area if isinstance(area, dict) else self._areas.get(str(item.get("area_id") or ""), {})
        said = [item.get("country"), item.get("country_code"), area.get("country"), area.get("country_code")]
        if str(area.get("type") or area.get("classification") or "").lower() == "country":
            said += [area.get("id"), area.get("name")]
        said += [part[8:] for part in str(item.get("jurisdiction_id") or "").split("/") if part.startswith("country:")]
        return next(filter(None, map(country_of, said)), "")


def _period(own: str, item: Item) -> ListedPeriod:
    return ListedPeriod(
        id=own,
        name=line(item.get("name"), "name") or own,
        start=iso(item.get("start_date"), "start_date"),
        end=iso(item.get("end_date"), "end_date"),
        more=storable({key: value for key, value in item.items() if key not in _OF_A_PERIOD and value is not None}),
    )


def _names(item: Item) -> dict[str, Any]:
    """Its names by language, the first of each."""
    found: dict[str, Any] = defaultdict(str)
    for each in _objects(item.get("other_names")):
        language, name = each.get("lang"), each.get("name")
        if isinstance(language, str) and isinstance(name, str) and 0 < len(language) <= 12 and not found[language]:  # noqa: PLR2004 - a language's code
            found[language] = storable(" ".join(name.split()))[:200]
    return dict(found)


def _kept_names(item: Item) -> Item:
    names = storable(_objects(item.get("other_names")))
    return {"other_names": names} if names else {}


def _dates(membership: Item) -> tuple[str | None, str | None] | None:
    """First and last day; None if they are no dates."""
    try:
        return iso(membership.get("start_date"), "start_date"), iso(membership.get("end_date"), "end_date")
    except BadValue:
        return None


def _overlap(dates: tuple[str | None, str | None], seat: ListedMandate) -> bool:
    """Whether a membership in a party was while the mandate was. Dates of any precision, compared as texts."""
    start, end = dates
    return not ((end and seat.start and end < seat.start) or (seat.end and start and start > seat.end))


def _objects(value: Any) -> list[Item]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
