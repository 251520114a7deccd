"""The mail server fails in every way it can; pages answer meanwhile, and mail goes out by itself afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.browsing import PATH
from tests.running import Site, mail_to, mails_to
from tests.server.waiting import eventually

PATIENCE = 5.0
"""Seconds after which a visitor's request is given up: far below every time limit towards the mail server."""


@contextmanager
def pages_that_do_not_wait(site: Site) -> Iterator[None]:
    """Reads and signs with little patience: neither may depend on the mail server."""
    visitor = site.visitor(timeout=PATIENCE)
    for _ in range(3):
        assert visitor.get(PATH).status == 200
    yield
    assert visitor.get(PATH).status == 200
    assert visitor.get(f"{PATH}/count.json").status == 200


def state_of(site: Site, address: str) -> str:
    """The state of the only mail to `address`."""
    ((_kind, state),) = site.stored()[address].mails
    return state


def test_one_address_that_the_server_rejects_holds_up_nobody(running_site, shared_smtp, address):
    bad, good = address("bad"), address("good")
    shared_smtp.behaviour.rcpt[bad] = "550 5.1.1 no such mailbox"
    visitor = running_site.visitor()
    assert visitor.sign(bad).status == 303
    assert visitor.sign(good).status == 303
    mail_to(shared_smtp, good)
    eventually(lambda: state_of(running_site, bad) == "failed")
    assert mails_to(shared_smtp, bad) == []


def test_a_slow_server_slows_no_page(running_site, shared_smtp, address):
    shared_smtp.behaviour.delay = 0.4
    try:
        with pages_that_do_not_wait(running_site):
            assert running_site.visitor(timeout=PATIENCE).sign(address("slow")).status == 303
        mail_to(shared_smtp, address("slow"))
    finally:
        shared_smtp.behaviour.delay = 0


def test_a_server_that_refuses_connections_gets_the_mail_when_it_is_back(running_site, shared_smtp, address):
    shared_smtp.stop()
    try:
        with pages_that_do_not_wait(running_site):
            assert running_site.visitor(timeout=PATIENCE).sign(address("patient")).status == 303
        eventually(lambda: state_of(running_site, address("patient")) == "deferred")
    finally:
        shared_smtp.start()
    mail_to(shared_smtp, address("patient"))
    eventually(lambda: state_of(running_site, address("patient")) == "sent")
    assert len(mails_to(shared_smtp, address("patient"))) == 1


@pytest.mark.drill
def test_a_server_that_is_away_for_long_gets_every_mail_once(either_site, smtp):
    smtp.stop()
    either_site.web()
    either_site.worker()
    visitor = either_site.visitor(timeout=PATIENCE)
    everybody = [f"signer{number}@example.org" for number in range(40)]
    with pages_that_do_not_wait(either_site):
        for signer in everybody:
            assert visitor.sign(signer).status == 303
    eventually(lambda: either_site.one("SELECT count(*) FROM messages WHERE state = 'deferred'") == 40)
    smtp.start()
    smtp.wait_for(40, 180)
    eventually(lambda: either_site.one("SELECT count(*) FROM messages WHERE state <> 'sent'") == 0)
    assert sorted(mail.to for mail in smtp.mails) == sorted(everybody)


@pytest.mark.drill
def test_a_silent_server_takes_no_page_down_and_gets_the_mail_when_it_speaks(site, smtp):
    smtp.behaviour.silent = True
    site.web()
    site.worker()
    visitor = site.visitor(timeout=PATIENCE)
    everybody = [f"signer{number}@example.org" for number in range(40)]
    with pages_that_do_not_wait(site):
        for signer in everybody:
            assert visitor.sign(signer).status == 303
        eventually(lambda: smtp.connections > 0)
    eventually(lambda: site.one("SELECT count(*) FROM messages WHERE state = 'deferred'") > 0, within=60)
    smtp.behaviour.silent = False
    smtp.wait_for(40, 180)
    eventually(lambda: site.one("SELECT count(*) FROM messages WHERE state <> 'sent'") == 0)
    assert sorted(mail.to for mail in smtp.mails) == sorted(everybody)


@pytest.mark.drill
def test_a_connection_that_drops_in_the_middle_of_a_mail_costs_that_mail_a_while_and_no_more(site, smtp):
    smtp.behaviour.drops_in_data = 1
    site.web()
    site.worker()
    visitor = site.visitor(timeout=PATIENCE)
    with pages_that_do_not_wait(site):
        assert visitor.sign("dropped@example.org").status == 303
        eventually(lambda: smtp.behaviour.drops_in_data == 0)
        assert visitor.sign("next@example.org").status == 303
    mail_to(smtp, "next@example.org")
    assert state_of(site, "dropped@example.org") == "deferred"
    mail_to(smtp, "dropped@example.org", within=240)  # the first back-off is a minute, and the schedule runs by minutes
    eventually(lambda: state_of(site, "dropped@example.org") == "sent")
    assert len(smtp.mails) == 2


@pytest.mark.drill
def test_a_mail_refused_for_now_is_tried_again_by_itself(site, smtp):
    smtp.behaviour.rcpt["full@example.org"] = "452 4.2.2 mailbox full"
    site.web()
    site.worker()
    assert site.visitor().sign("full@example.org").status == 303
    eventually(lambda: site.stored()["full@example.org"].mails == (("confirm", "deferred"),))
    del smtp.behaviour.rcpt["full@example.org"]
    began = time.monotonic()
    mail_to(smtp, "full@example.org", within=240)
    assert time.monotonic() > began  # it came without anybody's doing
    assert len(smtp.mails) == 1
