"""One site and one browser for all journeys; a new person, with nothing in the browser's memory, for each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.visiting import Local, Watch
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


@pytest.fixture
def visit(browser: Browser, local: Local) -> Iterator[Callable[..., Page]]:
    """Opens a page for a new person. What their browsers asked for and complained about is checked at the end."""
    watched: list[tuple[Watch, bool]] = []

    def visit(*, javascript: bool = True, organiser: bool = False, address: str = "") -> Page:
        number = next(_numbers)
        context = browser.new_context(
            java_script_enabled=javascript,
            extra_http_headers={"X-Forwarded-For": address or f"198.51.100.{number % 250}"},
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(SECONDS * 1000)
        watched.append((Watch(context, local), organiser))
        return context.new_page()

    yield visit
    for watch, organiser in watched:
        watch.check(cookies=organiser)
    for context in browser.contexts:
        context.close()


@pytest.fixture
def address() -> str:
    """An e-mail address that nobody had before."""
    return f"signer{next(_numbers)}@example.org"
