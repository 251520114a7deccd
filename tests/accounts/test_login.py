import time

import flask_security.core
import pytest

from campaign.accounts import service
from campaign.accounts.models import Organiser
from campaign.accounts.throttle import PER_ACCOUNT, PER_CLIENT
from campaign.config import Config
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.vault import keyring
from tests.accounts.browser import PASSWORD, Browser
from tests.databases import on_sqlite

WRONG = "do not belong together"


def cookies(answer, name):
    return [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(name + "=")]


def test_an_organiser_logs_in_and_sees_the_desk(browser, organiser):
    organiser()
    answer = browser.log_in()
    assert answer.status_code == 302
    assert answer.location == "/admin/"
    page = browser.get("/admin/")
    assert page.status_code == 200
    assert "ada@example.org" in page.text


@pytest.mark.parametrize("typed", ["  ADA@Example.org ", "ada@example.org"])
def test_the_address_is_taken_in_any_case(browser, organiser, typed):
    organiser()
    assert browser.log_in(email=typed).location == "/admin/"


@on_sqlite
def test_the_login_form_is_made_for_password_managers(browser):
    page = browser.get("/admin/login").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "autofocus" in page


def without_token(text):
    head, _, rest = text.partition('name="csrf_token" value="')
    return head + rest.partition('"')[2]


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(browser, organiser):
    organiser("known@example.org")
    wrong = browser.log_in(email="known@example.org", password="wrong horse battery")
    unknown = browser.log_in(email="other@example.org", password="wrong horse battery")
    assert WRONG in wrong.text
    assert wrong.status_code == unknown.status_code == 200
    assert without_token(wrong.text).replace("known@", "other@") == without_token(unknown.text)


def test_a_disabled_account_is_answered_like_an_unknown_one(app, browser, organiser):
    organiser("known@example.org")
    shut_out(app, "known@example.org")
    disabled = browser.log_in(email="known@example.org")
    unknown = browser.log_in(email="other@example.org")
    assert without_token(disabled.text).replace("known@", "other@") == without_token(unknown.text)


class CountingHasher:
    """Stands in front of the real one and counts what costs time."""

    def __init__(self, real):
        self.real = real
        self.work = 0

    def hash(self, *args, **kwargs):
        self.work += 1
        return self.real.hash(*args, **kwargs)

    def verify(self, *args, **kwargs):
        self.work += 1
        return self.real.verify(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.real, name)


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org", "shut@example.org", "no\x00body", "x"])
def test_every_attempt_costs_exactly_one_hash(app, browser, organiser, email):
    organiser("ada@example.org")
    organiser("shut@example.org")
    shut_out(app, "shut@example.org")
    security = app.extensions["security"]
    security.pwd_context = CountingHasher(security.pwd_context)
    browser.log_in(email=email, password="wrong horse battery")
    assert security.pwd_context.work == 1


def test_passwords_are_kept_as_argon2id_with_a_pepper(app, organiser):
    organiser()
    with app.app_context():
        kept = db.session().query(Organiser).one().password
    assert kept.startswith("$argon2id$")
    context = app.extensions["security"].pwd_context
    assert not context.verify(PASSWORD, kept), "the hash alone cannot be tried without the key ring"


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "", "password": PASSWORD},
        {"email": "ada@example.org", "password": ""},
        {"email": "ada@example.org"},
        {"email": "a" * 100_000, "password": PASSWORD},
        {"email": "ada@example.org", "password": "a" * 100_000},
        {"email": "ada@example.org\r\nX: y", "password": PASSWORD},
        {"email": "\u202eada@example.org", "password": PASSWORD},
    ],
)
def test_what_cannot_be_a_login_gets_the_same_answer(browser, organiser, fields):
    organiser()
    answer = browser.post("/admin/login", **fields)
    assert answer.status_code == 200
    assert WRONG in answer.text


@on_sqlite
def test_the_session_cookie_is_kept_to_the_desk(browser, organiser):
    organiser()
    (cookie,) = cookies(browser.log_in(), "campaign_session")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/admin"} <= parts
    assert "secure" not in parts


