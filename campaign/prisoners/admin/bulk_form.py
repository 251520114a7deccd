"""The form for an event that is set for many: who, what, when, who says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import gettext as _

from campaign.kit import text
from campaign.kit.partial_dates import BadDate, PartialDate
from campaign.prisoners.choosing import MOST_LINES
from campaign.prisoners.models import EventKind
from campaign.prisoners.service import NewEvent

FILTERS = ("q", "status", "facility", "campaign", "article", "birth_month")
TYPED = ("names", "kind", "day", "source", "url", "text", "facility_id", *FILTERS)
KINDS = (
    EventKind.RELEASE,
    EventKind.EXILE,
    EventKind.DEATH,
    EventKind.TRANSFER,
    EventKind.HOUSE_ARREST,
    EventKind.ARREST,
    EventKind.DISAPPEARANCE,
    EventKind.AWARD,
    EventKind.STATEMENT,
    EventKind.OTHER,
)
"""What happens to many at once. A charge, a trial or news of somebody's health is one person's own."""
SOURCE_LENGTH = 300
URL_LENGTH = 500
TEXT_LENGTH = 2_000
NAMES_LENGTH = 400_000


@dataclass
class BulkForm:
    """What was typed, and after `check` what is wrong with it, by field."""

    values: dict[str, str]
    left_out: frozenset[int] = frozenset()
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, form: Mapping[str, str], left_out: list[str]) -> BulkForm:
        """Take what was sent as it is."""
        ids = frozenset(int(number) for number in left_out if number.isdecimal() and len(number) < 10)  # noqa: PLR2004 - what an id can be
        return cls({name: form.get(name, "") for name in TYPED}, ids)

    @property
    def filtered(self) -> bool:
        """Whether people are chosen by a filter rather than by names."""
        return not self.values["names"].strip() and any(self.values[name] for name in FILTERS)

    def names(self) -> list[str]:
        """The lines of the paste."""
        return self.values["names"].splitlines()

    def check(self, today: date, language: str, facilities: Collection[int]) -> NewEvent | None:
        """The event, or None with `errors` filled; every field is checked. `facilities` are the ids there are."""
        kind = self._kind()
        day = self._day(today)
        source = self._line("source", SOURCE_LENGTH)
        url = self._url()
        told = self._text()
        details = self._details(kind, facilities)
        if not (source or url):
            self.errors["source"] = _("Please say who says so: an organisation, a newspaper or a web address.")
        if not self.values["names"].strip() and not self.filtered:
            self.errors["names"] = _("Please paste at least one name.")
        if len(self.values["names"]) > NAMES_LENGTH or len(self.names()) > MOST_LINES:
            self.errors["names"] = _("Please paste at most %(limit)s names at once.", limit=MOST_LINES)
        if self.errors or kind is None:
            return None
        return NewEvent(
            kind, day, today, texts={language: told} if told else {}, source=source, url=url, details=details
        )

    def _kind(self) -> EventKind | None:
        if self.values["kind"] in set(KINDS):
            return EventKind(self.values["kind"])
        self.errors["kind"] = _("Please choose what happened.")
        return None

    def _day(self, today: date) -> PartialDate | None:
        try:
            day = PartialDate.parse_optional(self.values["day"])
        except BadDate:
            self.errors["day"] = _("Please write the date like 2025-12-13; 2025-12 or 2025 if you know no more.")
            return None
        if day is None:
            self.errors["day"] = _("Please say when it happened; the year alone will do.")
        elif day.first > today + timedelta(days=1):
            self.errors["day"] = _("This date is still to come.")
        return day

    def _line(self, name: str, maximum: int) -> str:
        try:
            return text.clean_line(self.values[name], maximum=maximum, required=False)
        except text.TextProblem:
            self.errors[name] = _("Please use one plain line of at most %(limit)s characters.", limit=maximum)
            return ""

    def _url(self) -> str:
        url = self._line("url", URL_LENGTH)
        if url and not url.startswith(("https://", "http://")):
            self.errors["url"] = _("A web address begins with https://")
        return url

    def _text(self) -> str:
        try:
            return text.clean_text(self.values["text"], maximum=TEXT_LENGTH)
        except text.TextProblem:
            self.errors["text"] = _("Please use plain text of at most %(limit)s characters.", limit=TEXT_LENGTH)
            return ""

    def _details(self, kind: EventKind | None, facilities: Collection[int]) -> dict[str, object]:
        number = self.values["facility_id"]
        if kind is not EventKind.TRANSFER:
            return {}
        if number.isdecimal() and len(number) < 10 and int(number) in facilities:  # noqa: PLR2004 - what an id can be
            return {"facility": int(number)}
        self.errors["facility_id"] = _("Please choose the place they were moved to.")
        return {}
