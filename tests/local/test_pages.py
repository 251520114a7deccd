import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.local.folder import MailFolder
from campaign.local.letter import read_heading, read_letter, with_links
from campaign.local.pages import create_pages

SITE = "http://127.0.0.1:8000"
HOSTILE = (
    b"From: \"><script>alert('from')</script>\" <a@example.org>\r\n"
    b"To: <img src=x onerror=alert(1)>@example.org\r\n"
    b"Subject: </title><script>alert('subject')</script>\r\n"
    b"Date: <b>now</b>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"</div><script>alert('text')</script> javascript:alert(1) "
    b'http://example.org/"onmouseover="alert(1) data:text/html,<b>\r\n'
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<base href='https://evil.example/' target=_self><meta http-equiv=refresh content='0;url=https://evil.example'>"
    b"<script>parent.document.title='owned'</script><a href='javascript:alert(1)'>click</a>"
    b"<iframe src='https://evil.example'></iframe><form action='https://evil.example'><input name=a></form>"
    b"<img src='https://evil.example/pixel'>\r\n--b--\r\n"
)


@pytest.fixture
def folder(tmp_path):
    return MailFolder(tmp_path)


@pytest.fixture
def page(folder):
    return create_pages(folder, SITE).test_client()


def policy(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_an_empty_box_says_so(page):
    answer = page.get("/")
    assert answer.status_code == 200
    assert "No mail yet." in answer.text
    assert "Empty the box" not in answer.text
    assert '<html lang="en">' in answer.text


def test_the_newest_mail_is_first_and_more_are_on_further_pages(folder, page):
    for number in range(51):
        folder.add(f"To: p{number}@example.org\r\nSubject: Mail {number}\r\n\r\nText\r\n".encode())
    first = page.get("/").text
    assert re.findall(r">Mail (\d+)<", first) == [str(number) for number in range(50, 0, -1)]
    assert '<a href="/?page=2">Older</a>' in first
    second = page.get("/?page=2").text
    assert re.findall(r">Mail (\d+)<", second) == ["0"]
    assert "Older" not in second


def test_the_list_renews_itself_when_asked_to(page):
    refresh = '<meta http-equiv="refresh" content="5">'
    assert refresh in page.get("/?live=1").text
    assert refresh not in page.get("/").text
    assert refresh not in page.get("/?page=2&live=1").text


def test_a_hostile_mail_is_shown_as_text(folder, page):
    mail_id = folder.add(HOSTILE)
    for path in ("/", f"/mails/{mail_id}"):
        answer = page.get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert 'href="javascript:' not in answer.text
        assert 'href="data:' not in answer.text
        assert "onmouseover=" not in re.sub(r">[^<]*<", "><", answer.text)
        assert policy(answer)["default-src"] == "'none'"
        assert "script-src" not in policy(answer)
        assert policy(answer)["frame-ancestors"] == "'none'"


def test_the_html_part_is_served_for_a_sandbox_only(folder, page):
    mail_id = folder.add(HOSTILE)
    frame = re.search(r"<iframe[^>]+>", page.get(f"/mails/{mail_id}").text)
    assert frame is not None
    allowed = "allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"
    assert f'sandbox="{allowed}"' in frame.group()
    answer = page.get(f"/mails/{mail_id}/html")
    assert policy(answer) == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": allowed,
    }
    assert answer.text.startswith('<!doctype html><meta charset="utf-8"><base target="_top">')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_source_is_saved_as_plain_text(folder, page):
    answer = page.get(f"/mails/{folder.add(HOSTILE)}/source")
    assert answer.data == HOSTILE
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "path", ["/mails/unknown", "/mails/unknown/html", "/mails/unknown/source", "/mails/..%2f..%2fa"]
)
def test_an_unknown_mail_is_not_found(page, path):
    assert page.get(path).status_code == 404


def test_a_mail_without_html_has_no_such_page(folder, page):
    mail_id = folder.add(b"Subject: plain\r\n\r\ntext\r\n")
    assert "This mail has no HTML part." in page.get(f"/mails/{mail_id}").text
    assert page.get(f"/mails/{mail_id}/html").status_code == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8025",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "127.0.0.1@evil.example",
    ],
)
def test_a_foreign_host_name_is_refused(folder, page, host):
    folder.add(HOSTILE)
    for path in ("/", "/style.css", f"/mails/{folder.ids()[0]}/source"):
        assert page.get(path, headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8025", "localhost:8025", "[::1]:8025"])
def test_loopback_names_are_served(page, host):
    assert page.get("/", headers={"Host": host}).status_code == 200


def test_our_own_form_empties_the_box(folder, page):
    folder.add(HOSTILE)
    answer = page.post("/empty", headers={"Host": "localhost:8025", "Origin": "http://localhost:8025"})
    assert answer.status_code == 303
    assert folder.ids() == []


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://localhost:8000", "https://localhost:8025"]
)
def test_another_site_cannot_empty_the_box(folder, page, origin):
    folder.add(HOSTILE)
    headers = {"Host": "localhost:8025"} | ({"Origin": origin} if origin else {})
    assert page.post("/empty", headers=headers).status_code == 403
    assert len(folder.ids()) == 1


def test_a_get_does_not_empty_the_box(page):
    assert page.get("/empty").status_code == 405


def test_the_style_sheet_is_served(page):
    answer = page.get("/style.css")
    assert answer.status_code == 200
    assert answer.mimetype == "text/css"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.org/a?b=1&c=2.", ["https://example.org/a?b=1&c=2"]),
        ("(http://example.org)", ["http://example.org"]),
        ("<https://example.org/a>", ["https://example.org/a"]),
        ("javascript:alert(1) file:///etc ftp://example.org", []),
        ("HTTP://EXAMPLE.ORG/ and https://", ["HTTP://EXAMPLE.ORG/"]),
    ],
)
def test_web_addresses_in_a_text_are_links(text, links):
    assert [html.unescape(link) for link in re.findall(r'href="([^"]*)"', with_links(text))] == links


@given(st.text(alphabet=st.one_of(st.sampled_from("<>&\"'https:/. "), st.characters(codec="utf-8"))))
def test_a_text_with_links_says_what_the_text_says_and_holds_no_other_tag(text):
    marked = str(with_links(text))
    bare = re.sub(r'<a href="https?://[^"<>]*" rel="noreferrer">|</a>', "", marked, flags=re.IGNORECASE)
    assert "<" not in bare
    assert html.unescape(bare) == html.unescape(html.escape(text))


@given(st.binary(max_size=400), st.binary(max_size=100))
def test_any_bytes_can_be_shown(head, body):
    raw = b"From: " + head + b"\r\nSubject: " + head + b"\r\nContent-Type: " + body + b"\r\n\r\n" + body
    mail_id = "0" * 20 + "-" + "a" * 8
    for text in (str(read_letter(mail_id, raw)), read_heading(mail_id, raw).subject):
        assert isinstance(text.encode(), bytes)


def test_invisible_characters_in_a_header_are_shown_as_such():
    heading = read_heading("0" * 20 + "-" + "a" * 8, "Subject: a\u202eb\u0000c\r\n\r\n".encode())
    assert heading.subject == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
