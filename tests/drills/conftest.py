"""Sites for the drills: real processes on a database of their own, with a mail server that does as it is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.smtp import FakeSmtp
from tests.running import Site, sqlite_site


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path, smtp: FakeSmtp) -> Iterator[Site]:
    """A site on SQLite; a test starts what it needs of it."""
    site = sqlite_site(tmp_path, sqlite_template, smtp.port)
    yield site
    site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_site(request: pytest.FixtureRequest, tmp_path: Path, smtp: FakeSmtp) -> Iterator[Site]:
    """A site on SQLite, and once more on PostgreSQL."""
    if request.param == "sqlite":
        site = request.getfixturevalue("site")
        yield site
        return
    with request.getfixturevalue("postgres").fresh_database() as url:
        site = Site(tmp_path, url, smtp.port)
        yield site
        site.close()


@pytest.fixture(scope="module")
def shared_smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        yield server


@pytest.fixture(scope="module")
def running_site(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, shared_smtp: FakeSmtp
) -> Iterator[Site]:
    """One site with web and worker for all quick drills of a module; each uses addresses of its own."""
    site = sqlite_site(tmp_path_factory.mktemp("site"), sqlite_template, shared_smtp.port)
    site.web()
    site.worker()
    yield site
    site.close()


@pytest.fixture
def address() -> Callable[[str], str]:
    """Addresses that no other test uses."""
    mark = uuid.uuid4().hex[:8]
    return lambda name: f"{name}-{mark}@example.org"
