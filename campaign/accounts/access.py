"""Who may do what: the table, and the decorators that bind each admin view to a row of it.

A view under /admin without one of these decorators is refused by `gate`. Objects reach a view only through
`requires`, which looks at the roles in the object's campaign: without any role there the object does not
exist (404), without the right one the answer is 403.

    @admin.get("/petitions/<slug>/signatures.csv")
    @requires(Permission.PETITION_EXPORT, of=petition_by_slug)
    def export(petition: Petition) -> Response: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeAlias, TypeVar

from flask import abort
from flask.typing import ResponseReturnValue
from flask_login import current_user

from campaign.accounts import queries
from campaign.accounts.models import Organiser, Role
from campaign.accounts.queries import Reach
from campaign.db import db

Thing = TypeVar("Thing")
View: TypeAlias = Callable[..., ResponseReturnValue]
Loader: TypeAlias = Callable[..., tuple[Thing, int | Collection[int]] | None]
"""Takes parts of the address by name; gives the object and its campaign's id, or None if there is none.

What several campaigns share (a prisoner) gives all their ids: a right in one of them is enough, for nobody can put it
into a campaign without a right to it. With no id at all, only rights that hold everywhere count.
"""


class Permission(StrEnum):
    """What can be done at the desk, named thing.verb."""

    CAMPAIGN_SEE = "campaign.see"
    PETITION_SEE_NUMBERS = "petition.see_numbers"
    PETITION_PREVIEW = "petition.preview"
    PETITION_SET_STATE = "petition.set_state"
    PETITION_EXPORT = "petition.export"
    PRISONER_SEE = "prisoner.see"
    PRISONER_EDIT = "prisoner.edit"
    PRISONER_SEE_INTERNAL = "prisoner.see_internal"
    PRISONER_HIDE = "prisoner.hide"
    PRISONER_IMPORT = "prisoner.import"
    PRISONER_EXPORT = "prisoner.export"
    FACILITY_EDIT = "facility.edit"
    CHAMBER_SEE = "chamber.see"
    CHAMBER_EDIT = "chamber.edit"
    GODPARENT_SEE = "godparent.see"
    GODPARENT_DECIDE = "godparent.decide"
    GODPARENT_RELEASE = "godparent.release"
    GODPARENT_INVITE = "godparent.invite"
    GODPARENT_EXPORT = "godparent.export"
    GODPARENT_SETTINGS = "godparent.settings"
    MAIL_SEE = "mail.see"
    AUDIT_SEE = "audit.see"


_EVERYBODY = frozenset(Role)

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.CAMPAIGN_SEE: _EVERYBODY,
    Permission.PETITION_SEE_NUMBERS: _EVERYBODY,
    Permission.PETITION_PREVIEW: frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR, Role.DELIVERER}),
    Permission.PETITION_SET_STATE: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.PETITION_EXPORT: frozenset({Role.OWNER, Role.DELIVERER}),
    Permission.PRISONER_SEE: frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR, Role.DELIVERER}),
    Permission.PRISONER_EDIT: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.PRISONER_SEE_INTERNAL: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.PRISONER_HIDE: frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR}),
    Permission.PRISONER_IMPORT: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.PRISONER_EXPORT: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.FACILITY_EDIT: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.CHAMBER_SEE: frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR, Role.DELIVERER}),
    Permission.CHAMBER_EDIT: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.GODPARENT_SEE: frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR, Role.DELIVERER}),
    Permission.GODPARENT_DECIDE: frozenset({Role.OWNER, Role.EDITOR, Role.MODERATOR}),
    Permission.GODPARENT_RELEASE: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.GODPARENT_INVITE: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.GODPARENT_EXPORT: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.GODPARENT_SETTINGS: frozenset({Role.OWNER}),
    Permission.MAIL_SEE: frozenset({Role.OWNER, Role.EDITOR}),
    Permission.AUDIT_SEE: frozenset({Role.OWNER}),
}
"""The one table. A new feature adds rows here and nothing else decides."""


class Scope(StrEnum):
    """How far a view's rule reaches."""

    PUBLIC = "public"
    ORGANISER = "organiser"
    SOMEWHERE = "somewhere"
    EVERYWHERE = "everywhere"
    OBJECT = "object"


