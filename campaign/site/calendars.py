"""Birthdays and anniversaries of arrest: the page, and the feed that people's calendars subscribe to.

The feed holds one event for each anniversary, because a rule that repeats cannot say how old somebody turns. The same
profiles give the same bytes: nothing in it depends on the moment, and its window moves at a year's or month's end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from functools import cache
from itertools import groupby
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from icalendar import Calendar, vText
from icalendar.parser import Contentline
from werkzeug import Response

from campaign.accounts.access import public
from campaign.campaigns import queries as campaigns
from campaign.campaigns.models import Campaign
from campaign.db import db
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.keep import Keep
from campaign.prisoners import birthdays
from campaign.prisoners.birthdays import Anniversary, Kind
from campaign.web import kernel as web
from campaign.web.headers import keep, open_to_all

blueprint = Blueprint("calendars", __name__)

SECONDS = 10
ON_A_PAGE = 300
MOST_EVENTS = 6_000
"""In a feed. With more prisoners it looks less far ahead; calendars fetch it again long before that."""
_A_PERSON = 6
"""Events that one person has in three years, at most."""
OLDEST = 15.0
"""Seconds that a kept feed is used at most: part of the minute in `headers.KEPT_BY_OTHERS`."""
_feeds: Keep[tuple[int, str, str], bytes] = Keep(seconds=5.0, most=16)


@blueprint.get("/birthdays")
@public
def page() -> Response:
    """The coming weeks, or one month, of everybody in custody or of one campaign."""
    campaign, today = _campaign(), clock.now().date()
    months = birthdays.coming_months(today)
    shown = next((each for each in months if str(each[1]) == request.args.get("month")), None)
    if shown is None and "month" in request.args:
        abort(404)
    if shown:
        people = birthdays.people(db.session(), campaign_id=_id(campaign), months={shown[1]})
        found = birthdays.in_month(people, *shown)
    else:
        wanted = {month for _year, month in months[:2]}
        people = birthdays.people(db.session(), campaign_id=_id(campaign), months=wanted)
        found = birthdays.between(people, today, today + birthdays.COMING)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    number = _page_number(pages)
    return web.page(
        "site/birthdays.html",
        seconds=SECONDS,
        campaign=campaign,
        months=[(f"{year}-{month:02}", month) for year, month in months],
        month=f"{shown[0]}-{shown[1]:02}" if shown else None,
        days=_by_day(found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]),
        today=today,
        page=number,
        pages=pages,
        feed=url_for(".feed", campaign=campaign.slug if campaign else None),
    )


@blueprint.get("/calendar/birthdays.ics")
@public
def feed() -> Response:
    """The feed, RFC 5545: whole, or of one campaign."""
    campaign = _campaign()
    key = (id(current_app.extensions), campaign.slug if campaign else "", page_language())
    content, age = _feeds.get_aged(key, lambda: _written(campaign))
    if age > OLDEST:
        abort(503)
    response = make_response(content, 200, {"Content-Type": "text/calendar; charset=utf-8"})
    response.headers["Content-Disposition"] = 'inline; filename="birthdays.ics"'
    return open_to_all(keep(response, SECONDS))


def _campaign() -> Campaign | None:
    """The campaign that was asked for; 404 if there is none of that name."""
    slug = request.args.get("campaign")
    if not slug:
        return None
    return campaigns.campaign_by_slug(db.session(), slug) or abort(404)


def _id(campaign: Campaign | None) -> int | None:
    return campaign.id if campaign else None


def _page_number(pages: int) -> int:
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 5 and 1 <= int(asked) <= pages):  # noqa: PLR2004 - digits of more pages than there can be
        abort(404)
    return int(asked)


def _by_day(found: Sequence[Anniversary]) -> list[tuple[date | None, list[Anniversary]]]:
    return [(day, list(these)) for day, these in groupby(found, key=lambda each: each.date)]


@blueprint.app_template_global()
def anniversary_words(kind: Kind, years: int) -> str:
    """What is said of an anniversary beside the name."""
    if kind is Kind.BIRTH:
        return _("turns %(age)s", age=years)
    return ngettext("in detention for one year", "in detention for %(num)s years", years)


# ---------------------------------------------------------------------------------------------------------------------
# The feed. Written line by line with icalendar's escaping and folding: its objects take ten times as long, and a feed
# may have thousands of events.


def _written(campaign: Campaign | None) -> bytes:
    people = birthdays.people(db.session(), campaign_id=_id(campaign))
    found = _in_window(people, clock.now().date())
    title = _("Birthdays of political prisoners")
    frame = Calendar()
    frame.add("prodid", "-//campaign//birthdays//EN")
    frame.add("version", "2.0")
    frame.add("method", "PUBLISH")
    frame.add("x-wr-calname", f"{title}: {campaign.name}" if campaign else title)
    frame.add("refresh-interval;value=duration", "PT12H")
    frame.add("x-published-ttl", "PT12H")
    head, end, tail = frame.to_ical().partition(b"END:VCALENDAR")
    base = web.kernel().config.base_url
    events = _events(found, base, urlsplit(base).hostname or "localhost")
    return b"".join((head, *events, end, tail))


def _in_window(people: Sequence[birthdays.Person], today: date) -> list[Anniversary]:
    """The year before, this one and the next; of a crowd, what is coming from the first of last month on."""
    if len(people) * _A_PERSON <= MOST_EVENTS:
        return birthdays.between(people, date(today.year - 1, 1, 1), date(today.year + 1, 12, 31))
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return birthdays.between(people, first, first + timedelta(days=365))[:MOST_EVENTS]


def _events(found: Sequence[Anniversary], base: str, host: str) -> Iterator[bytes]:
    categories = {Kind.BIRTH: _text(_("Birthday")), Kind.ARREST: _text(_("Arrest"))}
    pattern, words = _("%(name)s %(what)s"), cache(anniversary_words)
    pages = base + url_for("profiles.show", slug="-").removesuffix("-")
    for each in found:
        summary = pattern % {"name": each.person.name, "what": words(each.kind, each.years)}
        yield _event(each, host, categories[each.kind], _text(summary), pages + each.person.slug)


def _event(anniversary: Anniversary, host: str, category: str, summary: str, page: str) -> bytes:
    person, day = anniversary.person, anniversary.date
    assert day is not None
    lines = (
        "BEGIN:VEVENT",
        f"UID:{anniversary.kind}-{person.id}-{anniversary.year}@{host}",
        f"DTSTAMP:{person.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{summary}",
        f"DESCRIPTION:{page}",
        f"URL:{page}",
        f"CATEGORIES:{category}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )
    return b"".join(map(_line, lines))


def _line(line: str) -> bytes:
    if len(line) <= 74 and line.isascii() and "\n" not in line:  # noqa: PLR2004 - octets of a line that is not folded
        return line.encode() + b"\r\n"
    return bytes(Contentline(line).to_ical()) + b"\r\n"


def _text(value: str) -> str:
    return vText(value).to_ical().decode()
