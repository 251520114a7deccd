"""Text that the public types."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaign.kit.text import TextProblem, clean_code, clean_line, clean_name, clean_text, has_link

MAXIMUM = 60

# Mostly what breaks things: invisible, steering, combining and look-alike characters between ordinary ones.
awkward = st.sampled_from(
    [
        *"aZéßя.@/:[](-'\"=1٣ न्ക്പლ李ㅤ\u115f\u1160\uffa0\u2800🏴😀",
        *"\x00\x07\x0b\x1b\x1c\x7f\x85\t\n\r\u2028\u2029\u00a0\u3000\u1680",
        *"\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202e\u2066\u2069\u2060\ufeff\u00ad\u034f\u180e",
        *"\u0301\u0323\u0345\u20dd\ufe0f\U000e0100\u212a\u1fef\u037e\u0958\ufdfa\uff0e\u3002\u2024\u2026",
        *"\ud800\udfff\ue000\ufdd0\ufffd\ufffe\U0001ffff\U000e0041\U0010ffff\u0378",
        "com", "www.", "xn--", "\r\n", "\n\n\n\n", "   ",
    ]
)  # fmt: skip
anything = st.one_of(
    st.text(max_size=MAXIMUM), st.lists(awkward, max_size=30).map("".join), st.text(st.characters(codec=None))
)


def line(value: str) -> str:
    return clean_line(value, maximum=MAXIMUM, required=False)


def name(value: str) -> str:
    return clean_name(value, maximum=MAXIMUM, required=False)


def text(value: str) -> str:
    return clean_text(value, maximum=MAXIMUM)


def code(value: str) -> str:
    return clean_code(value, maximum=MAXIMUM)


def problem(check: Callable[[str], str], value: str) -> str:
    with pytest.raises(TextProblem) as raised:
        check(value)
    return raised.value.code


@pytest.mark.parametrize("check", [line, name, text, code])
@given(value=anything)
@example(value="e\u200d\u0301")
@example(value="\u0958\u200d\u200c\u094d")
@example(value="\u212a\u200d\u0915")
def test_what_comes_out_is_clean_and_stays_as_it_is(check: Callable[[str], str], value: str):
    try:
        cleaned = check(value)
    except TextProblem as found:
        assert (found.limit is not None) == (found.code == "too_long")  # noqa: PT017 - both ends are right
        return
    assert check(cleaned) == cleaned
    assert len(cleaned) <= MAXIMUM
    assert cleaned == cleaned.strip()
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode()
    newlines = {"\n"} if check is text else set()
    assert {c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs", "Co", "Zl", "Zp"}} <= newlines
    assert not set(cleaned) & set("\u200b\u200e\u200f\u061c\u2060\ufeff\u00ad")
    assert not {c for c in cleaned if 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069}
    assert "  " not in cleaned
    assert "\n\n\n\n" not in cleaned


@given(value=st.text(st.characters(categories=["L", "M", "Zs", "Pd"]), max_size=20))
def test_a_name_that_passes_was_a_line_that_passes_and_means_the_same(value: str):
    try:
        cleaned = name(value)
    except TextProblem:
        return
    assert cleaned == line(value)


@pytest.mark.parametrize(
    "value",
    [
        "Maria", "O'Neill", "d’Arc", "Mary-Jane", "St. John", "J.R. Müller", "J.R.R.Tolkien",
        "J.R.R.TOLKIEN", "Dr.Smith", "DR.SMITH", "J.van Dijk", "Mac.", "Ng", "O", "Gal·la",
        "Anna 2", "Dorothy (Dot) Smith", "Ph.D. Ann", "María-José Ñandú", "Łukasz Żółć",
        "Đặng Thị Hồng", "Œuvre", "İbrahim Şık", "Straße", "C/O Ann", "Жанна д'Арк", "Стефановіч",
        "Ціханоўская", "Щербаківська", "Ђорђе", "Αλέξης Τσίπρας", "Հայկ", "გიორგი", "李小龍",
        "王·明", "ジョン・スミス", "山田 太郎", "葛\U000e0100城", "김철수", "ห่วงใย ไทย",
        "ကျော်ကျော်", "សុខ", "བསྒྲུབ", "محمد", "د.محمد أحمد", "مُحَمَّد", "فاطمه\u200cزهرا",
        "שרה", "שָׁלוֹם", "नरेन्द्र", "डॉ.शर्मा", "क्\u200dष", "മോഹന്\u200d", "எம்.ஜி.ஆர்",
        "ਗੁਰਪ੍ਰੀਤ", "বাংলাদেশী", "አበበ", "ᠮᠣᠩᠭᠣᠯ", "Anna 😀", "-", "–",
    ],
)  # fmt: skip
def test_names_of_the_world_are_kept_as_typed(value: str):
    assert clean_name(value) == value


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Maria  ", "Maria"),
        ("Maria\tda  Silva\n", "Maria da Silva"),
        ("Maria\u00a0da\u3000Silva", "Maria da Silva"),
        ("\ufeffMa\u200bria\u00ad", "Maria"),
        ("Mu\u0308ller", "Müller"),
        ("Ma\u200dri\u200ca", "Maria"),
        ("Ann\u3164", "Ann"),
        ("\u200cفاطمه\u200c", "فاطمه"),
    ],
)
def test_white_space_and_invisible_characters_are_tidied(typed: str, kept: str):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "value",
    [
        "http://evil", "HTTPS://EVIL", "//evil", "www.evil", "WWW.EVIL", "example.com",
        "Example.Com", "EXAMPLE.COM", "evil.ru/path", "t.me/x", "T.ME/X", "Win at evil.bet now",
        "a.b.c.evil.shop", "Dr.Smith.com", "my-.com", "maria@example.org", "@handle",
        "maria＠example.org", "example[.]com", "example[dot]com", "example(.)com",
        "example(dot)com", "example。com", "example．com", "example․com", "example｡com",
        "ｗｗｗ．ｅｖｉｌ", "exa\u00admple.com", "example.c\u034fom", "example.c\ufe0fom",
        "example.\u200bcom", "example.c\u0315om", "дом.рф", "ДОМ.РФ", "дом.бел", "例子.中国",
        "例子。中国", "उदाहरण.भारत", "موقع.شبكة", "bad.xn--p1ai", "evil.com5", "192.168.0.1",
        "x.org:8080", "javascript://x", "mailto:a@b", "e.vil", "Go.van", "Go.van Berg",
    ],
)  # fmt: skip
def test_web_and_mail_addresses_are_refused_in_names_and_comments(value: str):
    assert has_link(value)
    assert problem(name, value) == "url"
    assert problem(text, f"Look:\n{value}\nnow") == "url"


@pytest.mark.parametrize(
    "value",
    ["Free them all. Now!", "Wait…what? 3.5 million", "On 20.12.2020 z.B. here", "“Yes.” – Так.", "1:0"],
)
def test_ordinary_prose_holds_no_link(value: str):
    assert text(value) == value


@pytest.mark.parametrize("value", ["12345", "😀", "...", "!", "--", "٣", "—-"])
def test_a_name_needs_a_letter(value: str):
    assert problem(name, value) == "no_letters"


@pytest.mark.parametrize("value", ["", " ", "\n\t", "\u200b\ufeff", "\u3164\u2800", "\u200d"])
def test_white_space_is_a_missing_value(value: str):
    assert problem(clean_name, value) == "missing"
    assert name(value) == text(value) == code(value) == ""


@pytest.mark.parametrize("check", [line, name, text])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ma\x00ria", "control"),
        ("Ma\x1b[31mria", "control"),
        ("Ma\x7fria", "control"),
        ("Ma\x85ria", "control"),
        ("Maria\U000e0041\U000e0042", "control"),
        ("Ma\u2063ria", "control"),
        ("Maria\u202etxt", "bidi"),
        ("\u2067Maria\u2069", "bidi"),
        ("Maria\u200f", "bidi"),
        ("Maria\u061c", "bidi"),
        (f"Ma{chr(0xD800)}ria", "not_unicode"),
        ("Ma\ue000ria", "not_unicode"),
        ("Ma\uffferia", "not_unicode"),
        ("Ma\U0003ffffria", "not_unicode"),
        ("Ma\ufffdria", "not_unicode"),
        ("M" + "\u0315\u0316\u0317\u0318\u0319" + "aria", "marks"),
        ("क" + "\u0315\u0316\u094d\u200d\u0318\u0319" + "aria", "marks"),
        ("\u0315Maria", "marks"),
        ("Maria \u0315da Silva", "marks"),
    ],
)
def test_characters_that_deceive_are_refused(check: Callable[[str], str], value: str, expected: str):
    assert problem(check, value) == expected


@pytest.mark.parametrize("check", [line, name, text])
@pytest.mark.parametrize("character", ["a", " ", "\u0301", "я", "\n", "."])
def test_a_megabyte_is_too_long(check: Callable[[str], str], character: str):
    assert problem(check, character * 1_000_000) == "too_long"


def test_the_limit_counts_what_is_stored():
    assert clean_name("e\u0301" * 100, maximum=100) == "é" * 100
    with pytest.raises(TextProblem) as raised:
        clean_name("a" * 101, maximum=100)
    assert (raised.value.code, raised.value.limit) == ("too_long", 100)


def test_a_comment_keeps_its_paragraphs():
    assert text("\r\n One \t two \r\rthree\u2028four\n \n\n\n\n five \n") == "One two\n\nthree\nfour\n\n\nfive"


def test_an_emoji_family_stays_together():
    assert text("👩\u200d👩\u200d👧 ❤️") == "👩\u200d👩\u200d👧 ❤️"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("SW1A 1AA", "SW1A 1AA"),
        (" 220030 ", "220030"),
        ("1234-567", "1234-567"),
        ("１２３－４５６７", "123-4567"),
        ("123–456", "123-456"),
        ("۱۲۳۴۵", "۱۲۳۴۵"),
    ],
)
def test_postal_codes_are_kept(typed: str, kept: str):
    assert clean_code(typed) == kept


@pytest.mark.parametrize("value", ["12/3", "=1+1", "-1", "1-", "a@b", "<b>", "12.3", "1\u03011"])
def test_what_is_no_postal_code_is_refused(value: str):
    assert problem(code, value) == "shape"


def test_a_problem_tells_nothing_of_the_text():
    with pytest.raises(TextProblem) as raised:
        clean_name("secret@example.org")
    assert "secret" not in f"{raised.value!r} {raised.value}"
