import pytest

from campaign.accounts.access import ALLOWED, Permission, Rule, Scope, rule_of
from campaign.accounts.models import Role
from tests.accounts.browser import Browser
from tests.databases import on_sqlite


@pytest.fixture
def as_role(app, organiser):
    """A browser logged in as somebody with that role in that campaign."""

    def make(role, campaign_id=1):
        browser = Browser(app.test_client())
        email = organiser(f"{role}-{campaign_id}@example.org", role, campaign_id)
        assert browser.log_in(email=email).location == "/admin/"
        return browser

    return make


SAMPLES = {
    Permission.PETITION_SEE_NUMBERS: ("get", "/admin/things/here/numbers"),
    Permission.PETITION_EXPORT: ("get", "/admin/things/here/export/csv"),
    Permission.PETITION_SET_STATE: ("post", "/admin/things/here/state"),
}


def call(browser, method, path):
    return browser.get(path) if method == "get" else browser.post(path, seen="/admin/")


@on_sqlite
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_no_more(as_role, role):
    browser = as_role(role)
    for permission, sample in SAMPLES.items():
        assert call(browser, *sample).status_code == (200 if role in ALLOWED[permission] else 403), permission


@on_sqlite
@pytest.mark.parametrize("role", [*Role, None])
def test_another_campaigns_things_do_not_exist(as_role, role):
    browser = as_role(role, campaign_id=2)
    for method, path in SAMPLES.values():
        there, nowhere = call(browser, method, path), call(browser, method, path.replace("here", "nowhere"))
        assert there.status_code == nowhere.status_code == 404, path
        assert there.text == nowhere.text, path


@on_sqlite
def test_a_role_in_every_campaign_counts_in_each(as_role):
    browser = as_role(Role.OWNER, None)
    for sample in SAMPLES.values():
        assert call(browser, *sample).status_code == 200


@on_sqlite
def test_nobody_is_sent_to_the_login(browser):
    answer = browser.get("/admin/things/here/numbers")
    assert answer.status_code == 303
    assert answer.location == "/admin/login?next=/admin/things/here/numbers"


@on_sqlite
def test_nobody_who_posts_is_sent_to_the_login_and_told_that_nothing_was_done(browser):
    answer = browser.client.post("/admin/things/here/state")
    assert (answer.status_code, answer.location) == (303, "/admin/login")
    assert "nothing was changed" in browser.get("/admin/login").text


@on_sqlite
@pytest.mark.parametrize("path", ["/admin/things/here/numbers", "/admin/things/nowhere/numbers"])
def test_nobody_learns_which_things_exist(browser, path):
    assert browser.get(path).status_code == 303


@on_sqlite
def test_lists_show_only_what_is_within_reach(as_role):
    assert as_role(Role.VIEWER, 2).get("/admin/things/").text == "there"
    assert as_role(Role.OWNER, None).get("/admin/things/").text == "here there"


@on_sqlite
def test_lists_are_refused_without_any_role(as_role):
    assert as_role(None).get("/admin/things/").status_code == 403


@on_sqlite
def test_what_belongs_to_all_campaigns_takes_a_role_in_all(as_role):
    assert as_role(Role.OWNER, 1).get("/admin/things/all").status_code == 403
    assert as_role(Role.OWNER, None).get("/admin/things/all").status_code == 200


@on_sqlite
def test_a_view_without_a_rule_is_refused_to_everybody(as_role, browser):
    assert browser.get("/admin/things/forgotten").status_code == 403
    assert as_role(Role.OWNER, None).get("/admin/things/forgotten").status_code == 403


@on_sqlite
def test_an_unknown_address_at_the_desk_is_not_found(logged_in):
    assert logged_in.get("/admin/nothing").status_code == 404


@on_sqlite
def test_rules_can_be_read_from_the_views(app):
    assert rule_of(app.view_functions["things.export"]) == Rule(Scope.OBJECT, Permission.PETITION_EXPORT)
    assert rule_of(app.view_functions["pages.opened"]) == Rule(Scope.PUBLIC)
    assert rule_of(app.view_functions["security.login"]) == Rule(Scope.PUBLIC)
    assert rule_of(app.view_functions["things.forgotten"]) is None
    assert rule_of(app.view_functions["things.mine"]) == Rule(Scope.ORGANISER)


@on_sqlite
def test_every_view_of_the_desk_but_the_forgotten_one_has_a_rule(app):
    without = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin") and rule_of(app.view_functions[rule.endpoint]) is None
    ]
    assert without == ["things.forgotten"]


def test_every_permission_has_its_row():
    assert set(ALLOWED) == set(Permission)


def test_an_owner_may_do_everything():
    assert all(Role.OWNER in roles for roles in ALLOWED.values())


def test_viewers_see_numbers_and_nothing_of_anybody():
    held = {permission for permission, roles in ALLOWED.items() if Role.VIEWER in roles}
    assert held == {Permission.CAMPAIGN_SEE, Permission.PETITION_SEE_NUMBERS}


@on_sqlite
def test_the_start_page_shows_panels_within_reach(with_panel, as_role):
    assert "Things: there" in as_role(Role.VIEWER, 2).get("/admin/").text


@on_sqlite
def test_the_start_page_says_so_when_there_is_nothing(with_panel, as_role):
    page = as_role(None).get("/admin/").text
    assert "Things" not in page
    assert "no role" in page
