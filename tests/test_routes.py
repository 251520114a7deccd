"""Every route there is: who may call it, what it leaves behind, and what it says to methods it does not know.

A new route fails here until it has an access rule and a sample address below.
"""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from campaign.accounts.access import ALLOWED, Permission, Scope, rule_of
from campaign.accounts.models import Role
from campaign.campaigns.models import Campaign
from campaign.db import Base, atomic, store
from campaign.kit import clock
from campaign.web.headers import HEADERS
from tests.databases import on_sqlite
from tests.factories import Signing
from tests.organisers import logged_in
from tests.route_samples import DESK, OF_A_CAMPAIGN, OF_A_REACH, OF_ONESELF, OF_THE_HOUSE, PUBLIC, rows

WITHOUT_A_RULE = {"static": "our own style sheets, scripts and pictures"}
LEAVES_A_COOKIE = {"security.login"}


@pytest.fixture
def samples(app):
    """What the addresses' `{…}` stand for; the rows are there."""
    return rows(app)


def state(app) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with app.app_context(), store().engine.connect() as connection:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}


def rules(app, method, samples):
    """`(endpoint, address)` of every route that takes the method."""
    paths = PUBLIC | DESK
    return [(r.endpoint, paths[r.endpoint].format(**samples)) for r in app.url_map.iter_rules() if method in r.methods]


@on_sqlite
def test_every_route_is_known_here(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(PUBLIC) | set(DESK)


@on_sqlite
def test_every_view_has_an_access_rule(app):
    without = {name for name, view in app.view_functions.items() if rule_of(view) is None}
    assert without & {rule.endpoint for rule in app.url_map.iter_rules()} == set(WITHOUT_A_RULE)


@on_sqlite
def test_only_what_is_listed_as_public_is_public(app):
    bound = {name: rule_of(view) for name, view in app.view_functions.items()}
    public = {name for name, rule in bound.items() if rule and rule.scope is Scope.PUBLIC}
    assert public == set(PUBLIC) - set(WITHOUT_A_RULE)
    assert {name for name, path in PUBLIC.items() if path.startswith("/admin")} == {"security.login"}


@on_sqlite
def test_every_permission_that_a_view_asks_for_is_a_row_of_the_table(app):
    asked = {rule_of(view).permission for view in app.view_functions.values() if rule_of(view)} - {None}
    assert asked <= set(ALLOWED)
    scopes = {Scope.OBJECT: OF_A_CAMPAIGN, Scope.SOMEWHERE: OF_A_REACH, Scope.EVERYWHERE: OF_THE_HOUSE}
    for scope, endpoints in scopes.items():
        assert {rule_of(app.view_functions[endpoint]).scope for endpoint in endpoints} == {scope}


@pytest.mark.parametrize(
    ("database_url", "role"),
    [*(("sqlite", role) for role in (*Role, None)), ("postgresql", Role.OWNER)],  # an owner gets to every statement
    indirect=["database_url"],
)
def test_each_role_may_do_at_the_desk_what_the_table_says_and_no_more(app, role, samples):
    browser = logged_in(app, role, Signing(app).target.campaign_id)
    for method in ("GET", "POST"):
        for endpoint, path in rules(app, method, samples):
            if endpoint in OF_ONESELF or endpoint in PUBLIC:
                continue
            allowed = role in ALLOWED[Permission(rule_of(app.view_functions[endpoint]).permission)]
            status = call(browser, method, path)
            if endpoint in OF_THE_HOUSE or not allowed:
                hidden = role is None and endpoint in OF_A_CAMPAIGN
                assert status == (404 if hidden else 403), f"{method} {path}"
            else:
                assert status in DONE, f"{method} {path}"


@on_sqlite
@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR, Role.VIEWER])
def test_what_belongs_to_no_campaign_asks_for_the_role_everywhere(app, role, samples):
    browser = logged_in(app, role)
    for method in ("GET", "POST"):
        for endpoint, path in rules(app, method, samples):
            if endpoint in OF_THE_HOUSE:
                allowed = role in ALLOWED[Permission(rule_of(app.view_functions[endpoint]).permission)]
                assert call(browser, method, path) in (DONE if allowed else {403}), f"{method} {path}"


DONE = {200, 303, 400, 409, 422}
"""The view was reached: what is posted here is no whole form, and may be too late."""


