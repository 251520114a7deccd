"""Drafts: kept sealed for their owner alone, dropped when they are saved, discarded or a month old."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from campaign.accounts import drafts, jobs, service
from campaign.accounts.models import Draft, Role
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.operating import rotation
from tests.applications import new_app
from tests.conftest import close
from tests.fakes.jobs import KickRecorder
from tests.organisers import logged_in
from tests.prisoners.test_editing import fields_in, opened, post

EDIT = "/admin/prisoners/marfa-rabkova/edit"
NEW = "/admin/prisoners/new"
ADD = "/admin/prisoners/marfa-rabkova/events/new"
TYPED = {"name-0": ["Typed"], "campaigns": ["a", "b"], "empty": [""]}
BY_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def app(config, demo):
    """The whole desk, on the demo's data."""
    app = new_app(config)
    app.extensions["campaign.jobs"] = KickRecorder()
    yield app
    close(app)


@pytest.fixture
def editor(app):
    return logged_in(app, Role.EDITOR)


@pytest.fixture
def two(app):
    """The ids of two organisers."""
    with app.app_context(), atomic() as session:
        return [
            service.create(session, email=f"{name}@example.org", password_hash="x", actor="test", now=clock.now()).id
            for name in ("ada", "bo")
        ]


@pytest.fixture
def keep(app):
    """Saves a draft: `keep(organiser id, thing, fields, days ago)`."""

    def save(organiser_id, thing="form", fields=TYPED, age=0):
        with app.app_context(), atomic() as session:
            moment = clock.now() - timedelta(days=age)
            drafts.save(session, app.extensions["campaign.vault"], organiser_id, thing, fields, moment)

    return save


def kept(app, organiser_id, thing="form"):
    with app.app_context():
        found = drafts.load(db.session(), app.extensions["campaign.vault"], organiser_id, thing)
        return found and dict(found.fields)


def count(app):
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(Draft))


def test_a_draft_comes_back_as_it_was_and_for_its_owner_alone(app, two, keep):
    ada, bo = two
    keep(ada)
    assert kept(app, ada) == TYPED
    assert kept(app, bo) is None
    assert kept(app, ada, "another") is None
    keep(bo, fields={"name-0": ["Hers"]})
    keep(ada, fields={"name-0": ["Newer"]})
    assert (kept(app, ada), kept(app, bo)) == ({"name-0": ["Newer"]}, {"name-0": ["Hers"]})
    assert count(app) == 2


def test_the_database_does_not_show_what_was_typed_and_no_other_row_opens_it(app, two, keep):
    keep(two[0], fields={"name-0": ["A secret name"]})
    with app.app_context(), store().engine.begin() as connection:
        assert b"secret" not in connection.execute(text("SELECT fields FROM drafts")).scalar_one()
        connection.execute(text("UPDATE drafts SET uid = :other"), {"other": b"x" * 16})
    assert kept(app, two[0]) is None


def test_a_draft_goes_when_it_is_dropped_when_it_is_a_month_old_and_with_its_owner(app, two, keep):
    ada, bo = two
    keep(ada, "dropped")
    keep(ada, "old", age=31)
    keep(ada, "newer", age=29)
    keep(bo)
    with app.app_context(), atomic() as session:
        drafts.drop(session, ada, "dropped")
    with app.app_context():
        jobs.drop_old_drafts()
    assert (kept(app, ada, "dropped"), kept(app, ada, "old"), kept(app, ada, "newer")) == (None, None, TYPED)
    with app.app_context(), atomic() as session:
        session.execute(text("DELETE FROM organisers WHERE id = :id"), {"id": bo})
    assert count(app) == 1


def test_more_than_anybody_types_is_refused(app, two, keep):
    with pytest.raises(drafts.DraftTooLong):
        keep(two[0], fields={"name-0": ["x" * drafts.LONGEST]})
    assert count(app) == 0


def test_the_same_form_saved_from_several_windows_at_once_leaves_one_draft(app, two, keep):
    start = threading.Barrier(4)

    def save(number):
        start.wait()
        keep(two[0], fields={"name-0": [str(number)]})

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(app) == 1
    assert kept(app, two[0])["name-0"][0] in "0123"


