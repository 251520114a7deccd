"""The database locked by somebody else, or away: pages answer or say that they cannot, and all recovers by itself."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.browsing import PATH, link
from tests.databases import TEMPLATE, Postgres
from tests.running import Answer, Site, Visitor, mail_to
from tests.server.waiting import eventually

TYPED = {"given_name": "Žofia", "family_name": "O’Neill-Ødegård", "comment": "So stay\nstrong & hopeful <3"}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """The file's write lock, held by this process."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def says_that_it_cannot(answer: Answer) -> bool:
    """A whole page of ours that says that nothing was stored and nothing lost."""
    return answer.status == 503 and "Nothing was stored and nothing was lost" in answer.text


def keeps_what_was_typed(answer: Answer, address: str) -> bool:
    """The same form, filled in as before, the unticked and the ticked boxes too."""
    wanted = (
        *('value="Žofia"', 'value="O’Neill-Ødegård"', f'value="{address}"'),
        *("So stay\nstrong &amp; hopeful &lt;3", '<option value="DE" selected', 'value="on" checked'),
    )
    return all(part in answer.text for part in wanted)


def check_that_pages_and_buttons_say_so(visitor: Visitor, confirm: str) -> None:
    """While the database is away: each page answers or says that it cannot, and no button pretends to have worked."""
    for number in range(3):
        refused = visitor.sign(f"away{number}@example.org", **TYPED)
        assert says_that_it_cannot(refused)
        assert keeps_what_was_typed(refused, f"away{number}@example.org")
    eventually(lambda: visitor.get("/readyz").status == 503)
    for path in ("/", PATH, f"{PATH}.json", f"{PATH}/count.json", confirm):
        answer = visitor.get(path)
        assert answer.status == 200 or says_that_it_cannot(answer), path
    assert says_that_it_cannot(visitor.post(confirm))
    assert visitor.get("/healthz").status == 200


def check_that_all_goes_on(site: Site, visitor: Visitor, smtp, confirm: str) -> None:
    """Once it is back: signing, confirming, mailing and counting work, and nobody touched a thing."""
    sign_until_it_works(visitor, "after@example.org")
    assert visitor.post(confirm).status == 303
    mail_to(smtp, "after@example.org", within=150)
    eventually(lambda: visitor.count() == 1, within=150)
    assert site.stored().keys() == {"before@example.org", "after@example.org"}


def sign_until_it_works(visitor: Visitor, address: str) -> None:
    eventually(lambda: visitor.sign(address, **TYPED).status == 303, within=60)


@pytest.mark.drill
def test_while_another_process_holds_the_lock_pages_answer_and_a_post_keeps_what_was_typed(site, smtp):
    site.web()
    site.worker()
    visitor = site.visitor()
    assert visitor.sign("before@example.org").status == 303
    with locked(site.database):
        assert visitor.get(PATH).status == 200
        refused = visitor.sign("locked@example.org", **TYPED)
        assert says_that_it_cannot(refused)
        assert keeps_what_was_typed(refused, "locked@example.org")
        assert [visitor.get(path).status for path in ("/", PATH, f"{PATH}.json", f"{PATH}/count.json")] == [200] * 4
    assert visitor.sign("locked@example.org", **TYPED).status == 303
    for signer in ("before", "locked"):
        mail_to(smtp, f"{signer}@example.org")
    assert site.stored().keys() == {"before@example.org", "locked@example.org"}


@pytest.mark.drill
def test_a_database_file_that_is_away_for_a_while_loses_nothing_acknowledged(site, smtp):
    site.web()
    worker = site.worker()
    visitor = site.visitor()
    assert visitor.sign("before@example.org").status == 303
    confirm = link(mail_to(smtp, "before@example.org"))
    aside = site.database.with_name("aside.db")
    site.database.rename(aside)
    check_that_pages_and_buttons_say_so(visitor, confirm)
    aside.rename(site.database)
    check_that_all_goes_on(site, visitor, smtp, confirm)
    assert worker.running


@pytest.mark.drill
def test_a_postgresql_server_that_is_away_for_a_while_loses_nothing_acknowledged(tmp_path, smtp):
    with tempfile.TemporaryDirectory(prefix="campaign-postgres-") as folder:
        Path(folder).chmod(0o755)
        with Postgres(Path(folder)) as postgres:
            site = Site(tmp_path, postgres.url(TEMPLATE), smtp.port)
            try:
                check_a_stop_and_a_start(site, postgres, smtp)
            finally:
                site.close()


def check_a_stop_and_a_start(site: Site, postgres: Postgres, smtp) -> None:
    web, worker, visitor = site.web(), site.worker(), site.visitor()
    assert visitor.sign("before@example.org").status == 303
    confirm = link(mail_to(smtp, "before@example.org"))
    postgres.server.stop()
    try:
        check_that_pages_and_buttons_say_so(visitor, confirm)
    finally:
        postgres.server.start()
    check_that_all_goes_on(site, visitor, smtp, confirm)
    assert web.running
    assert worker.running
