"""One site and one browser for all journeys; a new person, with nothing in the browser's memory, for each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.visiting import Local, Tab, Watch, log_in
from tests.running import CAMPAIGN, Program, free_port
from tests.server.waiting import eventually

_numbers = itertools.count(1)
SECONDS = 30


@pytest.fixture(scope="package")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """`campaign local` with data of its own. It takes 127.0.0.1 for its proxy, so that each person has an address."""
    folder = tmp_path_factory.mktemp("local")
    settings = {"CAMPAIGN_INSTANCE": str(folder / "instance"), "CAMPAIGN_TRUSTED_PROXIES": "127.0.0.1"}
    program = Program(CAMPAIGN, "local", "--port", free_port(), env=settings, log=folder / "log")

    def welcomed() -> bool:
        assert program.running, program.log
        return "Ctrl-C stops" in program.log

    try:
        eventually(welcomed, within=300)
        yield Local.welcomed(program, folder / "instance")
    finally:
        program.end()


@pytest.fixture(scope="package")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """The machine's own Chromium."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, local: Local, *, javascript: bool = True, address: str = "", **more: Any) -> Tab:
    """A tab of a new person, from an address of their own."""
    context = browser.new_context(
        java_script_enabled=javascript,
        extra_http_headers={"X-Forwarded-For": address or f"198.51.100.{next(_numbers) % 250}"},
        locale="en-GB",
        reduced_motion="reduce",
        storage_state=more.get("login"),
    )
    context.set_default_timeout(SECONDS * 1000)
    watch = Watch(context, local)
    return Tab(context.new_page(), watch, organiser=more.get("organiser", False))


@pytest.fixture
def visit(browser: Browser, local: Local) -> Iterator[Callable[..., Page]]:
    """Opens a page for a new person. What their browsers asked for and complained about is checked at the end.

    `login`: the memory of a browser that somebody logged in with.
    """
    tabs: list[Tab] = []

    def visit(**options: Any) -> Page:
        tabs.append(opened(browser, local, **options))
        return tabs[-1].page

    yield visit
    for tab in tabs:
        tab.watch.check(cookies=tab.organiser)
    for tab in tabs:
        tab.page.context.close()


@pytest.fixture(scope="package")
def tab_of_anybody(browser: Browser, local: Local) -> Iterator[Tab]:
    """For pages that are only looked at."""
    tab = opened(browser, local)
    yield tab
    tab.page.context.close()


@pytest.fixture(scope="package")
def tab_at_the_desk(browser: Browser, local: Local) -> Iterator[Tab]:
    """The same, of an organiser who stays logged in."""
    tab = opened(browser, local, organiser=True)
    log_in(tab.page, local)
    yield tab
    tab.page.context.close()


@pytest.fixture
def anybody(tab_of_anybody: Tab) -> Iterator[Page]:
    """A page of somebody who only looks, perhaps in a tab that others looked in before."""
    yield from tab_of_anybody.lent()


@pytest.fixture
def organiser(tab_at_the_desk: Tab) -> Iterator[Page]:
    """A page of somebody who is logged in at the desk."""
    yield from tab_at_the_desk.lent()


@pytest.fixture
def address() -> str:
    """An e-mail address that nobody had before."""
    return f"signer{next(_numbers)}@example.org"
