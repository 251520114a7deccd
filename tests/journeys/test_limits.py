"""Many signatures from one network: a little work for the browser instead of a locked door."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect

from campaign.web.limits import SIGN
from tests.journeys.visiting import NAMES, fill, heading, press
from tests.server.waiting import eventually

_networks = itertools.count(1)


@pytest.fixture(scope="module")
def crowded(local) -> str:
    """An address from which as many have signed as may in ten minutes."""
    network = f"203.0.113.{next(_networks)}"
    crowd = local.visitor(network)
    for number in range(SIGN.rate.amount):
        assert crowd.sign(f"crowd{number}@example.org").status == 303
    assert crowd.sign("one-more@example.org").status == 429
    return network


def test_the_browser_does_some_work_and_the_signature_goes_through(visit, local, address, crowded):
    page = visit(address=crowded)
    page.goto(local.petition)
    fill(page, address, comment="kept")
    press(page, "Sign the petition")
    expect(page.get_by_text("Done. Please press the button now.")).to_be_visible()
    assert page.locator("#comment").input_value() == "kept"
    press(page, "Sign the petition")
    heading(page, "One more step: press the button in our mail")
    assert local.link_to(address)


def test_work_that_was_done_once_is_not_taken_twice(visit, local, address, crowded):
    page = visit(address=crowded)
    page.goto(local.petition)
    fill(page, address)
    press(page, "Sign the petition")
    expect(page.get_by_text("Done. Please press the button now.")).to_be_visible()
    answer = page.locator("[data-answer]").input_value()
    again = local.visitor(crowded)
    assert again.sign(f"a-{address}", altcha=answer).status == 303
    assert again.sign(f"b-{address}", altcha=answer).status == 429


def test_without_scripts_the_page_explains_and_keeps_what_was_typed(visit, local, address, crowded):
    page = visit(address=crowded, javascript=False)
    page.goto(local.petition)
    fill(page, address, comment="kept")
    press(page, "Sign the petition")
    expect(page.get_by_text("Please wait ten minutes and press the button again.").first).to_be_visible()
    expect(page.get_by_text("What you typed is still here; it is not stored yet.")).to_be_visible()
    assert page.locator("[data-with]").is_hidden()
    for field, value in (NAMES | {"email": address, "comment": "kept"}).items():
        assert page.locator(f"#{field}").input_value() == value
    assert local.mails_to(address) == []


def test_others_are_not_held_up(local, address, crowded):
    assert local.visitor("203.0.113.200").sign(address).status == 303
    eventually(lambda: local.mails_to(address))
