"""The form of one event: what every kind has, and what only some have."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from campaign.kit import text
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.forms.fields import DeskForm, Typed
from campaign.prisoners.models import EventKind
from campaign.prisoners.service import NewEvent

TEXT_LENGTH = 5_000
WITH_PLACE = frozenset({EventKind.ARREST, EventKind.TRANSFER})
WITH_ARTICLES = frozenset({EventKind.CHARGE, EventKind.VERDICT, EventKind.APPEAL})
WITH_SENTENCE = frozenset({EventKind.VERDICT, EventKind.APPEAL})
INTERNAL_AT_FIRST = frozenset({EventKind.HEALTH})
"""Kinds that nobody outside sees unless somebody releases them one by one."""
_CODE = re.compile(r"\d+(?:[.\-–]\d+)*")


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was typed. A `facility_name` is one that is not in the list yet."""

    new: NewEvent
    facility_name: str = ""


class EventForm(DeskForm):
    """What was typed of an event. `facilities` are the ids there are."""

    def __init__(self, typed: Typed, facilities: Collection[int], sentences: Collection[str], act: str = "") -> None:
        """See the class; `sentences` are the kinds there are."""
        super().__init__(typed, act)
        self._facilities = facilities
        self._sentences = sentences
        kind = self.values["kind"]
        self.kind = EventKind(kind) if kind in set(EventKind) else None

    @classmethod
    def empty(cls, kind: EventKind | None, today: date, language: str) -> EventForm:
        """A form nobody has filled in: as of today, public unless it is about health."""
        typed = {
            "kind": [kind.value if kind else ""],
            "as_of": [today.isoformat()],
            "visibility": ["internal" if kind in INTERNAL_AT_FIRST else "public"],
            "text-language-0": [language],
            "text-0": [""],
        }
        return cls(typed, (), ())

    def check(self) -> Told | None:
        """The event, or None with `errors` filled."""
        kind, day, as_of = self.kind, self.partial("day"), self.day("as_of")
        if kind is None:
            self.errors["kind"] = _("Please say what sort of event it is.")
            return None
        source, url, texts = self.line("source", 300), self.url("url"), self._texts()
        visibility = self.choice("visibility", ("public", "internal"))
        details = self._details(kind)
        place = self.line("facility_name", 200) if kind in WITH_PLACE else ""
        if kind is EventKind.TRANSFER and not (place or "facility" in details or "facility" in self.errors):
            self.errors["facility"] = _("Please say where to: choose a facility, or name a new one.")
        if place and "facility" in details:
            self.errors["facility_name"] = _("Choose a facility or name a new one, not both.")
        if kind is EventKind.OTHER and not texts and "text-0" not in self.errors:
            self.errors["text-0"] = _("Please say what happened.")
        if self.errors:
            return None
        public = visibility == "public"
        return Told(NewEvent(kind, day, as_of, public, texts, source, url, details), place)

    def _texts(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for number in self.filled("text"):
            language = self.language(f"text-language-{number}")
            words = self.take(f"text-{number}", text.clean_markdown, TEXT_LENGTH)
            if not language:
                self.errors[f"text-language-{number}"] = _("Please say which language this is.")
            elif language in texts:
                self.errors[f"text-language-{number}"] = _("There are two texts in this language.")
            texts[language] = words
        return texts

    def _details(self, kind: EventKind) -> dict[str, Any]:
        details: dict[str, Any] = {}
        if kind in WITH_PLACE and (facility := self._facility()):
            details["facility"] = facility
        if kind in WITH_ARTICLES and (articles := self._articles()):
            details["articles"] = articles
        if kind in WITH_SENTENCE:
            if sentence := self._sentence():
                details["sentence"] = sentence
            if judge := self.line("judge", 200):
                details["judge"] = judge
        return details

    def _facility(self) -> int | None:
        value = self.values["facility"]
        if not value:
            return None
        if not value.isdecimal() or int(value[:18]) not in self._facilities:
            self.errors["facility"] = _("Please choose one of these.")
            return None
        return int(value)

    def _articles(self) -> list[dict[str, str]]:
        lines = self.take("articles", text.clean_markdown, TEXT_LENGTH).split("\n")
        return [{"code": article_code(line), "text": line.strip()} for line in lines if line.strip()]

    def _sentence(self) -> dict[str, Any] | None:
        kind = self.values["sentence_kind"]
        words, regime = self.line("sentence_text", 500), self.line("sentence_regime", 200)
        years, months, days = (self._number(f"sentence_{unit}") for unit in ("years", "months", "days"))
        start = self.partial_text("sentence_start")
        if not (kind or words or years or months or days or regime or start):
            return None
        sentence: dict[str, Any] = {"kind": self.choice("sentence_kind", self._sentences), "text": words}
        if length := years * 12 + months:
            sentence["months"] = length
        if days:
            sentence["days"] = days
        return sentence | {name: value for name, value in (("regime", regime), ("start", str(start or ""))) if value}

    def _number(self, name: str) -> int:
        value = self.values[name].strip()
        if not value:
            return 0
        if not value.isdecimal() or int(value[:6]) > 999:  # noqa: PLR2004 - no sentence has more of any unit
            self.errors[name] = _("Please type a number.")
            return 0
        return int(value)


def article_code(line: str) -> str:
    """The number by which an article is filtered: 361-4 in "Art. 361-4, part 1"; the line itself if it has none."""
    found = _CODE.search(line)
    return (found[0].replace("–", "-") if found else line.strip())[:40]


def doubts(new: NewEvent, today: date, born: PartialDate | None, died: PartialDate | None) -> list[str]:
    """What is odd about an event's dates. It may be right, and then somebody says so."""
    found = []
    day = new.day
    if day is not None and day.first > today:
        found.append(_("The date is in the future."))
    if day is not None and born is not None and day.last < born.first:
        found.append(_("The date is before the person was born."))
    if day is not None and died is not None and day.first > died.last:
        found.append(_("The date is after the person died."))
    if new.kind is EventKind.DEATH and died is not None:
        found.append(_("A death is in the log already."))
    if new.as_of is not None and new.as_of > today:
        found.append(_("The source would have said so in the future."))
    if day is not None and new.as_of is not None and day.first > new.as_of:
        found.append(_("The source would have said so before it happened."))
    if new.public and not (new.source or new.url):
        found.append(_("There is no source. Public events should say who says so."))
    return found
