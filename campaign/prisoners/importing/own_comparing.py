"""What a list in our own form says that the database does not say yet.

The document in the file is compared with the one that an export would write now. What is missing here is added. What
is different is taken over only if nobody changed the profile since the list was written (`updated_at` is the same: the
file was edited); otherwise a human decides. Nothing is ever taken away, no event is changed, no profile shown again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.prisoners import documents
from campaign.prisoners.importing.record import Doubtful, Record
from campaign.prisoners.models import Event, Identifier, OldSlug, Prisoner, name_key
from campaign.vault import Vault

Document = Mapping[str, Any]
EVERYTHING = documents.Scope(internal=True)
_SINGLE = ("sort_as", "gender", "country", "born", "family_consent", "family_consent_on")
_OF_AN_EVENT = ("kind", "date", "as_of", "texts", "facility", "details", "source", "url")
_SOME = 1_000


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DOUBTFUL = "doubtful"


class How(StrEnum):
    """`ADD`: it is not here yet. `SET`: it replaces what is here. `DIFFERS`: a human must decide."""

    ADD = "add"
    SET = "set"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what is here, what the list says, what becomes of it. `part` says which of several it is."""

    field: str
    before: Any
    after: Any
    how: How
    part: str = ""

    @property
    def path(self) -> str:
        """The field and the part, for people: `about.en`."""
        return f"{self.field}.{self.part}" if self.part else self.field


