"""The kept count: exact whatever happens in between, repaired when somebody touched it, never counted for a page."""

import threading

import pytest
from sqlalchemy import event, text

from campaign.db import atomic, store
from campaign.kit import clock
from campaign.petitions import counting, jobs, service
from tests.browsing import PATH
from tests.factories import Signing


@pytest.fixture
def signing(app):
    return Signing(app)


def run(app, job):
    with app.app_context():
        job()


def change(app, statement):
    with app.app_context(), atomic() as session:
        assert session.connection().execute(text(statement)).rowcount > 0


def kept(signing):
    countries = signing.rows("SELECT country, confirmed FROM country_counts WHERE confirmed <> 0 ORDER BY country")
    return signing.one("SELECT confirmed_count FROM petitions"), [tuple(row) for row in countries]


def test_the_count_is_that_of_the_confirmed_signatures_by_country(app, signing):
    for number in range(5):
        signing.confirmed(f"de{number}@example.org", country="DE")
    uid = signing.confirmed("fr@example.org", country="FR")
    signing.sign("pending@example.org")
    signing.act(service.withdraw, signing.confirmed("gone@example.org", country="PL"))
    assert kept(signing) == (0, [])
    run(app, jobs.count)
    assert kept(signing) == (6, [("DE", 5), ("FR", 1)])
    signing.act(service.withdraw, uid)
    run(app, jobs.count)
    assert kept(signing) == (5, [("DE", 5)])


def test_counting_again_changes_nothing(app, signing):
    signing.confirmed()
    for _ in range(3):
        run(app, jobs.count)
    assert kept(signing) == (1, [("DE", 1)])


def test_a_counter_that_dies_half_way_has_counted_nothing(app, signing):
    signing.confirmed()
    with app.app_context(), pytest.raises(ZeroDivisionError):
        _count_and_die()
    assert kept(signing) == (0, [])
    assert signing.one("SELECT sum(change) FROM tally") == 1
    run(app, jobs.count)
    assert kept(signing) == (1, [("DE", 1)])


def _count_and_die():
    with atomic() as session:
        assert counting.take_up(session.connection(), clock.now()) == 1
        raise ZeroDivisionError


def test_two_counters_at_once_count_nothing_twice(app, signing):
    for number in range(30):
        signing.confirmed(f"{number}@example.org")
    errors = []
    start = threading.Barrier(4)

    def take_up():
        start.wait()
        try:
            with app.app_context(), atomic() as session:
                counting.take_up(session.connection(), clock.now())
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=take_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert kept(signing) == (30, [("DE", 30)])
    assert signing.one("SELECT count(*) FROM tally") == 0


def alarms(caplog):
    return [record for record in caplog.records if "ALERT" in record.getMessage()]


def repairs(signing):
    query = "SELECT actor, action, subject, details FROM audit_entries WHERE action = 'count.repaired'"
    return signing.rows(query)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE country_counts SET confirmed = confirmed + 1000",
        "UPDATE country_counts SET confirmed = 0",
        "DELETE FROM country_counts",
        "INSERT INTO tally (petition_id, country, change) SELECT id, 'DE', 7 FROM petitions",
        "UPDATE signatures SET status = 'invalid'",
    ],
)
def test_a_recount_finds_and_repairs_what_differs_and_raises_the_alarm(app, signing, caplog, damage):
    for number in range(3):
        signing.confirmed(f"{number}@example.org")
    run(app, jobs.count)
    change(app, damage)
    run(app, jobs.recount)
    right = 0 if "invalid" in damage else 3
    assert kept(signing) == (right, [("DE", 3)] if right else [])
    assert len(alarms(caplog)) == 1
    assert alarms(caplog)[0].levelname == "ERROR"
    (entry,) = repairs(signing)
    assert (entry.actor, entry.action) == ("recount", "count.repaired")
    caplog.clear()
    run(app, jobs.recount)
    assert alarms(caplog) == []
    assert len(repairs(signing)) == 1


def test_a_padded_total_is_put_right_with_an_alarm(app, signing, caplog):
    signing.confirmed()
    run(app, jobs.count)
    change(app, "UPDATE petitions SET confirmed_count = 5001")
    run(app, jobs.recount)
    assert kept(signing) == (1, [("DE", 1)])
    assert len(alarms(caplog)) == 1


def test_what_waits_in_the_tally_is_no_difference(app, signing, caplog):
    signing.confirmed()
    run(app, jobs.recount)
    assert kept(signing) == (1, [("DE", 1)])
    assert alarms(caplog) == []
    assert repairs(signing) == []


def test_count_json_says_as_of_when_the_count_is_true(app, client, signing):
    signing.confirmed()
    with clock.following(lambda: signing.now.replace(year=2031)):
        run(app, jobs.count)
    answer = client.get(f"{PATH}/count.json")
    assert answer.json == {"count": 1, "goal": 10_000, "as_of": clock.rfc3339(signing.now.replace(year=2031))}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_no_public_page_counts_signatures(app, client, signing):
    signing.confirmed(show_name=True)
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement.lower())

    with app.app_context():
        engine = store().engine
    event.listen(engine, "before_cursor_execute", note)
    for path in ("/", "/campaigns/free-viasna", PATH, f"{PATH}/count.json", f"{PATH}.json"):
        assert client.get(f"{path}?fresh").status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) > 5
    counts = [statement for statement in statements if "count(" in statement or "sum(" in statement]
    # Prisoners and godparents are counted: that grows with them, not with those who sign.
    others = ("campaign_prisoners", "from godparents")
    assert [statement for statement in counts if not any(other in statement for other in others)] == []


def test_a_second_recount_at_the_same_time_stands_back(app, signing):
    signing.confirmed()
    with app.app_context(), store().exclusive("recount") as ours:
        assert ours
        with atomic() as session:
            session.execute(text("UPDATE petitions SET confirmed_count = 7"))
        jobs.recount()
        assert signing.one("SELECT confirmed_count FROM petitions") == 7
    with app.app_context():
        jobs.recount()
    assert signing.one("SELECT confirmed_count FROM petitions") == 1