def test_the_rotation_of_keys_covers_drafts(app, two, keep):
    keep(two[0])
    with app.app_context(), store().engine.begin() as connection:
        (work,) = [work for work in rotation.plan(connection) if work.table.name == "drafts"]
        assert [column.name for column in work.columns] == ["fields"]
        assert rotation.reseal(connection, app.extensions["campaign.vault"], work, 0)[1] == 1
    assert kept(app, two[0]) == TYPED


# --- at the desk ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [EDIT, NEW, ADD + "?kind=award"])
def test_a_draft_is_saved_with_a_button_offered_and_gone_on_with(app, editor, path):
    place = path.split("?")[0]
    typed = opened(editor, path)
    field = "text-0" if place == ADD else "name-0"
    answer = post(editor, place, typed | {field: ["Not <yet> ready"]}, act="draft")
    assert answer.location == f"{place}?draft=continue"
    page = editor.get(answer.location).text
    assert "Draft saved at" in page
    assert fields_in(page)[field] == ["Not <yet> ready"]
    page = editor.get(path).text
    assert "You have a draft of" in page
    assert fields_in(page)[field] != ["Not <yet> ready"]
    other = logged_in(app, Role.OWNER)
    assert "You have a draft" not in other.get(path).text
    assert "Not &lt;yet&gt;" not in other.get(f"{place}?draft=continue").text
    assert post(editor, place, fields_in(page), act="discard").status_code == 303
    assert count(app) == 0
    assert "You have a draft" not in editor.get(path).text


def test_saving_drops_the_draft_and_a_refused_form_does_not(app, editor):
    typed = opened(editor, EDIT)
    post(editor, EDIT, typed, act="draft", born__year="x")
    assert post(editor, EDIT, typed, act="save", born__year="x").status_code == 422
    assert count(app) == 1
    assert (
        post(editor, EDIT, opened(editor, f"{EDIT}?draft=continue"), act="save", born__year="1995").status_code == 303
    )
    assert count(app) == 0


def test_an_old_draft_does_not_overwrite_what_others_saved_meanwhile(app, editor):
    post(editor, EDIT, opened(editor, EDIT), act="draft", sort_as="mine")
    owner = logged_in(app, Role.OWNER)
    post(owner, EDIT, opened(owner, EDIT), act="save", sort_as="theirs")
    assert post(editor, EDIT, opened(editor, f"{EDIT}?draft=continue"), act="save").status_code == 409


def test_a_script_is_answered_with_the_time(app, editor):
    typed = opened(editor, EDIT) | {"act": ["draft"]}
    answer = editor.client.post(EDIT, data=typed, headers=BY_SCRIPT)
    assert answer.status_code == 200
    assert set(answer.json) == {"saved_at"}
    assert count(app) == 1
    too_long = typed | {"about-0": ["x" * drafts.LONGEST]}
    assert editor.client.post(EDIT, data=too_long, headers=BY_SCRIPT).status_code == 413


def test_what_is_posted_after_the_login_ran_out_comes_back_to_be_sent_again_and_is_kept_nowhere(app, editor):
    typed = opened(editor, EDIT)
    editor.post("/admin/logout", seen="/admin/password")
    answer = post(editor, EDIT, typed, act="save", sort_as="Typed for <an> hour")
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    held = fields_in(answer.text)
    assert (held["sort_as"], held["act"]) == (["Typed for <an> hour"], ["save"])
    assert count(app) == 0
    editor.log_in(email="editor-everywhere@example.org")
    again = editor.client.post(EDIT, data=held)
    if again.status_code == 400:  # the login came with another form token; the page says so and has the new one
        again = editor.client.post(EDIT, data=fields_in(again.text))
    assert again.status_code == 303, again.text
    assert "Typed for &lt;an&gt; hour" in editor.get("/admin/prisoners/marfa-rabkova").text


def test_another_sites_form_is_not_given_back(app, editor):
    typed = opened(editor, EDIT) | {"csrf_token": ["stolen"], "sort_as": ["evil"]}
    elsewhere = {"Origin": "https://evil.example"}
    assert editor.client.post(EDIT, data=typed, headers=elsewhere).status_code == 403
    assert app.test_client().post(EDIT, data=typed, headers=elsewhere).status_code == 403
    assert editor.client.post(EDIT, data=typed).status_code == 400


def test_a_password_is_never_given_back(app):
    answer = app.test_client().post("/admin/password", data={"present": "three grey herons", "new": "x"})
    assert answer.status_code == 303
    assert "herons" not in answer.text