def call(browser, method, path):
    """The answer's status; a post carries a valid form token."""
    token = browser.token("/admin/password") if method == "POST" else ""
    answer = browser.client.open(path, method=method, data={"csrf_token": token, "state": "published"})
    answer.close()
    return answer.status_code


def test_another_campaigns_organisers_find_nothing(app, samples):
    with app.app_context(), atomic() as session:
        session.execute(insert(Campaign), [{"id": 99, "slug": "other", "name": "Other", "created_at": clock.now()}])
    before = state(app)
    for role in Role:
        browser = logged_in(app, role, 99)
        for method in ("GET", "POST"):
            for endpoint, path in rules(app, method, samples):
                if endpoint in OF_A_CAMPAIGN:
                    assert call(browser, method, path) == 404, f"{role} {method} {path}"
        for path in ("/admin/", "/admin/prisoners"):
            page = browser.get(path).text
            assert "Free the imprisoned" not in page
            assert "Bialiatski" not in page
    for table in ("petitions", "signatures", "prisoners", "prisoner_events", "portraits"):
        assert state(app)[table] == before[table]


def test_nobody_gets_no_further_than_the_login(app, client, samples):
    before = state(app)
    for method in ("GET", "HEAD", "POST"):
        for endpoint, path in rules(app, method, samples):
            if endpoint in DESK:
                answer = client.open(path, method=method)
                assert answer.status_code == 303, f"{method} {path}"
                assert answer.location.startswith("/admin/login"), f"{method} {path}"
    assert state(app) == before


def test_no_route_that_is_read_changes_anything(app, client, samples):
    owner = logged_in(app, Role.OWNER)
    before = state(app)
    for browser in (client, owner.client):
        for method in ("GET", "HEAD", "OPTIONS"):
            for endpoint, path in rules(app, method, samples):
                if endpoint != "security.logout":
                    answer = browser.open(path, method=method)
                    assert answer.status_code in (200, 302, 303), f"{method} {path}"
                    answer.close()
    assert state(app) == before


def test_no_route_that_is_read_ends_a_session(app):
    browser = logged_in(app, Role.OWNER)
    for method in ("GET", "HEAD", "OPTIONS"):
        browser.client.open("/admin/logout", method=method)
    assert browser.get("/admin/").status_code == 200


@on_sqlite
def test_every_public_page_sets_no_cookie_and_says_what_it_may_load(app, client, samples):
    for endpoint, path in rules(app, "GET", samples):
        if endpoint in PUBLIC:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert ("Set-Cookie" in answer.headers) is (endpoint in LEAVES_A_COOKIE), path
            for name, value in HEADERS.items():
                if name not in ("Cache-Control", "Cross-Origin-Resource-Policy"):
                    assert answer.headers.getlist(name) == [value], f"{name} of {path}"
            assert len(answer.headers.getlist("Cache-Control")) == 1, path
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            answer.close()


@on_sqlite
def test_no_public_page_takes_notice_of_a_cookie(app, client, samples):
    client.set_cookie("campaign_session", "nonsense")
    client.set_cookie("lang", "xx")
    for endpoint, path in rules(app, "GET", samples):
        if endpoint in PUBLIC:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "cookie" not in answer.headers.get("Vary", "").lower() or endpoint in LEAVES_A_COOKIE, path
            answer.close()


@on_sqlite
def test_a_method_that_a_page_does_not_know_gets_a_page_and_changes_nothing(app, client, samples):
    before = state(app)
    for rule in app.url_map.iter_rules():
        path = (PUBLIC | DESK)[rule.endpoint].format(**samples)
        for method in ("PUT", "DELETE", "PATCH", "BREW"):
            answer = client.open(path, method=method)
            assert answer.status_code == 405, f"{method} {path}"
            assert "<h1" in answer.text, f"{method} {path}"
            assert "Allow" in answer.headers
            assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert state(app) == before


NOWHERE = (
    "/nothing",
    "/petitions/nothing",
    "/campaigns/nothing",
    "/admin/nothing",
    "/static/nothing.css",
    "/%00",
    "/petitions/%00",
    "/campaigns/%00",
    "/petitions/x%00.json",
    "/static/%00",
    "/static/../campaign.db",
    "/static/%2e%2e/wsgi.py",
    "/petitions/" + "x" * 5_000,
    "/petitions/%ff",
    "/confirm/",
    "/receipt/x/withdraw/now",
)


@on_sqlite
def test_an_address_that_is_not_there_gets_a_page_that_says_so(client):
    for path in NOWHERE:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "<h1" in answer.text, path
