"""Popolo JSON (https://www.popoloproject.com/specs/), as EveryPolitician wrote it and as others do.

Any section may be missing. Memberships stand in a section of their own, inside persons or inside organisations; their
person, organisation, party, area and post by id or as an object. What is not ours to understand is kept in `more`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from campaign.chambers.rosters.listed import MOST_MANDATES, ListedMandate, ListedPerson, Roster, UnusableRoster
from campaign.chambers.rosters.popolo_bodies import Bodies
from campaign.chambers.rosters.values import BadValue, day, email_of, identifier, iso, line, storable, unless_bad

_MOST_MORE = 200_000
"""Characters of what is kept beyond our columns about one person."""

_OF_A_PERSON = frozenset(
    {"id", "name", "given_name", "family_name", "sort_name", "email", "gender", "birth_date", "death_date"}
    | {"other_names", "memberships"}
)
_OF_A_MANDATE = frozenset(
    {"person_id", "person", "organization_id", "organization", "on_behalf_of_id", "on_behalf_of", "memberships"}
    | {"legislative_period_id", "legislative_period", "role", "start_date", "end_date", "gone_on"}
)


def roster_of(document: Any) -> Roster:
    """What a parsed document says. Raises `UnusableRoster`."""
    if isinstance(document, list):
        document = {"persons": document}
    if not isinstance(document, dict) or not isinstance(document.get("persons"), list):
        raise UnusableRoster("not_a_roster")
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._roster = Roster("popolo")
        self._document = document
        self._memberships: list[tuple[str, int, dict[str, Any]]] = []
        self._bodies = Bodies(self._roster)

    def read(self) -> Roster:
        for row, person in self._items("persons"):
            self._attempt("persons", row, person, self._person)
        for section in ("organizations", "areas", "posts", "events"):
            for row, item in self._items(section):
                self._attempt(section, row, item, self._bodies.take)
        self._memberships += [("memberships", row, each) for row, each in self._items("memberships")]
        self._memberships += self._bodies.memberships
        by_person = self._placed()
        chambers = self._bodies.chambers(by_person)
        if not chambers:
            raise UnusableRoster("no_chambers" if by_person else "no_members", refused=len(self._roster.findings))
        for key, memberships in by_person.items():
            self._mandates(key, memberships)
        self._bodies.keep_the_rest(self._document)
        self._drop_those_without()
        return self._roster

    # --- parts

    def _items(self, section: str) -> Iterator[tuple[int, dict[str, Any]]]:
        found = self._document.get(section)
        if found is None:
            return
        if not isinstance(found, list):
            self._roster.refuse(section, 0, "", "wrong_type", field=section)
            return
        for row, each in enumerate(found, 1):
            if isinstance(each, dict):
                yield row, each
            elif each is not None:
                self._roster.refuse(section, row, "", "wrong_type", field=section)

    def _attempt(self, section: str, row: int, item: dict[str, Any], take: Any) -> None:
        try:
            take(section, row, item)
        except BadValue as bad:
            own, name = (each if isinstance(each, str) else "" for each in (item.get("id"), item.get("name")))
            self._roster.refuse(section, row, name, bad.code, **bad.values)
            if section == "persons":
                self._roster.unsure.append((own, name))

    def _person(self, _section: str, row: int, item: dict[str, Any]) -> None:
        roster = self._roster
        own = identifier(item.get("id"), "id")
        key = own or f"#{row}"
        if key in roster.persons:
            roster.refuse("persons", row, roster.persons[key].name, "id_twice")
            return
        problems: list[BadValue] = []
        person = _read_person(own, row, item, problems)
        for bad in problems:
            roster.skip("persons", row, person.name, bad.code, **bad.values)
        if _size(person.more) + _size(person.other_names) > _MOST_MORE:
            person.more, person.other_names = {}, None
            roster.skip("persons", row, person.name, "too_much")
        details = item.get("contact_details")
        written = [each.get("value") for each in _objects(details) if each.get("type") == "email"]
        person.email, broken = email_of(item.get("email"), *written)
        if broken:
            roster.skip("persons", row, person.name, "bad_email")
        roster.persons[key] = person
        for each in _objects(item.get("memberships")):
            self._memberships.append(("persons", row, {**each, "person_id": key, "person": None}))

    # --- memberships

    def _placed(self) -> dict[str, list[tuple[str, int, dict[str, Any]]]]:
        """The memberships of each person, with the organisation's id and what its post says filled in."""
        found: dict[str, list[tuple[str, int, dict[str, Any]]]] = defaultdict(list)
        for section, row, raw in self._memberships:
            try:
                membership = self._bodies.placed(row, raw)
                person = _reference(membership, "person")
            except BadValue as bad:
                self._roster.refuse(section, row, "", bad.code, **bad.values)
                self._roster.unsure.append((str(raw.get("person_id") or ""), ""))
                continue
            if person not in self._roster.persons:
                self._roster.refuse(section, row, "", "unknown_person", person=person)
            elif len(found[person]) >= MOST_MANDATES:
                self._roster.refuse(section, row, self._roster.persons[person].name, "too_many")
                self._roster.unsure.append((self._roster.persons[person].id, self._roster.persons[person].name))
            else:
                found[person].append((section, row, membership))
        return found

    def _mandates(self, person: str, memberships: Iterable[tuple[str, int, dict[str, Any]]]) -> None:
        roster, bodies = self._roster, self._bodies
        others = []
        seats: list[ListedMandate] = []
        for section, row, each in memberships:
            if each["organization_id"] not in roster.chambers:
                others.append(each)
                continue
            try:
                mandate = self._mandate(person, each)
            except BadValue as bad:
                roster.refuse(section, row, roster.persons[person].name, bad.code, **bad.values)
                roster.unsure.append((roster.persons[person].id, roster.persons[person].name))
                continue
            if mandate in seats:
                roster.skip(section, row, roster.persons[person].name, "twice")
                continue
            seats.append(mandate)
        bodies.parties_from(others, seats)
        roster.mandates += seats
        if others:
            kept = [{name: value for name, value in each.items() if value is not None} for each in others]
            roster.persons[person].more["memberships"] = [
                {name: value for name, value in each.items() if name not in {"person_id", "person"}} for each in kept
            ]

    def _mandate(self, person: str, each: dict[str, Any]) -> ListedMandate:
        chamber = each["organization_id"]
        gone_on = day(each.get("gone_on"), "gone_on")
        return ListedMandate(
            person=person,
            chamber=chamber,
            party=self._bodies.party(chamber, _reference(each, "on_behalf_of"), each.get("on_behalf_of")),
            period=self._bodies.period(chamber, _reference(each, "legislative_period"), each.get("legislative_period")),
            area=self._bodies.area(each),
            role=line(each.get("role"), "role", longest=120),
            start=iso(each.get("start_date"), "start_date"),
            end=None if gone_on else iso(each.get("end_date"), "end_date"),
            gone_on=gone_on,
            more=storable({name: value for name, value in each.items() if value and _beyond(name, value)}),
        )

    def _drop_those_without(self) -> None:
        """Persons who sit in no chamber are not ours."""
        seated = {mandate.person for mandate in self._roster.mandates}
        for key, person in list(self._roster.persons.items()):
            if key not in seated:
                del self._roster.persons[key]
                self._roster.skip("persons", person.row, person.name, "no_mandate")


