"""What templates may call: numbers, dates and names in the page's language, and Markdown."""

from __future__ import annotations

from datetime import date, datetime

from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time
from flask import Flask
from flask_babel import format_decimal
from flask_babel import gettext as _

from campaign.config import Config
from campaign.i18n import page_language
from campaign.kit import countries
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import direction
from campaign.web.markdown import to_html


def init_app(app: Flask, config: Config) -> None:
    """Register the filters and the site-wide values."""
    app.jinja_env.filters.update(
        number=format_decimal, date=_date, moment=_moment, country=country_name, markdown=to_html
    )
    app.jinja_env.filters.update(partial_date=partial_date, language_tag=language_tag, script_direction=direction)
    app.jinja_env.globals.update(base_url=config.base_url)
    app.context_processor(lambda: {"site_name": _("Solidarity with political prisoners")})


def country_name(code: str) -> str:
    """The country's name in the page's language; the code itself if there is none."""
    return countries.names(page_language()).get(code, code)


def partial_date(value: PartialDate | str | None) -> str:
    """A partial date in the page's language, no preciser than it is: 17 May 1996, May 1996 or 1996; believed or not."""
    day = PartialDate.parse_optional(value) if isinstance(value, str) else value
    if day is None:
        return ""
    if day.exact:
        shown = format_date(day.first, "long", locale=_region())
    else:
        shown = format_skeleton("yMMMM" if day.month else "y", day.first, locale=_region())
    return shown if day.certain else _("%(date)s (believed)", date=shown)


def language_tag(language: str, script: str = "") -> str:
    """BCP 47: the language with the script where it is not the usual one, as in `be-Latn`; `und` if unknown."""
    if not script:
        return language or "und"
    usual = get_global("likely_subtags").get(language.replace("-", "_"), "").split("_")
    return language if language and script in (*usual, *language.split("-")) else f"{language or 'und'}-{script}"


def _date(value: date | None) -> str:
    return format_date(value, "long", locale=_region()) if value else ""


def _moment(value: datetime | None) -> str:
    """Day and minute; always in UTC, and says so."""
    if value is None:
        return ""
    time = format_time(value, "short", locale=_region())
    return f"{format_date(value, 'medium', locale=_region())}, {time} UTC"


def _region() -> str:
    """The page's language in the form whose dates nobody reads the wrong way round: English as in Europe."""
    language = page_language().replace("-", "_")
    return "en_GB" if language == "en" else language
