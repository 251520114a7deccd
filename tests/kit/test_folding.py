import unicodedata
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaign.kit.folding import LONGEST, fold, skeleton, words

SAME = [
    "Stefanovich Stefanovič Štefanovič Stefanović Stefanovic Stefanovitch Stefanoviс Стефанович Стэфановіч STEFANOVICH",
    "Chapiuk Čapiuk Capiuk Чапюк",
    "Valiantsin Valyantsin Валянцін",
    "Bialiatski Bialiatskiy Bialiatsky Бяляцкі",
    "Evgeny Evgeniy Yevgeny Jevgenij Евгений",
    "Maria Marya Maryia Marija Мария Марыя",
    "Siarhei Siarhiej Сяргей",
    "Abilov Əbilov",
    "oglu oğlu Oğlu OĞLU",
    "Mammadov Məmmədov Mamadov",
    "Jafarov Cəfərov Dzhafarov Джафаров",
    "Hasanov Khasanov Həsənov Гасанов Хасанов",
    "Ahmed Akhmed Ахмед Əhmed",
    "Lukasz Łukasz",
    "Sarah Sara Сара",
    "Christina Kristina Кристина",
    "Demyanenko Demianenko Дем'яненко Дем’яненко Демьяненко",
    "Obrien O'Brien O’Brien",
    "Schroder Schröder Schroeder",
    "Weiss Weiß WEISS",
    "Isik Işık IŞIK",
    "Istanbullu İstanbullu",
    "Saakashvili Саакашвили სააკაშვილი",
    "Petrosyan Petrosian Петросян Պետրոսյան",
    "Papadopulos Παπαδόπουλος ΠΑΠΑΔΌΠΟΥΛΟΣ",
    "Peter Pe\u00adter Pe\u200bter \u202dPeter Ｐｅｔｅｒ 𝐏𝐞𝐭𝐞𝐫",
    "Petr Pëtr Петр Пётр",
]

ALIKE = [
    "Stefanovich Stefanovič Стефанович Стафановіч",
    "Bialiatski Bialacki Bielaçki Беляцкий Бяляцкі",
    "Valiantsin Valentin Валянцін Валентин",
    "Chapiuk Čapiuk Чапюк Чепюк",
    "Tsikhanouskaya Tikhanovskaya Тихановская Ціханоўская",
    "Uladzimir Vladimir Уладзімір Владимир Uładzimir",
    "Yauhen Jaŭhien Yevgeny Евгений Яўген",
    "Siarhei Sergei Сергей Сяргей Sergej",
    "Kavaliou Kavaloŭ Kovalev Ковалёв Кавалёў Kovaleff",
    "Dzmitry Dmitry Дмитрий Дзмітрый",
    "Muhammad Mohamed Мухаммед محمد مُحَمَّد",
    "Davud Davood داوود",
    "Aliaksandr Alexander Александр Аляксандр",
]

# Invented people with names that are usual in several countries.
_UNRELATED = """
Ales Aliona Anatol Anton Artsiom Barys Danila Dzianis Hanna Ihar Iryna Kanstantsin Katsiaryna Leanid Maksim Marharyta
Mikita Mikola Nasta Palina Raman Ruslan Stsiapan Tatsiana Vadzim Viktar Volha Yuliya Zinaida Adamovich Baranava
Darashenka Halubovich Hrynkevich Kastsiuchenka Kazlouski Lapitskaya Marozau Navitski Pashkevich Rudnitskaya Sakalouski
Tarasevich Vasileuskaya Yarmolenka Zhuk Guliyev Huseynova Ismayilov Rzayev Mirzayeva Tagizade Orujov Kiknadze Beridze
Hakobyan Grigoryan Bondarenko Tkachuk Shevchenko Karimov Nazarova Yilmaz Demir
"""
UNRELATED = _UNRELATED.split()

# Every letter that means something to the rules, from several scripts, so that they meet.
LETTERS = st.text("abcdeghijkoqstuwxyzçčəşßİıřł'’-аеосхуіўжцчшщьјᲐაქჰΣσχυהשهش\u0301\u0306\u0327\u00ad 1", max_size=12)


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings.split()[0])
def test_spellings_of_one_name_fold_to_the_same(spellings):
    assert len({fold(spelling) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize("spellings", ALIKE, ids=lambda spellings: spellings.split()[0])
def test_what_languages_make_of_one_name_has_one_skeleton(spellings):
    assert len({skeleton(fold(spelling)) for spelling in spellings.split()}) == 1


def test_words_keep_their_order_and_hyphens_part_them():
    assert words("Ганна-Марыя  Пашкевіч, (1985)") == ["gana", "maria", "paskevic", "1985"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Stefanoviс", "Stefanovic"),  # Cyrillic с
        ("Марaт", "Марат"),  # Latin a
        ("Сoкoлoвa", "Соколова"),  # Latin o and a
        ("Вaker", "Baker"),  # Cyrillic В, which is no B once it is small
        ("Μaria", "Maria"),  # Greek Mu
        ("Аlеs", "Ales"),  # as many of each; only Latin has an l
        ("Зоpa", "Зора"),  # as many of each; only Cyrillic has a З
    ],
)
def test_a_letter_of_another_script_is_the_one_it_looks_like(typed, meant):
    assert fold(typed) == fold(meant)


def test_digits_of_every_script_are_digits_and_stay_as_many_as_they_are():
    assert fold("ИК-11 ٢٢") == "ik 11 22"


def test_what_has_no_alphabet_stays():
    assert words("王小小 김철수 ｶﾅ สมชาย अमित") == ["王小小", "김철수", "カナ", "สมชาย", "अमित"]
    assert skeleton("王小小") == "王小小"


def test_a_word_that_never_ends_is_cut():
    assert words("ab" * 100_000) == [("ab" * LONGEST)[:LONGEST]]
    assert words("王小" * 100) == [("王小" * LONGEST)[:LONGEST]]


@pytest.mark.parametrize("nothing", ["", " ", "-", "'", "\u200b", "\ud800", "\u0301", "…"])
def test_what_has_no_letter_has_no_words(nothing):
    assert words(nothing) == []


def test_unrelated_names_mostly_stay_apart():
    folded = [fold(name) for name in UNRELATED]
    assert len(set(folded)) == len(folded)
    frames = [skeleton(name) for name in folded]
    assert len(frames) - len(set(frames)) <= 2
    assert all(frames)


def test_unrelated_names_have_few_skeletons_that_begin_alike():
    frames = [skeleton(fold(name)) for name in UNRELATED]
    pairs = list(combinations(frames, 2))
    assert sum(a.startswith(b) or b.startswith(a) for a, b in pairs) < len(pairs) / 100


@given(st.text() | LETTERS)
@example("\u0149 \u1e9e ǰ \u0345 ﬃ ͅΐ")
@example("shh ssch kkh tsh dzzh iejie aee cs")
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text() | LETTERS)
def test_words_are_what_is_kept_of_them(text):
    for word in words(text):
        assert 0 < len(word) <= LONGEST
        assert len(skeleton(word)) <= LONGEST
        assert not any(character.isspace() for character in word)
        assert not word.isascii() or word.isalnum()


@given(LETTERS)
def test_case_width_and_composition_do_not_matter(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(unicodedata.normalize("NFC", text)) == fold(text)


@given(st.text("abcdefghijklmnopqrstuvwxyzčšžćśźńłŭáéíóúýöüğşç", max_size=12))
def test_latin_marks_do_not_matter(word):
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).replace("ł", "l")
    assert fold(bare) == fold(word) == fold(word.upper())
