"""Who a row is about: somebody whom the list named before, somebody who is here already, somebody new, or unclear.

In this order: the list's own id; the address of the person's page; the whole name folded, with a birth date that fits.
What is not certain is left to a human: two people made one are rarely parted again. (Lists in our own form are found
by their slugs, see `restoring`.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign.prisoners.importing import kept, profiles
from campaign.prisoners.importing.profiles import Profile
from campaign.prisoners.importing.record import Doubtful, Record
from campaign.prisoners.importing.survey import Survey
from campaign.prisoners.models import Doubt, Identifier, PrisonerName, name_key
from campaign.vault import Vault

LONGEST_KEY = 250
OUTDATED = "outdated"
_TWO_PEOPLE = re.compile(r"\s(?:and|und|et|и|та|və|ve|&|\+)\s|[;/\n]", re.IGNORECASE)


class Decision(StrEnum):
    """What a human said of a doubtful row."""

    PERSON = "person"
    NEW = "new"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is compared: its document, what stands for it, and the key under which the list is remembered."""

    record: Record
    said: kept.Said
    fingerprint: bytes
    key: str
    doubts: tuple[tuple[str, Doubtful], ...] = ()
    """What reading doubted, each with its sum (`kept.doubt_sums`)."""

    @property
    def keys(self) -> tuple[str, str, str]:
        """Under which the list may be remembered, the surest first."""
        loose = self.key if self.record.key else key_of(replace(self.record, born=None))
        return self.own_key, self.key, loose

    @property
    def own_key(self) -> str:
        """The key where `key` is already taken by another person of the same name."""
        return f"{self.key[: LONGEST_KEY - 17]}#{self.fingerprint.hex()[:16]}"


@dataclass(slots=True)
class Match:
    """Whom a row is about. Neither `profile` nor `doubts`: somebody new. `known` is what the list said before.

    `decided`: a human said so. `takes_id`: the list has given the id of somebody else to this person.
    """

    row: Row
    profile: Profile | None = None
    known: Known | None = None
    unchanged: bool = False
    left_out: bool = False
    decided: bool = False
    takes_id: bool = False
    doubts: list[Doubtful] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)

    def doubt(self, code: str, candidates: Iterable[int] = (), **values: str) -> None:
        """Leave the row to a human."""
        self.doubts.append(Doubtful(code, values))
        self.candidates += [each for each in candidates if each not in self.candidates]


@dataclass(frozen=True, slots=True)
class Known:
    """An identifier: the list's key of a prisoner and, if read, what the list said last."""

    id: int
    prisoner_id: int
    key: str
    said: kept.Said


def row_of(vault: Vault, record: Record) -> Row:
    """The record, ready to be matched. Raises `ValueError` for text that no database can hold."""
    document = kept.said(record)
    text = kept.as_text(document)
    if "\\u0000" in text:
        raise ValueError("null character")
    text.encode()  # half a character raises UnicodeEncodeError, which is a ValueError
    doubts = tuple(zip(kept.doubt_sums(vault, document), record.doubts, strict=True))
    return Row(record, document, kept.fingerprint(vault, document), key_of(record), doubts)


def key_of(record: Record) -> str:
    """The list's id of a person; where it has none, the name and what is known of the birth date."""
    born = f" {record.born}" if record.born else ""
    key = record.key or f"name:{name_key(record.name)}{born}"
    return key if len(key) <= LONGEST_KEY else f"{key[:200]}#{sha256(key.encode()).hexdigest()[:32]}"


def match(session: Session, list_name: str, rows: Sequence[Row], survey: Survey) -> list[Match]:
    """Whom each of some hundred rows is about; a fixed number of queries."""
    found = [Match(row) for row in rows]
    told_before = _fingerprints(session, list_name, rows)
    for each in found:
        each.unchanged = each.row.fingerprint in (
            told_before.get(each.row.key),
            told_before.get(each.row.own_key),
        )
    open_ones = [each for each in found if not each.unchanged]
    if open_ones:
        _decide(_Here.read(session, list_name, [each.row for each in open_ones]), open_ones, survey)
        _one_row_each(open_ones)
    return found


