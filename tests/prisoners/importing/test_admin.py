"""Lists at the desk: looked at, written by the job, doubts decided."""

from __future__ import annotations

import io
import json
import threading

import pytest
from sqlalchemy import select, update

from campaign.accounts.models import Role
from campaign.audit.models import AuditEntry
from campaign.db import atomic, db
from campaign.prisoners import jobs
from campaign.prisoners.importing import running
from campaign.prisoners.models import Doubt, Identifier, ImportRun, Prisoner
from tests.databases import on_sqlite
from tests.organisers import logged_in
from tests.prisoners.people import made

START = "/admin/prisoners/import"
DOUBTS = "/admin/prisoners/doubts"
PEOPLE = """id,name,born,arrested,gender
1,Maryna Zolak,1980-05-17,2020-10-02,female
2,Piotr Hrom,1955-01-02,2021-03-04,male
"""
MAPPING = """list = "watch"
[fields]
id = "id"
name = "name"
born = "born"
arrested = "arrested"
gender = "gender"
"""


@pytest.fixture
def desk(app):
    return logged_in(app, Role.OWNER)


def hand_in(desk, text=PEOPLE, name="people.csv", **fields):
    content = text if isinstance(text, bytes) else text.encode()
    fields = {"mapping_text": MAPPING, **fields, "file": (io.BytesIO(content), name)}
    return desk.client.post(START, data={"csrf_token": desk.token(START), **fields}, content_type="multipart/form-data")


def work(app):
    with app.app_context():
        jobs.bring_lists()


def bring(app, desk, text=PEOPLE, **fields):
    """Hand in, have it looked at and written; the address of the run."""
    here = hand_in(desk, text, **fields).location
    work(app)
    assert desk.post(f"{here}/apply", seen=here).status_code == 303
    work(app)
    return here


def count(app, what=Prisoner):
    with app.app_context():
        return len(db.session.scalars(select(what)).all())


def test_a_list_is_looked_at_then_written(app, desk):
    before = count(app)
    answer = hand_in(desk)
    assert answer.status_code == 303
    assert app.extensions["campaign.jobs"].kicked == ["prisoners.import"]
    page = desk.get(answer.location).text
    assert "Being read" in page
    assert 'http-equiv="refresh"' in page
    work(app)
    page = desk.get(answer.location).text
    assert "Maryna Zolak" in page
    assert "Waits for your decision" in page
    assert 'http-equiv="refresh"' not in page
    assert count(app) == before
    desk.post(f"{answer.location}/apply", seen=answer.location)
    work(app)
    assert "Done" in desk.get(answer.location).text
    assert count(app) == before + 2


def test_the_same_list_again_changes_nothing_and_says_so(app, desk):
    bring(app, desk)
    before = count(app)
    here = bring(app, desk)
    with app.app_context():
        run = db.session.get(ImportRun, int(here.rsplit("/", 1)[1]))
        assert run.counts == {"unchanged": 2}
        assert run.content is None
    assert count(app) == before


def test_what_changed_is_shown_field_by_field(app, desk):
    bring(app, desk)
    here = hand_in(desk, PEOPLE.replace("1955-01-02", "1955-01-03")).location
    work(app)
    page = desk.get(here).text
    assert "1955-01-02" in page
    assert "1955-01-03" in page
    assert "Born" in page


def test_a_dropped_list_is_forgotten(app, desk):
    here = hand_in(desk).location
    work(app)
    assert desk.post(f"{here}/drop", seen=here).location == START
    work(app)
    with app.app_context():
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.state, run.content, run.report) == ("dropped", None, {})
    desk.post(f"{here}/apply", seen=START)
    assert "already written or dropped" in desk.get(here).text


def test_two_who_press_at_once_write_once(app, desk):
    here = hand_in(desk).location
    work(app)
    desk.post(f"{here}/apply", seen=here)
    desk.post(f"{here}/apply", seen=START)
    work(app)
    assert "already written" in desk.get(here).text
    assert count(app, Identifier) == 2


SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "pa", "ru", "si", "to")


@pytest.mark.parametrize("state", ["previewing", "running"])
def test_a_killed_worker_goes_on_where_it_was(app, desk, state):
    names = ["".join(SYLLABLES[int(digit)] for digit in f"{number:03}") for number in range(600)]
    text = PEOPLE.splitlines()[0] + "\n" + "".join(f"{n},{name} Zolak,1980,,\n" for n, name in enumerate(names))
    before = count(app)
    here = hand_in(desk, text).location
    if state == "running":
        work(app)
        desk.post(f"{here}/apply", seen=here)
    app.extensions["campaign.jobs"].stopping = DiesAfter(3)
    with pytest.raises(Killed):
        work(app)
    with app.app_context():
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.rows_done, run.state) == (2 * running.CHUNK, state)
    app.extensions["campaign.jobs"].stopping = threading.Event()
    work(app)
    if state == "previewing":
        desk.post(f"{here}/apply", seen=here)
        work(app)
    with app.app_context():
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.state, run.counts) == ("done", {"new": 600})
    assert count(app) == before + 600


def test_a_worker_that_is_told_to_stop_stops_between_two_chunks(app, desk):
    here = hand_in(desk).location
    app.extensions["campaign.jobs"].stopping.set()
    work(app)
    assert "Being read" in desk.get(here).text
    app.extensions["campaign.jobs"].stopping.clear()
    work(app)
    assert "Waits for your decision" in desk.get(here).text


class Killed(BaseException):
    """As if the process had been killed."""


class DiesAfter:
    """In place of the worker's sign to stop: asked for some times, the process is gone."""

    def __init__(self, times):
        self.times = times

    def is_set(self):
        self.times -= 1
        if self.times < 0:
            raise Killed
        return False


@on_sqlite
@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"", {}, "choose a file"),
        (b"\x00\x01\x02\xff\xfe\x00" * 50, {}, "not a text file"),
        (PEOPLE, {"as_of": "nonsense"}, "a day that has been"),
        (PEOPLE, {"as_of": "2999-01-01"}, "a day that has been"),
        (PEOPLE, {"source": "javascript:alert(1)"}, "whole address"),
        (PEOPLE, {"mapping_text": "list = "}, "mapping cannot be read"),
        (PEOPLE, {"mapping_text": 'list = "x"\n[fields]\nname = "Nome"\n'}, "column that the list does not have"),
        (PEOPLE, {"list_name": "x" * 61}, "At most 60"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field(app, desk, content, fields, said):
    answer = hand_in(desk, content, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert count(app, ImportRun) == 0


@on_sqlite
def test_a_file_that_breaks_off_says_where(app, desk):
    whole = json.dumps([{"id": n, "name": f"Person{n} Zolak", "birthday": ""} for n in range(400)])
    here = hand_in(desk, whole[:-2000], "people.json", mapping_text="").location
    work(app)
    assert "breaks off after row" in desk.get(here).text


def test_the_uploaded_file_is_sealed(app, desk):
    hand_in(desk)
    with app.app_context():
        assert b"Zolak" not in db.session.scalars(select(ImportRun.content)).one()


def test_each_step_is_recorded_without_names(app, desk):
    bring(app, desk)
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("prisoner.import"))).all()
        assert [each.action for each in entries] == [
            "prisoner.import_handed_in",
            "prisoner.import_wanted",
            "prisoner.import",
        ]
        assert entries[-1].details == {"list": "watch", "new": 2}


# --- doubts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def doubt(app, desk):
    """The address of a doubt: somebody here has the name and no birth date."""
    slug = made(app, "Maryna Zolak")
    bring(app, desk)
    with app.app_context():
        return f"{DOUBTS}/{db.session.scalars(select(Doubt.id)).one()}", slug


