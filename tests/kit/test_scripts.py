import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.scripts import UNKNOWN, script_of, scripts_in


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Stefanovič", "Latn"),
        ("Ｆｕｌｌ", "Latn"),
        ("Стэфановіч", "Cyrl"),
        ("Παπαδόπουλος", "Grek"),
        ("Պետրոսյան", "Armn"),
        ("სააკაშვილი", "Geor"),
        ("مُحَمَّد", "Arab"),
        ("שלום", "Hebr"),
        ("ܫܠܡܐ", "Syrc"),
        ("अमित", "Deva"),
        ("অমিত", "Beng"),
        ("ਅਮਿਤ", "Guru"),
        ("தமிழ்", "Taml"),
        ("สมชาย", "Thai"),
        ("បុណ្យ", "Khmr"),
        ("အောင်", "Mymr"),
        ("བསྟན", "Tibt"),
        ("አብይ", "Ethi"),
        ("王小明", "Hani"),
        ("김철수", "Hang"),
        ("山田さくら", "Jpan"),
        ("ﾔﾏﾀﾞ", "Jpan"),
        ("ᠮᠣᠩᠭᠣᠯ", "Mong"),
        ("𐌰𐌱", UNKNOWN),
        ("Stefanoviс", "Latn"),  # with a Cyrillic с
        ("Марaт", "Cyrl"),  # with a Latin a
        ("ИК-4 (Homiel Region)", "Latn"),
        ("aб", "Latn"),  # as many of each
        ("бa", "Cyrl"),
        ("12 / -", ""),
        ("", ""),
    ],
)
def test_the_script_is_that_of_most_letters(text, script):
    assert script_of(text) == script


def test_all_scripts_are_told():
    assert scripts_in("ИК №4, Homiel 王") == {"Cyrl", "Latn", "Hani"}
    assert scripts_in("42") == frozenset()


@given(st.text())
def test_any_text_has_an_answer(text):
    assert script_of(text) in (scripts_in(text) or {""})
    assert all(len(script) == 4 for script in scripts_in(text))
