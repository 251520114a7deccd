"""Many at once: the database arbitrates, and a person is counted once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.browsing import link
from tests.running import Site, mail_to
from tests.server.waiting import eventually

CROWD = 50


def together(act):
    """Run `act` in `CROWD` threads that start at the same moment; what each returned."""
    start = Barrier(CROWD)

    def one(_number):
        start.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(one, range(CROWD)))


def check_that_a_crowd_with_one_address_is_one_signature(site: Site, smtp, address: str) -> None:
    visitor = site.visitor()
    before = visitor.count()
    assert visitor.get("/petitions/free-viasna").status == 200
    first = site.visitor()
    first.sign(f"page-{address}", given_name="")  # loads the page, so that the crowd only posts
    answers = together(lambda: first.sign(address))
    assert {answer.status for answer in answers} == {303}
    assert len({(answer.place, answer.text) for answer in answers}) == 1
    assert site.stored()[address].status == "pending"
    path = link(mail_to(smtp, address))
    pressed = together(lambda: first.post(path))
    assert {answer.status for answer in pressed} == {303}
    eventually(lambda: visitor.count() == before + 1)
    stored = site.stored()[address]
    assert stored.status == "confirmed"
    assert stored.consents == 1
    kinds = [kind for kind, state in stored.mails if state != "withheld"]
    assert kinds.count("confirm") == 4  # the fifth is kept for the receipt
    assert kinds.count("receipt") == 1
    assert site.one("SELECT count(*) FROM tally") == 0


def test_fifty_posts_of_one_address_are_one_signature_and_fifty_presses_count_it_once(
    running_site, shared_smtp, address
):
    check_that_a_crowd_with_one_address_is_one_signature(running_site, shared_smtp, address("crowd"))


@pytest.mark.drill
def test_the_same_holds_with_several_web_processes_on_each_database(either_site, smtp):
    either_site.settings["CAMPAIGN_WEB_WORKERS"] = "2"
    either_site.web()
    either_site.worker()
    check_that_a_crowd_with_one_address_is_one_signature(either_site, smtp, "crowd@example.org")
