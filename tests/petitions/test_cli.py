"""`campaign petitions …`: the list as a file that is whole or not there, and readable by its maker only."""

import csv
import os
import stat

import pytest
from sqlalchemy import text

from campaign.db import atomic
from campaign.petitions.cli import petitions
from tests.factories import Signing


@pytest.fixture
def signing(app):
    signing = Signing(app)
    signing.confirmed("a@example.org", given_name="Ann", deliver_name=True)
    signing.confirmed("b@example.org", given_name="Bea")
    return signing


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(petitions, [str(arg) for arg in args])


def exports(signing):
    return signing.rows("SELECT actor, subject, details FROM audit_entries WHERE action = 'petition.export'")


def test_the_list_is_written_to_a_file_that_only_its_maker_can_read(run, signing, tmp_path):
    output = tmp_path / "list.csv"
    before = os.umask(0)
    try:
        done = run("export", "free-viasna", "--output", output)
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    with output.open(newline="", encoding="utf-8") as file:
        assert [row["given_name"] for row in csv.DictReader(file)] == ["Ann", ""]
    assert "2 confirmed signatures" in done.output


def test_each_list_is_recorded(run, signing, tmp_path):
    run("export", "free-viasna", "--output", tmp_path / "list.csv")
    (entry,) = exports(signing)
    assert (entry.actor, entry.subject) == ("command line", "free-viasna")
    assert "2" in str(entry.details)


def test_an_older_list_is_replaced_whole_and_closed_to_others(run, tmp_path):
    output = tmp_path / "list.csv"
    output.write_text("an older and much longer list\n" * 100)
    output.chmod(0o644)
    assert run("export", "free-viasna", "--output", output).exit_code == 0
    assert output.read_text().startswith("number,confirmed_on")
    assert "older" not in output.read_text()
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


def test_a_list_that_breaks_off_leaves_no_half_of_it(app, run, signing, tmp_path):
    uid = signing.confirmed("c@example.org", deliver_name=True)
    with app.app_context(), atomic() as session:
        session.connection().execute(
            text("UPDATE signatures SET given_name = :damaged WHERE uid = :uid"), {"damaged": b"\1broken", "uid": uid}
        )
    folder = tmp_path / "lists"
    folder.mkdir()
    done = run("export", "free-viasna", "--output", folder / "list.csv")
    assert done.exit_code == 1
    assert list(folder.iterdir()) == []
    assert exports(signing) == []


def test_a_place_that_cannot_be_written_is_named(run, signing, tmp_path):
    done = run("export", "free-viasna", "--output", tmp_path / "nowhere" / "list.csv")
    assert done.exit_code == 1
    assert "could not be written: No such file" in done.output
    assert exports(signing) == []


def test_an_unknown_petition_is_named(run, tmp_path):
    done = run("export", "nothing", "--output", tmp_path / "list.csv")
    assert done.exit_code == 1
    assert "There is no petition 'nothing'" in done.output
    assert list(tmp_path.glob("*.csv")) == []


def test_counting_says_what_is_counted(run, signing):
    done = run("count")
    assert done.exit_code == 0
    assert "free-viasna: 2 of 10000" in done.output


def test_the_state_is_set_and_recorded(run, signing):
    assert run("state", "free-viasna", "closed").exit_code == 0
    assert signing.one("SELECT published FROM petitions") == "closed"
    assert signing.one("SELECT actor FROM audit_entries WHERE action = 'petition.state'") == "command line"
    assert run("state", "free-viasna", "open").exit_code == 2
