"""`campaign prisoners import` and its sisters."""

from __future__ import annotations

import csv
import json

import pytest
from sqlalchemy import select

from campaign.audit.models import AuditEntry
from campaign.db import db
from campaign.prisoners.cli import prisoners
from campaign.prisoners.models import Event, ImportRun, Prisoner, campaign_prisoners
from tests.prisoners.importing.bringing import tables
from tests.prisoners.importing.test_admin import MAPPING, PEOPLE
from tests.prisoners.people import made


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(prisoners, [str(each) for each in arguments])


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "watch.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def test_a_list_is_brought_in_and_the_second_time_nothing_changes(app, run, people, mapping):
    done = run("import", people, "--mapping", mapping)
    assert done.exit_code == 0, done.output
    assert "2 rows: 2 new, 0 changed, 0 unchanged, 0 doubtful, 0 refused." in done.output
    before = tables(app)
    again = run("import", people, "--mapping", mapping)
    assert "2 rows: 0 new, 0 changed, 2 unchanged" in again.output
    assert tables(app) == before


def test_a_dry_run_writes_nothing_and_says_what_would_be(app, run, people, mapping):
    before = tables(app)
    done = run("import", people, "--mapping", mapping, "--dry-run")
    assert "Maryna Zolak" in done.output
    assert "2 would be new" in done.output
    assert "Nothing was written." in done.output
    assert tables(app) == before
    with app.app_context():
        assert db.session.scalars(select(ImportRun)).all() == []


def test_what_changed_is_told_field_by_field(run, people, mapping):
    run("import", people, "--mapping", mapping)
    people.write_text(PEOPLE.replace("1955-01-02", "1955-01-03"), encoding="utf-8")
    assert "Born: 1955-01-02 → 1955-01-03" in run("import", people, "--mapping", mapping).output


def test_doubtful_and_refused_rows_are_told_with_their_reasons(app, run, people, mapping, tmp_path):
    made(app, "Maryna Zolak")
    people.write_text(PEOPLE + "3,,1960-01-01,,\n", encoding="utf-8")
    report = tmp_path / "report.csv"
    done = run("import", people, "--mapping", mapping, "--report", report)
    assert done.exit_code == 0
    assert "no birth date decides" in done.output
    assert "There is no name in this row." in done.output
    rows = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert [(row["row"], row["outcome"]) for row in rows] == [("1", "doubtful"), ("2", "new"), ("3", "refused")]
    waiting = run("doubts").output
    assert "watch, row 1: Maryna Zolak" in waiting
    assert "1 rows wait" in waiting


def test_the_choices_of_the_command_count(app, run, people, mapping):
    told = "--as-of", "2021-05-06", "--source", "https://watch.example/", "--list", "other", "--campaign", "free-viasna"
    assert run("import", people, "--mapping", mapping, *told).exit_code == 0
    with app.app_context():
        person = db.session.scalars(select(Prisoner).where(Prisoner.slug == "maryna-zolak")).one()
        event = db.session.scalars(select(Event).where(Event.prisoner_id == person.id)).first()
        assert (str(event.as_of), event.url) == ("2021-05-06", "https://watch.example/")
        named = select(campaign_prisoners.c.prisoner_id).where(campaign_prisoners.c.prisoner_id == person.id)
        assert db.session.scalar(named) == person.id
        assert db.session.scalars(select(ImportRun.list_name)).one() == "other"


def test_another_encoding_can_be_named(run, people, mapping, app):
    people.write_bytes(PEOPLE.replace("Maryna Zolak", "Марына Золак").encode("cp1251"))
    assert run("import", people, "--mapping", mapping, "--encoding", "cp1251").exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(Prisoner.name).where(Prisoner.name == "Марына Золак")).all()
    wrong = run("import", people, "--mapping", mapping, "--encoding", "utf-8")
    assert (wrong.exit_code, "not in the encoding" in wrong.output) == (1, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\x7fELF" + bytes(200), "not a text file"),
        (b"%PDF-1.7 " + b"x" * 100, "a PDF"),
        (b"a;b\n1;2\n", "No column looks like the name"),
        (b"[1, 2", ""),
        (b'{"format": "campaign-prisoners", "version": 999, "prisoners": []}', ""),
        (b"id,name\n1,\n2,\n", "Not one row could be read"),
    ],
)
def test_a_file_that_is_no_list_ends_in_plain_words(run, tmp_path, content, said):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    done = run("import", path)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert said in done.output
    assert "Traceback" not in done.output


def test_wrong_usage_has_an_exit_code_of_its_own(run, people, tmp_path):
    assert run("import", tmp_path / "nothing.csv").exit_code == 2
    assert run("import", people, "--as-of", "yesterday").exit_code == 2


def test_what_is_not_there_is_named(run, people):
    assert "There is no campaign 'nothing'" in run("import", people, "--campaign", "nothing").output
    assert "There is no mapping nothing" in run("import", people, "--mapping", "nothing").output


def test_a_run_is_recorded_with_counts_and_without_names(app, run, people, mapping):
    run("import", people, "--mapping", mapping)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "prisoner.import")).one()
        assert entry.details == {"list": "watch", "new": 2}
        assert db.session.scalars(select(ImportRun.state)).one() == "done"


def test_a_list_that_breaks_off_is_taken_up_to_there(run, tmp_path):
    whole = json.dumps([{"id": n, "name": name} for n, name in enumerate(["Maryna Zolak", "Piotr Hrom", "Vera Lys"])])
    path = tmp_path / "list.json"
    path.write_text(whole[:-5], encoding="utf-8")
    done = run("import", path)
    assert done.exit_code == 0
    assert "breaks off after row 2" in done.output


def test_a_mapping_is_proposed_that_reads_the_list(run, people, tmp_path):
    proposed = run("mapping", people)
    assert proposed.exit_code == 0, proposed.output
    path = tmp_path / "proposed.toml"
    path.write_text(proposed.output, encoding="utf-8")
    assert "2 would be new" in run("import", people, "--mapping", path, "--dry-run").output


def test_refreshing_says_how_many(run):
    assert "prisoners are up to date" in run("refresh").output


def test_no_row_waits(run):
    assert "No row waits." in run("doubts").output
