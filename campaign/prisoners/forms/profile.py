"""The form of a profile: names, facts, texts, who recognised the person, and which campaigns name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from campaign.kit import countries, text
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.forms.fields import DeskForm, Typed
from campaign.prisoners.models import Consent, Gender, NameKind

NAME_LENGTH = 200
ABOUT_LENGTH = 20_000
Fields = dict[str, Any]
"""A profile as plain values; see `editing`."""


class ProfileForm(DeskForm):
    """What was typed of a profile. `campaigns` are the slugs of those the organiser may put somebody into."""

    def __init__(self, typed: Typed, campaigns: Collection[str], act: str = "", *, may_have_none: bool = False) -> None:
        """See the class; with `may_have_none`, the profile may belong to no campaign."""
        super().__init__(typed, act)
        self._campaigns = campaigns
        self._may_have_none = may_have_none

    @property
    def chosen(self) -> list[str]:
        """The campaigns that are ticked."""
        return sorted({slug for slug in self.typed.get("campaigns", ()) if slug in self._campaigns})

    def check(self) -> Fields | None:
        """The profile, or None with `errors` filled: every field is looked at, not only the first bad one."""
        born, about = self.partial("born"), self._about()
        fields: Fields = {
            "names": self._names(),
            "sort_as": self.line("sort_as", NAME_LENGTH),
            "gender": self.choice("gender", list(Gender)),
            "country": self._country(),
            "born": str(born or ""),
            "family_consent": self.choice("family_consent", list(Consent)),
            "family_consent_on": str(self.day("family_consent_on") or ""),
            "designations": self._designations(),
            "campaigns": self.chosen,
        } | {f"about.{language}": words for language, words in about.items()}
        if not fields["campaigns"] and not self._may_have_none:
            self.errors["campaigns"] = _("Please choose at least one campaign: through it you may edit the profile.")
        return None if self.errors else fields

    def _names(self) -> list[dict[str, str]]:
        names: list[dict[str, str]] = []
        for number in self.filled("name"):
            name = {
                "name": self.take(f"name-{number}", text.clean_name, NAME_LENGTH, required=True),
                "language": self.language(f"name-language-{number}"),
                "kind": self.choice(f"name-kind-{number}", list(NameKind)),
            }
            if name in names:
                self.errors[f"name-{number}"] = _("This name is there twice.")
            names.append(name)
        if not names:
            self.errors["name-0"] = _("Please give at least one name.")
        return names

    def _about(self) -> dict[str, str]:
        about: dict[str, str] = {}
        for number in self.filled("about"):
            language = self.language(f"about-language-{number}")
            words = self.take(f"about-{number}", text.clean_markdown, ABOUT_LENGTH)
            if not language:
                self.errors[f"about-language-{number}"] = _("Please say which language this is.")
            elif language in about:
                self.errors[f"about-language-{number}"] = _("There are two texts in this language.")
            about[language] = words
        return about

    def _designations(self) -> list[dict[str, str]]:
        found = []
        for number in self.filled("organisation"):
            since = self.partial_text(f"organisation-since-{number}")
            found.append(
                {
                    "organisation": self.line(f"organisation-{number}", 200, required=True),
                    "term": self.line(f"organisation-term-{number}", 120),
                    "since": str(since or ""),
                    "url": self.url(f"organisation-url-{number}"),
                }
            )
        return found

    def _country(self) -> str:
        code = self.values["country"].strip().upper()
        if code and code not in countries.codes():
            self.errors["country"] = _("Please choose one of these.")
        return code


def typed_from(fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """What somebody would have typed to get these fields: how a form is filled from a profile."""
    typed = {
        name: [str(fields.get(name) or "")]
        for name in ("sort_as", "gender", "country", "family_consent", "family_consent_on")
    }
    typed["campaigns"] = list(fields.get("campaigns") or [])
    born = PartialDate.parse_optional(fields.get("born") or "")
    if born is not None:
        parts = {"year": born.year, "month": born.month, "day": born.day}
        typed |= {f"born-{part}": [str(value or "")] for part, value in parts.items()}
        typed["born-believed"] = [] if born.certain else ["on"]
    for number, name in enumerate(fields.get("names") or []):
        typed |= {
            f"name-{number}": [name["name"]],
            f"name-language-{number}": [name["language"]],
            f"name-kind-{number}": [name["kind"]],
        }
    languages = [field.removeprefix("about.") for field in fields if field.startswith("about.")]
    for number, language in enumerate(languages):
        typed |= {f"about-{number}": [fields[f"about.{language}"]], f"about-language-{number}": [language]}
    for number, designation in enumerate(fields.get("designations") or []):
        typed[f"organisation-{number}"] = [designation["organisation"]]
        typed |= {f"organisation-{part}-{number}": [designation[part]] for part in ("term", "since", "url")}
    return typed
