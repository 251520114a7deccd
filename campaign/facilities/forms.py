"""The desk's form of a facility: rows of names, addresses and advice, read and checked.

Rows can be added without any script: "Add rows" posts the form and gets it back as it was typed, with more blank ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from campaign.facilities.models import FacilityKind, ReturnEnvelope
from campaign.facilities.service import LONGEST_NAME, LONGEST_SOURCE, Rules
from campaign.facilities.sheet import MOST_ADDRESSES, MOST_ADVICE, MOST_NAMES, Address, Sheet
from campaign.kit import countries, text
from campaign.kit.partial_dates import BadDate, PartialDate

FIELDS = ("kind", "country", "letter_languages", "letter_pages", "avoid_words", "return_envelope", "rules_as_of")
ROWS = {
    "name": ("language", "text"),
    "address": ("id", "lines", "valid_from", "valid_to", "source"),
    "advice": ("language", "text"),
}
MOST = {"name": MOST_NAMES, "address": MOST_ADDRESSES, "advice": MOST_ADVICE}
BLANK = 1
"""Blank rows of each kind at the end of the form; "Add rows" gives two more."""
MOST_PAGES = 100
LONGEST_ADDRESS = 1000
LONGEST_ADVICE = 4000

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_SEPARATORS = re.compile(r"[,;\n]")


@dataclass
class FacilityForm:
    """What was typed, and after `check` what is wrong with it, by field. `rows` by kind: a mapping for each row."""

    values: dict[str, str]
    rows: dict[str, list[dict[str, str]]]
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet, version: int) -> FacilityForm:
        """The form of a facility as it stands."""
        rules = sheet.rules
        values = {
            "kind": sheet.kind.value,
            "country": sheet.country,
            "letter_languages": ", ".join(rules.languages),
            "letter_pages": str(rules.pages or ""),
            "avoid_words": "\n".join(rules.avoid_words),
            "return_envelope": rules.return_envelope.value,
            "rules_as_of": rules.as_of.isoformat() if rules.as_of else "",
        }
        rows = {
            "name": [{"language": language, "text": name} for language, name in sheet.names],
            "address": [
                {
                    "id": str(address.id or ""),
                    "lines": address.lines,
                    "valid_from": address.valid_from or "",
                    "valid_to": address.valid_to or "",
                    "source": address.source,
                }
                for address in sheet.addresses
            ],
            "advice": [{"language": language, "text": advice} for language, advice in sheet.advice],
        }
        return cls(values, rows, version).with_blank(BLANK)

    @classmethod
    def read(cls, form: Mapping[str, str]) -> FacilityForm:
        """Take what was sent as it is; rows without a word are left out."""
        rows: dict[str, list[dict[str, str]]] = {}
        for kind, parts in ROWS.items():
            read = [{part: form.get(f"{kind}-{n}-{part}", "") for part in parts} for n in range(MOST[kind])]
            rows[kind] = [row for row in read if any(value.strip() for value in row.values())]
        version = form.get("version", "")
        number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0  # noqa: PLR2004 - fits any integer column
        return cls({name: form.get(name, "") for name in FIELDS}, rows, number)

    def with_blank(self, count: int) -> FacilityForm:
        """The same with `count` blank rows at the end of each kind."""
        for kind, parts in ROWS.items():
            room = max(0, MOST[kind] - len(self.rows[kind]))
            self.rows[kind] += [dict.fromkeys(parts, "") for _number in range(min(count, room))]
        return self

    def check(self) -> Sheet | None:
        """The sheet, or None with `errors` filled: every field is checked, not only the first bad one."""
        kind, country = self.values["kind"], self.values["country"].strip().upper()
        if kind not in set(FacilityKind):
            self.errors["kind"] = _("Please choose one of the kinds.")
        if country and country not in countries.codes():
            self.errors["country"] = _("This country is not in the list. Please choose one from it.")
        names, addresses, advice, rules = self._names(), self._addresses(), self._advice(), self._rules()
        if self.errors:
            return None
        return Sheet(FacilityKind(kind), country, names, addresses, advice, rules)

    def _names(self) -> tuple[tuple[str, str], ...]:
        found = []
        for number, row in enumerate(self.rows["name"]):
            name = self._text(f"name-{number}-text", row["text"], LONGEST_NAME, line=True)
            language = self._language(f"name-{number}-language", row["language"])
            if name:
                found.append((language, name))
            elif language:
                self.errors.setdefault(f"name-{number}-text", _("Please type the name in this language."))
        if not found:
            self.errors.setdefault("name-0-text", _("A facility needs at least one name."))
        return tuple(dict.fromkeys(found))

    def _addresses(self) -> tuple[Address, ...]:
        found = []
        for number, row in enumerate(self.rows["address"]):
            stem = f"address-{number}"
            lines = self._text(f"{stem}-lines", row["lines"], LONGEST_ADDRESS)
            start, end = (self._partial(f"{stem}-{part}", row[part]) for part in ("valid_from", "valid_to"))
            source = self._text(f"{stem}-source", row["source"], LONGEST_SOURCE, line=True)
            if start and end and end.last < start.first:
                self.errors[f"{stem}-valid_to"] = _("This is before the first day.")
            known = row["id"] if row["id"].isascii() and row["id"].isdecimal() and len(row["id"]) < 10 else ""  # noqa: PLR2004 - fits any integer column
            if lines:
                found.append(Address(int(known) if known else None, lines, _written(start), _written(end), source))
            elif not known and (start or end or source):
                self.errors.setdefault(f"{stem}-lines", _("Please type the address."))
        return tuple(found)

    def _advice(self) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for number, row in enumerate(self.rows["advice"]):
            name = f"advice-{number}-language"
            advice = self._text(f"advice-{number}-text", row["text"], LONGEST_ADVICE)
            language = self._language(name, row["language"])
            if advice and not language:
                self.errors.setdefault(name, _("Please say in which language this is written, such as en or be."))
            elif advice and language in found:
                self.errors.setdefault(name, _("There is advice in this language already. Please put it together."))
            elif advice:
                found[language] = advice
        return tuple(sorted(found.items()))

    def _rules(self) -> Rules:
        values = self.values
        languages = tuple(
            self._language("letter_languages", part) for part in _SEPARATORS.split(values["letter_languages"])
        )
        words = self._text("avoid_words", values["avoid_words"], LONGEST_ADVICE)
        envelope = values["return_envelope"]
        if envelope not in set(ReturnEnvelope):
            self.errors["return_envelope"] = _("Please choose one of these.")
            envelope = ReturnEnvelope.UNKNOWN.value
        return Rules(
            tuple(dict.fromkeys(filter(None, languages))),
            self._pages(values["letter_pages"].strip()),
            tuple(dict.fromkeys(filter(None, (word.strip() for word in _SEPARATORS.split(words))))),
            ReturnEnvelope(envelope),
            self._day("rules_as_of", values["rules_as_of"].strip()),
        )

    def _pages(self, typed: str) -> int | None:
        if not typed:
            return None
        if typed.isascii() and typed.isdecimal() and len(typed) < 4 and 1 <= int(typed) <= MOST_PAGES:  # noqa: PLR2004 - digits of a number below a thousand
            return int(typed)
        self.errors["letter_pages"] = _("Please type a number from 1 to %(most)s, or nothing.", most=MOST_PAGES)
        return None

    def _language(self, name: str, typed: str) -> str:
        language = typed.strip()
        if language and not _LANGUAGE.fullmatch(language):
            self.errors[name] = _("Please write languages as codes, such as en, be or ru.")
        return language

    def _text(self, name: str, typed: str, maximum: int, *, line: bool = False) -> str:
        try:
            return (
                text.clean_line(typed, maximum=maximum, required=False)
                if line
                else text.clean_text(typed, maximum=maximum)
            )
        except text.TextProblem as problem:
            if problem.code == "too_long":
                self.errors[name] = _("Please shorten this to %(limit)s characters.", limit=problem.limit)
            else:
                self.errors[name] = _(
                    "This holds characters that cannot be seen or change the direction of writing. Please type it anew."
                )
            return ""

    def _partial(self, name: str, typed: str) -> PartialDate | None:
        try:
            return PartialDate.parse_optional(typed)
        except BadDate:
            self.errors[name] = _(
                "Please write 2024, 2024-05 or 2024-05-17; a question mark behind it says “believed”."
            )
            return None

    def _day(self, name: str, typed: str) -> date | None:
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError:
            self.errors[name] = _("Please write a day like 2024-05-17.")
            return None


def _written(day: PartialDate | None) -> str | None:
    return str(day) if day else None
