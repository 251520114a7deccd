"""From a prisoner's page to standing by that prisoner, as members of parliament and their staff walk it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from campaign.demo.parliament import DOMAIN, NAME
from tests.journeys.test_every_page import complaints
from tests.journeys.visiting import Local, heading, open_mail, press
from tests.pictures import files

MEMBER, STAFF = f"jaan.naide@{DOMAIN}", f"office@{DOMAIN}"


def value(page: Page, name: str) -> str:
    return page.locator(f"[name={name}]").input_value()


def send(page: Page) -> None:
    press(page, "Send, and confirm by mail")


def confirm(page: Page, local: Local, address: str, *typed: str) -> None:
    """Follow the mail, and read what was typed."""
    heading(page, "One more step: press the button in our mail")
    open_mail(page, local, address)
    heading(page, "Confirm that you stand by a prisoner")
    for text in typed:
        expect(page.get_by_text(text).first).to_be_visible()


def press_yes(page: Page) -> None:
    press(page, "Yes, this is right")
    heading(page, "Thank you: we will write to you")


def test_a_member_finds_herself_in_the_roster_and_stands_by_a_prisoner(visit, local):
    page = visit()
    page.goto(f"{local.url}/prisoners/marfa-rabkova")
    page.get_by_role("link", name="Sign up").click()
    heading(page, "Stand by a political prisoner")
    expect(page.get_by_role("radio", name="Marfa Rabkova")).to_be_checked()
    finder = page.get_by_role("combobox", name="Find the member")
    finder.press_sequentially("naide j")
    expect(page.locator("#finder-list li")).to_have_text([f"Jaan Näide {NAME} · Independent · Harbour"])
    finder.press("ArrowDown")
    assert finder.get_attribute("aria-activedescendant") == page.locator("#finder-list li").get_attribute("id")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert complaints(page) == []
    finder.press("Enter")
    expect(finder).to_have_attribute("aria-expanded", "false")
    names = ("given_name", "family_name", "party", "country")
    assert [value(page, name) for name in names] == ["Jaan", "Näide", "Independent", "EE"]
    assert page.locator("#chamber option:checked").inner_text() == NAME
    send(page)
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    assert value(page, "member")
    page.locator("#statement").fill("She taught volunteers. 🕊")
    expect(page.get_by_text("Characters left: 776")).to_be_visible()
    page.locator("#photo").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg()})
    page.locator("#email").fill(MEMBER)
    page.locator("#consent").check()
    page.locator("#publish").check()
    send(page)
    confirm(page, local, MEMBER, "Jaan Näide", NAME, "Marfa Rabkova", "She taught volunteers. 🕊", "A photo was sent")
    assert complaints(page) == []
    press_yes(page)


def test_staff_fill_the_form_in_without_scripts_and_correct_it(visit, local):
    page = visit(javascript=False)
    page.goto(f"{local.url}/godparents/join")
    expect(page.get_by_role("combobox", name="Find the member")).to_be_hidden()
    page.locator("#given_name").fill("Anna")
    page.locator("#family_name").fill("Beispiel")
    page.locator("#chamber").select_option("Another office (please write it below)")
    page.locator("#filled_by").fill("Mart the assistant")
    page.locator("#contact").fill("Telephone 123")
    page.locator("#photo").set_input_files({"name": "me.txt", "mimeType": "text/plain", "buffer": b"no photo"})
    send(page)
    expect(page.locator("[aria-invalid=true]")).to_have_count(5)
    page.get_by_role("link", name="Office: Please write the office").click()
    expect(page.locator("#office")).to_be_focused()
    assert (value(page, "family_name"), value(page, "filled_by")) == ("Beispiel", "Mart the assistant")
    page.locator("#office").fill("First minister of Example")
    page.locator("#country").select_option("EE")
    page.locator("#email").fill(STAFF)
    page.locator("#consent").check()
    page.locator("#publish").check()
    send(page)
    confirm(page, local, STAFF, "Anna Beispiel", "First minister of Example", "Mart the assistant", "will be assigned")
    press_yes(page)


WAITING = "mayor@example.org"
DESK = "/admin/godparents"


@pytest.fixture
def mayor(visit, local) -> str:
    """Somebody with another office, who confirmed and waits; the name."""
    page = visit(javascript=False)
    page.goto(f"{local.url}/godparents/join")
    page.locator("#given_name").fill("Piret")
    page.locator("#family_name").fill("Wardeninvented")
    page.locator("#chamber").select_option("Another office (please write it below)")
    page.locator("#office").fill("Mayor of Exampleville")
    page.locator("#country").select_option("EE")
    page.locator("#statement").fill("Nobody goes to prison for a word.")
    page.locator("#email").fill(WAITING)
    page.locator("#consent").check()
    page.locator("#publish").check()
    send(page)
    page.goto(local.link_to(WAITING))
    press_yes(page)
    return "Piret Wardeninvented"


def test_an_organiser_decides_and_releases_with_keys_and_finds_what_to_post(organiser, local, mayor):
    page = organiser
    page.goto(f"{local.url}/admin/")
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Godparents").click()
    page.get_by_role("link", name=re.compile("^Sign-ups")).click()
    page.get_by_role("link", name=mayor).click()
    heading(page, mayor)
    expect(page.get_by_text("No parliament was named")).to_be_visible()
    assert complaints(page) == []
    page.locator("#party").press_sequentially("ad")
    expect(page.locator("#party")).to_have_value("ad")
    heading(page, mayor)
    page.locator("#party").fill("Party of Examples")
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing of it is public before the release.")).to_be_visible()
    assert mayor not in local.visitor().get("/godparents").text
    page.goto(f"{local.url}{DESK}/release")
    box = page.get_by_role("checkbox", name=mayor)
    expect(box).to_be_checked()
    assert complaints(page) == []
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("released together")
    expect(page.get_by_label("Long: all of them")).to_have_value(re.compile(mayor))
    assert complaints(page) == []
    pair = page.locator("details", has_text=mayor)
    pair.evaluate("each => { each.open = true; }")
    pair.get_by_role("link", name="Public page").click()
    heading(page, mayor)
    page.goto(f"{local.url}{DESK}?q=wardeninvented")
    page.get_by_role("link", name=mayor).click()
    expect(page.get_by_text(WAITING)).to_be_visible()
    for path in ("", DESK, f"{DESK}/changes", f"{DESK}/invitations/new?chamber=1", f"{DESK}/settings/free-viasna"):
        if path:
            page.goto(local.url + path)
        assert complaints(page) == [], path
