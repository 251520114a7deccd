"""Which events a row adds and which of the list's own it takes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign.facilities import naming
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import life as lives
from campaign.prisoners.importing import kept
from campaign.prisoners.importing.profiles import Logged, Profile
from campaign.prisoners.importing.record import Record, RecordEvent
from campaign.prisoners.life import ENDS
from campaign.prisoners.models import EventKind, Status
from campaign.prisoners.models.events import IN_CUSTODY

_TAKEN = frozenset({EventKind.ARREST.value, EventKind.HOUSE_ARREST.value})


@dataclass(slots=True)
class EventPlan:
    """Events to add and to take back.

    `kept` are the row's events as the identifier will remember them, each with the number of the event in `added` it
    became, or with the uid of the one it was before, or with neither: others had told it. `changes` are kind, before
    and after, as people read it.
    """

    added: list[RecordEvent] = field(default_factory=list)
    retracted: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[dict[str, Any], int | None]] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    conflict: dict[str, str] = field(default_factory=dict)

    @property
    def retracted_uids(self) -> set[bytes]:
        """Of the events that are taken back."""
        return {bytes.fromhex(uid) for uid, _ in self.retracted}


def plan_events(
    record: Record, now: Mapping[str, Any], before: Mapping[str, Any], profile: Profile | None
) -> EventPlan:
    """What to do, from what the list says now and said before (kept documents) and what the log holds."""
    plan = EventPlan()
    said_now: Sequence[dict[str, Any]] = now.get("events", [])
    if profile is None:
        for number, (event, document) in enumerate(zip(record.events, said_now, strict=True)):
            plan.added.append(event)
            plan.kept.append((document, number))
        return plan
    said_before: list[dict[str, Any]] = list(before.get("events", []))
    waiting = []
    for event, document in zip(record.events, said_now, strict=True):
        same = _pop(said_before, _says(document))
        if same is None:
            waiting.append((event, document))
        else:
            plan.kept.append((document | ({"uid": same["uid"]} if same.get("uid") else {}), None))
    here = _Log(profile, first_contact=not before)
    for event, document in waiting:
        corrected = _pop(said_before, _told_otherwise(document, here.life))
        if here.tells(event, document):
            plan.kept.append((document, None))
            continue
        plan.conflict = plan.conflict or here.conflict(event, document, corrected, before)
        if corrected is not None and here.is_live(corrected.get("uid")):
            plan.retracted.append((corrected["uid"], event.kind.value))
        stood = in_words(corrected) if corrected else here.stood(event.kind)
        plan.changes.append((event.kind.value, stood, in_words(document)))
        plan.kept.append((document, len(plan.added)))
        plan.added.append(event)
    return plan


def in_words(event: Mapping[str, Any]) -> str:
    """A kept event in a few words: its day, and what is particular about it."""
    details = event.get("details", {})
    parts = [
        event.get("day", ""),
        event.get("facility", {}).get("name", ""),
        ", ".join(str(article.get("code") or article.get("text", "")) for article in details.get("articles", [])),
        str((details.get("sentence") or {}).get("text", "")),
        next(iter(event.get("texts", {}).values()), ""),
    ]
    return " · ".join(part for part in parts if part) or "?"


# ---------------------------------------------------------------------------------------------------------------------


_Fits = Callable[[Mapping[str, Any]], bool]


def _pop(events: list[dict[str, Any]], fits: _Fits) -> dict[str, Any] | None:
    for at, event in enumerate(events):
        if fits(event):
            return events.pop(at)
    return None


def _says(now: Mapping[str, Any]) -> _Fits:
    same = kept.same_event(now)
    return lambda before: kept.same_event(before) == same


def _told_otherwise(now: Mapping[str, Any], life: lives.Life) -> _Fits:
    """Whether an event that the list told is told otherwise now, and this is not a further one."""

    def fits(before: Mapping[str, Any]) -> bool:
        if before["kind"] != now["kind"] or "sum" in before or "sum" in now:
            return False
        if before.get("day") and before.get("day") == now.get("day"):
            return True
        if kept.event_content(before) != kept.event_content(now):
            return False
        free = life.status not in IN_CUSTODY and life.status is not Status.UNKNOWN
        again = now["kind"] in _TAKEN and free
        return not (again and _later(now.get("day"), before.get("day")))

    return fits


def _later(now: str | None, before: str | None) -> bool:
    new, old = PartialDate.parse_optional(now), PartialDate.parse_optional(before)
    return bool(new and old and new.first > old.last)


class _Log:
    """What the log of a profile holds, as far as a list's events have to be compared with it."""

    def __init__(self, profile: Profile, *, first_contact: bool) -> None:
        self._profile = profile
        self._first_contact = first_contact
        self._events = [event for event in profile.events if not event.retracted]
        self.life = profile.life()

    def is_live(self, uid: str | None) -> bool:
        """Whether there is such an event that nobody has taken back."""
        return any(event.uid.hex() == uid for event in self._events)

    def tells(self, event: RecordEvent, document: Mapping[str, Any]) -> bool:
        """Whether this is told already. At first contact, other words for the same are enough."""
        if event.kind is EventKind.TRANSFER and event.facility is not None:
            return self._is_at(document)
        alike = [each for each in self._events if (each.kind, each.public) == (event.kind.value, event.public)]
        if not event.public:
            return self._first_contact and any(each.day == event.day for each in alike)
        if self._first_contact and any(self._as_much(each, event) for each in alike):
            return True
        return event.facility is None and any(each.day == event.day and _same(each, event) for each in alike)

    def conflict(
        self,
        event: RecordEvent,
        document: Mapping[str, Any],
        corrected: Mapping[str, Any] | None,
        before: Mapping[str, Any],
    ) -> dict[str, str]:
        """What people here have told otherwise since the list last spoke; empty if nothing."""
        kind = event.kind.value
        if corrected is not None and not self.is_live(corrected.get("uid")):
            days = [str(each.day or "?") for each in self._events if each.kind == kind]
            here = ", ".join(days) or "–"
            return {"field": f"event.{kind}", "here": here, "before": in_words(corrected), "now": in_words(document)}
        places = [each for each in before.get("events", []) if each["kind"] == kind and each.get("facility")]
        if event.kind is EventKind.TRANSFER and places and self._profile.facility and not self._is_at(places[-1]):
            said = {"before": in_words(places[-1]), "now": in_words(document)}
            return {"field": f"event.{kind}", "here": self._profile.facility} | said
        return {}

    def stood(self, kind: EventKind) -> str:
        """What a further event replaces in the public's eyes."""
        if kind is EventKind.CHARGE:
            return ", ".join(_codes(self.life.articles))
        if kind is EventKind.VERDICT and self.life.sentence:
            return str(self.life.sentence.get("text", ""))
        return self._profile.facility if kind is EventKind.TRANSFER else ""

    def _is_at(self, document: Mapping[str, Any]) -> bool:
        place = document["facility"]
        return place.get("slug") in self._profile.facility_keys or naming.name_key(place["name"]) in (
            self._profile.facility_keys
        )

    def _as_much(self, there: Logged, event: RecordEvent) -> bool:
        if event.kind is EventKind.CHARGE:
            return _codes(self.life.articles) == _codes(event.details.get("articles", []))
        same_day = there.day == event.day or bool(there.day and event.day and there.day.may_be(event.day))
        if event.kind.value in _TAKEN or event.kind is EventKind.VERDICT or event.kind in ENDS:
            return same_day or event.day is None
        return same_day and (there.texts == set(event.texts.values()) or not event.texts) and event.facility is None


def _same(there: Logged, event: RecordEvent) -> bool:
    return dict(there.details) == dict(event.details) and there.texts == {text for text in event.texts.values() if text}


def _codes(articles: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(str(article.get("code") or article.get("text", "")) for article in articles)
