"""What people wrote is set as they wrote it, and never read as markup."""

from datetime import UTC, datetime

import pytest
import segno
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign.printing import FontChoice, MissingGlyph, fonts_for, qr_code, typeset
from tests.printing import rasters

NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)
LAYOUT = """
#let data = json("data.json")
#set document(title: "Test")
#set text(font: data.fonts, fallback: false, lang: "en", hyphenate: false)
= Heading
#data.text
"""


@pytest.fixture(scope="session")
def layout(tmp_path_factory):
    path = tmp_path_factory.mktemp("layout") / "test.typ"
    path.write_text(LAYOUT, encoding="utf-8")
    return path


def printed(layout, text, **options) -> bytes:
    return typeset(layout, {"text": text}, fonts_for([text]), NOON, **options)


MARKUP = [
    '#import "@preview/evil:1.0.0": *',
    '#read("/etc/passwd")',
    '#image("data.json")',
    "] #panic() [",
    '"); panic("x',
    "$ x^2 $ *bold* _emphasis_ = heading <label> @reference `raw` // comment /* */ \\u{41}",
    "{{ 7*7 }} {% raw %} ${jndi}",
    "\\",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_text_is_only_text(layout, text):
    found = rasters.words(printed(layout, text))
    assert "".join(found.split()) == "Heading" + "".join(text.split())


@settings(max_examples=25, deadline=None)
@example("dl")
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_whatever_is_typed_comes_out(layout, text):
    found = rasters.words(printed(layout, text))
    assert "".join(found.split()) == "Heading" + text


def test_the_same_words_on_the_same_day_give_the_same_bytes(layout):
    assert printed(layout, "Vera") == printed(layout, "Vera")
    assert printed(layout, "Vera") != printed(layout, "Vega")


def test_a_page_can_be_read_aloud(layout):
    pdf = printed(layout, "Vera")
    for part in (b"/StructTreeRoot", b"/Lang(en)", b"/MarkInfo", b"pdfuaid:part", b"/H1"):
        assert part in pdf or any(part in stream for stream in rasters.streams(pdf)), part


def test_a_layout_sees_nothing_but_what_it_is_given(layout, tmp_path):
    outside = tmp_path / "secret.txt"
    outside.write_text("secret", encoding="utf-8")
    for source in (f'#read("{outside}")', '#read("../../../etc/passwd")', '#read("/etc/passwd")'):
        curious = tmp_path / "curious.typ"
        curious.write_text(source, encoding="utf-8")
        with pytest.raises(typst.TypstError):
            typeset(curious, {}, fonts_for([]), NOON)


def test_a_letter_that_slips_through_is_an_error_and_no_box(layout):
    with pytest.raises(MissingGlyph) as caught:
        typeset(layout, {"text": "नरेन्द्र"}, FontChoice(("Noto Sans",)), NOON)
    assert caught.value.code_point.startswith("U+09")


@pytest.mark.parametrize("url", ["https://example.org/prisoners/vera-example", "http://x.org/" + "y" * 150])
def test_a_code_holds_its_address_with_an_empty_margin(tmp_path, url):
    code = qr_code(url)
    picture = tmp_path / "code.typ"
    picture.write_text(
        "#set page(width: 100mm, height: 100mm, margin: 0mm)\n"
        '#image(bytes(json("data.json").svg), format: "svg", width: 100mm)',
        encoding="utf-8",
    )
    image = rasters.page(typeset(picture, {"svg": code.svg}, fonts_for([]), NOON, kind="png"))
    box = rasters.dark_box(image, 0, 0, 1, 1)
    wanted = segno.make(url, error="q", micro=False, boost_error=False).matrix
    assert rasters.modules(image, box, code.modules) == [[bool(module) for module in row] for row in wanted]
    module = (box[2] - box[0]) / code.modules
    assert box[0] >= 3.9 * module
    assert image.width - box[2] >= 3.9 * module
