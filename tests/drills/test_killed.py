"""Processes killed with SIGKILL in the middle of their work, as by a power cut or the kernel out of memory."""

from __future__ import annotations

import http.client
import itertools
import sys
import threading
from collections import Counter

import pytest

from tests.browsing import FIELDS, PATH, hidden_fields, link
from tests.running import Program, Site, mail_to, mails_to
from tests.server.waiting import eventually

SERVE = """
import pathlib, sys
from campaign.server.web import WebSettings, run_web
if __name__ == "__main__":
    run_web("127.0.0.1", int(sys.argv[1]), WebSettings(workers=1, threads=8), root=pathlib.Path(sys.argv[2]))
"""
DYING = """
import os, pathlib, signal
from campaign.app import create_app
app = create_app()
answers = app.wsgi_app
order = pathlib.Path(__file__).with_name("die before the next answer")
def dying(environ, start_response):
    answer = list(answers(environ, start_response))
    if environ["REQUEST_METHOD"] == "POST" and order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
app.wsgi_app = dying
"""


class Stream:
    """Some visitors who sign, each with a new address, until the server does not answer them any more."""

    VISITORS = 8

    def __init__(self, site: Site) -> None:
        self.acknowledged: set[str] = set()
        self.tried: set[str] = set()
        self._site = site
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        hidden = hidden_fields(self._site.visitor().get(PATH).text)
        self._threads = [threading.Thread(target=self._sign, args=(hidden,)) for _ in range(self.VISITORS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive()

    def _sign(self, hidden: dict[str, str]) -> None:
        visitor = self._site.visitor(timeout=10)
        while True:
            address = f"signer{next(self._numbers)}@example.org"
            self.tried.add(address)
            try:
                answer = visitor.post(PATH, FIELDS | hidden | {"email": address})
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 303
            self.acknowledged.add(address)


def check_that_all_is_whole(site: Site, acknowledged: set[str], tried: set[str]) -> set[str]:
    """Every acknowledged signature is there, none is half there; the addresses that are."""
    stored = site.stored()
    assert acknowledged <= stored.keys() <= tried
    assert {(each.status, each.consents) for each in stored.values()} == {("pending", 1)}
    assert {tuple(kind for kind, _ in each.mails) for each in stored.values()} == {("confirm",)}
    return set(stored)


@pytest.mark.drill
def test_a_web_server_killed_during_a_stream_of_signatures_loses_none_that_it_acknowledged(either_site, smtp):
    site, stream = either_site, Stream(either_site)
    for _ in range(3):
        web, before = site.web(), len(stream.acknowledged)
        stream.begin()
        eventually(lambda: len(stream.acknowledged) >= before + 40)  # noqa: B023 - used within the round
        web.kill()
        stream.end()
    there = check_that_all_is_whole(site, stream.acknowledged, stream.tried)
    site.worker()
    smtp.wait_for(len(there), 120)
    eventually(lambda: site.one("SELECT count(*) FROM messages WHERE state <> 'sent'") == 0)
    assert Counter(mail.to for mail in smtp.mails) == Counter(there)


@pytest.mark.drill
def test_a_signature_that_was_stored_but_not_answered_is_one_signature_when_it_is_posted_again(either_site, smtp):
    site = either_site
    (site.folder / "wsgi.py").write_text(DYING)
    web = site.run(sys.executable, "-c", SERVE, site.port, site.folder)
    site.wait_until_ready(web)
    visitor = site.visitor()
    assert visitor.sign("first@example.org").status == 303
    (site.folder / "die before the next answer").touch()
    with pytest.raises((OSError, http.client.HTTPException)):
        visitor.sign("second@example.org")
    everybody = {"first@example.org", "second@example.org"}
    assert check_that_all_is_whole(site, everybody, everybody) == everybody  # it was on disk
    site.wait_until_ready(web)
    assert visitor.sign("second@example.org").status == 303
    stored = site.stored()
    assert stored.keys() == everybody
    assert stored["second@example.org"].consents == 1
    site.worker()
    mail_to(smtp, "first@example.org")
    assert visitor.post(link(mail_to(smtp, "second@example.org"))).status == 303
    eventually(lambda: visitor.count() == 1)


@pytest.mark.drill
def test_a_confirmation_that_was_stored_but_not_answered_counts_once_when_pressed_again(site, smtp):
    (site.folder / "wsgi.py").write_text(DYING)
    web = site.run(sys.executable, "-c", SERVE, site.port, site.folder)
    site.wait_until_ready(web)
    site.worker()
    visitor = site.visitor()
    visitor.sign("jo@example.org")
    path = link(mail_to(smtp, "jo@example.org"))
    (site.folder / "die before the next answer").touch()
    with pytest.raises((OSError, http.client.HTTPException)):
        visitor.post(path)
    site.wait_until_ready(web)
    assert visitor.post(path).status == 303
    mail_to(smtp, "jo@example.org", number=2)
    eventually(lambda: visitor.count() == 1)
    assert site.one("SELECT count(*) FROM tally") == 0
    assert [mail["Subject"] for mail in mails_to(smtp, "jo@example.org")][2:] == []


@pytest.mark.drill
def test_a_worker_killed_while_sending_loses_no_mail_and_doubles_only_those_in_flight(either_site, smtp):
    site = either_site
    web = site.web()
    visitor = site.visitor()
    everybody = [f"signer{number}@example.org" for number in range(120)]
    for address in everybody:
        assert visitor.sign(address).status == 303
    smtp.behaviour.delay = 0.02
    worker = site.worker()
    smtp.wait_for(30, 60)
    worker.kill()
    eventually(lambda: not smtp._open)  # it has read what the dead one had written
    unwritten = len(smtp.mails) - site.one("SELECT count(*) FROM messages WHERE state = 'sent'")
    smtp.behaviour.delay = 0
    site.worker()
    # What the dead one had claimed comes when its claim has lapsed, with the schedule's next minute.
    eventually(lambda: {mail.to for mail in list(smtp.mails)} == set(everybody), within=150)
    eventually(lambda: site.one("SELECT count(*) FROM messages WHERE state <> 'sent'") == 0, within=150)
    arrived = Counter(mail.to for mail in smtp.mails)
    assert max(arrived.values()) <= 2
    assert arrived.total() - len(everybody) <= unwritten
    assert web.running


def confirm_everybody(site: Site, links: list[str]) -> None:
    visitor = site.visitor()
    for path in links:
        assert visitor.post(path).status == 303


@pytest.mark.drill
def test_a_counter_killed_again_and_again_ends_with_the_number_of_confirmed_signatures(either_site, smtp):
    site = either_site
    site.web()
    first, visitor = site.worker(), site.visitor()
    for number in range(150):
        assert visitor.sign(f"signer{number}@example.org").status == 303
    smtp.wait_for(150, 120)
    links = [link(mails_to(smtp, f"signer{number}@example.org")[0]) for number in range(150)]
    first.kill()
    confirming = threading.Thread(target=confirm_everybody, args=(site, links))
    confirming.start()
    for _ in range(3):  # each is killed while it counts and sends receipts
        before = visitor.count()
        if before == len(links):
            break
        worker = site.worker()
        eventually(lambda: visitor.count() > before)  # noqa: B023 - used within the round
        worker.kill()
    confirming.join(timeout=60)
    site.worker()
    eventually(lambda: visitor.count() == 150, within=90)
    confirmed = site.one("SELECT count(*) FROM signatures WHERE status = 'confirmed'")
    assert site.one("SELECT sum(confirmed) FROM country_counts") == visitor.count() == confirmed == 150
    assert site.one("SELECT count(*) FROM tally") == 0
    assert site.one("SELECT count(*) FROM audit_entries WHERE action = 'count.repaired'") == 0


def kill_child(program: Program, *words: str) -> None:
    """Kill a process that `program` keeps alive; return when there is another in its place."""
    victim = program.child(*words)
    assert victim is not None
    victim.kill()

    def replaced() -> bool:
        now = program.child(*words)
        return now is not None and now.pid != victim.pid

    eventually(replaced)


@pytest.mark.drill
def test_serve_starts_a_killed_worker_and_a_killed_web_server_again_and_goes_on(site, smtp):
    served = site.start("serve", "--port", site.port)
    site.wait_until_ready(served)
    visitor = site.visitor()
    assert visitor.sign("before@example.org").status == 303
    mail_to(smtp, "before@example.org")
    kill_child(served, "campaign.server", "worker")
    assert visitor.sign("between@example.org").status == 303
    mail_to(smtp, "between@example.org")
    kill_child(served, "--port", str(site.port))
    site.wait_until_ready(served)
    assert visitor.sign("after@example.org").status == 303
    mail_to(smtp, "after@example.org")
    assert site.stored().keys() == {f"{name}@example.org" for name in ("before", "between", "after")}
    assert "worker was ended by SIGKILL; it is started again" in served.log
    assert "web was ended by SIGKILL; it is started again" in served.log
    assert served.stop() == 0
