"""A full disk: nothing is acknowledged that is not stored, and what was typed is not lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.browsing import PATH
from tests.drills.test_database import TYPED, keeps_what_was_typed, says_that_it_cannot
from tests.running import SMALL, Site, mail_to, mails_to, no_room, sqlite_site
from tests.server.waiting import eventually


def check_that_a_full_disk_is_survived(site: Site, full: Callable[[], object], address) -> None:
    """`full()` is a context in which the web server cannot write."""
    visitor = site.visitor()
    assert visitor.sign(address("before")).status == 303
    with full():
        for _ in range(2):
            refused = visitor.sign(address("full"), **TYPED)
            assert says_that_it_cannot(refused)
            assert keeps_what_was_typed(refused, address("full"))
        assert [visitor.get(path).status for path in ("/", PATH, f"{PATH}.json", f"{PATH}/count.json")] == [200] * 4
    assert visitor.sign(address("full"), **TYPED).status == 303
    stored = site.stored()
    assert {address("before"), address("full")} <= stored.keys()
    assert [kind for kind, _ in stored[address("full")].mails] == ["confirm"]


def test_without_room_the_form_comes_back_filled_in_and_signing_works_again_afterwards(site, address):
    web = site.web()
    check_that_a_full_disk_is_survived(site, lambda: no_room(web.listening(site.port)), address)


@pytest.mark.drill
def test_a_worker_without_room_sends_each_mail_once_when_there_is_room_again(site, smtp):
    site.web()
    worker, visitor = site.worker(), site.visitor()
    assert visitor.sign("before@example.org").status == 303
    mail_to(smtp, "before@example.org")
    with no_room([worker.process]):
        assert visitor.sign("full@example.org").status == 303
        eventually(lambda: "the outbox cannot be written" in worker.log or "disk" in worker.log, within=90)
    mail_to(smtp, "full@example.org", within=150)
    eventually(lambda: site.stored()["full@example.org"].mails == (("confirm", "sent"),))
    assert [len(mails_to(smtp, f"{name}@example.org")) for name in ("before", "full")] == [1, 1]
    assert worker.running


def may_mount() -> bool:
    """Whether this machine lets us make a small file system."""
    if os.geteuid() != 0:
        return False
    probe = subprocess.run(("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"), check=False)
    return probe.returncode == 0


@contextmanager
def small_disk(path: Path) -> Iterator[Callable[[], object]]:
    """A file system of 4 MB on `path`; what is yielded fills it to the last byte, within a context."""
    path.mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=4m", "none", path), check=True)
    filler = path / "filler"

    @contextmanager
    def full() -> Iterator[None]:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(SMALL))
        yield
        filler.unlink()

    try:
        yield full
    finally:
        subprocess.run(("umount", "--lazy", path), check=True)


@pytest.mark.drill
def test_a_disk_that_is_full_to_the_last_byte_is_survived(tmp_path, sqlite_template, smtp, address):
    if not may_mount():  # then a limit on the size of files has to stand for it
        with closing(sqlite_site(tmp_path / "site", sqlite_template, smtp.port)) as site:
            web = site.web()
            check_that_a_full_disk_is_survived(site, lambda: no_room(web.listening(site.port)), address)
        return
    with (
        small_disk(tmp_path / "disk") as full,
        closing(sqlite_site(tmp_path / "disk" / "site", sqlite_template, smtp.port)) as site,
    ):
        site.web()
        check_that_a_full_disk_is_survived(site, full, address)
