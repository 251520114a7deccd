"""Whom a file's persons are: members that are here, or new ones.

By the id of the file, which is made world-wide unique first. Who has none here, or another one, is recognised by the
official mailbox together with a word of the name; by the whole name where one side has no id; by name and birth date.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

from campaign.chambers.here import KnownMember
from campaign.chambers.rosters.listed import ListedPerson
from campaign.kit import addresses
from campaign.kit.folding import fold, words

_UNIQUE = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}|Q[1-9]\d*|.*[:/].*")
_Way: TypeAlias = tuple[
    Callable[[ListedPerson, KnownMember], bool], Callable[[ListedPerson], str], Callable[[KnownMember], str]
]

_LONGEST = 200
_BY_NAME = ":name:"
_WHOLE_DATE = 10


def unique_id(own: str, scope: str) -> str:
    """An id that no other country's file uses: UUIDs, Wikidata's and those with a colon or slash are so already."""
    found = own if _UNIQUE.fullmatch(own) else f"{scope}:{own}"
    return found if len(found) <= _LONGEST else f"{scope[:80]}:{hashlib.sha256(found.encode()).hexdigest()}"


def source_ids(persons: dict[str, ListedPerson], scope: str) -> dict[str, str]:
    """The id of each person: the file's own, made unique; else one made of the name."""
    taken: Counter[str] = Counter()
    found = {}
    for key, person in persons.items():
        own = unique_id(person.id, scope) if person.id else unique_id(f"{scope}{_BY_NAME}{fold(person.name)}", scope)
        taken[own] += 1
        found[key] = own if taken[own] == 1 else f"{own[:180]}:{taken[own]}"
    return found


def mailbox_of(email: str | None) -> str:
    """The canonical form of an address that was parsed before; empty for none."""
    return addresses.parse(email).canonical if email else ""


def recognise(
    persons: dict[str, ListedPerson], ids: dict[str, str], known: Iterable[KnownMember]
) -> dict[str, KnownMember]:
    """The member that each person is, by the person's key. Nobody is taken for two."""
    by_id = {member.source_id: member for member in known if member.source_id}
    found = {key: by_id[own] for key, own in ids.items() if own in by_id}
    rest = {member.id: member for member in known}
    for member in found.values():
        rest.pop(member.id, None)
    for way in _WAYS:
        _pair(persons, found, rest, way)
    return found


def made_of_name(source_id: str | None) -> bool:
    """Whether no file ever gave the member an id."""
    return not source_id or _BY_NAME in source_id


def _pair(
    persons: dict[str, ListedPerson], found: dict[str, KnownMember], rest: dict[int, KnownMember], way: _Way
) -> None:
    """Pair those who have the same mark, if each side has it once, and pass the test."""
    test, of_person, of_member = way
    theirs: dict[str, list[KnownMember]] = defaultdict(list)
    for member in rest.values():
        theirs[of_member(member)].append(member)
    ours: dict[str, list[str]] = defaultdict(list)
    for key, person in persons.items():
        if key not in found:
            ours[of_person(person)].append(key)
    for mark, keys in ours.items():
        if mark and len(keys) == 1 and len(theirs[mark]) == 1 and test(persons[keys[0]], theirs[mark][0]):
            found[keys[0]] = theirs[mark][0]
            del rest[theirs[mark][0].id]


def _share_a_word(person: ListedPerson, member: KnownMember) -> bool:
    return not set(words(person.name)).isdisjoint(words(member.name))


def _nothing_against(person: ListedPerson, member: KnownMember) -> bool:
    """One of the two has no id; what is known of their birth agrees."""
    less, more = sorted((person.born or "", member.born or ""), key=len)
    return (not person.id or made_of_name(member.source_id)) and more.startswith(less)


def _born_the_same_day(person: ListedPerson, member: KnownMember) -> bool:
    return bool(person.born and person.born == member.born and len(person.born) == _WHOLE_DATE)


_WAYS: tuple[_Way, ...] = (
    (_share_a_word, lambda person: mailbox_of(person.email), lambda member: member.mailbox),
    (_born_the_same_day, lambda person: fold(person.name), lambda member: fold(member.name)),
    (_nothing_against, lambda person: fold(person.name), lambda member: fold(member.name)),
)