@on_sqlite
def test_cookies_are_kept_to_tls_when_the_site_has_it(make_app, env, tmp_path):
    keyring.save(tmp_path / "keys.json", keyring.KeyRing.fresh())
    secure = {
        "CAMPAIGN_BASE_URL": "https://campaign.example.org",
        "CAMPAIGN_KEYS_FILE": str(tmp_path / "keys.json"),
    }
    app = make_app(Config.from_env(env | secure))
    answer = app.test_client().get("/admin/login", base_url="https://campaign.example.org")
    (cookie,) = cookies(answer, "campaign_session")
    assert "Secure" in cookie


@on_sqlite
def test_no_other_cookies_than_session_and_device_are_set(browser, organiser):
    organiser()
    names = {line.partition("=")[0] for line in browser.log_in().headers.getlist("Set-Cookie")}
    assert names == {"campaign_session", "campaign_device"}


@on_sqlite
def test_public_pages_know_no_session(browser, logged_in):
    answer = logged_in.get("/open", headers={"Cookie": "campaign_session=x; remember_token=y|z"})
    assert answer.text == "open"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@on_sqlite
def test_the_desk_is_never_kept_by_caches(logged_in):
    assert logged_in.get("/admin/").headers["Cache-Control"] == "no-store"
    assert logged_in.get("/admin/login").headers["Cache-Control"] == "no-store"


def test_a_login_writes_nothing(app, browser, organiser):
    organiser()
    with app.app_context(), atomic():  # holds the only write lock there is
        assert browser.log_in().location == "/admin/"
        assert browser.get("/admin/").status_code == 200


@on_sqlite
def test_logging_out_takes_a_post(logged_in):
    assert logged_in.get("/admin/logout").status_code == 405
    assert logged_in.get("/admin/").status_code == 200
    answer = logged_in.post("/admin/logout", seen="/admin/")
    assert answer.location == "/admin/login"
    assert logged_in.get("/admin/").status_code == 303


@on_sqlite
def test_a_post_without_form_token_changes_nothing_and_says_so(logged_in):
    answer = logged_in.client.post("/admin/logout")
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    assert logged_in.get("/admin/").status_code == 200


