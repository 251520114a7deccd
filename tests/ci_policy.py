"""A pytest plugin: what may be skipped, and where.

On a newcomer's machine a browser test without a browser is skipped, and the run says how to get one. In CI
(`CI` is set) nothing may be skipped: a test that did not run has proved nothing.
"""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_CHROMIUM = "no Chromium found; get it with `apt-get install chromium`, or set CHROMIUM=/path/to/it"


def find_chromium() -> str | None:
    """Path of the Chromium to test with: the environment's `CHROMIUM`, or the first known name on `PATH`."""
    wanted = os.environ.get("CHROMIUM")
    if wanted:
        return shutil.which(wanted)
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The system's Chromium. A test that asks for it is a `browser` test."""
    found = find_chromium()
    if found is None:
        pytest.skip(HOW_TO_GET_CHROMIUM)
    return Path(found)


def pytest_collection_modifyitems(items):
    for item in items:
        if "chromium_path" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if find_chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_CHROMIUM))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if not hasattr(report, "wasxfail"):
        _fail_if_skipped_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Also a module that skips itself as a whole."""
    report = yield
    _fail_if_skipped_in_ci(report)
    return report


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", ())
    without_browser = sum(HOW_TO_GET_CHROMIUM in str(report.longrepr) for report in skipped)
    if without_browser:
        terminalreporter.section("Browser tests were not run", sep="!", yellow=True)
        terminalreporter.line(f"{without_browser} tests: {HOW_TO_GET_CHROMIUM}")


def _fail_if_skipped_in_ci(report) -> None:
    if in_ci() and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"In CI nothing may be skipped. {reason}"
