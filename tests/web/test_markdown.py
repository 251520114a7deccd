"""Organisers' text becomes HTML that can harm nobody who reads it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.web.markdown import ATTRIBUTES, TAGS, to_html

VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![picture](https://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://ok.example "onmouseover=alert(1)")',
    '[x](https://ok.example "\\" onmouseover=\\"alert(1)")',
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://evil.example>",
    "<style>body{display:none}</style>",
    "<div style='position:fixed'>x</div>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "<!--><script>alert(1)</script>-->",
    "<form action=https://evil.example><input></form>",
    "# <script>x</script>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "\0<scr\0ipt>",
]
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>")


def harmless(html: str) -> bool:
    for _, name, attributes in TAG.findall(html):
        assert name in TAGS, html
        for key, value in re.findall(r'([\w-]+)="([^"]*)"', attributes):
            assert key in ATTRIBUTES.get(name, set()) | {"rel"}, html
            if key == "href":
                assert re.match(r"(https?:|mailto:|[^:]*\Z)", value), html
    return True


@pytest.mark.parametrize("vector", VECTORS)
def test_no_known_trick_gets_through(vector):
    assert harmless(to_html(vector))


@given(st.text(max_size=200), st.sampled_from(VECTORS))
def test_no_text_gets_through(text, vector):
    assert harmless(to_html(text + vector + text))


def test_what_organisers_need_works():
    html = to_html(
        "# Title\n\nSome **strong** and *soft* words, [a link](https://example.org).\n\n- one\n- two\n\n> said"
    )
    for tag in ("<h2>Title</h2>", "<strong>", "<em>", "<ul>", "<li>", "<blockquote>"):
        assert tag in html
    assert 'href="https://example.org"' in html
    assert 'rel="noopener noreferrer"' in html
    assert "<h1" not in html