def decisions(session: Session, list_name: str, rows: Sequence[Row]) -> dict[bytes, tuple[str, int | None]]:
    """What humans said of these rows before, by fingerprint: the decision and whom it is about."""
    columns = (Doubt.fingerprint, Doubt.decision, Doubt.prisoner_id)
    query = select(*columns).where(
        Doubt.list_name == list_name,
        Doubt.fingerprint.in_([row.fingerprint for row in rows]),
        Doubt.decided_at.is_not(None),
        Doubt.decision != OUTDATED,
    )
    return {fingerprint: (decision, prisoner_id) for fingerprint, decision, prisoner_id in session.execute(query)}


def told_before(session: Session, list_name: str, row: Row, prisoner_id: int) -> Known | None:
    """What the list said of this person before, under the row's key or, if the list has no ids, under another."""
    conditions = (Identifier.list_name == list_name, Identifier.prisoner_id == prisoner_id)
    told = list(_known(session, *conditions))
    by_key = {known.key: known for known in told}
    found = next((by_key[key] for key in row.keys if key in by_key), None)
    return found or (told[0] if len(told) == 1 and not row.record.key else None)


@dataclass
class _Here:
    """What the database holds that some rows may be about. `told` is what this list said of whom."""

    list_name: str
    by_key: dict[str, Known]
    by_url: dict[str, set[int]]
    by_name: dict[str, set[int]]
    told: dict[int, list[Known]]
    decisions: dict[bytes, tuple[str, int | None]]
    profiles: dict[int, Profile]

    @classmethod
    def read(cls, session: Session, list_name: str, rows: Sequence[Row]) -> _Here:
        of_list = Identifier.list_name == list_name
        by_key = {known.key: known for known in _known(session, of_list, Identifier.key.in_(_keys(rows)))}
        by_url = _ids_by(session, Identifier.url, Identifier.prisoner_id, {row.record.url for row in rows} - {""})
        names = {key for row in rows for key in _name_keys(row.record)}
        by_name = _ids_by(session, PrisonerName.key, PrisonerName.prisoner_id, names)
        decided = decisions(session, list_name, rows)
        ids = {known.prisoner_id for known in by_key.values()}.union(*by_name.values(), *by_url.values())
        ids |= {prisoner_id for _, prisoner_id in decided.values() if prisoner_id}
        told: dict[int, list[Known]] = {}
        for known in _known(session, of_list, Identifier.prisoner_id.in_(ids)):
            told.setdefault(known.prisoner_id, []).append(known)
        return cls(list_name, by_key, by_url, by_name, told, decided, profiles.read(session, ids))


def _decide(here: _Here, matches: Sequence[Match], survey: Survey) -> None:
    for each in matches:
        decision, prisoner_id = here.decisions.get(each.row.fingerprint, ("", None))
        each.known = next((here.by_key[key] for key in each.row.keys if key in here.by_key), None)
        if decision == Decision.LEAVE_OUT:
            each.left_out = True
        elif decision and prisoner_id in here.profiles:
            each.decided = True
            each.profile = here.profiles[prisoner_id]
            if each.known and each.known.prisoner_id != prisoner_id:
                each.known = None
        else:
            accepted = each.known.said.get("doubts", []) if each.known else []
            each.doubts += [doubt for stands_for, doubt in each.row.doubts if stands_for not in accepted]
            _find(here, each, survey)


def _one_row_each(matches: Sequence[Match]) -> None:
    """Two rows that would be the same person: the list says that they are not."""
    rows: dict[int, list[Match]] = {}
    for each in matches:
        if each.profile is not None and not (each.left_out or each.doubts):
            rows.setdefault(each.profile.id, []).append(each)
    for prisoner_id, same in rows.items():
        if len(same) > 1:
            numbers = ", ".join(str(each.row.record.row) for each in same)
            for each in same:
                each.doubt("same_person_twice", [prisoner_id], rows=numbers)


def _find(here: _Here, match: Match, survey: Survey) -> None:
    record = match.row.record
    if match.known is None:
        _twice_in_file(match, survey)
        _by_url(here, match, survey)
        if not match.doubts and match.profile is None:
            _by_name(here, match)
        return
    match.profile = here.profiles[match.known.prisoner_id]
    if record.key:
        _twice_by_id(match, survey)
    else:
        _twice_by_name(match, survey)
    _same_id_other_person(match)
    if record.url != match.known.said.get("url", ""):
        _by_url(here, match, survey)


def _twice_in_file(match: Match, survey: Survey) -> None:
    record = match.row.record
    if _TWO_PEOPLE.search(record.name):
        match.doubt("two_people", name=record.name)
    _twice_by_id(match, survey)
    if record.url and (rows := survey.url_rows(record)):
        match.doubt("same_url_in_file", url=record.url, rows=rows)
    _twice_by_name(match, survey)