def test_a_doubt_shows_the_row_beside_the_profile(app, desk, doubt):
    here, _slug = doubt
    assert "Maryna Zolak" in desk.get(DOUBTS).text
    page = desk.get(here).text
    assert "no birth date decides" in page
    assert "17 May 1980" in page
    assert "2 October 2020" in page


def test_it_is_this_person(app, desk, doubt):
    here, slug = doubt
    before = count(app)
    with app.app_context():
        person = db.session.scalars(select(Prisoner.id).where(Prisoner.slug == slug)).one()
    assert desk.post(here, seen=here, choice=f"person-{person}").location == DOUBTS
    with app.app_context():
        assert db.session.get(Prisoner, person).born == "1980-05-17"
    assert count(app) == before
    assert "No row waits" in desk.get(DOUBTS).text
    assert "This row is decided" in desk.get(here).text


def test_it_is_somebody_new(app, desk, doubt):
    here, _slug = doubt
    before = count(app)
    desk.post(here, seen=here, choice="new")
    assert count(app) == before + 1
    bring(app, desk)
    assert count(app) == before + 1
    assert "No row waits" in desk.get(DOUBTS).text


def test_it_is_left_out_and_not_asked_again(app, desk, doubt):
    here, _slug = doubt
    before = count(app)
    desk.post(here, seen=here, choice="leave_out")
    run = bring(app, desk)
    assert "Left out before" in desk.get(run).text
    assert count(app) == before
    assert "No row waits" in desk.get(DOUBTS).text
    bring(app, desk, PEOPLE.replace("1980-05-17", "1980-05-18"))
    assert "No row waits" not in desk.get(DOUBTS).text


def test_it_is_another_profile(app, desk, doubt):
    here, _slug = doubt
    other = made(app, "Marya Zolak")
    answer = desk.post(here, seen=here, choice="other", slug="nobody")
    assert (answer.status_code, "no profile with this address" in answer.text) == (422, True)
    desk.post(here, seen=here, choice="other", slug=other)
    with app.app_context():
        assert db.session.scalars(select(Prisoner.born).where(Prisoner.slug == other)).one() == "1980-05-17"


@pytest.mark.parametrize("choice", ["", "nonsense", "person-", "person-99999999999999", "person-²", "person-999999"])
def test_a_choice_that_is_none_changes_nothing(app, desk, doubt, choice):
    here, _slug = doubt
    assert desk.post(here, seen=here, choice=choice).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Doubt.decided_at)).one() is None


def test_the_second_of_two_who_decide_is_told(app, desk, doubt):
    here, _slug = doubt
    token = desk.token(here)
    desk.post(here, seen=here, choice="leave_out")
    before = count(app)
    answer = desk.client.post(here, data={"csrf_token": token, "choice": "new"}, follow_redirects=True)
    assert "Somebody else has decided" in answer.text
    assert count(app) == before


def test_a_row_that_is_no_longer_in_the_list_waits_no_longer(app, desk, doubt):
    bring(app, desk, PEOPLE.splitlines()[0] + "\n" + PEOPLE.splitlines()[2] + "\n")
    assert "No row waits" in desk.get(DOUBTS).text
    bring(app, desk)
    assert "Maryna Zolak" in desk.get(DOUBTS).text


@on_sqlite
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DELIVERER])
def test_others_may_not(app, role):
    browser = logged_in(app, role)
    for path in (START, DOUBTS):
        assert browser.get(path).status_code == 403


@on_sqlite
def test_lists_need_the_right_everywhere(app):
    browser = logged_in(app, Role.OWNER, 1)
    assert browser.get(START).status_code == 403


def test_the_nightly_job_finds_a_forgotten_key_again(app):
    made(app, "Maryna Zolak")
    with app.app_context(), atomic() as session:
        session.execute(update(Prisoner).values(sort_key=""))
    with app.app_context():
        jobs.refresh()
        assert "" not in db.session.scalars(select(Prisoner.sort_key)).all()