@dataclass(frozen=True, slots=True)
class Comparison:
    """A record beside the profile it speaks of (None: a new one). `unlinked` are campaigns that it cannot join."""

    record: Record
    prisoner_id: int | None
    differences: tuple[Difference, ...] = ()
    doubts: tuple[Doubtful, ...] = ()
    unlinked: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What becomes of the row."""
        if self.doubts:
            return Outcome.DOUBTFUL
        if self.prisoner_id is None:
            return Outcome.NEW
        return Outcome.CHANGED if self.differences else Outcome.UNCHANGED


@dataclass(slots=True)
class _Known:
    """What is in the database of that which some records name."""

    slugs: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], int] = field(default_factory=dict)
    facilities: AbstractSet[str] = frozenset()
    campaigns: AbstractSet[str] = frozenset()
    profiles: dict[int, Document] = field(default_factory=dict)


def compare(
    session: Session,
    vault: Vault,
    records: Sequence[Record],
    *,
    campaign_ids: Collection[int] | None = None,
    facilities: AbstractSet[str] = frozenset(),
    persons: Mapping[str, int | None] | None = None,
) -> list[Comparison]:
    """Each record beside its profile: some twenty reads for all, so give some hundred at once. Writes nothing.

    `campaign_ids` are those that profiles may be put into, None all. `facilities` are slugs that the list brings along
    and that may not be here yet.
    """
    session.flush()
    known = _known(session, vault, records, campaign_ids, persons or {})
    known.facilities |= facilities
    compared = []
    for record in records:
        comparison = _compare(record, known)
        if comparison.prisoner_id is None and not comparison.doubts:
            _remember(record, known)
        compared.append(comparison)
    return compared


# ---------------------------------------------------------------------------------------------------------------------

_COMING = 0
"""In place of an id: a profile that an earlier row of the same list makes."""


def said(document: Document) -> dict[str, Any]:
    """A document without the fields that say nothing."""
    return {name: value for name, value in document.items() if value is False or value == 0 or value}


def _known(
    session: Session,
    vault: Vault,
    records: Sequence[Record],
    campaign_ids: Collection[int] | None,
    persons: Mapping[str, int | None],
) -> _Known:
    own = [_own(record) for record in records]
    slugs = {slug for each in own for slug in (each["slug"], *each.get("old_slugs", ()))}
    known = _Known(facilities=set(documents.facility_slugs(session.connection()).values()))
    for column, owner in ((OldSlug.slug, OldSlug.prisoner_id), (Prisoner.slug, Prisoner.id)):
        known.slugs.update(_pairs(session, column, owner, slugs))
    for slug, prisoner_id in persons.items():
        if prisoner_id is None:
            known.slugs.pop(slug, None)
        else:
            known.slugs[slug] = prisoner_id
    uids = {bytes.fromhex(event["uid"]) for each in own for event in each.get("events", ())}
    known.events = {uid.hex(): i for uid, i in _pairs(session, Event.uid, Event.prisoner_id, uids)}
    keys = {each["key"] for document in own for each in document.get("identifiers", ())}
    for name, key, owner in _rows(session, (Identifier.list_name, Identifier.key, Identifier.prisoner_id), keys):
        known.identifiers[name, key] = owner
    campaigns = select(documents.campaigns.c.id, documents.campaigns.c.slug)
    known.campaigns = {slug for i, slug in session.execute(campaigns) if campaign_ids is None or i in campaign_ids}
    ids = sorted({known.slugs[each["slug"]] for each in own if each["slug"] in known.slugs})
    known.profiles = dict(documents.prisoners(session.connection(), vault, ids, EVERYTHING))
    return known


def _pairs(session: Session, column: Any, owner: Any, values: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    yield from _rows(session, (column, owner), values, of=column)


def _rows(session: Session, columns: tuple[Any, ...], values: Iterable[Any], of: Any = Identifier.key) -> Iterator[Any]:
    asked = sorted(values)
    for start in range(0, len(asked), _SOME):
        yield from session.execute(select(*columns).where(of.in_(asked[start : start + _SOME])))


def _own(record: Record) -> Document:
    assert record.own is not None
    return record.own


def _remember(record: Record, known: _Known) -> None:
    own = _own(record)
    known.slugs.update(dict.fromkeys([own["slug"], *own.get("old_slugs", ())], _COMING))
    known.events.update(dict.fromkeys([event["uid"] for event in own.get("events", ())], _COMING))
    known.identifiers.update(
        dict.fromkeys([(each["list"], each["key"]) for each in own.get("identifiers", ())], _COMING)
    )


def _compare(record: Record, known: _Known) -> Comparison:
    own = _own(record)
    unlinked = tuple(slug for slug in own.get("campaigns", ()) if slug not in known.campaigns)
    prisoner_id = known.slugs.get(own["slug"])
    doubts = [*record.doubts, *_taken(own, prisoner_id, known)]
    if prisoner_id is None or prisoner_id == _COMING:
        if prisoner_id == _COMING:
            doubts.append(Doubtful("twice_in_list", {"slug": own["slug"]}))
        return Comparison(record, None, (), tuple(doubts), unlinked)
    here = known.profiles[prisoner_id]
    if not _same_person(own, here):
        doubts.append(Doubtful("other_person", {"slug": own["slug"], "here": here["names"][0]["name"]}))
    differences = tuple(_differences(own, here, known))
    doubts += [
        Doubtful("differs", {"field": each.path, "here": _shown(each.before), "list": _shown(each.after)})
        for each in differences
        if each.how is How.DIFFERS
    ]
    return Comparison(record, prisoner_id, differences, tuple(doubts), unlinked)


def _shown(value: Any) -> str:
    """In few words, and never the files of a portrait."""
    if isinstance(value, Mapping):
        value = ", ".join(f"{name}: {part}" for name, part in value.items() if name != "files")
    return "" if value is None else str(value)[:500]


def _taken(own: Document, prisoner_id: int | None, known: _Known) -> Iterator[Doubtful]:
    """What belongs to somebody else already, and what the list names but nobody has."""
    for slug in own.get("old_slugs", ()):
        if known.slugs.get(slug, prisoner_id) != prisoner_id:
            yield Doubtful("slug_of_another", {"slug": slug})
    uids = [event["uid"] for event in own.get("events", ())]
    if len(set(uids)) < len(uids) or any(known.events.get(uid, prisoner_id) != prisoner_id for uid in uids):
        yield Doubtful("event_of_another", {})
    for each in own.get("identifiers", ()):
        if known.identifiers.get((each["list"], each["key"]), prisoner_id) != prisoner_id:
            yield Doubtful("identifier_of_another", {"list": each["list"], "key": each["key"]})
    for slug in {event["facility"] for event in own.get("events", ()) if "facility" in event}:
        if slug not in known.facilities:
            yield Doubtful("unknown_facility", {"facility": slug})


def _same_person(own: Document, here: Document) -> bool:
    def marks(document: Document) -> set[object]:
        events = [event["uid"] for event in document.get("events", ())]
        lists = [(each["list"], each["key"]) for each in document.get("identifiers", ())]
        return {*events, *lists, *(("name", name_key(name["name"])) for name in document["names"])}

    return not marks(own).isdisjoint(marks(here))


def _differences(own: Document, here: Document, known: _Known) -> Iterator[Difference]:
    untouched = own.get("updated_at") == here["updated_at"]
    yield from single_fields(own, here, _SINGLE, untouched=untouched)
    yield from by_language("about", own, here, untouched=untouched)
    yield from _hidden(own, here, untouched=untouched)
    yield from not_here("names", own, here, ("name", "language", "kind"))
    yield from _designations(own, here, untouched=untouched)
    yield from _events(own, here)
    for slug, position in own.get("campaigns", {}).items():
        if slug in known.campaigns and slug not in here["campaigns"]:
            yield Difference("campaigns", None, position, How.ADD, slug)
    for slug in own.get("old_slugs", ()):
        if slug not in known.slugs:
            yield Difference("old_slugs", None, slug, How.ADD)
    yield from _identifiers(own, here)
    yield from _portrait(own, here, untouched=untouched)


def single_fields(
    own: Document, here: Document, names: Sequence[str], *, untouched: bool, blank: str = "unknown"
) -> Iterator[Difference]:
    """Fields with one value. Where nothing is known here (or `blank`), the list's is taken."""
    for name in names:
        if name in own and own[name] != here[name]:
            take = untouched or not here[name] or here[name] == blank
            yield Difference(name, here[name], own[name], How.SET if take else How.DIFFERS)


