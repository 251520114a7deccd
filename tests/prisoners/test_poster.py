"""Posters: the right words for each status, in every script, on one sheet."""

import dataclasses
import re
from datetime import UTC, date, datetime

import pytest
import segno
from flask import Flask
from flask_babel import Babel
from PIL import Image

from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.prisoners import life as lives
from campaign.prisoners.life import Happened
from campaign.prisoners.models import EventKind, NameKind
from campaign.prisoners.poster import Poster, contents, render, two_names
from campaign.prisoners.queries import Name, Picture, Profile, Words
from tests.pictures import files
from tests.printing import rasters

DAY = date(2025, 11, 22)
URL = "https://campaign.example.org/prisoners/vera-example"
PICTURE = Picture("0123", 300, 400, {}, "Ina Example", "CC BY 4.0", "", "A woman in a light coat")


@pytest.fixture(autouse=True)
def _in_english():
    app = Flask("poster")
    Babel(app)
    with app.test_request_context(), clock.following(lambda: datetime(2025, 11, 22, 9, tzinfo=UTC)):
        yield


def happening(kind: EventKind, day: str | None = None) -> Happened:
    return Happened(kind, PartialDate.parse_optional(day), DAY)


BEGAN = happening(EventKind.ARREST, "2020-10-02")


def poster(*names, events=(BEGAN,), about="", portrait=b"", campaign="#FreeVera") -> Poster:
    """A poster of somebody with these names, the first of which is in English, and this life."""
    life = lives.derive(events)
    first, *others = [Name(name, "", script_of(name), NameKind.MAIN) for name in names or ("Vera Example",)]
    facts = {
        "id": 7,
        "slug": "vera-example",
        "title": first,
        "spellings": tuple(others),
        "status": life.status,
        "since": life.since,
        "days": lives.days_in_detention(life.periods, DAY),
        "born": PartialDate(1963, 2),
        "died": life.died,
        "about": Words(about, "en"),
        "picture": PICTURE if portrait else None,
    }
    profile = Profile(**{field.name: facts.get(field.name) for field in dataclasses.fields(Profile)})
    return Poster(profile, URL, "en", DAY, campaign, portrait)


