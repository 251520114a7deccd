"""Many callers, one commit: everybody is told what became of their own, and only once it is on disk."""

import threading

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import IntegrityError

from campaign.db import atomic, store
from campaign.db.gathering import Gatherer
from campaign.db.session import Store


@pytest.fixture
def kept(app):
    """A store whose one table is `notes`, by the names written into it."""
    with app.app_context(), atomic() as session:
        session.connection().execute(text("CREATE TABLE notes (name VARCHAR(20) PRIMARY KEY)"))
    with app.app_context():
        found = store()
    yield found
    with app.app_context(), atomic() as session:
        session.connection().execute(text("DROP TABLE notes"))


def write(name):
    return lambda connection: connection.execute(text("INSERT INTO notes VALUES (:name)"), {"name": name}).rowcount


def names(kept):
    with kept.engine.connect() as connection:
        return set(connection.execute(text("SELECT name FROM notes")).scalars())


class Crowd:
    """Callers that wait for each other, so that their pieces reach the gatherer together."""

    def __init__(self):
        self.outcomes = {}

    def run(self, run, works):
        """Call `run(work)` for each work in a thread of its own; what came back or was raised, by key."""
        threads = [threading.Thread(target=self._one, args=(run, key, work)) for key, work in works.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(self.outcomes) == len(works)
        return self.outcomes

    def _one(self, run, key, work):
        try:
            self.outcomes[key] = run(work)
        except Exception as error:  # noqa: BLE001 - told to the test
            self.outcomes[key] = error


def test_each_caller_gets_the_own_result_and_finds_it_committed(kept):
    def run(name):
        result = kept.gather(write(name))
        return result, name in names(kept)

    outcomes = Crowd().run(run, {f"n{n}": f"n{n}" for n in range(20)})
    assert set(outcomes.values()) == {(1, True)}


def test_a_piece_that_fails_is_undone_alone(kept):
    def bad(connection):
        write("half done")(connection)
        raise ValueError("mine")

    works = {f"n{n}": write(f"n{n}") for n in range(8)} | {"bad": bad, "broken": lambda c: c.execute(text("nonsense"))}
    outcomes = Crowd().run(kept.gather, works)
    assert str(outcomes["bad"]) == "mine"
    assert isinstance(outcomes["broken"], Exception)
    assert names(kept) == {f"n{n}" for n in range(8)}
    assert [outcomes[f"n{n}"] for n in range(8)] == [1] * 8


def test_pieces_that_wait_share_a_commit(kept):
    """One piece holds the gatherer's thread until all others stand in its queue."""
    commits, held, go = [], threading.Event(), threading.Event()

    def hold(_connection):
        held.set()
        assert go.wait(30)

    def note_commit(_connection):
        commits.append(1)

    event.listen(kept.engine, "commit", note_commit)
    holder = threading.Thread(target=kept.gather, args=(hold,))
    holder.start()
    assert held.wait(30)
    gatherer = kept._gatherer
    works = {f"n{n}": write(f"n{n}") for n in range(10)}
    threads = [threading.Thread(target=kept.gather, args=(work,)) for work in works.values()]
    for thread in threads:
        thread.start()
    while gatherer._waiting.qsize() < len(works):
        threading.Event().wait(0.001)
    go.set()
    for thread in (holder, *threads):
        thread.join(30)
    event.remove(kept.engine, "commit", note_commit)
    assert names(kept) == set(works)
    assert len(commits) == 2


def test_a_failed_commit_is_told_to_everybody(kept):
    def fail(_connection):
        raise OSError("disk full")

    event.listen(kept.engine, "commit", fail)
    outcomes = Crowd().run(kept.gather, {n: write(f"n{n}") for n in range(5)})
    event.remove(kept.engine, "commit", fail)
    assert [str(outcomes[n]) for n in range(5)] == ["disk full"] * 5
    assert names(kept) == set()
    assert kept.gather(write("afterwards")) == 1


def test_a_transaction_that_cannot_begin_is_told_to_everybody_and_the_next_one_works(kept):
    begun = []

    def begin():
        begun.append(1)
        if len(begun) == 1:
            raise OSError("no connection")
        return kept._begin()

    gatherer = Gatherer(begin)
    with pytest.raises(OSError, match="no connection"):
        gatherer.run(write("first"))
    assert gatherer.run(write("second")) == 1
    assert names(kept) == {"second"}


def test_what_can_be_done_together_is_and_a_bad_one_harms_nobody_else(kept):
    calls = []

    def together(connection, items):
        calls.append(len(items))
        for item in items:
            write(item)(connection)
            if item == "bad":
                raise ValueError(item)

    outcomes = Crowd().run(
        lambda item: kept.gather_together(together, item), {name: name for name in ("a", "b", "bad", "c", "d")}
    )
    assert str(outcomes.pop("bad")) == "bad"
    assert set(outcomes.values()) == {None}
    assert names(kept) == {"a", "b", "c", "d"}
    assert sum(calls) >= 5


def test_who_lost_a_race_runs_again_and_finds_the_winner(app, kept):
    """The second of two processes with one row: the database refuses it once, and then it sees the first."""
    other = create_engine(kept.engine.url)
    runs = []

    def insert_unless_there(connection):
        runs.append(1)
        if connection.execute(text("SELECT 1 FROM notes WHERE name = 'same'")).first():
            return "found"
        if not kept.embedded:
            with other.begin() as winner:
                write("same")(winner)
        return write("same")(connection) and "made"

    assert kept.gather(insert_unless_there) == ("made" if kept.embedded else "found")
    assert len(runs) == (1 if kept.embedded else 2)
    other.dispose()


def test_a_race_that_never_ends_is_given_up(kept):
    kept.gather(write("same"))
    runs = []

    def always(connection):
        runs.append(1)
        return write("same")(connection)

    with pytest.raises(IntegrityError):
        kept.gather(always)
    assert len(runs) == 5


def test_an_exception_of_the_database_does_not_carry_what_was_written(kept):
    kept.gather(write("jo@example.org"))
    with pytest.raises(IntegrityError) as caught:
        kept.gather(write("jo@example.org"))
    assert "SQL parameters hidden" in str(caught.value)
    assert "jo@example" not in str(caught.value).replace(str(caught.value.orig), "")


def test_the_store_can_be_made_anew_for_the_same_database(app, kept):
    again = Store(create_engine(kept.engine.url))
    assert again.embedded is kept.embedded
    again.engine.dispose()
