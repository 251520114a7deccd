"""Every character has a glyph in some font, or its name is told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.printing import FontChoice, MissingGlyph, fonts_for
from campaign.printing.glyphs import FOLDER, clusters

OURS = {
    "Vera Example, “Aleś Bialiacki” – № 1 … Nguyễn Văn Đài": "Noto Sans",
    "Алесь Бяляцкі, Володимир, Ўладзімір": "Noto Sans",
    "Ελένη": "Noto Sans",
    "Հայաստան": "Noto Sans Armenian",
    "საქართველო": "Noto Sans Georgian",
    "نرگس محمدی ئۇيغۇر": "Noto Sans Arabic",
    "עזיז": "Noto Sans Hebrew",
    "नरेन्द्र": "Noto Sans Devanagari",
    "እስክንድር": "Noto Sans Ethiopic",
    "ไทย": "Noto Sans Thai",
    "বাংলা": "Noto Sans Bengali",
    "தமிழ்": "Noto Sans Tamil",
    "မြန်မာ": "Noto Sans Myanmar",
    "ខ្មែរ": "Noto Sans Khmer",
    "ລາວ": "Noto Sans Lao",
    "ਪੰਜਾਬੀ": "Noto Sans Gurmukhi",
    "ગુજરાતી": "Noto Sans Gujarati",
    "తెలుగు": "Noto Sans Telugu",
    "ಕನ್ನಡ": "Noto Sans Kannada",
    "മലയാളം": "Noto Sans Malayalam",
    "ଓଡ଼ିଆ": "Noto Sans Oriya",
    "සිංහල": "Noto Sans Sinhala",
    "ދިވެހި": "Noto Sans Thaana",
    "ܣܘܪܝܝܐ": "Noto Sans Syriac",
    "ⴰⵎⴰⵣⵉⵖ": "Noto Sans Tifinagh",
    "ߒߞߏ": "Noto Sans NKo",
    "ᠮᠣᠩᠭᠣᠯ": "Noto Sans Mongolian",
    "བོད་ཡིག": "Noto Serif Tibetan",
}
NOWHERE = "\U000e0fff"
"""A code point that is given to no character."""


@pytest.mark.parametrize(("text", "family"), OURS.items())
def test_scripts_that_we_bring_fonts_for_need_no_other(text, family):
    choice = fonts_for([text])
    assert family in choice.families
    assert not choice.system


def test_the_plain_font_is_always_first_and_others_come_only_when_needed():
    assert fonts_for([]).families == fonts_for(["Vera"]).families == ("Noto Sans",)
    assert fonts_for(["Vera", "नरेन्द्र", "עזיז"]).families == ("Noto Sans", "Noto Sans Hebrew", "Noto Sans Devanagari")


def test_a_character_without_a_glyph_is_named():
    with pytest.raises(MissingGlyph) as caught:
        fonts_for(["Vera", f"Ex{NOWHERE}ample"])
    assert caught.value.character == NOWHERE
    assert caught.value.code_point == f"U+{ord(NOWHERE):04X}"
    assert caught.value.package == ""
    assert "Vera" not in str(caught.value)


@pytest.mark.parametrize(
    ("character", "package"), [("中", "fonts-noto-cjk"), ("한", "fonts-noto-cjk"), ("ꦗ", "fonts-noto-core")]
)
def test_the_package_that_has_it_is_named(character, package):
    assert MissingGlyph(character).package == package


def test_a_mark_is_looked_for_together_with_its_letter():
    assert clusters("a\u0301 \u0432\u0301\u200d नि") == ["á", "\u0432\u0301", "नि"]
    with pytest.raises(MissingGlyph) as caught:
        fonts_for(["ใ\u05b0"])  # a Hebrew point on a Thai letter stands in no one font
    assert caught.value.code_point == "U+0E43 U+05B0"


def test_what_is_never_drawn_needs_no_glyph():
    assert fonts_for(["a\u200bb\u00ad\u200e\ufe0f\u2060\ufeff\n\t c"]) == FontChoice(("Noto Sans",))


@given(st.text(max_size=30))
def test_any_text_gets_fonts_or_an_error_that_names_what_is_in_it(text):
    try:
        families = fonts_for([text]).families
    except MissingGlyph as missing:
        families = ("Noto Sans",)
        named = missing.character
    else:
        named = ""
    assert families[0] == "Noto Sans"
    assert set(named) <= set("".join(clusters(text)))


def test_the_fonts_come_with_their_licence_and_stay_small():
    files = sorted(FOLDER.iterdir())
    assert {path.suffix for path in files} == {".ttf", ".txt"}
    assert "SIL OPEN FONT LICENSE" in Path(FOLDER, "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in files) < 6_000_000
