"""From the form to the count and back, as people walk it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.journeys.visiting import NAMES, fill, heading, open_mail, press, sign
from tests.server.waiting import eventually

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])


def see_count(page, local, number: int) -> None:
    """The count, in the page and in count.json, is `number`, at once or soon."""
    eventually(lambda: local.count() == number)

    def shown() -> bool:
        page.goto(local.petition)
        page.reload()
        return page.locator(".petition-progress .figure").inner_text() == f"{number:,}"

    eventually(shown)


@WITH_AND_WITHOUT
def test_a_signature_is_confirmed_counted_changed_and_withdrawn(visit, local, address, javascript):
    page, before = visit(javascript=javascript), local.count()
    sign(page, local, address, comment="Be strong\nall of you")
    assert local.count() == before
    open_mail(page, local, address)
    expect(page.get_by_text("Zoë Ньютон")).to_be_visible()
    press(page, "Confirm my signature")
    heading(page, "Thank you: your signature counts")
    see_count(page, local, before + 1)
    assert page.get_by_text("Zoë Ньютон").count() == 0

    page.goto(local.link_to(address, number=2))
    heading(page, "What is stored about you")
    for text in (address, "Be strong", "Zoë Ньютон", "Germany"):
        expect(page.get_by_text(text).first).to_be_visible()
    page.locator("#show_name").check()
    press(page, "Save my choices")
    expect(page.get_by_text("Your choices are saved.")).to_be_visible()
    assert page.locator("#show_name").is_checked()

    def named() -> bool:
        page.goto(local.petition)
        page.reload()
        return page.locator(".signers", has_text="Zoë Ньютон").count() == 1

    eventually(named)
    page.goto(local.link_to(address, number=2))
    page.get_by_text("Withdraw this signature").click()
    press(page, "Withdraw my signature")
    heading(page, "Nothing about you is stored")
    assert address not in page.content()
    see_count(page, local, before)
    assert page.get_by_text("Zoë Ньютон").count() == 0


@WITH_AND_WITHOUT
def test_somebody_else_who_gets_the_mail_says_so_and_hears_no_more(visit, local, address, javascript):
    page, before = visit(javascript=javascript), local.count()
    sign(page, local, address)
    confirm = local.link_to(address)
    page.goto(confirm)
    press(page, "This wasn't me")
    heading(page, "Deleted. We are sorry for the trouble")
    page.goto(confirm)
    heading(page, "This link leads nowhere")
    sign(page, local, address)
    witness = f"witness-{address}"
    sign(page, local, witness)
    local.link_to(witness)  # what was written later has arrived
    assert len(local.mails_to(address)) == 1
    assert local.count() == before


@WITH_AND_WITHOUT
def test_a_link_that_a_scanner_follows_confirms_nothing(visit, local, address, javascript):
    confirm, before = local.signed(address), local.count()
    page = visit(javascript=javascript)
    for _ in range(2):
        page.goto(confirm)
        page.wait_for_load_state("networkidle")
    heading(page, "Confirm your signature")
    assert local.count() == before


@WITH_AND_WITHOUT
def test_what_was_typed_stays_while_each_mistake_is_told_at_its_field(visit, local, address, javascript):
    page = visit(javascript=javascript)
    page.goto(local.petition)
    fill(page, "no address", given_name="www.spam.example", comment="Two\nlines")
    page.locator("#postal_code").fill("10 115")
    page.locator("#show_name").check()
    page.locator("#consent").uncheck()
    press(page, "Sign the petition")
    for field in ("given_name", "email", "consent"):
        expect(page.locator(f"#{field}-error")).to_be_visible()
        assert f"{field}-error" in (page.locator(f"#{field}").get_attribute("aria-describedby") or "")
        assert page.locator(f"#{field}").get_attribute("aria-invalid") == "true"
    assert page.locator("[aria-invalid]").count() == 3
    kept = {"given_name": "www.spam.example", "email": "no address", "comment": "Two\nlines", "postal_code": "10 115"}
    for field, value in (NAMES | kept).items():
        assert page.locator(f"#{field}").input_value() == value
    assert [page.locator(f"#{box}").is_checked() for box in ("show_name", "deliver_name", "consent")] == [
        True,
        False,
        False,
    ]
    fill(page, address, given_name="Zoë")
    press(page, "Sign the petition")
    heading(page, "One more step: press the button in our mail")
    assert local.link_to(address)


def focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def tab_to(page, wanted: str) -> None:
    """Press the tab key until `wanted` (an id, or a text) has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == wanted:
            return
    raise AssertionError(f"the tab key never reaches {wanted!r}")


def test_the_keyboard_alone_is_enough(visit, local, address):
    page = visit()
    page.goto(local.petition)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    tab_to(page, "given_name")
    page.keyboard.type("Zoë")
    tab_to(page, "family_name")
    page.keyboard.type("Newton")
    tab_to(page, "email")
    page.keyboard.type("forgot the at sign")
    tab_to(page, "country")
    page.keyboard.type("Germ")
    tab_to(page, "consent")
    page.keyboard.press("Space")
    tab_to(page, "Sign the petition")
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#email")).to_be_focused()
    assert page.locator("#country").input_value() == "DE"
    page.keyboard.press("Control+A")
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    heading(page, "One more step: press the button in our mail")
    page.goto(local.link_to(address))
    tab_to(page, "Confirm my signature")
    page.keyboard.press("Enter")
    heading(page, "Thank you: your signature counts")


def test_what_is_stored_can_be_taken_along(visit, local, address):
    page = visit()
    page.goto(local.confirmed(address, comment="take me along"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all of this as a file (JSON)").click()
    taken = json.loads(download.value.path().read_text())
    assert (taken["email"], taken["comment"], taken["status"]) == (address, "take me along", "confirmed")
