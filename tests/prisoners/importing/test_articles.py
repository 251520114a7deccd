import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.prisoners.importing.articles import articles_in, codes_in, meaning_of


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Part 2 of Art. 293 of the Criminal Code — Participation in riots", ["293(2)"]),
        ("Art. 341 of the Criminal Code — Desecration", ["341"]),
        ("Part 1 of Article 13 and Article 293 of the Criminal Code — Preparation", ["13(1)", "293"]),
        ("ч. 2 ст. 293 УК", ["293(2)"]),
        ("ч.1 ст.342 КК", ["342(1)"]),
        ("ст. 361-1 ч. 3", ["361-1(3)"]),
        ("Статья 207.3 часть 2 УК РФ", ["207.3(2)"]),
        ("Art. 361¹", ["361-1"]),
        ("TCK 314/2", ["314/2"]),
        ("maddə 234.4.3", ["234.4.3"]),
        ("§ 129a StGB", ["129a"]),
        ("Article 120, Part 2 (Deprivation)", ["120(2)"]),
        ("المادة ٩٨", ["98"]),
        ("57-1", ["57-1"]),
        ("Start 12", []),
        ("Hooliganism", []),
    ],
)
def test_codes_are_found_however_they_are_written(text, codes):
    assert codes_in(text) == codes


def test_the_text_stays_whole_and_stands_once():
    assert articles_in(["Part 1 of Article 13 and Article 293 — Preparation", "Hooliganism", ""]) == [
        {"code": "13(1)", "text": "Part 1 of Article 13 and Article 293 — Preparation"},
        {"code": "293", "text": ""},
        {"code": "", "text": "Hooliganism"},
    ]


def test_numbers_get_their_meaning_from_the_prose_beside_them():
    prose = "Criminal Code Articles 206.1 (Smuggling (of goods)); and 233 of the Code (Riots); 28, 214.2 (Preparation"
    assert articles_in(["206.1", "233", "214.2", "206"], prose) == [
        {"code": "206.1", "text": "Smuggling (of goods)"},
        {"code": "233", "text": "Riots"},
        {"code": "214.2", "text": ""},
        {"code": "206", "text": ""},
    ]


@given(st.lists(st.text(), max_size=4), st.text())
def test_no_text_is_too_strange(cells, prose):
    for article in articles_in([*cells, "12"], prose):
        assert len(article["code"]) <= 40
        assert article["code"] or article["text"]
    meaning_of("12", prose)
