"""The list of prisoners at the desk: everybody the organiser's campaigns name, hidden profiles included."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from campaign.accounts.access import Permission, current_organiser, reach_of, requires_somewhere
from campaign.accounts.desk import Entry, Panel, add_entry, add_panel
from campaign.accounts.queries import Reach
from campaign.db import db
from campaign.i18n import page_language
from campaign.prisoners import editing, search
from campaign.prisoners.found import Order
from campaign.prisoners.models import Status
from campaign.prisoners.search import Filters, Result
from campaign.prisoners.words import STATUS

blueprint = Blueprint("prisoners_list", __name__, url_prefix="/admin/prisoners")

ORDERS: dict[Order, object] = {
    "name": _l("By name"),
    "newest": _l("Newest profiles first"),
    "longest_detained": _l("Longest in detention first"),
    "least_written_to": _l("Least written to first"),
}


def init_app(app: Flask) -> None:
    """Register the panel on the desk's start page and the link in its navigation."""
    add_panel(app, Panel("prisoners/admin/panel.html", Permission.PRISONER_SEE, _panel, position=20))
    add_entry(app, Entry("prisoners_list.listing", _l("Prisoners"), Permission.PRISONER_SEE, position=10))


@blueprint.get("")
@requires_somewhere(Permission.PRISONER_SEE)
def listing(reach: Reach) -> ResponseReturnValue:
    """Search and filters over all profiles within reach."""
    filters, asked = _filters(), request.args
    result = search.search(
        db.session(),
        filters,
        page_language(),
        after=asked.get("after"),
        before=asked.get("before"),
        include_hidden=asked.get("hidden") != "no",
        campaign_ids=reach.campaign_ids,
    )
    return render_template(
        "prisoners/admin/list.html",
        result=result,
        filters=filters,
        asked=asked,
        newer=_page_of(before=result.before),
        older=_page_of(after=result.after),
        statuses=STATUS,
        orders=ORDERS,
        campaigns=editing.campaign_names(db.session(), reach.campaign_ids),
        facilities=search.facilities(db.session(), page_language()),
        may_edit=bool(reach_of(current_organiser(), Permission.PRISONER_EDIT)),
    )


def _filters() -> Filters:
    asked = request.args
    wanted = asked.get("order", "")
    return Filters(
        q=asked.get("q", ""),
        status=tuple(status for status in asked.getlist("status") if status in set(Status)),
        facility=asked.get("facility", ""),
        campaign=asked.get("campaign", ""),
        order=next((order for order in ORDERS if order == wanted), "name"),
    )


def _page_of(**place: str | None) -> str:
    """The address of another page of the same list; empty if there is none."""
    kept = {name: request.args.get(name, "") for name in ("q", "status", "facility", "campaign", "order", "hidden")}
    return (
        f"?{urlencode({name: value for name, value in (kept | place).items() if value})}" if all(place.values()) else ""
    )


def _panel(reach: Reach) -> dict[str, object]:
    result: Result = search.search(
        db.session(), Filters(), page_language(), limit=1, include_hidden=True, campaign_ids=reach.campaign_ids
    )
    numbers = [(STATUS[status], result.by_status[status]) for status in Status if status in result.by_status]
    may_edit = bool(reach_of(current_organiser(), Permission.PRISONER_EDIT))
    return {"prisoner_numbers": numbers, "prisoner_total": result.total, "may_edit": may_edit}
