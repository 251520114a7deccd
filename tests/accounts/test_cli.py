import pytest
from sqlalchemy import select

from campaign.accounts.models import Organiser
from campaign.audit import queries as audit
from campaign.db import db
from tests.accounts.browser import PASSWORD
from tests.databases import on_sqlite

OTHER = "four green lizards"


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def run(*args, password=PASSWORD, typed=None):
        return runner.invoke(args=["organiser", *args], env={"CAMPAIGN_PASSWORD": password or ""}, input=typed)

    return run


def kept(app):
    with app.app_context():
        return {
            each.email: [(grant.role, grant.campaign_id) for grant in each.grants]
            for each in db.session().scalars(select(Organiser))
        }


def test_create_makes_an_owner_of_everything_who_can_log_in(run, app, browser):
    done = run("create", "Ada@Example.org")
    assert done.exit_code == 0, done.output
    assert done.output == "Organiser ada@example.org is owner in every campaign.\n"
    assert kept(app) == {"ada@example.org": [("owner", None)]}
    assert browser.log_in().location == "/admin/"


def test_create_can_be_kept_to_some_campaigns(run, app):
    done = run("create", "ada@example.org", "--role", "viewer", "--campaign", "belarus", "--campaign", "elsewhere")
    assert done.exit_code == 0, done.output
    assert kept(app) == {"ada@example.org": [("viewer", 1), ("viewer", 2)]}


def test_create_refuses_an_unknown_campaign_and_makes_nobody(run, app):
    done = run("create", "ada@example.org", "--campaign", "nowhere")
    assert done.exit_code == 1
    assert "There is no campaign 'nowhere'" in done.output
    assert kept(app) == {}


def test_create_asks_twice_for_the_password_and_does_not_show_it(run, browser):
    done = run("create", "ada@example.org", password=None, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    assert browser.log_in().location == "/admin/"


@on_sqlite
@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("short", "too short"),
        ("a" * 2000, "too long"),
        ("password1234", "guessing programs"),
        ("ada.lovelace1", "address"),
    ],
)
def test_create_refuses_a_bad_password(run, app, password, message):
    done = run("create", "ada.lovelace@example.org", password=password)
    assert done.exit_code == 1
    assert message in done.output
    assert kept(app) == {}


@on_sqlite
@pytest.mark.parametrize("email", ["ada", "ada@", "ada@example.org\n", "a b@example.org", "ada@@example.org", ""])
def test_create_refuses_what_is_no_address(run, app, email):
    done = run("create", email) if email.strip() == email else run("create", "x" + email + "y")
    assert done.exit_code == 1
    assert "is not an e-mail address" in done.output
    assert kept(app) == {}


def test_create_refuses_an_existing_address(run):
    run("create", "ada@example.org")
    done = run("create", "ADA@example.org")
    assert done.exit_code == 1
    assert "There is already an organiser ada@example.org" in done.output


def test_create_if_missing_changes_nothing_when_there_is_one(run, browser):
    run("create", "ada@example.org")
    done = run("create", "ada@example.org", "--if-missing", password=OTHER)
    assert done.exit_code == 0
    assert "nothing was changed" in done.output
    assert browser.log_in(password=PASSWORD).location == "/admin/"


def test_create_if_missing_can_reset_the_password(run, browser):
    run("create", "ada@example.org")
    done = run("create", "ada@example.org", "--if-missing", "--reset-password", password=OTHER)
    assert done.exit_code == 0
    assert browser.log_in(password=OTHER).location == "/admin/"


def test_password_ends_open_sessions(run, browser):
    run("create", "ada@example.org")
    browser.log_in()
    assert run("password", "ada@example.org", password=OTHER).exit_code == 0
    assert browser.get("/admin/").status_code == 303


def test_list_shows_everybody_with_roles(run):
    assert "no organiser yet" in run("list").output
    run("create", "bob@example.org", "--role", "deliverer", "--campaign", "belarus")
    run("create", "ada@example.org")
    run("disable", "bob@example.org")
    assert run("list").output == (
        "ada@example.org: owner in every campaign\nbob@example.org (disabled): deliverer in belarus\n"
    )


def test_disable_shuts_out_at_once_and_enable_lets_in_again(run, browser):
    run("create", "ada@example.org")
    browser.log_in()
    assert run("disable", "ada@example.org").output == "ada@example.org is disabled.\n"
    assert run("disable", "ada@example.org").output == "ada@example.org was disabled already.\n"
    assert browser.get("/admin/").status_code == 303
    assert run("enable", "ada@example.org").exit_code == 0
    assert browser.log_in().location == "/admin/"


@on_sqlite
@pytest.mark.parametrize("command", [("disable",), ("enable",), ("password",), ("role", "viewer")])
def test_an_unknown_organiser_is_a_clear_error(run, command):
    done = run(command[0], "nobody@example.org", *command[1:])
    assert done.exit_code == 1
    assert "There is no organiser nobody@example.org" in done.output


def test_roles_are_given_and_taken_back(run, app):
    run("create", "ada@example.org", "--role", "viewer")
    assert run("role", "ada@example.org", "editor", "--campaign", "belarus").exit_code == 0
    assert "nothing to change" in run("role", "ada@example.org", "editor", "--campaign", "belarus").output
    assert kept(app) == {"ada@example.org": [("viewer", None), ("editor", 1)]}
    assert run("role", "ada@example.org", "viewer", "--revoke").exit_code == 0
    assert "nothing to change" in run("role", "ada@example.org", "viewer", "--revoke").output
    assert kept(app) == {"ada@example.org": [("editor", 1)]}


def test_every_change_is_recorded_without_the_address(run, app):
    run("create", "ada@example.org")
    run("role", "ada@example.org", "editor", "--campaign", "belarus")
    run("role", "ada@example.org", "editor", "--campaign", "belarus", "--revoke")
    run("password", "ada@example.org", password=OTHER)
    run("disable", "ada@example.org")
    with app.app_context():
        entries = audit.latest(db.session())
        told = [(each.actor, each.action, each.subject, each.campaign_id, each.details) for each in reversed(entries)]
    who, ada = "command line", "organiser:1"
    assert told == [
        (who, "organiser.create", ada, None, {}),
        (who, "organiser.grant", ada, None, {"role": "owner"}),
        (who, "organiser.grant", ada, 1, {"role": "editor"}),
        (who, "organiser.revoke", ada, 1, {"role": "editor"}),
        (who, "organiser.password", ada, None, {}),
        (who, "organiser.disable", ada, None, {}),
    ]