@dataclass(frozen=True)
class Rule:
    """What a view asks of whoever calls it. `permission` is None for PUBLIC and ORGANISER."""

    scope: Scope
    permission: Permission | None = None


def public(view: View) -> View:
    """Anybody may call it: all public pages, and the login."""
    write_rule(view, Rule(Scope.PUBLIC))
    return view


def for_every_organiser(view: View) -> View:
    """Whoever is logged in may call it, whatever the roles: it shows and changes nothing but one's own."""

    @wraps(view)
    def guarded(**values: object) -> ResponseReturnValue:
        current_organiser()
        return view(**values)

    write_rule(guarded, Rule(Scope.ORGANISER))
    return guarded


def requires(permission: Permission, *, of: Loader[Any]) -> Callable[[View], View]:
    """The view gets the object that `of` finds, as its first argument, if its campaign gives the permission.

    `of` is called with those parts of the address that it names as parameters; the view gets the others.
    """
    taken = frozenset(inspect.signature(of).parameters)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: object) -> ResponseReturnValue:
            organiser = current_organiser()
            found = of(**{name: value for name, value in values.items() if name in taken})
            if found is None:
                abort(404)
            thing, campaign_ids = found
            _check(organiser, permission, [campaign_ids] if isinstance(campaign_ids, int) else campaign_ids)
            return view(thing, **{name: value for name, value in values.items() if name not in taken})

        write_rule(guarded, Rule(Scope.OBJECT, permission))
        return guarded

    return decorate


def requires_somewhere(permission: Permission) -> Callable[[View], View]:
    """For lists: the view gets the permission's `Reach` as first argument and shows nothing beyond it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: object) -> ResponseReturnValue:
            held = reach_of(current_organiser(), permission)
            if not held:
                abort(403)
            return view(held, **values)

        write_rule(guarded, Rule(Scope.SOMEWHERE, permission))
        return guarded

    return decorate


def requires_everywhere(permission: Permission) -> Callable[[View], View]:
    """For what belongs to no single campaign: the permission must be held in every one."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: object) -> ResponseReturnValue:
            if not reach_of(current_organiser(), permission).everywhere:
                abort(403)
            return view(**values)

        write_rule(guarded, Rule(Scope.EVERYWHERE, permission))
        return guarded

    return decorate


def write_rule(view: Callable[..., Any], rule: Rule) -> None:
    """Write the rule on a view function, where the gate and the tests read it."""
    view.access_rule = rule  # type: ignore[attr-defined]  # functions do take attributes


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule a view function is bound to; None if it has none."""
    found: Rule | None = getattr(view, "access_rule", None)
    return found


def who_is_logged_in() -> Organiser | None:
    """The organiser of the present session, if there is one."""
    organiser: Organiser | None = getattr(current_user, "organiser", None)
    return organiser


def current_organiser() -> Organiser:
    """Who is logged in. Answers 401 when nobody is: `gate` has sent people to the login before that."""
    organiser = who_is_logged_in()
    if organiser is None:
        abort(401)
    return organiser


def may(permission: Permission, *campaign_ids: int) -> bool:
    """Whether who is logged in holds the permission in one of these campaigns: for showing or leaving out a button."""
    return not ALLOWED[permission].isdisjoint(queries.roles(db.session(), current_organiser().id, *campaign_ids))


def reach_of(organiser: Organiser, permission: Permission) -> Reach:
    """The campaigns in which the organiser holds the permission."""
    return queries.reach(db.session(), organiser.id, ALLOWED[permission])


def _check(organiser: Organiser, permission: Permission, campaign_ids: Collection[int]) -> None:
    held = queries.roles(db.session(), organiser.id, *campaign_ids)
    if not held:
        abort(404)
    if ALLOWED[permission].isdisjoint(held):
        abort(403)
