"""Prisoners in public: the list with its search, and one profile with what a visitor can do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from babel.dates import get_month_names
from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from campaign.accounts.access import public
from campaign.campaigns import queries as campaigns
from campaign.db import db
from campaign.godparents import queries as godparents
from campaign.godparents.queries import Offered
from campaign.godparents.words import ROLE
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.keep import Keep
from campaign.kit.partial_dates import PartialDate
from campaign.petitions import queries as petitions
from campaign.prisoners import queries, search, words
from campaign.prisoners.life import Days, Period, days_in_detention
from campaign.prisoners.models import EventKind, NameKind, Status
from campaign.prisoners.models.events import CALLS_FOR_OTHERS
from campaign.site.asking import MONTHS, Asked
from campaign.web import kernel as web
from campaign.web.errors import error_page

SECONDS = 10
CHOICES_SECONDS = 30
blueprint = Blueprint("profiles", __name__)
blueprint.record(lambda state: state.app.extensions.update({"campaign.prisoner_choices": Keep(CHOICES_SECONDS)}))

OLD_NEWS = timedelta(days=365)


@blueprint.get("/prisoners")
@public
def index() -> Response:
    """Everybody, searched and filtered. Each question has one address; others that ask the same lead to it."""
    asked, language, wish = Asked.read(request.args), page_language(), _wished_language()
    pairs = [*asked.pairs, *([("lang", wish)] if wish else [])]
    if sorted(request.args.items(multi=True)) != sorted(pairs):
        return redirect(f"{url_for('.index')}?{asked.query(wish, after=asked.after, before=asked.before)}".rstrip("?"))
    result = search.search(
        db.session(), asked.filters, language, after=asked.after or None, before=asked.before or None
    )
    response = web.page(
        "prisoners/list.html",
        seconds=SECONDS,
        asked=asked,
        wish=wish,
        result=result,
        pictures=queries.pictures(db.session(), [card.id for card in result.cards], language),
        tallies=[(status, result.by_status[status]) for status in Status if result.by_status.get(status)],
        choices=_choices(language),
    )
    if not asked.asked_by_many:  # there is no end of such questions: they would push the pages of many out of the cache
        response.headers["Cache-Control"] = f"private, max-age={SECONDS}"
    return response


@blueprint.get("/prisoners/<slug>")
@public
def show(slug: str) -> Response:
    """One profile. A former address leads to the present one; a hidden profile is gone."""
    language, now = page_language(), clock.now()
    found = queries.profile(db.session(), slug, language, now.date())
    if found is None:
        abort(404)
    if isinstance(found, queries.Hidden):
        return _not_shown()
    if isinstance(found, queries.Moved):
        return redirect(url_for(".show", slug=found.slug, lang=_wished_language() or None), 301)
    calling = found.status in CALLS_FOR_OTHERS
    return web.page(
        "prisoners/profile.html",
        seconds=SECONDS,
        profile=found,
        today=now.date(),
        old_news=found.told is not None and now.date() - found.told > OLD_NEWS,
        calling=calling,
        petitions=petitions.open_for(db.session(), found.id, language, now) if calling else (),
        campaigns=campaigns.naming(db.session(), found.id),
        **_godparents(found.id, language, calling=calling),
    )


def _godparents(prisoner_id: int, language: str, *, calling: bool) -> dict[str, Any]:
    """Who stands and stood by somebody, and the programme that whoever wants to can join for them, if there is room.

    By what is public alone: whether there is room in truth is said when somebody joins.
    """
    session = db.session()
    pairs = godparents.pairs_of_prisoner(session, prisoner_id, language)
    offered = godparents.programmes(session, naming=prisoner_id)
    active = [pair.campaign_id for pair in pairs if pair.active]
    with_room = (each for each in offered if each.open and active.count(each.campaign_id) < each.per_prisoner)
    joining: Offered | None = next(with_room, None) if calling else None
    return {
        "standing": pairs,
        "photos": godparents.photos(session, [pair.godparent.id for pair in pairs if pair.active]),
        "joining": joining,
        "roles": {each.campaign_id: ROLE[each.role] for each in offered},
    }


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be filtered by: value and name of each."""

    facilities: list[tuple[str, str]]
    campaigns: list[tuple[str, str]]
    articles: list[tuple[str, str]]
    months: list[tuple[str, str]]
    orders: list[tuple[str, str]]


def _choices(language: str) -> Choices:
    keep: Keep[str, Choices] = current_app.extensions["campaign.prisoner_choices"]
    return keep.get(language, lambda: _read_choices(language))


def _read_choices(language: str) -> Choices:
    session = db.session()
    month_names = get_month_names("wide", "stand-alone", locale=language.replace("-", "_"))
    born = search.months(session)
    return Choices(
        facilities=[(c.value, f"{c.name} ({c.count})") for c in search.facilities(session, language)],
        campaigns=[(campaign.slug, campaign.name) for campaign in campaigns.all_campaigns(session)],
        articles=[(c.value, f"{c.name} ({c.count})") for c in search.articles(session)],
        months=[(str(month), f"{month_names[month]} ({born.get(month, 0)})") for month in MONTHS],
        orders=[
            ("least_written_to", _("least written to first")),
            ("longest_detained", _("longest in detention first")),
            ("newest", _("newest here first")),
        ],
    )


def _wished_language() -> str:
    """The language that the address asks for, if it is one of ours."""
    wish = request.args.get("lang", "")
    return wish if wish in web.kernel().config.languages else ""


def _not_shown() -> Response:
    """The same for every hidden profile: whose it was is not said."""
    return error_page(410, _("This profile is not shown"), _("It was here once, and is not shown any more."))


# ---------------------------------------------------------------------------------------------------------------------
# Words for templates


@blueprint.app_template_global()
def status_words(status: Status | str) -> str:
    """What a status is called where it stands alone."""
    return str(words.STATUS[Status(status)])


@blueprint.app_template_global()
def event_words(kind: EventKind) -> str:
    """What a kind of event is called."""
    return str(words.EVENT[kind])


@blueprint.app_template_global()
def name_words(kind: str) -> str:
    """What a kind of name is called."""
    return str(words.NAME[NameKind(kind)])


@blueprint.app_template_global()
def sentence_words(kind: str) -> str:
    """What a kind of sentence is called; empty for one that we have no word for."""
    return str(words.SENTENCE.get(kind, ""))


@blueprint.app_template_global()
def days_since(day: PartialDate | None) -> Days | None:
    """Days in a detention that began then and goes on."""
    return days_in_detention([Period(day)], clock.now().date()) if day else None


@blueprint.app_template_global()
def host_of(url: str) -> str:
    """Whose page it is, for a source without a name."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
