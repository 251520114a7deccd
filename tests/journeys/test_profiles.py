"""From a name that somebody heard to what can be done for that person, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browsing import PATH
from tests.journeys.visiting import heading, press

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])


@WITH_AND_WITHOUT
def test_a_name_leads_to_the_person_and_to_what_can_be_done(visit, local, javascript):
    page = visit(javascript=javascript)
    page.goto(local.url)
    page.get_by_role("link", name="Prisoners", exact=True).click()
    heading(page, "Prisoners")
    page.get_by_label("Name").fill("Стефанович")
    press(page, "Search")
    expect(page.locator(".people-cards li")).to_have_count(1)
    page.get_by_role("link", name="Valiantsin Stefanovic").click()
    heading(page, "Valiantsin Stefanovic")
    expect(page.get_by_text("days in detention", exact=True)).to_be_visible()
    page.get_by_role("link", name="Read and sign").click()
    page.wait_for_url(f"**{PATH}")
    page.get_by_role("link", name="Valiantsin Stefanovic").click()
    heading(page, "Valiantsin Stefanovic")


@WITH_AND_WITHOUT
def test_filters_narrow_the_list_and_the_address_tells_them(visit, local, javascript):
    page = visit(javascript=javascript)
    page.goto(f"{local.url}/prisoners")
    page.get_by_text("Filters and order").click()
    page.get_by_label("Birthday in").select_option("9")
    page.get_by_label("Order").select_option("longest_detained")
    press(page, "Show")
    expect(page.locator(".people-cards h3")).to_have_text(["Leanid Sudalenka", "Ales Bialiatski"])
    assert page.url == f"{local.url}/prisoners?month=9&order=longest_detained"
    page.get_by_role("link", name="Serving a sentence").click()
    expect(page.locator(".people-cards h3")).to_have_text(["Leanid Sudalenka"])
    assert page.url == f"{local.url}/prisoners?status=convicted&month=9&order=longest_detained"
