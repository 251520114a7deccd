"""When something goes wrong: a page in words, the same headers as ever, and no secret in it or in the log."""

import sqlite3
from contextlib import closing

import pytest
from flask import Blueprint, abort
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from campaign.app import create_app
from campaign.config import Config
from campaign.db import DatabaseGone, sqlite
from campaign.web.headers import HEADERS, HSTS
from tests.browsing import PATH, hidden_fields
from tests.conftest import close

SECRET = "s3cret-t0ken"
broken = Blueprint("broken", __name__)
FAILURES = {
    "bug": ZeroDivisionError(f"with {SECRET}"),
    "locked": OperationalError(f"UPDATE {SECRET}", {}, sqlite3.OperationalError("database is locked")),
    "unmigrated": ProgrammingError("SELECT", {}, Exception("no such table")),
    "gone": DatabaseGone("/path"),
    "busy": PoolTimeout(),
}


@broken.route("/break/<kind>/<token>", methods=["GET", "POST"])
def fail(kind, token):
    if kind.isdigit():
        abort(int(kind))
    raise FAILURES[kind]


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_template, tmp_path):
    path = tmp_path / "instance" / "campaign.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def app(app):
    app.testing = False  # as in production: an exception becomes a page
    app.register_blueprint(broken)
    return app


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 418, 429, 500, 503])
def test_every_error_is_a_page_with_a_heading_and_the_usual_headers(client, status):
    answer = client.get(f"/break/{status}/{SECRET}")
    assert answer.status_code == status
    assert answer.text.count("<h1") == 1
    assert answer.content_type == "text/html; charset=utf-8"
    assert SECRET not in answer.text
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("kind", ["locked", "unmigrated", "gone", "busy"])
def test_a_database_that_cannot_be_used_is_said_to_be_so(client, caplog, kind):
    answer = client.get(f"/break/{kind}/{SECRET}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Nothing was stored" in answer.text
    assert SECRET not in caplog.text
    assert "/break/<kind>/<token>" in caplog.text


def test_a_bug_is_a_page_without_its_traceback_and_a_log_entry_without_the_address(client, caplog):
    answer = client.get(f"/break/bug/{SECRET}")
    assert answer.status_code == 500
    for word in ("Traceback", "ZeroDivision", SECRET):
        assert word not in answer.text
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage() == "failure on GET /break/<kind>/<token>"
    assert record.exc_info[0] is ZeroDivisionError


def test_what_is_too_large_is_refused_with_a_page(client):
    answer = client.post(PATH, data={"comment": "x" * 9_000_000})
    assert answer.status_code == 413
    assert "Nothing was stored" in answer.text


def test_a_form_of_very_many_parts_is_refused_with_a_page(client):
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\nx\r\n' for n in range(200)) + "--b--\r\n"
    answer = client.post(PATH, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (413, 422)
    assert "<h1" in answer.text


def test_a_signature_that_cannot_be_stored_comes_back_as_it_was_typed(app, client, config):
    page = client.get(PATH).text
    path = sqlite.engine_url(app.extensions["campaign.store"]._queue._database)
    app.extensions["campaign.store"]._queue._busy_seconds = 0.05
    fields = {"given_name": "Jo", "family_name": "B", "email": "jo@example.org", "country": "DE", "consent": "y"}
    held = sqlite.WriterQueue(app.extensions["campaign.store"]._queue._database)
    with held.turn():
        answer = client.post(PATH, data=fields | hidden_fields(page) | {"comment": "my words"})
    assert answer.status_code == 503, path
    assert "my words" in answer.text
    assert "does not answer" in answer.text
    with closing(sqlite3.connect(app.extensions["campaign.store"]._queue._database)) as connection:
        assert connection.execute("SELECT count(*) FROM signatures").fetchone()[0] == 0


def test_ready_tells_whether_the_database_answers(app, client):
    assert client.get("/readyz").json == {"ready": True}
    app.extensions["campaign.store"]._queue._database.unlink()
    app.extensions["campaign.store"].engine.dispose()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("base_url", "hsts"), [("http://localhost", None), ("https://localhost", HSTS)])
def test_only_an_encrypted_site_asks_to_be_visited_encrypted_for_good(env, base_url, hsts):
    app = create_app(Config.from_env(env | {"CAMPAIGN_BASE_URL": base_url}))
    for path in ("/healthz", "/nothing", "/admin/login"):
        assert app.test_client().get(path).headers.get("Strict-Transport-Security") == hsts
    close(app)


def test_our_own_files_carry_their_hash_and_are_kept_for_a_year(app, client):
    page = client.get("/privacy").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert address.startswith("/static/app.css?v=")
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    plain = client.get("/static/app.css")
    assert plain.headers["Cache-Control"] == "public, max-age=300"
    plain.close()