def plain(text: str) -> str:
    """Without spaces: where lines break is the layout's business."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


def words(made: Poster, paper="a4") -> str:
    return plain(rasters.words(render(made, paper)))


def page(made: Poster, paper="a4") -> Image.Image:
    return rasters.page(render(made, paper, "png"))


def test_who_it_is_and_how_long():
    about = "Leads a **choir**. Sang in a square.\n\nMuch more is told here."
    found = words(poster("Vera Example", "Вера Прыклад", about=about, portrait=files.jpeg()))
    for part in ("#FreeVera", "Vera Example", "Вера Прыклад", "1,877", "days in detention", "As of 22 November 2025",
                 "Leads a choir. Sang in a square.", "campaign.example.org/prisoners/vera-example",
                 "Photo: Ina Example, CC BY 4.0"):  # fmt: skip
        assert plain(part) in found, part
    assert "Muchmore" not in found
    assert "*" not in found


@pytest.mark.parametrize(("paper", "millimetres"), [("a4", (210, 297)), ("a3", (297, 420))])
def test_a_poster_is_one_sheet(paper, millimetres):
    pdf = render(poster(), paper)
    boxes = re.findall(rb"/MediaBox\s?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [[round(float(side) / 72 * 25.4) for side in box] for box in boxes] == [list(millimetres)]


def test_it_is_the_same_all_day():
    assert render(poster(portrait=files.jpeg()), "a4") == render(poster(portrait=files.jpeg()), "a4")


def test_a_long_story_is_told_in_its_first_sentences():
    about = "She sang. " + "She went on singing in many squares of the town, with all who came along. " * 9
    told = contents(poster(about=about))["about"]["text"]
    assert told.startswith("She sang. She went on")
    assert told.endswith("came along.")
    assert len(told) <= 220
    endless = contents(poster(about="word " * 200))["about"]["text"]
    assert endless.endswith("word…")
    assert len(endless) <= 221


STATUSES = {
    "detained": ([BEGAN], ["#FreeVera", "1,877", "days in detention"], ["Released"]),
    "since some day of a month": (
        [happening(EventKind.ARREST, "2020-10")], ["at least", "1,848", "days in detention"], []),
    "since yesterday": (
        [happening(EventKind.ARREST, "2025-11-21")], ["1", "day in detention"], ["days in detention"]),
    "since today": ([happening(EventKind.ARREST, "2025-11-22")], ["In detention"], ["days in detention"]),
    "since nobody knows when": ([happening(EventKind.ARREST)], ["In detention"], ["days"]),
    "house arrest": (
        [happening(EventKind.HOUSE_ARREST, "2024-11-22")], ["365", "days deprived of liberty"], ["in detention"]),
    "house arrest, nobody knows since when": ([happening(EventKind.HOUSE_ARREST)], ["Under house arrest"], ["days"]),
    "released": (
        [BEGAN, happening(EventKind.RELEASE, "2021-10-02")],
        ["Released", "365", "days in detention", "Released: 2 October 2021"], ["1,877"]),
    "exiled": (
        [BEGAN, happening(EventKind.EXILE, "2021-10-02")],
        ["Forced into exile", "365", "days in detention", "Deported on release: 2 October 2021"], ["Freed"]),
    "disappeared": (
        [BEGAN, happening(EventKind.DISAPPEARANCE, "2024-11-22")],
        ["Disappeared", "365", "days without a trace", "Since 22 November 2024"], ["in detention"]),
    "disappeared in some month": (
        [happening(EventKind.DISAPPEARANCE, "2024-11")], ["at least", "357", "days without a trace"], []),
    "disappeared nobody knows when": ([happening(EventKind.DISAPPEARANCE)], ["Disappeared", "No trace"], ["days"]),
    "deceased": (
        [BEGAN, happening(EventKind.DEATH, "2021-10-02")],
        ["In memory", "1963–2021", "Died: 2 October 2021", "365 days in detention"], []),
    "deceased nobody knows when": ([happening(EventKind.DEATH)], ["In memory", "Vera Example"], ["days", "Died"]),
    "not known": ([happening(EventKind.OTHER, "2021")], ["#FreeVera", "Vera Example"], ["days", "detention"]),
}  # fmt: skip


@pytest.mark.parametrize("portrait", [b"", files.jpeg()])
@pytest.mark.parametrize("case", STATUSES)
def test_the_words_fit_what_happened(case, portrait):
    events, there, absent = STATUSES[case]
    found = words(poster(events=events, portrait=portrait))
    for part in there:
        assert plain(part) in found, part
    for part in absent:
        assert plain(part) not in found, part


@pytest.mark.parametrize("portrait", [b"", files.jpeg()])
def test_nobody_who_died_is_called_free(portrait):
    found = words(poster(events=[BEGAN, happening(EventKind.DEATH, "2021-10-02")], portrait=portrait)).casefold()
    assert "free" not in found
    assert "release" not in found


def test_a_poster_without_a_campaign_says_what_it_is_about():
    assert "Politicalprisoner" in words(poster(campaign=""))


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Вера Прыклад", False),
        ("فيرا مثال", True),
        ("ורה דוגמה", True),
        ("वेरा उदाहरण", False),
        ("ვერა მაგალითი", False),
    ],
)
def test_the_prisoners_own_script_stands_beside_the_latin_one(name, right):
    made = poster("Vera Example", name)
    other = contents(made)["other"]
    assert (other["text"], other["right"]) == (name, right)
    found = words(made)
    assert "VeraExample" in found
    assert set(plain(name)) <= set(found)


def test_a_name_from_the_right_stands_at_the_right():
    for name, at_the_right in (("Вера", False), ("فيرا", True)):
        left, _, right, _ = rasters.dark_box(page(poster("Vera Example", name)), 0, 0.4, 1, 0.56)
        assert (left > 1191 - right) is at_the_right


NAMES = (
    Name("Vera Example", "en", "Latn", NameKind.MAIN),
    Name("Vera Przykład", "pl", "Latn", NameKind.TRANSLITERATION),
    Name("Вера Пример", "ru", "Cyrl", NameKind.TRANSLITERATION),
    Name("Вера Прыклад", "be", "Cyrl", NameKind.MAIN),
)


@pytest.mark.parametrize(
    ("names", "language", "first", "other"),
    [
        (NAMES, "en", "Vera Example", "Вера Прыклад"),
        (NAMES, "pl", "Vera Przykład", "Вера Прыклад"),
        (NAMES, "de", "Vera Example", "Вера Прыклад"),
        (NAMES, "ru", "Вера Пример", "Vera Example"),
        (NAMES, "be", "Вера Прыклад", "Vera Example"),
        (NAMES[:2], "en", "Vera Example", None),
        (NAMES[3:], "en", "Вера Прыклад", None),
        ((Name("Сукарно", "", "", NameKind.MAIN),), "en", "Сукарно", None),
    ],
)
def test_two_scripts_are_chosen_for_the_reader(names, language, first, other):
    found = two_names(names, language)
    assert (found[0].name, found[1] and found[1].name) == (first, other)


def test_markup_in_a_profile_is_only_text():
    nasty = '#panic("x") ] #read("data.json") $x$ \\u{41} <label>'
    found = words(poster(nasty, about="`#import` ] #panic() [", campaign='"] #panic()'))
    assert plain(nasty) in found
    assert plain("#import ] #panic() [") in found
    assert plain('"] #panic()') in found


LONG = {
    "one short word": "Čyž",
    "many words": "Maria da Conceição Antónia Beatriz Carolina Duarte Esteves Fernandes Gonçalves de Oliveira e Silva",
    "one word without end": "W" * 190,
    "Cyrillic without end": "Ж" * 190,
    "hyphens": "Anna-Maria-Katharina-Sophie-Elisabeth Wolfeschlegelsteinhausenbergerdorff-Example",
}


@pytest.mark.parametrize("portrait", [b"", files.jpeg(1280, 960)])
@pytest.mark.parametrize("name", LONG.values(), ids=LONG.keys())
def test_whatever_the_name_nothing_leaves_the_sheet(name, portrait):
    events = [happening(EventKind.ARREST, "1960")]
    made = poster(name, "Ў" + "ў" * 150, events=events, about="word " * 500, portrait=portrait, campaign="Long " * 24)
    image = page(made)
    left, top, right, bottom = rasters.dark_box(image, 0, 0, 1, 1)
    margin = image.width * 8 / 210  # eight millimetres: printers leave five blank
    assert left >= margin
    assert top >= margin
    assert image.width - right >= margin
    assert image.height - bottom >= margin


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("portrait", [b"", files.jpeg()])
def test_the_code_leads_to_the_profile(paper, portrait):
    image = page(poster(portrait=portrait), paper)
    place = (0.57, 0.26, 0.98, 0.55) if portrait else (0.57, 0.595, 0.98, 0.855)
    wanted = segno.make(URL, error="q", micro=False, boost_error=False).matrix
    found = rasters.modules(image, rasters.dark_box(image, *place), len(wanted))
    assert found == [[bool(module) for module in row] for row in wanted]


def test_a_name_can_be_read_from_afar():
    """The usual rule is a centimetre for six metres, so sixteen millimetres for ten."""
    image = page(poster(portrait=files.jpeg()))
    _, top, _, bottom = rasters.dark_box(image, 0.04, 0.6, 0.96, 0.86)
    assert (bottom - top) / image.height * 297 > 16


def test_without_a_portrait_there_is_nothing_but_black_and_white():
    shades = page(poster(about="A singer.")).histogram()
    between = sum(shades[60:200]) / sum(shades)  # the edges of letters
    assert between < 0.02
    assert sum(shades[:60]) > 0.05 * sum(shades)


def test_the_portrait_is_printed():
    white, dark = (Image.new("RGB", (600, 800), (shade, shade, shade)) for shade in (255, 40))
    seen = [page(poster(portrait=files.written(image, "JPEG"))).getpixel((300, 500)) for image in (white, dark)]
    assert seen[0] > 240
    assert seen[1] < 60