def _read_person(own: str, row: int, item: dict[str, Any], problems: list[BadValue]) -> ListedPerson:
    """A person; `problems` gets what was left out. Raises `BadValue` if nothing is left to call somebody by."""
    short = partial(line, longest=120)
    given = unless_bad(problems, short, item.get("given_name"), "given_name")
    family = unless_bad(problems, short, item.get("family_name"), "family_name")
    name = line(item.get("name"), "name") or f"{given or ''} {family or ''}".strip()
    if not name:
        raise BadValue("missing", field="name")
    others = item.get("other_names")
    return ListedPerson(
        id=own,
        row=row,
        name=name,
        given_name=given,
        family_name=family,
        sort_name=unless_bad(problems, line, item.get("sort_name"), "sort_name"),
        gender=unless_bad(problems, partial(line, longest=24), item.get("gender"), "gender"),
        born=unless_bad(problems, iso, item.get("birth_date"), "birth_date"),
        died=unless_bad(problems, iso, item.get("death_date"), "death_date"),
        other_names=storable(_objects(others)) if others else None,
        more=storable({key: value for key, value in item.items() if key not in _OF_A_PERSON and value is not None}),
    )


def _beyond(name: str, value: Any) -> bool:
    """Whether a part of a membership says more than our columns hold."""
    if name == "area":
        return isinstance(value, dict) and value.keys() != {"name"}
    return name not in _OF_A_MANDATE


def _reference(item: Mapping[str, Any], name: str) -> str:
    """The id that `<name>_id` holds, or the object under `name`."""
    found = identifier(item.get(f"{name}_id"), f"{name}_id")
    inline = item.get(name)
    return found or (identifier(inline.get("id"), f"{name}_id") if isinstance(inline, dict) else "")


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _size(value: Any) -> int:
    """About how many characters it takes."""
    return len(repr(value))
