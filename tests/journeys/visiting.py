"""A site as `make run` starts it, and people in real browsers who visit it."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from campaign.local.folder import MailFolder
from tests.browsing import PATH, link
from tests.running import Program, Visitor
from tests.server.waiting import eventually

NAMES = {"given_name": "Zoë", "family_name": "Ньютон", "country": "DE"}
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|503)")
"""What Chromium's console says of an error page. Anything else in the console is a fault."""


@dataclass(frozen=True)
class Local:
    """The running site: what its welcome says, and where its data is."""

    program: Program
    instance: Path
    url: str
    mails_url: str
    organiser: str
    password: str

    @classmethod
    def welcomed(cls, program: Program, instance: Path) -> Local:
        """Read the addresses and the login from what `campaign local` prints."""

        def said(label: str) -> str:
            found = re.search(rf"^ +{label} +(\S+)$", program.log, re.MULTILINE)
            assert found, program.log
            return found[1]

        return cls(
            program,
            instance,
            url=said("Site").rstrip("/"),
            mails_url=said("Mails sent"),
            organiser=said("e-mail"),
            password=said("password"),
        )

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    @property
    def petition(self) -> str:
        return self.url + PATH

    def visitor(self, address: str | None = None) -> Visitor:
        """Somebody without a browser."""
        return Visitor(self.port, address)

    def count(self) -> int:
        return self.visitor().count()

    def mails_to(self, address: str) -> list[EmailMessage]:
        """The caught mails to `address`, oldest first."""
        folder = MailFolder(self.instance / "mails")
        mails = (
            email.message_from_bytes(folder.read(mail), policy=email.policy.default) for mail in folder.ids()[::-1]
        )
        return [mail for mail in mails if mail["To"] == address]

    def link_to(self, address: str, *, number: int = 1) -> str:
        """The link in the `number`th mail to `address`, waited for."""
        eventually(lambda: len(self.mails_to(address)) >= number, within=60)
        return self.url + link(self.mails_to(address)[number - 1])

    def signed(self, address: str, **fields: str) -> str:
        """Sign without a browser; the link to confirm."""
        assert self.visitor().sign(address, **fields).status == 303
        return self.link_to(address)

    def confirmed(self, address: str, **fields: str) -> str:
        """Sign and confirm without a browser; the link to the receipt."""
        confirm = self.signed(address, **fields)
        assert self.visitor().post(confirm.removeprefix(self.url)).status == 303
        return self.link_to(address, number=2)


class Watch:
    """Notes what a browser asks for, and what it complains about."""

    def __init__(self, context: BrowserContext, local: Local) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._context = context
        self._own = (local.url + "/", local.mails_url, "data:")
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", lambda message: self._hear(message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _hear(self, text: str) -> None:
        if not ANSWERED.match(text):
            self.complaints.append(text)

    def check(self, *, cookies: bool) -> None:
        """No request left this machine's two pages, no script or policy complained, no cookie but the desk's."""
        assert self.asked
        foreign = [url for url in self.asked if not url.startswith(self._own)]
        assert foreign == [], foreign
        assert self.complaints == [], self.complaints
        names = {cookie["name"] for cookie in self._context.cookies()}
        assert cookies or names == set()

    def forget(self) -> None:
        """Begin anew."""
        self.asked.clear()
        self.complaints.clear()


@dataclass(frozen=True)
class Tab:
    """A browser's tab that tests use one after the other to look at pages: a new one would take twice the time."""

    page: Page
    watch: Watch
    organiser: bool = False

    def lent(self) -> Iterator[Page]:
        """The tab as a new one would be, for one test."""
        self.watch.forget()
        self.page.set_viewport_size({"width": 1280, "height": 720})
        self.page.emulate_media(color_scheme="light")
        yield self.page
        self.watch.check(cookies=self.organiser)


def fill(page: Page, address: str, **changes: str) -> None:
    """Type into the petition's form, and agree."""
    values = NAMES | {"email": address} | changes
    for name in ("given_name", "family_name", "email", "comment"):
        if name in values:
            page.locator(f"#{name}").fill(values[name])
    page.locator("#country").select_option(values["country"])
    page.locator("#consent").check()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """The page's first heading says this, now or soon."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def sign(page: Page, local: Local, address: str, **changes: str) -> None:
    """From the petition's page to the one that says what comes next."""
    page.goto(local.petition)
    fill(page, address, **changes)
    press(page, "Sign the petition")
    heading(page, "One more step: press the button in our mail")


def open_mail(page: Page, local: Local, address: str) -> None:
    """In the local mails page, open the newest mail to `address` and follow the link in its text."""

    def listed() -> bool:
        page.goto(local.mails_url)
        return page.locator("li", has_text=address).count() > 0

    eventually(listed, within=60)
    page.locator("li", has_text=address).first.get_by_role("link").click()
    page.locator(".text a").click()


def log_in(page: Page, local: Local) -> None:
    page.goto(f"{local.url}/admin/")
    page.get_by_label("E-mail").fill(local.organiser)
    page.get_by_label("Password").fill(local.password)
    press(page, "Log in")
    heading(page, "Organisers’ desk")
