import os
import smtplib
import stat
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest

from campaign.local.catcher import start_catcher
from campaign.local.folder import MailFolder, UnknownMail
from campaign.local.pages import create_pages
from campaign.server.ports import next_free


@pytest.fixture
def folder(tmp_path):
    return MailFolder(tmp_path / "mails")


@pytest.fixture
def port(folder):
    port = next_free("127.0.0.1", 30_000 + os.getpid() % 1_000)
    catcher = start_catcher(folder, port)
    yield port
    catcher.stop()


def letter(recipient: str = "maryja@example.org", subject: str = "Confirm") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "campaign@example.org"
    message["To"] = recipient
    message["Subject"] = subject
    message.set_content("Please confirm:\nhttp://127.0.0.1:8000/confirm/abc\n", cte="8bit")
    return message


def send(port: int, message: EmailMessage, **options) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.send_message(message, **options)


def test_a_mail_with_an_address_and_a_text_in_utf_8_arrives_and_is_shown(folder, port):
    message = letter("марыя@прыклад.бел", "Дзякуй, Марыя")
    message.set_content("Пацвердзіце: http://127.0.0.1:8000/confirm/abc\n", cte="8bit")
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo()
        assert client.has_extn("8bitmime")
        assert client.has_extn("smtputf8")
        assert client.has_extn("size")
        client.send_message(message)

    page = create_pages(folder, "http://127.0.0.1:8000").test_client()
    (mail_id,) = folder.ids()
    listed = page.get("/").text
    assert "Дзякуй, Марыя" in listed
    assert "марыя@прыклад.бел" in listed
    shown = page.get(f"/mails/{mail_id}").text
    assert "Пацвердзіце: <a" in shown
    assert '<a href="http://127.0.0.1:8000/confirm/abc" rel="noreferrer">' in shown


def test_the_bytes_are_kept_as_they_came(folder, port):
    raw = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: \xd0\x96\r\n\r\n.dot\r\n\xff\xfe\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("a@example.org", ["b@example.org"], raw, mail_options=["BODY=8BITMIME"])
    (mail_id,) = folder.ids()
    assert folder.read(mail_id) == raw


def test_many_mails_over_many_connections_all_arrive(folder, port):
    with ThreadPoolExecutor(8) as pool:
        for sent in [pool.submit(send, port, letter(f"p{number}@example.org")) for number in range(80)]:
            sent.result()
    assert len(folder.ids()) == 80


def test_a_mail_that_is_too_large_is_refused(folder, port):
    message = letter()
    message.add_attachment(b"a" * 11_000_000, maintype="application", subtype="octet-stream")
    with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        send(port, message)
    assert refusal.value.smtp_code == 552
    assert folder.ids() == []


def test_a_mail_that_cannot_be_stored_is_refused_for_the_time_being(folder, port, tmp_path):
    (tmp_path / "mails").rmdir()
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(port, letter())
    assert refusal.value.smtp_code == 452


def test_mails_survive_a_restart_and_only_their_owner_may_read_them(folder, port, tmp_path):
    send(port, letter())
    again = MailFolder(tmp_path / "mails")
    assert again.ids() == folder.ids()
    (file,) = (tmp_path / "mails").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_newest_mails_are_kept(tmp_path):
    folder = MailFolder(tmp_path, kept=3)
    ids = [folder.add(b"mail") for _ in range(5)]
    assert folder.ids() == ids[:1:-1]


def test_a_taken_port_is_an_error(folder, port):
    with pytest.raises(OSError, match="in use"):
        start_catcher(folder, port)


@pytest.mark.parametrize("mail_id", ["", "..", "../../etc/passwd", "1", "0" * 20 + "-" + "a" * 8])
def test_an_unknown_mail_is_unknown(folder, mail_id):
    with pytest.raises(UnknownMail):
        folder.read(mail_id)
