import http.client
import os
import smtplib
from email.message import EmailMessage

import psutil
import pytest

from campaign.server.ports import next_free
from tests.server.waiting import alive, eventually, running

CODE = "from campaign.local.mails import main; main()"


@pytest.fixture
def ports():
    page = next_free("127.0.0.1", 31_000 + os.getpid() % 1_000)
    return page, next_free("127.0.0.1", page + 1)


def arguments(tmp_path, ports):
    page, smtp = ports
    return (
        *("--folder", tmp_path / "mails", "--page-port", page),
        *("--smtp-port", smtp, "--site-url", "http://127.0.0.1:8000"),
    )


def get(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_a_mail_is_caught_shown_and_still_there_after_a_restart(tmp_path, ports):
    page, smtp = ports
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Still here"
    with running(CODE, *arguments(tmp_path, ports), log=tmp_path / "log") as process:
        eventually(lambda: "No mail yet." in get(page))
        with smtplib.SMTP("127.0.0.1", smtp, timeout=30) as client:
            client.send_message(message)
        assert "Still here" in get(page)
        process.terminate()
        assert process.wait(timeout=20) == 0
    with running(CODE, *arguments(tmp_path, ports), log=tmp_path / "log"):
        assert eventually(lambda: "Still here" in get(page))
    assert (tmp_path / "log").read_text() == ""


def test_an_open_connection_does_not_keep_it_from_stopping(tmp_path, ports):
    page, smtp = ports
    with running(CODE, *arguments(tmp_path, ports), log=tmp_path / "log") as process:
        eventually(lambda: get(page))
        with smtplib.SMTP("127.0.0.1", smtp, timeout=30):
            process.terminate()
            assert process.wait(timeout=20) == 0


def test_it_ends_with_a_supervisor_that_was_killed(tmp_path, ports):
    supervisor = """
import os, sys
from campaign.server.supervisor import Process, Supervisor
command = (sys.executable, "-m", "campaign.local.mails", *sys.argv[1:])
Supervisor([Process("mails", command, os.environ)]).run()
"""
    page, _ = ports
    with running(supervisor, *arguments(tmp_path, ports), log=tmp_path / "log") as process:
        eventually(lambda: get(page))
        children = [child.pid for child in psutil.Process(process.pid).children()]
        assert len(children) == 1
        process.kill()
        process.wait(timeout=20)
        eventually(lambda: not any(map(alive, children)))
