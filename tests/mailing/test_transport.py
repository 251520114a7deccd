import smtplib
import ssl

import pytest
from flask import Flask

from campaign.mailing.transport import (
    Interrupted,
    Refused,
    Unavailable,
    _start_tls,
    _tls,
    is_loopback,
    make_transport,
)
from tests.fakes.smtp import FakeSmtp
from tests.mailing.outboxes import config_for

FROM, TO, CONTENT = "campaign@example.org", "anna@example.org", "Subject: hello\r\n\r\nhello\r\n"


@pytest.fixture
def connection(server, make_transport_to):
    connection = make_transport_to(server.port).take()
    yield connection
    connection.close()


def send(connection, to=TO, content=CONTENT):
    connection.send_prepared(FROM, to, content)


@pytest.fixture(params=["together", "one by one"])
def dialogue(request, server):
    if request.param == "one by one":
        server.behaviour.extensions = ("8BITMIME", "SMTPUTF8")


def test_the_server_gets_exactly_the_mail(server, connection, dialogue):
    content = "Subject: x\r\n\r\n.\r\n..two\r\n.end.\r\n"
    send(connection, content=content)
    mail = server.mails[0]
    assert (mail.sender, mail.to, mail.content) == (FROM, TO, content)


@pytest.mark.parametrize("content", ["a\n.\nMAIL FROM:<x@x.org>\r\n", "a\r.\rb", ".", "\r\n.\r\nRSET"])
def test_content_cannot_end_the_mail_early(server, connection, dialogue, content):
    send(connection, content=content)
    send(connection)
    assert len(server.mails) == 2
    assert (
        server.mails[0].content.rstrip()
        == content.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").rstrip()
    )


def test_many_mails_go_over_one_connection(server, connection, dialogue):
    for _ in range(20):
        send(connection)
    assert (len(server.mails), server.connections) == (20, 1)


def test_it_gives_the_sites_name_and_not_the_machines(server, connection):
    send(connection)
    assert server.commands[0] == "ehlo campaign.example.org"


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("550 5.1.1 unknown", True),
        ("450 4.2.0 greylisted", False),
        ("554 5.7.1 relay denied", False),
        ("421 4.3.0 busy", False),
    ],
)
def test_a_refused_recipient_does_not_harm_the_next_one(server, connection, dialogue, answer, permanent):
    server.behaviour.rcpt["bad@example.org"] = answer
    send(connection)
    with pytest.raises(Refused) as refusal:
        send(connection, "bad@example.org")
    assert (refusal.value.permanent, refusal.value.answer) == (permanent, answer)
    send(connection)
    assert [mail.to for mail in server.mails] == [TO, TO]


@pytest.mark.parametrize(("answer", "permanent"), [("552 5.3.4 too big", True), ("451 4.3.0 disk", False)])
def test_a_mail_refused_after_its_last_byte(server, connection, dialogue, answer, permanent):
    server.behaviour.content = answer
    with pytest.raises(Refused) as refusal:
        send(connection)
    assert refusal.value.permanent is permanent


@pytest.mark.parametrize(
    "answer", ["550 5.1.8 sender unknown", "530 5.7.0 log in first", "451 4.3.0 later", "421 4.3.2 closing"]
)
def test_a_refused_sender_is_no_mails_fault(server, connection, dialogue, answer):
    server.behaviour.mail.append(answer)
    with pytest.raises(Unavailable) as unavailable:
        send(connection)
    assert unavailable.value.answer == answer


def test_a_worn_out_connection_is_replaced_at_once(server, connection, dialogue):
    send(connection)
    server.behaviour.mail.append("421 4.3.2 a hundred mails are enough")
    send(connection)
    assert (len(server.mails), server.connections) == (2, 2)


def test_a_connection_that_died_meanwhile_is_replaced_at_once(server, connection, dialogue):
    send(connection)
    server.hang_up()
    send(connection)
    assert (len(server.mails), server.connections) == (2, 2)


def test_a_connection_that_ends_before_the_answer_leaves_it_open_who_has_the_mail(server, connection, dialogue):
    server.behaviour.drops_in_data = 1
    with pytest.raises(Interrupted):
        send(connection)
    send(connection)
    assert len(server.mails) == 1


def test_a_connection_that_ends_after_the_answer_changes_nothing(server, connection, dialogue):
    server.behaviour.drops_after_accept = 1
    send(connection)
    send(connection)
    assert len(server.mails) == 2


@pytest.mark.parametrize("greeting", ["554 5.7.1 go away", "421 4.3.2 closing", "HTTP/1.1 400 Bad Request"])
def test_a_server_that_greets_badly_is_unavailable(server, connection, greeting):
    server.behaviour.greeting = greeting
    with pytest.raises(Unavailable):
        send(connection)


def test_a_server_that_is_silent_or_away_is_unavailable(server, connection):
    server.behaviour.silent = True
    with pytest.raises(Unavailable):
        send(connection)
    server.stop()
    with pytest.raises(Unavailable):
        send(connection)


def test_an_address_in_another_script_needs_a_server_that_knows_them(server, connection):
    content = "To: анна@example.org\r\n\r\nhello\r\n"
    send(connection, "анна@example.org", content)
    assert server.mails[0] == type(server.mails[0])(FROM, "анна@example.org", content)
    connection.close()
    server.behaviour.extensions = ("PIPELINING",)
    with pytest.raises(Refused, match="refused") as refusal:
        send(connection, "анна@example.org", content)
    assert refusal.value.permanent
    assert "SMTPUTF8" in refusal.value.answer
    send(connection)


@pytest.mark.parametrize("to", ["a@b.org>\r\nRCPT TO:<c@d.org", "a b@c.org", "a@b.org\n", ""])
def test_a_command_cannot_be_smuggled_into_an_address(server, connection, to):
    with pytest.raises(Refused):
        send(connection, to)
    assert server.commands == []


def test_connections_stay_open_for_the_next_run_and_dead_ones_are_left_behind(server, make_transport_to):
    transport = make_transport_to(server.port)
    first = transport.take()
    send(first)
    transport.give_back(first)
    assert transport.take() is first
    transport.give_back(first)
    first.used_at -= 31
    second = transport.take()
    assert second is not first
    assert first.host is None
    second.close()


def test_a_server_that_wants_no_password_is_not_given_mail_without_it(server):
    transport = make_transport(
        Flask("test"), config_for(server.port, CAMPAIGN_SMTP_URL=f"smtp://me:secret@127.0.0.1:{server.port}")
    )
    with pytest.raises(Unavailable) as unavailable:
        send(transport.take())
    assert "AUTH" in unavailable.value.answer


def test_a_password_goes_to_another_machine_only_over_tls(server):
    with smtplib.SMTP("127.0.0.1", server.port) as host:
        with pytest.raises(smtplib.SMTPException, match="not sent in clear"):
            _start_tls(host, trusted=False, required=True)
        _start_tls(host, trusted=False, required=False)


def test_a_certificate_counts_except_on_this_machine():
    assert _tls(trusted=False).verify_mode == ssl.CERT_REQUIRED
    assert _tls(trusted=False).check_hostname
    assert _tls(trusted=True).verify_mode == ssl.CERT_NONE
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "mail.example.org", "10.0.0.1")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_fake_itself_refuses_when_stopped_and_comes_back():
    server = FakeSmtp()
    server.start()
    port = server.port
    server.stop()
    server.start()
    assert server.port == port
    server.stop()
