import http.client
import os
import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from campaign.config import ConfigError
from campaign.server.ports import next_free, require_free
from campaign.server.web import WebSettings, without_server_name
from tests.server.waiting import alive, eventually, running

WSGI = """
import os, time
def app(environ, start_response):
    folder = os.path.dirname(__file__)
    if environ["PATH_INFO"] == "/slow":
        open(os.path.join(folder, "begun"), "w").close()
        while not os.path.exists(os.path.join(folder, "go on")):
            time.sleep(0.02)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""
SERVE = """
import pathlib, sys
from campaign.server.web import WebSettings, run_web
if __name__ == "__main__":
    run_web("127.0.0.1", int(sys.argv[1]), WebSettings(workers=1, threads=4), root=pathlib.Path(sys.argv[2]))
"""


@pytest.fixture
def port():
    return next_free("127.0.0.1", 20_000 + os.getpid() % 10_000)


@pytest.fixture
def web(tmp_path, port):
    (tmp_path / "wsgi.py").write_text(WSGI)
    with running(SERVE, port, tmp_path, log=tmp_path / "log", cwd=Path("/")) as server:
        eventually(lambda: get(port))
        yield server


def get(port: int, path: str = "/") -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_request_is_finished_before_the_server_ends(web, port, tmp_path, number):
    answers: list[str] = []
    request = threading.Thread(target=lambda: answers.append(get(port, "/slow")))
    request.start()
    eventually((tmp_path / "begun").exists)
    worker = psutil.Process(web.pid).children()[0].pid
    os.killpg(web.pid, number)
    (tmp_path / "go on").touch()
    request.join(timeout=30)
    assert answers == [str(worker)]
    assert web.wait(timeout=20) == 0
    assert not alive(worker)


def test_nothing_is_logged_of_a_request(web, port, tmp_path):
    get(port, "/confirm/a-secret-token")
    web.terminate()
    web.wait(timeout=20)
    assert (tmp_path / "log").read_text() == ""


def test_a_worker_that_is_killed_is_replaced(web, port):
    worker = int(get(port))
    os.kill(worker, signal.SIGKILL)
    assert int(str(eventually(lambda: get(port)))) != worker


def test_no_worker_outlives_a_server_that_is_killed(web, port):
    worker = int(get(port))
    assert alive(worker)
    web.kill()
    web.wait(timeout=20)
    eventually(lambda: not alive(worker))


def test_a_head_that_is_too_long_is_refused(web, port):
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 400_000 + b"\r\n\r\n"
    answer = b""
    # The server does not read to the end, so the connection may be reset before its answer is seen.
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client, suppress(ConnectionError):
        client.sendall(head)
        answer = client.recv(12)
    assert answer in {b"", b"HTTP/1.1 431"}
    assert get(port)


def test_the_answer_does_not_name_the_software(web, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert not answer.headers["Server"]


def test_an_application_may_name_itself_only_as_nothing():
    seen: list[tuple[str, str]] = []

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return []

    def start_response(status, headers, exc_info=None):
        seen.extend(headers)

    without_server_name(app)({}, start_response)
    assert seen == [("Content-Type", "text/plain"), ("Server", "")]


def test_a_port_where_another_granian_listens_is_taken(web, port):
    with pytest.raises(OSError, match="in use"):
        require_free("127.0.0.1", port)
    assert next_free("127.0.0.1", port) > port


def test_ports_that_are_meant_for_something_else_are_left_out(port):
    assert next_free("127.0.0.1", port, taken=frozenset({port})) > port


def test_without_a_free_port_the_message_says_so(web, port):
    with pytest.raises(OSError, match=f"No free port between {port} and {port}"):
        next_free("127.0.0.1", port, tries=1)


def test_workers_and_threads_come_from_the_environment():
    env = {"CAMPAIGN_WEB_WORKERS": "2", "CAMPAIGN_WEB_THREADS": "8"}
    assert WebSettings.from_env(env) == WebSettings(workers=2, threads=8)
    assert WebSettings.from_env({}) == WebSettings(workers=1, threads=32)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "513", "٣"])
def test_a_number_of_threads_that_makes_no_sense_is_refused(text):
    with pytest.raises(ConfigError, match="CAMPAIGN_WEB_THREADS must be a number from 1 to 512"):
        WebSettings.from_env({"CAMPAIGN_WEB_THREADS": text})
