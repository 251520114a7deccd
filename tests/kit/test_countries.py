"""Countries."""

import pytest
from babel import UnknownLocaleError

from campaign.kit.countries import choices, codes, script
from campaign.kit.countries import names as names_by_code


def names(language: str) -> list[str]:
    return [name for _, name in choices(language)]


def test_there_are_the_249_countries_of_iso_3166_and_kosovo():
    assert len(codes()) == 250
    assert {"BY", "UA", "GB", "XK", "AX", "TW", "PS", "EH", "UM"} <= codes()
    assert not {"EU", "UN", "ZZ", "AC", "IC", "TA", "QO", "XA", "UK", "AN", "SU"} & codes()


@pytest.mark.parametrize("language", ["en", "be", "ru", "pl", "de", "ar", "zh_Hant", "zh-Hant", "pt_BR", "sr_Latn"])
def test_every_country_has_a_name_in_every_language(language: str):
    assert {code for code, _ in choices(language)} == codes()
    assert len(choices(language)) == 250
    assert all(names(language))


def test_names_are_those_of_the_language():
    assert dict(choices("be"))["BY"] == "Беларусь"
    assert dict(choices("de"))["BY"] == "Belarus"
    assert list(names_by_code("be").items()) == choices("be")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Afghanistan", "Åland Islands", "Albania"]),
        ("de", ["Afghanistan", "Ägypten", "Ålandinseln"]),
        ("pl", ["Litwa", "Łotwa", "Luksemburg"]),
        ("ru", ["Италия", "Йемен", "Кабо-Верде"]),
        ("be", ["Злучаныя Штаты Амерыкі", "Іарданія", "Італія", "Каба-Вердэ"]),
        ("uk", ["Естонія", "Ефіопія", "Ємен"]),
    ],
)
def test_names_stand_where_a_reader_looks_for_them(language: str, expected: list[str]):
    found = [name for name in names(language) if name in expected]
    assert found == expected


def test_a_list_may_be_changed_by_its_reader():
    choices("en").clear()
    assert len(choices("en")) == 250


def test_an_unknown_language_is_an_error():
    with pytest.raises(UnknownLocaleError):
        choices("xx")


@pytest.mark.parametrize(
    ("code", "known"), [("BY", "Cyrl"), ("AZ", "Latn"), ("GE", "Geor"), ("CN", "Hani"), ("", ""), ("ZZ", "")]
)
def test_the_script_that_a_country_writes_in_is_known(code, known):
    assert script(code) == known
