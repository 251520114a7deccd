"""Godparents in public: the list by country and chamber with its numbers, and each of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, jsonify, redirect, request, url_for
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db
from campaign.godparents import presenting, queries, words
from campaign.godparents.directory import Directory
from campaign.godparents.models import DeedKind, EndReason, Role
from campaign.godparents.queries import Offered
from campaign.godparents.views.asked import Asked
from campaign.godparents.words import RoleWords
from campaign.i18n import page_language
from campaign.kit.keep import Keep
from campaign.prisoners import cards
from campaign.prisoners import queries as prisoners
from campaign.web import kernel as web
from campaign.web.headers import keep, open_to_all

blueprint = Blueprint("godparents", __name__)
SECONDS = 10
NUMBERS_SECONDS = 5.0
"""How old the number of prisoners with and without somebody may be: only this one looks at each of them."""
NEWEST = 4
MOST_IN_NEED = 6
blueprint.record(lambda state: state.app.extensions.update({"campaign.godparent_numbers": Keep(NUMBERS_SECONDS)}))


@blueprint.get("/godparents")
@public
def index() -> Response:
    """Everybody by country and chamber. Each question has one address; others that ask the same lead to it."""
    asked, language, wish = Asked.read(request.args), page_language(), _wished_language()
    pairs = [*asked.pairs, *([("lang", wish)] if wish else [])]
    if sorted(request.args.items(multi=True)) != sorted(pairs):
        return redirect(f"{url_for('.index')}?{asked.query(wish, after=asked.after, before=asked.before)}".rstrip("?"))
    every = queries.programmes(db.session())
    chosen = _chosen(every, asked.campaign)
    directory = Directory(db.session(), [each.campaign_id for each in chosen], language)
    groups = directory.of(asked.country, asked.chamber, asked.q)
    response = web.page(
        "godparents/list.html",
        seconds=SECONDS,
        asked=asked,
        wish=wish,
        role=role_words(chosen),
        programmes=every,
        campaign=chosen[0] if asked.campaign else None,
        taking=[each for each in chosen if each.open],
        directory=directory,
        found=sum(group.count for group in groups),
        page=directory.page(groups, asked.q, after=asked.after, before=asked.before),
        beginning=_beginning(chosen, language) if asked.first else None,
    )
    if not asked.asked_by_many:  # there is no end of such questions: they would push the pages of many out of the cache
        response.headers["Cache-Control"] = f"private, max-age={SECONDS}"
    return response


@blueprint.get("/godparents/<slug>")
@public
def show(slug: str) -> Response:
    """One godparent. Who is not public is not there."""
    found = presenting.profile(db.session(), slug, page_language())
    if found is None:
        abort(404)
    return web.page(
        "godparents/godparent.html",
        seconds=SECONDS,
        godparent=found,
        role=role_words([found.offered] if found.offered else []),
        wish=_wished_language(),
    )


@blueprint.get("/godparents.json")
@public
def facts() -> Response:
    """The public numbers, for other sites."""
    asked, language = Asked.read(request.args), page_language()
    chosen = _chosen(queries.programmes(db.session()), asked.campaign)
    ids = [each.campaign_id for each in chosen]
    directory, counted = Directory(db.session(), ids, language), _counted(ids)
    body = {
        "campaigns": [each.slug for each in chosen],
        "godparents": directory.total,
        "countries": directory.countries,
        "chambers": [
            {"slug": chamber.slug, "name": chamber.name, "country": group.country, "godparents": group.count}
            for group in directory.groups
            if (chamber := directory.chambers.get(group.chamber_id))
        ],
        "prisoners": {"with": counted.standing, "without": counted.without},
    }
    return open_to_all(keep(jsonify(body), SECONDS))


def role_words(offered: Sequence[Offered]) -> RoleWords:
    """What these campaigns call them: their word if it is one, else the usual one."""
    roles = {each.role for each in offered}
    return words.ROLE[roles.pop() if len(roles) == 1 else Role.GODPARENT]


def _chosen(every: Sequence[Offered], slug: str) -> list[Offered]:
    """All programmes, or that of one campaign; 404 if it has none."""
    chosen = [each for each in every if not slug or each.slug == slug]
    if slug and not chosen:
        abort(404)
    return chosen


def _beginning(chosen: Sequence[Offered], language: str) -> dict[str, object]:
    """What stands before the list."""
    session, ids = db.session(), [each.campaign_id for each in chosen]
    taking = [each.campaign_id for each in chosen if each.open]
    newest = queries.newest_pairs(session, ids, language, NEWEST)
    waiting = queries.longest_without(session, taking, MOST_IN_NEED)
    return {
        "counted": _counted(ids),
        "newest": newest,
        "photos": queries.photos(session, [pair.godparent.id for pair in newest]),
        "waiting": cards.cards(session, waiting, language),
        "portraits": prisoners.pictures(session, waiting, language),
    }


def _counted(campaign_ids: Sequence[int]) -> queries.Prisoners:
    keep_: Keep[tuple[int, ...], queries.Prisoners] = current_app.extensions["campaign.godparent_numbers"]
    return keep_.get(tuple(campaign_ids), lambda: queries.prisoners_counted(db.session(), campaign_ids))


def _wished_language() -> str:
    """The language that the address asks for, if it is one of ours."""
    wish = request.args.get("lang", "")
    return wish if wish in web.kernel().config.languages else ""


# ---------------------------------------------------------------------------------------------------------------------
# Words for templates


@blueprint.app_template_global()
def deed_words(kind: DeedKind) -> str:
    """What a kind of deed is called."""
    return str(words.DEED[kind])


@blueprint.app_template_global()
def end_words(reason: EndReason) -> str:
    """Why a godparenthood ended."""
    return str(words.END[reason])
