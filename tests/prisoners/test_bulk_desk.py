"""One event for many at the desk and on the command line: looked at, set, taken back."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from campaign.accounts.models import Role
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.prisoners import service
from campaign.prisoners.cli import commands
from campaign.prisoners.models import Batch, Event, Prisoner
from tests.factories import Signing
from tests.organisers import logged_in
from tests.prisoners.people import act, found, made

PATH = "/admin/prisoners/many"
FREED = {"kind": "exile", "day": "2025-12-13", "source": "Viasna"}
PEOPLE = "Invented Adamovich\nInvented Babrova\n"


@pytest.fixture
def desk(app):
    made(app, "Invented Adamovich")
    made(app, "Invented Babrova")
    return logged_in(app, Role.EDITOR)


def looked_at(desk, **fields):
    """The preview, and all that its form would send."""
    answer = desk.post(PATH, seen=PATH, **{"names": PEOPLE, **FREED, **fields})
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    return answer, {name: unescape(value) for name, value in sent.items() if name != "csrf_token"}


def statuses(app):
    with app.app_context():
        rows = db.session.execute(select(Prisoner.name, Prisoner.status).where(Prisoner.slug.startswith("invented")))
        return dict(rows.all())


def test_an_organiser_sees_who_and_what_follows_then_sets_it_and_takes_it_back(app, desk):
    answer, sent = looked_at(desk)
    assert answer.status_code == 200
    assert "Nothing is written yet." in answer.text
    assert "In forced exile" in answer.text
    assert set(statuses(app).values()) == {"detained"}
    done = desk.post(f"{PATH}/set", seen=PATH, **sent)
    assert done.status_code == 303
    assert set(statuses(app).values()) == {"exiled"}
    page = desk.get(done.location).text
    assert "2 people" in page
    back = desk.post(f"{done.location}/undo", seen=done.location)
    assert back.location == done.location
    assert set(statuses(app).values()) == {"detained"}
    assert "Take it back" not in desk.get(done.location).text
    with app.app_context():
        actions = list(db.session.execute(db.text("SELECT action FROM audit_entries ORDER BY id")).scalars())
    assert actions[-2:] == ["prisoner.bulk", "prisoner.bulk_undone"]


def test_who_is_left_out_stays_as_he_was(app, desk):
    _, sent = looked_at(desk)
    with app.app_context():
        left = found(db.session(), "invented-babrova").id
    desk.post(f"{PATH}/set", seen=PATH, left_out=str(left), **sent)
    assert statuses(app) == {"Invented Adamovich": "exiled", "Invented Babrova": "detained"}


def test_a_profile_that_somebody_changed_meanwhile_is_looked_at_again_before_anything_is_set(app, desk):
    _, sent = looked_at(desk)
    with app.app_context(), atomic() as session:
        service.touch(found(session, "invented-babrova"), act())
    answer = desk.post(f"{PATH}/set", seen=PATH, **sent)
    assert answer.status_code == 409
    assert "Somebody changed one of these profiles" in answer.text
    assert set(statuses(app).values()) == {"detained"}


def test_what_is_missing_is_said_at_the_field_and_nothing_typed_is_lost(app, desk):
    answer, _ = looked_at(
        desk, kind="", day="13th of December", source="", url="javascript:alert(1)", text="So <b>it</b> is"
    )
    assert answer.status_code == 422
    for name in ("kind", "day", "url"):
        assert f'id="{name}-error"' in answer.text
    assert "Invented Adamovich\nInvented Babrova" in answer.text.replace("\r", "")
    assert "So &lt;b&gt;it&lt;/b&gt; is" in answer.text


def test_more_names_than_can_be_looked_at_are_refused_instead_of_cut(app, desk, tmp_path):
    names = "Invented Adamovich\n" * 5_001
    answer, _ = looked_at(desk, names=names)
    assert answer.status_code == 422
    assert "at most 5000 names" in answer.text
    file = tmp_path / "names.txt"
    file.write_text(names, encoding="utf-8")
    code, said = run(app, "event", "exile", "--names", str(file), "--date", "2025", "--source", "x")
    assert (code, "At most 5000 names" in said) == (2, True)


def test_a_date_to_come_and_a_transfer_without_a_place_are_refused(desk):
    assert looked_at(desk, day="2199-01-01")[0].status_code == 422
    assert looked_at(desk, kind="transfer")[0].status_code == 422


def test_lines_that_mean_nobody_or_two_are_shown_and_not_chosen(app, desk):
    made(app, "Invented Adamovich", born="1991")
    answer, sent = looked_at(desk, names=PEOPLE + "Nobody <i>Here</i>\n")
    assert "Nobody &lt;i&gt;Here&lt;/i&gt;" in answer.text
    assert "/prisoners/invented-adamovich-2" in answer.text
    desk.post(f"{PATH}/set", seen=PATH, **sent)
    assert sorted(statuses(app).values()) == ["detained", "exiled"]


def test_a_filter_chooses_as_well_as_names_do(app, desk):
    offered = re.search(r'href="([^"]+many[^"]+)"', desk.get("/admin/prisoners?q=Babrova&status=detained").text)[1]
    assert unescape(offered) == f"{PATH}?q=Babrova&status=detained"
    page = desk.get(unescape(offered))
    assert "Your filter finds one person." in page.text
    _, sent = looked_at(desk, names="", q="Babrova")
    desk.post(f"{PATH}/set", seen=PATH, **sent)
    assert statuses(app) == {"Invented Adamovich": "detained", "Invented Babrova": "exiled"}


def test_an_organiser_of_one_campaign_reaches_only_whom_it_names(app):
    campaign = Signing(app).target.campaign_id
    made(app, "Invented Adamovich", campaign_id=campaign)
    made(app, "Invented Babrova")
    desk = logged_in(app, Role.EDITOR, campaign)
    _, sent = looked_at(desk)
    done = desk.post(f"{PATH}/set", seen=PATH, **sent)
    assert statuses(app) == {"Invented Adamovich": "exiled", "Invented Babrova": "detained"}
    assert desk.get(done.location).status_code == 200


def test_what_was_set_for_others_does_not_exist_for_an_organiser_without_reach(app, desk):
    _, sent = looked_at(desk)
    done = desk.post(f"{PATH}/set", seen=PATH, **sent)
    other = logged_in(app, Role.EDITOR, Signing(app).target.campaign_id)
    assert other.get(done.location).status_code == 404
    assert other.post(f"{done.location}/undo", seen=PATH).status_code == 404
    assert set(statuses(app).values()) == {"exiled"}


def test_after_an_hour_the_desk_says_what_to_do_instead(app, desk):
    _, sent = looked_at(desk)
    done = desk.post(f"{PATH}/set", seen=PATH, **sent)
    later = clock.now() + timedelta(hours=1)
    with clock.following(lambda: later):
        assert "Take it back" not in desk.get(done.location).text
        answer = desk.post(f"{done.location}/undo", seen=PATH)
        assert "The hour is over" in desk.get(answer.location).text
    assert set(statuses(app).values()) == {"exiled"}


def test_petitions_that_name_them_are_counted_before_anything_is_set(app):
    campaign = Signing(app).target.campaign_id
    desk = logged_in(app, Role.EDITOR, campaign)
    answer, _ = looked_at(desk, names="Ales Bialiatski", kind="death")
    assert "whose text should be looked at: 1" in answer.text


# --- the command line -------------------------------------------------------------------------------------------------


def run(app, *arguments, **options):
    answer = app.test_cli_runner().invoke(commands[0], list(arguments), **options)
    return answer.exit_code, answer.output


def test_the_command_line_sets_an_event_for_a_file_of_names_and_takes_it_back(app, tmp_path):
    made(app, "Invented Adamovich")
    made(app, "Invented Babrova")
    names = tmp_path / "names.txt"
    names.write_text(PEOPLE + "Nobody Here\n", encoding="utf-8")
    arguments = ["event", "exile", "--names", str(names), "--date", "2025-12-13", "--source", "Viasna"]
    code, said = run(app, *arguments, "--dry-run")
    assert code == 0
    assert "Nobody Here: nobody here has this name" in said
    assert set(statuses(app).values()) == {"detained"}
    code, said = run(app, *arguments, "--yes")
    assert code == 0
    assert set(statuses(app).values()) == {"exiled"}
    with app.app_context():
        batch_id = db.session.scalars(select(Batch.id)).one()
        assert db.session.scalars(select(Event.source).where(Event.batch_id == batch_id)).all() == ["Viasna"] * 2
    assert run(app, "undo", str(batch_id))[0] == 0
    assert set(statuses(app).values()) == {"detained"}
    code, said = run(app, "undo", str(batch_id))
    assert (code, "taken back already" in said) == (1, True)


def test_the_command_line_refuses_an_event_without_a_source_or_with_a_bad_date(app, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text(PEOPLE, encoding="utf-8")
    assert run(app, "event", "exile", "--names", str(names), "--date", "2025")[0] == 2
    assert run(app, "event", "exile", "--names", str(names), "--date", "soon", "--source", "x")[0] == 2
    assert run(app, "undo", "999")[0] == 1
