"""Slow senders get a few threads, never all."""

import io
import threading

import pytest

from campaign.server.body_gate import BodyGate


class SlowBody(io.BytesIO):
    """A body that does not arrive before the test says so."""

    def __init__(self, arrived):
        super().__init__(b"abc")
        self.arrived, self.asked = arrived, threading.Event()

    def read(self, size=-1):
        self.asked.set()
        assert self.arrived.wait(10)
        return super().read(size)


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def ask(gate, body, client="192.0.2.1", length="3"):
    environ = {"CONTENT_LENGTH": length, "REMOTE_ADDR": client, "wsgi.input": body}
    statuses = []
    answer = b"".join(gate(environ, lambda status, _headers: statuses.append(status)))
    return statuses[0], answer


@pytest.fixture
def arrived():
    event = threading.Event()
    yield event
    event.set()


def start_slow(gate, count, arrived, client):
    bodies = [SlowBody(arrived) for _ in range(count)]
    threads = [threading.Thread(target=ask, args=(gate, body, client)) for body in bodies]
    for thread in threads:
        thread.start()
    assert all(body.asked.wait(10) for body in bodies)
    return threads


def test_a_body_reaches_the_application_whole():
    assert ask(BodyGate(echo, most=1, trusted=()), io.BytesIO(b"abc")) == ("200 OK", b"abc")


def test_one_client_cannot_hold_all_of_them(arrived):
    gate = BodyGate(echo, most=6, trusted=(), wait=0.01)
    threads = start_slow(gate, 5, arrived, "192.0.2.1")
    assert ask(gate, io.BytesIO(b"abc"), "192.0.2.1")[0].startswith("503")
    assert ask(gate, io.BytesIO(b"abc"), "192.0.2.2")[0] == "200 OK"
    arrived.set()
    for thread in threads:
        thread.join()
    assert ask(gate, io.BytesIO(b"abc"), "192.0.2.1")[0] == "200 OK"


def test_all_clients_together_leave_threads_for_pages(arrived):
    gate = BodyGate(echo, most=3, trusted=(), wait=0.01)
    for number in range(3):
        start_slow(gate, 1, arrived, f"192.0.2.{number}")
    assert ask(gate, io.BytesIO(b"abc"), "192.0.2.9")[0].startswith("503")
    assert ask(gate, io.BytesIO(b""), "192.0.2.9", length="")[0] == "200 OK"


def test_a_request_waits_its_turn_while_bodies_arrive_in_good_time():
    gate = BodyGate(echo, most=1, trusted=(), wait=10)
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(ask(gate, io.BytesIO(b"abc"))[0])) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == ["200 OK"] * 50


def test_a_body_of_unannounced_length_is_read_in_turn_like_any_other(arrived):
    gate = BodyGate(echo, most=2, trusted=(), wait=0.01)
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    bodies = [SlowBody(arrived) for _ in range(2)]
    for number, body in enumerate(bodies):
        environ = chunked | {"REMOTE_ADDR": f"192.0.2.{number}", "wsgi.input": body}
        threading.Thread(target=lambda environ=environ: list(gate(environ, lambda *_: None))).start()
    assert all(body.asked.wait(10) for body in bodies)
    statuses = []
    environ = chunked | {"REMOTE_ADDR": "192.0.2.9", "wsgi.input": io.BytesIO(b"abc")}
    list(gate(environ, lambda status, _headers: statuses.append(status)))
    assert statuses[0].startswith("503")


def test_a_body_of_unannounced_length_reaches_the_application_with_its_length():
    seen = {}
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "REMOTE_ADDR": "192.0.2.1", "wsgi.input": io.BytesIO(b"abc")}
    list(BodyGate(lambda environ, _: seen.update(environ) or [], most=1, trusted=())(environ, lambda *_: None))
    assert (seen["CONTENT_LENGTH"], seen["wsgi.input"].read()) == ("3", b"abc")


def test_the_addresses_of_one_ipv6_network_are_one_client(arrived):
    gate = BodyGate(echo, most=2, trusted=(), wait=0.01)
    threads = start_slow(gate, 1, arrived, "2001:db8::1")
    assert ask(gate, io.BytesIO(b"abc"), "2001:db8::2")[0].startswith("503")
    assert ask(gate, io.BytesIO(b"abc"), "2001:db8:0:1::2")[0] == "200 OK"
    arrived.set()
    for thread in threads:
        thread.join()
