"""Links that are shown only to those who may follow them."""

from __future__ import annotations

from flask import current_app, url_for
from sqlalchemy import select

from campaign.accounts.access import Scope, current_organiser, reach_of, rule_of
from campaign.db import db
from campaign.prisoners.models import Batch, ImportRun


def may_open(endpoint: str) -> bool:
    """Whether who is logged in may open a page that belongs to no single profile: its own rule says so."""
    rule = rule_of(current_app.view_functions[endpoint])
    if rule is None or rule.permission is None:
        return False
    reach = reach_of(current_organiser(), rule.permission)
    return reach.everywhere if rule.scope is Scope.EVERYWHERE else bool(reach)


def batch_url(batch: Batch) -> str:
    """The page of an act for many or of an import; empty if there is none, or it is not for who is logged in."""
    if batch.kind == "bulk":
        return url_for("prisoners_bulk.show", batch_id=batch.id) if may_open("prisoners_bulk.show") else ""
    run = db.session().scalar(select(ImportRun.id).where(ImportRun.batch_id == batch.id))
    if run is None or not may_open("prisoners_imports.show"):
        return ""
    return url_for("prisoners_imports.show", run_id=run)
