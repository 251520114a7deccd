"""Fields and their values in words: for the history, and for the page that shows what two people changed at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from campaign.i18n import page_language
from campaign.kit.partial_dates import BadDate
from campaign.kit.scripts import script_of
from campaign.prisoners import import_words
from campaign.prisoners.editing import ABOUT
from campaign.prisoners.forms.fields import language_name
from campaign.prisoners.models import Consent, EventKind, Gender, NameKind
from campaign.prisoners.words import CONSENT, EVENT, NAME
from campaign.web.filters import country_name, partial_date


def label(field: str) -> str:
    """What a field is called."""
    if field.startswith(ABOUT):
        return _("About (%(language)s)", language=language(field.removeprefix(ABOUT)))
    return {
        "names": _("Names"),
        "sort_as": _("Sorted as"),
        "gender": _("Gender"),
        "country": _("Country"),
        "born": _("Born"),
        "family_consent": _("Consent of the family"),
        "family_consent_on": _("Consent given or refused on"),
        "designations": _("Recognised by"),
        "campaigns": _("Campaigns"),
        "slug": _("Address of the page"),
        "hidden": _("Hidden"),
        "event.released": _("Released for publication"),
        "portrait": _("Portrait"),
        "created": _("Profile"),
    }.get(field) or import_words.field(field)


def lines(field: str, value: Any) -> list[str]:
    """A value as lines of plain text, none for nothing. Takes whatever stands in the history."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, list):
        return [line for each in value for line in lines(field, each)]
    if isinstance(value, dict):
        return [_row(field, value)]
    return [_word(field, value)]


def gender_word(value: str) -> str:
    """A gender as it is called."""
    return {
        Gender.UNKNOWN.value: _("Not known"),
        Gender.FEMALE.value: _("Female"),
        Gender.MALE.value: _("Male"),
        Gender.OTHER.value: _("Other"),
    }.get(value, value)


def language(code: str) -> str:
    """A language by its name in the language of the page."""
    return language_name(code, Locale.parse(page_language().replace("-", "_"))) if code else ""


def script(text: str) -> str:
    """The script that a text is written in, by its name in the language of the page."""
    code = script_of(text)
    return str(Locale.parse(page_language().replace("-", "_")).scripts.get(code, code))


def _row(field: str, value: Mapping[str, Any]) -> str:
    if field == "names":
        kind = str(value.get("kind") or "")
        about = [NAME[NameKind(kind)] if kind in set(NameKind) else kind, language(str(value.get("language") or ""))]
        known = ", ".join(str(each) for each in about if each)
        return f"{value.get('name', '')} ({known})" if known else str(value.get("name", ""))
    if field == "designations":
        told = (value.get("organisation"), value.get("term"), _date(str(value.get("since") or "")), value.get("url"))
        return " · ".join(str(each) for each in told if each)
    return " · ".join(f"{name}: {each}" for name, each in value.items() if each not in (None, ""))


def _date(text: str) -> str:
    """A date in words; what is none, as it stands."""
    try:
        return partial_date(text)
    except BadDate:
        return text


def _word(field: str, value: Any) -> str:
    text = str(value)
    match field:
        case "gender":
            return gender_word(text)
        case "country":
            return country_name(text)
        case "born" | "family_consent_on":
            return _date(text)
        case "family_consent":
            return str(CONSENT[Consent(text)]) if text in set(Consent) else text
        case "event.released":
            return str(EVENT[EventKind(text)]) if text in set(EventKind) else text
        case "hidden":
            return _("Yes") if value else _("No")
        case _:
            return text
