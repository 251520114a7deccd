"""`campaign local` as `make run` starts it: real processes, on free ports, with data of its own."""

import http.client
import os
import re
import signal
import socket
from pathlib import Path

import psutil
import pytest

from campaign.local.organiser import local_organiser
from campaign.local.run import CannotStart, Place, find_place, prepare, welcome
from campaign.server.ports import next_free
from tests.server.waiting import alive, eventually, running

CODE = "import sys; from campaign.app import cli; sys.argv = ['campaign', *sys.argv[1:]]; cli()"
PORT = 32_000 + os.getpid() % 8_000  # other runs of these tests on this machine start elsewhere


@pytest.fixture
def env(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAMPAIGN_")}
    return {**kept, "CAMPAIGN_INSTANCE": str(tmp_path / "instance")}


def local(env, log: Path, port: int = PORT):
    return running(CODE, "local", "--port", port, env=env, log=log)


def welcomed(log: Path) -> str:
    def complete() -> str:
        text = log.read_text()
        return text if "Ctrl-C stops; the data stays in" in text else ""

    return str(eventually(complete, within=300))


def status(url: str) -> int:
    match = re.fullmatch(r"http://([^/]+)(/.*)", url)
    assert match is not None
    connection = http.client.HTTPConnection(match[1], timeout=30)
    try:
        connection.request("GET", match[2])
        return connection.getresponse().status
    finally:
        connection.close()


def value(text: str, label: str) -> str:
    match = re.search(rf"^ +{label} +(\S+)$", text, re.MULTILINE)
    assert match is not None
    return match[1]


def test_everything_runs_and_stops_at_ctrl_c(env, tmp_path):
    log = tmp_path / "log"
    with local(env, log) as process:
        text = welcomed(log)
        assert status(value(text, "Petition")) == 200
        assert status(value(text, "Organisers' desk")) in {200, 303}
        assert status(value(text, "Mails sent")) == 200
        family = descendants(process)
        assert len(family) >= 4  # mails, worker, web and the web's own worker
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert not any(map(alive, family))
    assert re.fullmatch(r"Stopped\. The data is in \S+/\.", log.read_text().rstrip().splitlines()[-1])


def test_two_on_one_folder_take_different_ports_and_one_login_and_nothing_outlives_the_one_that_is_killed(
    env, tmp_path
):
    logs = [tmp_path / "one", tmp_path / "two"]
    with local(env, logs[0]) as killed, local(env, logs[1]) as other:
        texts = [welcomed(log) for log in logs]
        assert len({value(text, label) for text in texts for label in ("Site", "Mails sent")}) == 4
        assert len({value(text, "password") for text in texts}) == 1
        assert [status(value(text, "Petition")) for text in texts] == [200, 200]
        family, others = descendants(killed), descendants(other)
        killed.kill()
        killed.wait(timeout=20)
        eventually(lambda: not any(map(alive, family)))
        assert all(map(alive, others))


def descendants(process) -> list[int]:
    return [child.pid for child in psutil.Process(process.pid).children(recursive=True)]


def test_taken_ports_are_passed_over(tmp_path):
    first = next_free("127.0.0.1", PORT)
    with socket.create_server(("127.0.0.1", first)):
        place = find_place(first, tmp_path)
    assert place.web > first
    assert len({place.web, place.page, place.smtp}) == 3


def test_mail_can_only_go_to_the_catcher():
    place = Place(web=8001, page=8026, smtp=1026, instance=Path("/data"))
    env = place.env({"CAMPAIGN_SMTP_URL": "smtps://real.example", "CAMPAIGN_DATABASE_URL": "postgresql://db/name"})
    assert env == {
        "CAMPAIGN_INSTANCE": "/data",
        "CAMPAIGN_BASE_URL": "http://127.0.0.1:8001",
        "CAMPAIGN_SMTP_URL": "smtp://127.0.0.1:1026",
        "CAMPAIGN_DATABASE_URL": "postgresql://db/name",
    }


def test_the_welcome_is_aligned(tmp_path):
    place = Place(web=8001, page=8026, smtp=1026, instance=tmp_path)
    text = welcome(place, local_organiser(tmp_path), seconds=1.25)
    values = ("http://", "organiser@", local_organiser(tmp_path).password)
    columns = {line.index(start) for line in text.splitlines()[3:9] for start in values if start in line}
    assert columns == {20}


def test_a_step_that_fails_is_shown_with_its_output(env, tmp_path):
    broken = {**env, "CAMPAIGN_DATABASE_URL": "mysql://somewhere/name"}
    with pytest.raises(CannotStart, match=r"(?s)could not be made ready.*mysql.*`campaign migrate` failed."):
        prepare(broken, local_organiser(tmp_path))
