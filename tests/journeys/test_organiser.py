"""The organiser's way: log in with what `make run` printed, see the numbers, take the list, leave."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from tests.journeys.visiting import heading, log_in, press
from tests.server.waiting import eventually

TITLE = "Free the imprisoned human rights defenders of Viasna"


def test_an_organiser_logs_in_sees_the_numbers_downloads_the_list_and_logs_out(visit, local, address):
    local.confirmed(address, given_name="=HYPERLINK", family_name="Pipe|calc", deliver_name="on", show_name="on")
    pending = f"pending-{address}"
    local.signed(pending)
    eventually(lambda: local.count() > 0)
    page = visit(organiser=True)
    log_in(page, local)
    page.get_by_role("link", name=TITLE).click()
    heading(page, TITLE)
    confirmed = page.get_by_role("row", name="Confirmed").locator("td").inner_text()
    assert int(confirmed.replace(",", "")) == local.count()
    with page.expect_download() as download:
        press(page, "Download as CSV")
    assert download.value.suggested_filename.startswith("free-viasna-")
    raw = download.value.path().read_bytes()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(rows) == local.count()
    assert b"@" not in raw
    assert all(not value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert [row for row in rows if "HYPERLINK" in "".join(row.values())]
    press(page, "Log out")
    page.goto(f"{local.url}/admin/petitions/free-viasna")
    heading(page, "Log in")


def test_a_wrong_password_lets_nobody_in_and_says_so(visit, local):
    page = visit(organiser=True)
    page.goto(f"{local.url}/admin/")
    page.get_by_label("E-mail").fill(local.organiser)
    page.get_by_label("Password").fill("not the password")
    press(page, "Log in")
    expect(page.get_by_role("alert")).to_be_visible()
    heading(page, "Log in")


def test_an_organiser_needs_no_scripts(visit, local):
    page = visit(organiser=True, javascript=False)
    log_in(page, local)
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_text("Only organisers see this page.")).to_be_visible()
    page.go_back()
    press(page, "Log out")
    page.goto(f"{local.url}/admin/")
    heading(page, "Log in")
