import email
import email.header
import email.policy
import email.utils
import html
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign.mailing.compose import BadMail, MailTemplate

NOW = datetime(2026, 11, 22, 14, 7, 13, tzinfo=UTC)
UID = bytes(range(16))
LINK = "https://campaign.example.org/confirm/c" + "abcdefgh" * 6 + "abcd"

one_line = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200)
no_place = st.text(st.characters(exclude_categories=("Cs",)), max_size=600).filter(lambda text: "@@" not in text)


def build(
    subject="Hello", text="Press @@link@@\n", html='<a href="@@link@@">press</a>', sender_name="Free Viasna", **more
):
    given_values = {"sender_address": "campaign@example.org", "language": "en", "domain": "example.org"} | more
    return MailTemplate.build(subject=subject, text=text, html=html, sender_name=sender_name, **given_values)


def render(template, to="anna@example.org", **values):
    return template.render(to=to, values=values or {"link": LINK}, now=NOW, uid=UID)


def read(raw):
    message = email.message_from_bytes(raw.encode(), policy=email.policy.default)
    text, page = message.iter_parts()
    return message, text, page


def sender_name(raw):
    """By the old parser: the new one of Python 3.11 puts spaces between the encoded words of a name (RFC 2047, 6.2)."""
    name, _ = email.utils.parseaddr(email.message_from_string(raw)["From"].replace("\r\n", ""))
    return str(email.header.make_header(email.header.decode_header(name))) if name.startswith("=?") else name


def lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=100, deadline=None)
@given(subject=one_line, name=one_line, before=no_place, after=no_place, value=one_line)
@example(subject="=?utf-8?q?x?=", name='a "b" \\c', before="From here\n.\n", after=" \n\t", value="a=b")
@example(subject="x" * 500, name="", before="ü" * 2000, after="--=_000102030405060708090a0b0c0d0e0f\n", value="<&>\"'")
@example(subject=" leading", name="=?x?=", before="a" * 2000, after="\x00\x0b\x0c\x85\u2028", value=".")
def test_a_mail_program_reads_exactly_what_was_written(subject, name, before, after, value):
    template = build(subject, f"{before}@@v@@{after}", f"<p>{before}@@v@@{after}", name)
    raw = render(template, v=value)
    assert raw.isascii()
    assert raw.count("\r\n") == raw.count("\n") == raw.count("\r")
    assert max(map(len, raw.split("\r\n"))) <= 998
    message, text, page = read(raw)
    assert message["Subject"] == subject
    assert message["From"].addresses[0].addr_spec == "campaign@example.org"
    assert sender_name(raw) == " ".join(name.split())
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@example.org"]
    assert lines(text.get_content()) == lines(f"{before}{value}{after}")
    assert lines(page.get_content()) == lines(f"<p>{before}{html.escape(value)}{after}")
    assert not message.defects
    assert not text.defects
    assert not page.defects


def test_a_link_stands_unbroken_on_one_line_of_the_raw_mail():
    assert LINK in render(build(text="Hello,\n\n@@link@@\n\nBye\n")).split("\r\n")


def test_a_link_survives_in_a_mail_that_is_not_ascii():
    _, text, page = read(render(build(text="Grüße\n\n@@link@@\n", html='<p>Grüße <a href="@@link@@">hier</a>')))
    assert text["Content-Transfer-Encoding"] == "quoted-printable"
    assert LINK in text.get_content().split()
    assert f'href="{LINK}"' in page.get_content()


def test_the_headers_say_that_a_machine_wrote_it_and_nothing_more():
    message, _, _ = read(render(build(language="be")))
    assert message.keys() == [
        "From",
        "Subject",
        "MIME-Version",
        "Content-Language",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "To",
        "Date",
        "Message-ID",
        "Content-Type",
    ]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "be"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == f"<{UID.hex()}@example.org>"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", "\r\nBcc: x@example.org", "\x00"])
@pytest.mark.parametrize("field", ["subject", "sender_name", "sender_address", "language", "domain"])
def test_a_header_cannot_be_smuggled_into_a_template(field, sign):
    with pytest.raises(BadMail):
        build(**{field: f"a{sign}b"})


@pytest.mark.parametrize(
    "to", ["a@b.org\r\nBcc: c@d.org", "a@b.org\n", "a b@c.org", "<a@b.org>", "a@b.org, c@d.org", "", "nobody", "a@b@c "]
)
def test_a_recipient_is_one_plain_address(to):
    with pytest.raises(BadMail):
        render(build(), to=to)


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\r\n.\r\n"])
def test_a_value_with_a_line_end_is_refused(value):
    with pytest.raises(BadMail):
        render(build(), link=value)


def test_a_missing_value_is_refused():
    with pytest.raises(BadMail, match="link"):
        render(build(), other="x")


def test_a_value_in_html_cannot_become_markup():
    _, text, page = read(render(build(text="@@name@@", html="<p>@@name@@"), name="<b>Anna & Co</b>"))
    assert text.get_content() == "<b>Anna & Co</b>"
    assert page.get_content() == "<p>&lt;b&gt;Anna &amp; Co&lt;/b&gt;"


def test_an_address_in_another_script_stands_in_the_mail_as_it_is():
    message = email.message_from_string(render(build(), to="анна@example.org"), policy=email.policy.SMTPUTF8)
    assert message["To"].addresses[0].addr_spec == "анна@example.org"


def test_an_exception_never_carries_the_address():
    with pytest.raises(BadMail) as caught:
        render(build(), to="secret person@example.org")
    assert "secret" not in str(caught.value)
