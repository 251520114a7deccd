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
from campaign.petitions.service import CONFIRM, RECEIPT
from campaign.web.headers import HEADERS
from tests.factories import Signing
from tests.organisers import logged_in

WITHOUT_A_RULE = {"static": "our own style sheets, scripts and pictures"}
LEAVES_A_COOKIE = {"security.login"}
PUBLIC = {
    "petitions.count": "/petitions/free-viasna/count.json",
    "petitions.facts": "/petitions/free-viasna.json",
    "petitions.show": "/petitions/free-viasna",
    "petitions.sign": "/petitions/free-viasna",
    "petitions.thanks": "/petitions/free-viasna/thanks",
    "privacy.ask": "/confirm/{pending}",
    "privacy.change": "/receipt/{receipt}",
    "privacy.confirm": "/confirm/{pending}",
    "privacy.erase": "/receipt/{receipt}/erase",
    "privacy.export": "/receipt/{receipt}/export.json",
    "privacy.not_me": "/confirm/{pending}/not-me",
    "privacy.receipt": "/receipt/{receipt}",
    "privacy.withdraw": "/receipt/{receipt}/withdraw",
    "security.login": "/admin/login",
    "site.campaign": "/campaigns/free-viasna",
    "site.healthz": "/healthz",
    "site.home": "/",
    "site.privacy": "/privacy",
    "site.readyz": "/readyz",
    "site.robots": "/robots.txt",
    "static": "/static/app.css",
}
DESK = {
    "admin.start": "/admin/",
    "admin.password": "/admin/password",
    "security.logout": "/admin/logout",
    "site_admin.audit": "/admin/audit",
    "petitions_admin.show": "/admin/petitions/free-viasna",
    "petitions_admin.preview": "/admin/petitions/free-viasna/preview",
    "petitions_admin.set_state": "/admin/petitions/free-viasna/state",
    "petitions_admin.export": "/admin/petitions/free-viasna/signatures.csv",
}
OF_A_CAMPAIGN = [endpoint for endpoint in DESK if endpoint.startswith("petitions_admin.")]


@pytest.fixture
def links(app):
    """Tokens of a pending and of a confirmed signature."""
    signing, vault = Signing(app), app.extensions["campaign.vault"]
    return {
        "pending": vault.issue(CONFIRM, signing.sign("pending@example.org")),
        "receipt": vault.issue(RECEIPT, signing.confirmed("confirmed@example.org")),
    }


def state(app) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with app.app_context(), store().engine.connect() as connection:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}


def rules(app, method):
    """`(endpoint, address)` of every route that takes the method."""
    samples = PUBLIC | DESK
    return [(r.endpoint, samples[r.endpoint]) for r in app.url_map.iter_rules() if method in r.methods]