def by_language(name: str, own: Document, here: Document, *, untouched: bool) -> Iterator[Difference]:
    """Texts by language."""
    for language, text in own.get(name, {}).items():
        before = here[name].get(language)
        if before is None:
            yield Difference(name, None, text, How.ADD, language)
        elif before != text:
            yield Difference(name, before, text, How.SET if untouched else How.DIFFERS, language)


def not_here(name: str, own: Document, here: Document, keys: tuple[str, ...]) -> Iterator[Difference]:
    """Items of a list that are not here, told apart by `keys`."""
    there = {tuple(item.get(key) or _DEFAULTS.get(key, "") for key in keys) for item in here[name]}
    for item in own.get(name, ()):
        mark = tuple(item.get(key) or _DEFAULTS.get(key, "") for key in keys)
        if mark not in there:
            there.add(mark)
            yield Difference(name, None, item, How.ADD)


_DEFAULTS = {"kind": "main"}


def _hidden(own: Document, here: Document, *, untouched: bool) -> Iterator[Difference]:
    hidden = own.get("hidden", here["hidden"])
    if hidden != here["hidden"]:
        yield Difference("hidden", here["hidden"], hidden, How.SET if untouched and hidden else How.DIFFERS)


def _designations(own: Document, here: Document, *, untouched: bool) -> Iterator[Difference]:
    there = {(each["organisation"], each["term"]): said(each) for each in here["designations"]}
    for each in own.get("designations", ()):
        mark = each["organisation"], each.get("term", "")
        before = there.get(mark)
        if before is None:
            yield Difference("designations", None, each, How.ADD)
        elif each not in map(said, here["designations"]):
            yield Difference("designations", before, each, How.SET if untouched else How.DIFFERS)


def _events(own: Document, here: Document) -> Iterator[Difference]:
    there = {event["uid"]: said(event) for event in here["events"]}
    for event in own.get("events", ()):
        before = there.get(event["uid"])
        if before is None:
            yield Difference("events", None, event, How.ADD)
            continue
        same = all(before.get(name) == event.get(name) for name in _OF_AN_EVENT)
        if not same or before["public"] != event.get("public", True):
            yield Difference("events", before, event, How.DIFFERS)
        elif "retracted" in event and "retracted" not in before:
            yield Difference("events", before, event, How.SET)


def _identifiers(own: Document, here: Document) -> Iterator[Difference]:
    there = {(each["list"], each["key"]): each for each in here["identifiers"]}
    for each in own.get("identifiers", ()):
        before = there.get((each["list"], each["key"]))
        if before is None:
            yield Difference("identifiers", None, each, How.ADD)
        elif each.get("seen_at", "") > before["seen_at"]:  # the list was read again after this database was
            yield Difference("identifiers", before, each, How.SET)


def _portrait(own: Document, here: Document, *, untouched: bool) -> Iterator[Difference]:
    portrait = own.get("portrait")
    if portrait is None or not portrait.get("files"):
        return
    before = here["portrait"]
    if before is None:
        yield Difference("portrait", None, portrait, How.ADD)
    elif before["version"] != portrait["version"]:
        yield Difference("portrait", before, portrait, How.SET if untouched else How.DIFFERS)