@on_sqlite
def test_a_login_without_form_token_is_refused(browser, organiser):
    organiser()
    answer = browser.client.post("/admin/login", data={"email": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 400
    assert browser.get("/admin/").status_code == 303


@on_sqlite
def test_a_form_token_from_before_the_login_is_worth_nothing_after_it(browser, organiser):
    organiser()
    planted = browser.token()
    browser.client.post("/admin/login", data={"csrf_token": planted, "email": "ada@example.org", "password": PASSWORD})
    assert browser.client.post("/admin/logout", data={"csrf_token": planted}).status_code == 400


@on_sqlite
def test_a_post_from_another_site_is_refused(logged_in):
    token = logged_in.token("/admin/")
    answer = logged_in.client.post(
        "/admin/logout", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


@on_sqlite
def test_there_is_no_token_login(logged_in):
    answer = logged_in.client.get("/admin/", headers={"Accept": "application/json"})
    assert answer.mimetype == "text/html"
    answer = logged_in.client.post("/admin/login?include_auth_token", json={"email": "x", "password": "y"})
    assert answer.status_code == 400


@on_sqlite
def test_nothing_else_of_the_login_machinery_is_open(logged_in):
    for name in (
        "register", "reset", "change", "confirm", "verify", "tf-setup", "us-signin", "wan-register", "fs-static/a.js",
    ):  # fmt: skip
        assert logged_in.get(f"/admin/{name}").status_code == 404, name


HOSTILE = [
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/admin/\r\nSet-Cookie: a=b",
    "/admin/%0d%0aSet-Cookie:a=b",
    "/admin//evil.example",
    " //evil.example",
    "\t//evil.example",
    "////evil.example",
    "http://localhost@evil.example/admin/",
    "/adminevil",
    "/petitions/free-viasna",
    "/admin/logout\x00",
]


@on_sqlite
def test_the_login_leads_nowhere_else(browser, organiser):
    organiser()
    for place in HOSTILE:
        shown = browser.client.get("/admin/login", query_string={"next": place})
        by_field = browser.log_in(next=place)
        by_address = browser.client.post(
            "/admin/login",
            query_string={"next": place},
            data={"csrf_token": browser.token(), "email": "ada@example.org", "password": PASSWORD},
        )
        for answer in (shown, by_field, by_address):
            assert (answer.status_code, answer.location) == (303, "/admin/login"), place


@on_sqlite
def test_the_login_leads_back_to_where_one_was_going(browser, organiser):
    organiser()
    sent = browser.get("/admin/things/here/numbers?day=2026-11-22")
    assert sent.status_code == 303
    page = browser.get(sent.location).text
    assert "/admin/things/here/numbers" in page
    answer = browser.log_in(next="/admin/things/here/numbers?day=2026-11-22")
    assert answer.location == "/admin/things/here/numbers?day=2026-11-22"


def shut_out(app, email):
    with app.app_context(), atomic() as session:
        found = session.query(Organiser).filter_by(email=email).one()
        service.disable(session, found, actor="test", now=clock.now())


def test_a_disabled_organiser_is_out_at_once(app, logged_in):
    shut_out(app, "ada@example.org")
    assert logged_in.get("/admin/").status_code == 303
    assert WRONG in logged_in.log_in().text


def test_a_session_ends_twelve_hours_after_its_login(logged_in):
    with logged_in.client.session_transaction(path="/admin/") as session:
        session["fs_paa"] = time.time() - 12 * 3600 - 1
    assert logged_in.get("/admin/").status_code == 303


def fail(browser, times, **options):
    for _ in range(times):
        answer = browser.log_in(password="wrong horse battery", **options)
        assert answer.status_code == 200
    return browser.log_in(**options)


@on_sqlite
def test_a_client_that_guesses_too_often_is_told_to_wait(browser, organiser):
    organiser()
    answer = fail(browser, PER_CLIENT.amount)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert "<form" in answer.text


def test_successes_are_not_counted(app, organiser):
    organiser()
    for _ in range(PER_CLIENT.amount + 2):
        assert Browser(app.test_client()).log_in().location == "/admin/"


def from_address(app, number):
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return Browser(client)


def test_guessing_from_many_places_is_stopped_but_does_not_lock_out_the_owner(app, organiser):
    organiser()
    owner = from_address(app, 250)
    owner.log_in()
    owner.post("/admin/logout", seen="/admin/")
    for number in range(PER_ACCOUNT.amount):
        from_address(app, number).log_in(password="wrong horse battery")
    assert from_address(app, 200).log_in().status_code == 429
    assert owner.log_in().location == "/admin/"


def test_a_device_cookie_of_one_account_is_nothing_to_another(app, organiser):
    organiser("ada@example.org")
    organiser("bob@example.org")
    ada = from_address(app, 250)
    ada.log_in()
    ada.post("/admin/logout", seen="/admin/")
    for number in range(PER_ACCOUNT.amount):
        from_address(app, number).log_in(email="bob@example.org", password="wrong horse battery")
    assert ada.log_in(email="bob@example.org").status_code == 429


@on_sqlite
def test_limits_can_be_switched_off(make_app, env):
    config = Config.from_env(env | {"CAMPAIGN_RATE_LIMITS": "off"})
    browser = Browser(make_app(config).test_client())
    assert fail(browser, PER_CLIENT.amount + 1).status_code == 200


def test_the_password_can_be_changed_and_ends_other_sessions(logged_in, another_browser):
    another_browser.log_in()
    answer = logged_in.post(
        "/admin/password",
        seen="/admin/password",
        present=PASSWORD,
        new="four green lizards",
        again="four green lizards",
    )
    assert answer.location == "/admin/"
    assert "Your password is changed" in logged_in.get("/admin/").text
    assert another_browser.get("/admin/").status_code == 303
    assert another_browser.log_in(password=PASSWORD).status_code == 200
    assert another_browser.log_in(password="four green lizards").location == "/admin/"


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"present": "wrong", "new": "four green lizards", "again": "four green lizards"},
            "not your present password",
        ),
        ({"present": PASSWORD, "new": "four green lizards", "again": "five green lizards"}, "differ"),
        ({"present": PASSWORD, "new": "short", "again": "short"}, "at least 12 characters"),
        ({"present": PASSWORD, "new": "password1234", "again": "password1234"}, "guessing programs"),
        ({"present": PASSWORD, "new": "ada@example.org", "again": "ada@example.org"}, "little more than your address"),
        ({}, "required"),
    ],
)
def test_a_new_password_must_be_a_good_one(logged_in, fields, message):
    answer = logged_in.post("/admin/password", seen="/admin/password", **fields)
    assert answer.status_code == 200
    assert message in answer.text


@on_sqlite
def test_the_hashing_is_flask_securitys(app):
    assert isinstance(app.extensions["security"], flask_security.core.Security)
