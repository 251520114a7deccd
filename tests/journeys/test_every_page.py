"""Every page, as people see it: nothing for axe to find, in light and dark, and nothing cut off on a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from campaign.web.limits import SIGN
from tests.browsing import PATH
from tests.journeys.visiting import Local, fill, heading, log_in, press
from tests.running import no_room
from tests.server.waiting import eventually

WIDE, NARROW = 1280, 320
AXE = """(rules) => axe.run({resultTypes: ["violations"], ...rules}).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html} ${failureSummary}`)))"""
ALL_RULES: dict[str, object] = {}
COLOURS: dict[str, object] = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""All that a scheme can change: the dark one has the same elements in the same places."""
TOO_WIDE = """[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth)
  .map((e) => e.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Somebody:
    """Links of people at different stages."""

    unconfirmed: str
    unwanted: str
    confirmed: str
    receipt: str
    withdrawn: str


@pytest.fixture(scope="module")
def somebody(local: Local) -> Somebody:
    long = {"given_name": "Wolfeschlegelsteinhausenbergerdorff" * 2, "comment": "https" + "o" * 300}
    first = local.signed("page-unconfirmed@example.org", **long)
    unwanted = local.signed("page-unwanted@example.org")
    receipt = local.confirmed("page-confirmed@example.org", **long, show_name="on", deliver_name="on")
    withdrawn = local.confirmed("page-withdrawn@example.org")
    assert local.visitor().post(f"{withdrawn.removeprefix(local.url)}/withdraw").status == 303
    return Somebody(first, unwanted, local.link_to("page-confirmed@example.org"), receipt, withdrawn)


@pytest.fixture(scope="module")
def crowded(local: Local) -> str:
    """An address whose next signature needs some work."""
    network = "203.0.113.77"
    crowd = local.visitor(network)
    for number in range(SIGN.rate.amount):
        assert crowd.sign(f"crowd{number}@example.org").status == 303
    return network


def complaints(page: Page) -> list[str]:
    """What axe finds in four settings, and what is wider than a narrow screen."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for scheme, rules in (("light", ALL_RULES), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{scheme} {width} px: {problem}" for problem in page.evaluate(AXE, rules)]
    if page.evaluate("document.documentElement.scrollWidth") > NARROW:
        found += [f"too wide: {element}" for element in page.evaluate(TOO_WIDE)] or ["too wide"]
    return found


def at(path: str) -> Callable[[Page, Local, Somebody], object]:
    return lambda page, local, _somebody: page.goto(local.url + path)


def of(stage: str, path: str = "") -> Callable[[Page, Local, Somebody], object]:
    return lambda page, _local, somebody: page.goto(getattr(somebody, stage) + path)


def refused_form(page: Page, local: Local, _somebody: Somebody) -> None:
    page.goto(local.petition)
    press(page, "Sign the petition")
    page.locator("#problems").wait_for()


def too_much(page: Page, local: Local, _somebody: Somebody) -> None:
    page.goto(local.petition)
    # Not into a field that is shown: laying out so long a line would take the browser half a minute.
    page.evaluate("document.querySelector('[name=form_token]').value = 'x'.repeat(9 * 1024 * 1024)")
    press(page, "Sign the petition")
    heading(page, "That was too much at once")


def too_often(page: Page, local: Local, _somebody: Somebody) -> None:
    page.goto(local.petition)
    fill(page, "page-429@example.org")
    press(page, "Sign the petition")
    page.get_by_text("Done. Please press the button now.").wait_for()


def no_database(page: Page, local: Local, _somebody: Somebody) -> None:
    page.goto(local.petition)
    fill(page, "page-503@example.org")
    with no_room(local.program.listening(local.port)):
        press(page, "Sign the petition")
        page.get_by_text("Nothing was stored and nothing was lost").wait_for()


def not_me(page: Page, _local: Local, somebody: Somebody) -> None:
    page.goto(somebody.unwanted)
    press(page, "This wasn't me")
    heading(page, re.compile("Deleted"))


def opened_leave(page: Page, _local: Local, somebody: Somebody) -> None:
    page.goto(somebody.receipt)
    for summary in page.locator("summary").all():
        summary.click()


def changed_choices(page: Page, _local: Local, somebody: Somebody) -> None:
    page.goto(somebody.receipt)
    press(page, "Save my choices")
    page.get_by_text("Your choices are saved.").wait_for()


def first_mail(page: Page, local: Local, _somebody: Somebody) -> None:
    page.goto(local.mails_url)
    page.locator(".mails a").first.click()
    page.locator("dl.headers").wait_for()


PAGES = {
    "home": at("/"),
    "campaign": at("/campaigns/free-viasna"),
    "prisoners": at("/prisoners"),
    "prisoners, filtered": at("/prisoners?status=convicted&month=9&order=longest_detained"),
    "prisoners, none found": at("/prisoners?q=xyzzyx"),
    "prisoner": at("/prisoners/ales-bialiatski"),
    "birthdays": at("/birthdays"),
    "birthdays, a month": at("/birthdays?month=9"),
    "privacy": at("/privacy"),
    "petition": at(PATH),
    "thanks": at(f"{PATH}/thanks"),
    "404": at("/nowhere"),
    "dead link": at("/confirm/not-a-token"),
    "413": too_much,
    "422": refused_form,
    "503": no_database,
    "confirm": of("unconfirmed"),
    "confirmed": of("confirmed"),
    "not me": not_me,
    "receipt": of("receipt"),
    "receipt, saved": changed_choices,
    "receipt, unfolded": opened_leave,
    "receipt, withdrawn": of("withdrawn"),
    "mails": lambda page, local, _somebody: page.goto(local.mails_url),
    "a mail": first_mail,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_has_nothing_for_axe_to_find_and_fits_a_narrow_screen(anybody, local, somebody, name):
    PAGES[name](anybody, local, somebody)
    assert complaints(anybody) == []


def test_the_page_that_asks_for_work_does_too(visit, local, somebody, crowded):
    page = visit(address=crowded)
    too_often(page, local, somebody)
    assert complaints(page) == []


def closed(page: Page, local: Local) -> None:
    """The public page of the closed petition; it is published again, whatever happens."""
    set_state(page, local, "Closed")
    try:
        page.goto(local.petition)
        page.reload()
        page.get_by_role("heading", name="This petition is closed").wait_for()
        assert complaints(page) == []
    finally:
        set_state(page, local, "Published")
        eventually(lambda: 'id="sign"' in local.visitor().get(PATH).text)  # a page may be a second old


def set_state(page: Page, local: Local, state: str) -> None:
    page.goto(f"{local.url}/admin/petitions/free-viasna")
    page.get_by_role("radio", name=state).check()
    press(page, "Change the state")
    page.get_by_text("The state was changed.").wait_for()


def test_the_desk_has_nothing_for_axe_to_find_and_fits_a_narrow_screen(visit, local, somebody):
    page = visit(organiser=True)
    page.goto(f"{local.url}/admin/")
    assert complaints(page) == []
    page.get_by_label("E-mail").fill(local.organiser)
    page.get_by_label("Password").fill("not the password")
    press(page, "Log in")
    page.get_by_role("alert").wait_for()
    assert complaints(page) == []
    log_in(page, local)
    assert complaints(page) == []
    for path in ("/admin/petitions/free-viasna", "/admin/petitions/free-viasna/preview", "/admin/password"):
        page.goto(local.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert complaints(page) == [], path
    closed(page, local)
    page.goto(f"{local.url}/admin/password")
    page.evaluate("document.querySelector('main [name=csrf_token]').value = 'of another session'")
    for field in page.locator("main input[type=password]").all():
        field.fill("whatever it is")
    page.locator("main button").click()
    heading(page, "Nothing was changed")
    assert complaints(page) == []


A_PRISONER = "/admin/prisoners/ales-bialiatski"
PRISONERS_DESK = (
    "/admin/prisoners",
    "/admin/prisoners/new",
    "/admin/prisoners/export",
    "/admin/prisoners/doubts",
    "/admin/facilities",
    "/admin/facilities/new",
    A_PRISONER,
    f"{A_PRISONER}/edit",
    f"{A_PRISONER}/events/new?kind=verdict",
    f"{A_PRISONER}/events/new?kind=transfer",
    f"{A_PRISONER}/history",
    f"{A_PRISONER}/portrait",
    f"{A_PRISONER}/visibility",
)
A_LIST = """id,name,born,status
made-up-1,Ann Example,29.02.1981,in prison
made-up-2,Ben Example,17.05.1979,in prison
"""


@pytest.mark.parametrize("path", PRISONERS_DESK)
def test_a_page_of_the_desk_about_prisoners_does_too(organiser, local, path):
    organiser.goto(local.url + path)
    assert complaints(organiser) == []


def test_a_form_of_the_desk_that_has_to_be_looked_at_again_does_too(organiser, local):
    organiser.goto(f"{local.url}{A_PRISONER}/edit")
    organiser.locator("#born-year").fill("1954-02-29")
    press(organiser, "Save the profile")
    organiser.locator("#problems").wait_for()
    assert complaints(organiser) == []
    organiser.goto(f"{local.url}/admin/prisoners/new")
    organiser.locator("#name-0").fill("Ales Bialiatski")
    press(organiser, "Make the profile")
    organiser.get_by_role("heading", name="Is it one of these?").wait_for()
    assert complaints(organiser) == []


def test_one_event_for_many_and_a_list_that_is_looked_at_do_too(organiser, local):
    page = organiser
    page.goto(f"{local.url}/admin/prisoners/many")
    press(page, "See who and what follows")
    page.get_by_role("alert").wait_for()
    assert complaints(page) == []
    page.get_by_label("Who", exact=True).fill("Стефанович\nNobody Known")
    page.get_by_label("What happened").select_option(label="Release")
    page.get_by_label("When").fill("2023-05-01")
    page.get_by_label("Who says so").fill("Example News")
    press(page, "See who and what follows")
    heading(page, "Who and what follows")
    assert complaints(page) == []
    page.goto(f"{local.url}/admin/prisoners/import")
    page.locator("summary").click()
    assert complaints(page) == []
    content = {"name": "list.csv", "mimeType": "text/csv", "buffer": A_LIST.encode()}
    page.get_by_label("File").set_input_files(content)
    press(page, "Look at the list")
    page.get_by_role("button", name="Write the list").wait_for()  # the page loads itself anew until then
    assert complaints(page) == []
    press(page, "Drop it")