def test_every_route_is_known_here(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(PUBLIC) | set(DESK)


def test_every_view_has_an_access_rule(app):
    without = {name for name, view in app.view_functions.items() if rule_of(view) is None}
    assert without & {rule.endpoint for rule in app.url_map.iter_rules()} == set(WITHOUT_A_RULE)


def test_only_what_is_listed_as_public_is_public(app):
    bound = {name: rule_of(view) for name, view in app.view_functions.items()}
    public = {name for name, rule in bound.items() if rule and rule.scope is Scope.PUBLIC}
    assert public == set(PUBLIC) - set(WITHOUT_A_RULE)
    assert {name for name, path in PUBLIC.items() if path.startswith("/admin")} == {"security.login"}


def test_every_permission_that_a_view_asks_for_is_a_row_of_the_table(app):
    asked = {rule_of(view).permission for view in app.view_functions.values() if rule_of(view)} - {None}
    assert asked <= set(ALLOWED)
    for endpoint in OF_A_CAMPAIGN:
        assert rule_of(app.view_functions[endpoint]).scope is Scope.OBJECT, endpoint


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_may_do_at_the_desk_what_the_table_says_and_no_more(app, role):
    campaign = Signing(app).target.campaign_id
    browser = logged_in(app, role, campaign)
    for method in ("GET", "POST"):
        for endpoint, path in rules(app, method):
            if endpoint in OF_A_CAMPAIGN:
                permission = rule_of(app.view_functions[endpoint]).permission
                allowed = role in ALLOWED[Permission(permission)]
                expected = (200, 303) if allowed else (404,) if role is None else (403,)
                assert call(browser, method, path) in expected, f"{method} {path}"


def call(browser, method, path):
    """The answer's status; a post carries a valid form token."""
    token = browser.token("/admin/password") if method == "POST" else ""
    answer = browser.client.open(path, method=method, data={"csrf_token": token, "state": "published"})
    answer.close()
    return answer.status_code


def test_another_campaigns_organisers_find_nothing(app):
    with app.app_context(), atomic() as session:
        session.execute(insert(Campaign), [{"id": 99, "slug": "other", "name": "Other", "created_at": clock.now()}])
    before = state(app)
    for role in Role:
        browser = logged_in(app, role, 99)
        for method in ("GET", "POST"):
            for endpoint, path in rules(app, method):
                if endpoint in OF_A_CAMPAIGN:
                    assert call(browser, method, path) == 404, f"{role} {method} {path}"
        assert "Free the imprisoned" not in browser.get("/admin/").text
    for table in ("petitions", "signatures"):
        assert state(app)[table] == before[table]


def test_nobody_gets_no_further_than_the_login(app, client):
    before = state(app)
    for method in ("GET", "HEAD", "POST"):
        for endpoint, path in rules(app, method):
            if endpoint in DESK:
                answer = client.open(path, method=method)
                assert answer.status_code == 303, f"{method} {path}"
                assert answer.location.startswith("/admin/login"), f"{method} {path}"
    assert state(app) == before


def test_no_route_that_is_read_changes_anything(app, client, links):
    owner = logged_in(app, Role.OWNER)
    before = state(app)
    for browser in (client, owner.client):
        for method in ("GET", "HEAD", "OPTIONS"):
            for endpoint, path in rules(app, method):
                if endpoint != "security.logout":
                    answer = browser.open(path.format(**links), method=method)
                    assert answer.status_code in (200, 302, 303), f"{method} {path}"
                    answer.close()
    assert state(app) == before


def test_no_route_that_is_read_ends_a_session(app):
    browser = logged_in(app, Role.OWNER)
    for method in ("GET", "HEAD", "OPTIONS"):
        browser.client.open("/admin/logout", method=method)
    assert browser.get("/admin/").status_code == 200


def test_every_public_page_sets_no_cookie_and_says_what_it_may_load(app, client, links):
    for endpoint, path in rules(app, "GET"):
        if endpoint in PUBLIC:
            answer = client.get(path.format(**links))
            assert answer.status_code == 200, path
            assert ("Set-Cookie" in answer.headers) is (endpoint in LEAVES_A_COOKIE), path
            for name, value in HEADERS.items():
                if name not in ("Cache-Control", "Cross-Origin-Resource-Policy"):
                    assert answer.headers.getlist(name) == [value], f"{name} of {path}"
            assert len(answer.headers.getlist("Cache-Control")) == 1, path
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            answer.close()


def test_no_public_page_takes_notice_of_a_cookie(app, client, links):
    client.set_cookie("campaign_session", "nonsense")
    client.set_cookie("lang", "xx")
    for endpoint, path in rules(app, "GET"):
        if endpoint in PUBLIC:
            answer = client.get(path.format(**links))
            assert answer.status_code == 200, path
            assert "cookie" not in answer.headers.get("Vary", "").lower() or endpoint in LEAVES_A_COOKIE, path
            answer.close()


def test_a_method_that_a_page_does_not_know_gets_a_page_and_changes_nothing(app, client, links):
    before = state(app)
    for rule in app.url_map.iter_rules():
        path = (PUBLIC | DESK)[rule.endpoint].format(**links)
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


def test_an_address_that_is_not_there_gets_a_page_that_says_so(client):
    for path in NOWHERE:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "<h1" in answer.text, path
