"""What a row would change, field by field. Nothing is written here.

A list is compared with what it said last, so that what people wrote here meanwhile stays. At its first contact with a
profile it fills what is empty and adds what is missing. What changed in somebody's life becomes a further event; what
the list corrected about an event of its own takes that one back and adds it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import life as lives
from campaign.prisoners.importing import kept
from campaign.prisoners.importing.events import EventPlan, plan_events
from campaign.prisoners.importing.matching import Match
from campaign.prisoners.importing.record import Record, RecordDesignation, RecordEvent, RecordName
from campaign.prisoners.models import EventKind, Status
from campaign.prisoners.models.events import IN_CUSTODY
from campaign.vault import Vault

_LONGEST_SHOWN = 200
FIELDS = ("gender", "country", "born", "sort_as")


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DOUBTFUL = "doubtful"
    LEFT_OUT = "left_out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Delta:
    """One field before and after, as people read it. `field` is `born`, `about.en`, `event.arrest` and the like."""

    field: str
    before: str
    after: str


@dataclass(slots=True)
class Plan:
    """What is to be done for one row."""

    match: Match
    outcome: Outcome
    deltas: list[Delta] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    names: list[RecordName] = field(default_factory=list)
    designations: list[RecordDesignation] = field(default_factory=list)
    events: EventPlan = field(default_factory=EventPlan)
    campaigns: set[int] = field(default_factory=set)

    @property
    def record(self) -> Record:
        """The row's record."""
        return self.match.row.record

    @property
    def to_write(self) -> bool:
        """Whether anything of it goes into the database, be it only what the list said now."""
        return self.outcome in {Outcome.NEW, Outcome.CHANGED} or (
            self.outcome is Outcome.UNCHANGED and not self.match.unchanged
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for all rows of a run: the day the list is of, the campaigns that are to name the people."""

    told: date
    campaigns: Mapping[str, int] = field(default_factory=dict)
    all_join: frozenset[int] = frozenset()
    insist: bool = False
    """A human said who this is: the list's word counts where it differs from what people wrote here."""


def compare(vault: Vault, match: Match, rules: Rules) -> Plan:
    """What the matched row would change."""
    if match.unchanged or match.left_out:
        return Plan(match, Outcome.UNCHANGED if match.unchanged else Outcome.LEFT_OUT)
    plan = Plan(match, Outcome.UNCHANGED)
    if match.profile is None:
        _all_of_it(vault, plan, rules)
    else:
        _difference(vault, plan, rules)
    if match.doubts and not (match.decided or rules.insist):
        if match.profile is not None and match.profile.id not in match.candidates:
            match.candidates.insert(0, match.profile.id)
        return Plan(match, Outcome.DOUBTFUL)
    if match.profile is None:
        plan.outcome = Outcome.NEW
    elif plan.deltas:
        plan.outcome = Outcome.CHANGED
    return plan


# ---------------------------------------------------------------------------------------------------------------------


def _all_of_it(vault: Vault, plan: Plan, rules: Rules) -> None:
    record = plan.record
    plan.values = {name: value for name in FIELDS if (value := _value(record, name))}
    plan.about = {language: text for language, text in record.about.items() if text}
    plan.names = list(_unique_names(record.names))
    plan.designations = list(record.designations)
    now = kept.to_keep(vault, plan.match.row.said)
    plan.events = plan_events(record, now, {}, None)
    _custody(plan, {}, rules)
    plan.campaigns = _campaigns(plan, rules)


def _difference(vault: Vault, plan: Plan, rules: Rules) -> None:
    match, profile = plan.match, plan.match.profile
    assert profile is not None
    record = plan.record
    before = match.known.said if match.known else {}
    insist = rules.insist or match.decided
    for name in FIELDS:
        here = profile.values[name] or ""
        _field(plan, name, here, str(before.get(name, "")), _value(record, name), insist=insist)
    for language, text in record.about.items():
        here = profile.about.get(language, "")
        _field(plan, f"about.{language}", here, before.get("about", {}).get(language, ""), text, insist=insist)
    _names(plan, before)
    _designations(plan)
    now = kept.to_keep(vault, match.row.said)
    plan.events = plan_events(record, now, before, profile)
    if plan.events.conflict and not insist:
        match.doubt("changed_here", [profile.id], **plan.events.conflict)
    plan.deltas += [Delta(f"event.{kind}", _shown(was), _shown(becomes)) for kind, was, becomes in plan.events.changes]
    _custody(plan, before, rules)
    plan.campaigns = _campaigns(plan, rules) - profile.campaigns
    if plan.campaigns:
        plan.deltas.append(Delta("campaigns", "", str(len(plan.campaigns))))


def _field(plan: Plan, name: str, here: str, before: str, now: str, *, insist: bool) -> None:
    """One fact: written where it is empty here, or where the list now says something else than last time."""
    if not now or now in (here, before):
        return
    first_contact = plan.match.known is None
    if here and first_contact:
        return
    if here and here != before and not insist:
        assert plan.match.profile is not None
        values = {"field": name, "here": _shown(here), "before": _shown(before), "now": _shown(now)}
        plan.match.doubt("changed_here", [plan.match.profile.id], **values)
        return
    plan.deltas.append(Delta(name, _shown(here), _shown(now)))
    if name.startswith("about."):
        plan.about[name.removeprefix("about.")] = now
    else:
        plan.values[name] = now


def _names(plan: Plan, before: Mapping[str, Any]) -> None:
    """Names are added; one that a list no longer has stays findable. One removed here is not brought back."""
    assert plan.match.profile is not None
    there = {*plan.match.profile.names, *(name[0] for name in before.get("names", []))}
    plan.names = [name for name in _unique_names(plan.record.names) if name.name not in there]
    if plan.names:
        known = " · ".join(plan.match.profile.names)
        plan.deltas.append(Delta("names", _shown(known), _shown(" · ".join(name.name for name in plan.names))))


def _unique_names(names: Iterable[RecordName]) -> Iterator[RecordName]:
    seen = set()
    for name in names:
        if (name.name, name.language, name.kind) not in seen:
            seen.add((name.name, name.language, name.kind))
            yield name


def _designations(plan: Plan) -> None:
    profile, known = plan.match.profile, plan.match.known
    assert profile is not None
    told = {
        (each["organisation"], each.get("term", "")) for each in (known.said if known else {}).get("designations", [])
    }
    there = {(row.organisation, row.term) for row in profile.designations} | told
    plan.designations = [each for each in plan.record.designations if (each.organisation, each.term) not in there]
    plan.deltas += [Delta("designation", "", _shown(each.organisation)) for each in plan.designations]


def _custody(plan: Plan, before: Mapping[str, Any], rules: Rules) -> None:
    """What the list claims about today without an event of its own, if it did not claim so last time."""
    claim, profile = plan.record.custody, plan.match.profile
    if claim is None or claim == before.get("custody"):
        return
    log = profile.log(without=plan.events.retracted_uids) if profile else []
    coming = [
        lives.Happened(event.kind, event.day, event.as_of or rules.told, 2**60 + number, details=event.details)
        for number, event in enumerate(plan.events.added)
        if event.public
    ]
    status = lives.derive([*log, *coming]).status
    if claim and status is Status.UNKNOWN:
        _further(plan, EventKind.ARREST)
    elif not claim and status in IN_CUSTODY:
        _further(plan, EventKind.RELEASE)
    elif claim and status not in IN_CUSTODY:
        if plan.match.decided or rules.insist:
            _further(plan, EventKind.ARREST)
        else:
            plan.match.doubt("custody_of_released", [profile.id] if profile else [], status=status.value)


def _further(plan: Plan, kind: EventKind) -> None:
    plan.events.added.append(RecordEvent(kind))
    if plan.match.profile is not None:
        plan.deltas.append(Delta(f"event.{kind.value}", "", "?"))


def _campaigns(plan: Plan, rules: Rules) -> set[int]:
    return {*rules.all_join, *(rules.campaigns[slug] for slug in plan.record.campaigns if slug in rules.campaigns)}


def _value(record: Record, name: str) -> str:
    value: str | PartialDate | None = getattr(record, name)
    return str(value) if value else ""


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
