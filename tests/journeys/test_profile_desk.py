"""Two organisers at the desk: both edit one profile at once, one adds an event, and nobody loses a word."""

from __future__ import annotations

import subprocess

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.conftest import opened
from tests.journeys.test_every_page import complaints
from tests.journeys.visiting import heading, log_in, press
from tests.running import CAMPAIGN

SECOND, PASSWORD = "second@example.org", "four words nobody joined"
PROFILE = "/admin/prisoners/andrei-chapiuk"


@pytest.fixture(scope="module")
def second(local) -> str:
    """Another organiser; the address to log in with."""
    settings = {"CAMPAIGN_INSTANCE": str(local.instance), "CAMPAIGN_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [CAMPAIGN, "organiser", "create", SECOND, "--role", "editor"], env=settings, check=True, capture_output=True
    )
    return SECOND


@pytest.fixture(scope="module")
def logins(browser, local, second) -> tuple[StorageState, StorageState]:
    """What the browsers of the two keep once they are logged in."""
    first, other = opened(browser, local), opened(browser, local, javascript=False)
    log_in(first.page, local)
    other.page.goto(f"{local.url}/admin/")
    other.page.get_by_label("E-mail").fill(second)
    other.page.get_by_label("Password").fill(PASSWORD)
    press(other.page, "Log in")
    heading(other.page, "Organisers’ desk")
    states = first.page.context.storage_state(), other.page.context.storage_state()
    for tab in (first, other):
        tab.page.context.close()
    return states


@pytest.fixture
def both(visit, local, logins) -> tuple[Page, Page]:
    """Two organisers with the same profile open; the second one's browser runs no scripts."""
    pages = (
        visit(organiser=True, login=logins[0]),
        visit(organiser=True, login=logins[1], javascript=False),
    )
    for page in pages:
        page.goto(f"{local.url}{PROFILE}/edit")
    return pages


def test_of_two_who_edit_at_once_the_second_is_shown_what_both_changed_and_chooses(both, local):
    page, quicker = both
    quicker.locator("#about-0").fill("A volunteer, says the quicker.")
    quicker.locator("#country").select_option("PL")
    page.locator("#about-0").fill("A volunteer, says the slower.")
    page.locator("#sort_as").fill("Chapiuk Andrei")
    press(quicker, "Save the profile")
    heading(quicker, "Andrei Chapiuk")
    press(page, "Save the profile")
    heading(page, "Somebody else saved first")
    expect(page.get_by_text(SECOND).first).to_be_visible()
    assert complaints(page) == []
    press(page, "Save with these choices")
    expect(page.get_by_text("Please choose for every field")).to_be_visible()
    group = page.get_by_role("group", name="About (English)")
    expect(group).to_contain_text("says the quicker.")
    group.get_by_label("Take what you typed").check()
    press(page, "Save with these choices")
    heading(page, "Andrei Chapiuk")
    for words in ("says the slower.", "Poland", "Chapiuk Andrei"):
        expect(page.get_by_text(words).first).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text(SECOND).first).to_be_visible()
    expect(page.get_by_text(local.organiser).first).to_be_visible()
    assert complaints(page) == []


def test_rows_are_added_and_names_kept_without_scripts(both):
    _first, page = both
    rows = page.get_by_role("group").filter(has=page.get_by_label("Sort of name"))
    before = rows.count()
    page.locator(f"#name-{before - 1}").fill("Андрэй Прыдуманы")
    press(page, "Add rows for names")
    assert rows.count() > before
    expect(page.locator(f"#name-{before - 1}")).to_have_value("Андрэй Прыдуманы")
    press(page, "Save the profile")
    expect(page.get_by_text("Андрэй Прыдуманы")).to_be_visible()


def test_a_draft_keeps_itself_while_somebody_types_and_survives_the_end_of_the_login(both, local):
    page, _other = both
    page.locator("#sort_as").fill("Typed and not saved")
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved at")
    page.goto(f"{local.url}{PROFILE}/edit")
    expect(page.get_by_text("You have a draft of")).to_be_visible()
    assert complaints(page) == []
    page.get_by_role("link", name="Go on with the draft").click()
    expect(page.locator("#sort_as")).to_have_value("Typed and not saved")
    page.context.clear_cookies()
    press(page, "Save the profile")
    heading(page, "Nothing is lost")
    assert complaints(page) == []
    with page.expect_popup() as window:
        page.get_by_role("link", name="Log in").click()
    log_in(window.value, local)
    press(page, "Send again")
    if page.get_by_role("heading", level=1).inner_text() == "Nothing is lost":
        press(page, "Send again")
    heading(page, "Andrei Chapiuk")
    expect(page.get_by_text("Typed and not saved")).to_be_visible()


def test_an_event_is_added_after_a_look_at_what_follows_and_taken_back(both, local):
    page, other = both
    page.goto(f"{local.url}{PROFILE}")
    assert complaints(page) == []
    page.get_by_role("link", name="Add an event").click()
    page.get_by_label("What happened").select_option("release")
    press(page, "Go on")
    page.get_by_label("Year").fill("2022-08-30")
    page.locator("#source").fill("Test Watch")
    assert complaints(page) == []
    press(page, "Look at what follows")
    heading(page, "Before it is added")
    expect(page.get_by_text("Released", exact=True)).to_be_visible()
    assert complaints(page) == []
    press(page, "Add the event")
    expect(page.get_by_text("The event is added.")).to_be_visible()
    other.goto(f"{local.url}{PROFILE}")
    other.locator("li", has_text="30 August 2022").get_by_role("link", name="Take back").click()
    other.get_by_label("Why").fill("It was another man")
    press(other, "Take it back")
    expect(other.get_by_text("It was another man")).to_be_visible()