def _twice_by_id(match: Match, survey: Survey) -> None:
    if rows := survey.key_rows(match.row.record):
        match.doubt("same_id_in_file", key=match.row.record.key, rows=rows)


def _twice_by_name(match: Match, survey: Survey) -> None:
    if rows := survey.name_rows(match.row.record):
        code = "same_name_in_file" if survey.birth_date_rows(match.row.record) else "other_birth_date_in_file"
        match.doubt(code, name=match.row.record.name, rows=rows)


def _by_url(here: _Here, match: Match, survey: Survey) -> None:
    """A page that is known already names the person, unless the list has given it to another id."""
    record = match.row.record
    there = sorted(here.by_url.get(record.url, ())) if record.url else []
    if not there or (match.profile and there == [match.profile.id]):
        return
    other_id = record.key and any(
        known.said.get("url") == record.url for each in there for known in here.told.get(each, [])
    )
    profile = here.profiles[there[0]]
    other_person = _births_exclude(record, profile) or not (_name_keys(record) & profile.name_keys)
    if match.profile or len(there) > 1 or other_id or other_person:
        match.doubt("same_url", there, url=record.url)
    elif not survey.url_rows(record):
        _take(here, match, profile)


def _take(here: _Here, match: Match, profile: Profile) -> None:
    """It is this person; what the list said of him before comes along, if it has no id to say otherwise."""
    match.profile = profile
    told = here.told.get(profile.id, [])
    if not match.row.record.key and len(told) == 1:
        match.known = told[0]


def _same_id_other_person(match: Match) -> None:
    """An id that the list has given to somebody else: neither name nor birth date are what they were."""
    assert match.profile is not None
    record, profile = match.row.record, match.profile
    if _name_keys(record) & profile.name_keys:
        return
    if _births_exclude(record, profile) or not (record.born and profile.born):
        match.doubt("same_id_other_name", [profile.id], key=record.key or match.row.key, name=profile.name)


def _by_name(here: _Here, match: Match) -> None:
    record = match.row.record
    ids = sorted(set[int]().union(*(here.by_name.get(key, set()) for key in _name_keys(record))))
    candidates = [here.profiles[each] for each in ids]
    fitting = [each for each in candidates if not _births_exclude(record, each)]
    if not candidates:
        return
    if record.key and (under_other_id := [each for each in ids if each in here.told]):
        match.doubt("same_name_other_id", under_other_id, name=record.name)
    elif not fitting:
        match.doubt("other_birth_date", ids, name=record.name, born=str(record.born))
    elif len(fitting) > 1:
        match.doubt("several", [each.id for each in fitting], name=record.name)
    elif not (record.born and fitting[0].born):
        match.doubt("no_birth_date", [fitting[0].id], name=record.name)
    else:
        _take(here, match, fitting[0])


def _births_exclude(record: Record, profile: Profile) -> bool:
    return bool(record.born and profile.born and not record.born.may_be(profile.born))


def _name_keys(record: Record) -> set[str]:
    return {key for name in record.names if (key := name_key(name.name))}


# ---------------------------------------------------------------------------------------------------------------------


def _keys(rows: Sequence[Row]) -> set[str]:
    return {key for row in rows for key in row.keys}


def _fingerprints(session: Session, list_name: str, rows: Sequence[Row]) -> dict[str, bytes]:
    keys = {key for row in rows for key in (row.key, row.own_key)}
    query = select(Identifier.key, Identifier.fingerprint)
    found = session.execute(query.where(Identifier.list_name == list_name, Identifier.key.in_(keys)))
    return {key: fingerprint for key, fingerprint in found}  # noqa: C416 - a Row is not a tuple to the type checker


def _known(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Known]:
    query = select(Identifier.id, Identifier.prisoner_id, Identifier.key, Identifier.record).where(*conditions)
    for row in session.execute(query.order_by(Identifier.id)):
        yield Known(row.id, row.prisoner_id, row.key, row.record)


def _ids_by(
    session: Session, column: InstrumentedAttribute[str], prisoner_id: InstrumentedAttribute[int], values: set[str]
) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    if values:
        for value, each in session.execute(select(column, prisoner_id).where(column.in_(values))):
            found.setdefault(value, set()).add(each)
    return found
