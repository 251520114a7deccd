"""Facilities of lists in our own form: compared and restored by the same rules as profiles (`own_comparing`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.facilities import service as facilities
from campaign.facilities.models import Facility, FacilityAddress, FacilityName, FacilityText
from campaign.facilities.naming import name_key
from campaign.kit.scripts import script_of
from campaign.prisoners import documents
from campaign.prisoners.importing.own import OwnFacility
from campaign.prisoners.importing.own_checks import day_of, moment_of
from campaign.prisoners.importing.own_comparing import (
    Difference,
    How,
    Outcome,
    by_language,
    not_here,
    single_fields,
)
from campaign.prisoners.service import Act

Document = Mapping[str, Any]
_SINGLE = ("country", "letter_languages", "letter_pages", "avoid_words", "return_envelope", "rules_as_of")


@dataclass(frozen=True, slots=True)
class FacilityComparison:
    """A facility's document beside the facility here (None: a new one)."""

    place: OwnFacility
    facility_id: int | None
    differences: tuple[Difference, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What becomes of it. One that differs stays as it is: it is shown, and changed by hand."""
        if self.facility_id is None:
            return Outcome.NEW
        if not self.differences:
            return Outcome.UNCHANGED
        kept = all(each.how is How.DIFFERS for each in self.differences)
        return Outcome.DOUBTFUL if kept else Outcome.CHANGED


def compare_facilities(session: Session, places: Sequence[OwnFacility]) -> list[FacilityComparison]:
    """Each beside what is here; a few reads for all. Writes nothing."""
    session.flush()
    slugs = [place.document["slug"] for place in places]
    ids = {slug: i for i, slug in session.execute(select(Facility.id, Facility.slug).where(Facility.slug.in_(slugs)))}
    here = documents.facilities(session.connection(), list(ids.values()))
    compared = []
    for place in {place.document["slug"]: place for place in reversed(places)}.values():
        facility_id = ids.get(place.document["slug"])
        differences = _differences(place.document, here[facility_id]) if facility_id is not None else iter(())
        compared.append(FacilityComparison(place, facility_id, tuple(differences)))
    return compared[::-1]


def restore_facilities(session: Session, places: Sequence[OwnFacility], act: Act) -> list[FacilityComparison]:
    """Make what is not here, add what is missing; what differs stays as it is here."""
    compared = compare_facilities(session, places)
    for each in compared:
        if each.facility_id is None:
            session.add(_facility(each.place.document, act))
        elif each.outcome is Outcome.CHANGED:
            facility = session.get_one(Facility, each.facility_id)
            for difference in each.differences:
                if difference.how is not How.DIFFERS:
                    _change(facility, difference)
            facilities.touch(facility, act.now)
    session.flush()
    return compared


# ---------------------------------------------------------------------------------------------------------------------


def _differences(own: Document, here: Document) -> Iterator[Difference]:
    untouched = own.get("updated_at") == here["updated_at"]
    yield from single_fields(own, here, _SINGLE, untouched=untouched)
    yield from single_fields(own, here, ("kind",), untouched=untouched, blank="other")
    yield from by_language("advice", own, here, untouched=untouched)
    yield from not_here("names", own, here, ("name", "language"))
    yield from not_here("addresses", own, here, ("lines", "script"))


def _facility(own: Document, act: Act) -> Facility:
    return Facility(
        slug=own["slug"],
        kind=own.get("kind", "other"),
        country=own.get("country", ""),
        letter_languages=own.get("letter_languages", []),
        letter_pages=own.get("letter_pages"),
        avoid_words=own.get("avoid_words", []),
        return_envelope=own.get("return_envelope", "unknown"),
        rules_as_of=day_of(own.get("rules_as_of")),
        created_at=moment_of(own.get("created_at")) or act.now,
        updated_at=moment_of(own.get("updated_at")) or act.now,
        names=[_name(each, position) for position, each in enumerate(own.get("names", ()))],
        addresses=[_address(each) for each in own.get("addresses", ())],
        texts=[FacilityText(language=language, advice=text) for language, text in own.get("advice", {}).items()],
    )


def _change(facility: Facility, each: Difference) -> None:
    match each.field:
        case "names":
            facility.names.append(_name(each.after, 1 + max((name.position for name in facility.names), default=-1)))
        case "addresses":
            facility.addresses.append(_address(each.after))
        case "advice":
            text = next((text for text in facility.texts if text.language == each.part), None)
            if text is None:
                facility.texts.append(FacilityText(language=each.part, advice=each.after))
            else:
                text.advice = each.after
        case "rules_as_of":
            facility.rules_as_of = day_of(each.after)
        case _:
            setattr(facility, each.field, each.after)


def _name(each: Document, position: int) -> FacilityName:
    return FacilityName(
        name=each["name"],
        language=each.get("language", ""),
        script=each.get("script") or script_of(each["name"]),
        key=name_key(each["name"]),
        position=position,
    )


def _address(each: Document) -> FacilityAddress:
    return FacilityAddress(
        lines=each["lines"],
        script=each.get("script") or script_of(each["lines"]),
        valid_from=each.get("valid_from"),
        valid_to=each.get("valid_to"),
        source=each.get("source", ""),
    )
