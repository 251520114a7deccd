"""Certificates and pictures as they come from the press: their words, in every script, on one sheet."""

import dataclasses
import io
import re
from datetime import UTC, date, datetime

import pytest
import segno
from flask import Flask
from flask_babel import Babel
from PIL import Image

from campaign.godparents import certificate, share
from campaign.godparents.models import EndReason, Role
from campaign.godparents.papers import Paper, Tie, Where
from campaign.godparents.words import ROLE
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.printing import MissingGlyph
from campaign.prisoners.models import NameKind, Status
from campaign.prisoners.queries import Article, Name, Picture, Profile, Sentence, Words
from tests.pictures import files
from tests.printing import rasters

DAY = date(2026, 11, 22)
PICTURE = Picture("0123", 300, 400, {}, "Ina Example", "CC BY 4.0", "", "A woman in a light coat")
PHOTO = files.jpeg()


@pytest.fixture(autouse=True)
def _in_english():
    app = Flask("papers")
    Babel(app)
    with app.test_request_context(), clock.following(lambda: datetime(2026, 11, 22, 9, tzinfo=UTC)):
        yield


def paper(
    name="Mari Tamm",
    *prisoner,
    statement="I ask about her.",
    photo=PHOTO,
    ended=None,
    status=Status.CONVICTED,
    **changes,
) -> Paper:
    names = [Name(each, "", script_of(each), NameKind.MAIN) for each in prisoner or ("Vera Example", "Вера Прыклад")]
    facts = {
        "id": 7,
        "slug": "vera-example",
        "title": names[0],
        "spellings": tuple(names[1:]),
        "status": status,
        "since": PartialDate(2023, 3),
        "articles": (Article("361", "Calls for action"), Article("342", "")),
        "sentence": Sentence("prison", "", 130, 0, "strict regime", None),
        "picture": PICTURE if photo else None,
    }
    made = Paper(
        slug="mari-tamm",
        name=name,
        lines=("Parliament of Example", "Party of Trees", "Estonia"),
        role=ROLE[Role.CUSTODIAN],
        campaign="#StandByThem",
        where=Where("https://campaign.example.org", "en", DAY),
        prisoner=Profile(**{field.name: facts.get(field.name) for field in dataclasses.fields(Profile)}),
        tie=Tie(b"1" * 16, date(2024, 7, 14), ended, EndReason.EXILED if ended else None, Words(statement, "en")),
        photo=photo,
        portrait=photo,
        credit="Ina Example, CC BY 4.0" if photo else "",
    )
    return dataclasses.replace(made, **changes)


def plain(text: str) -> str:
    return re.sub(r"[\s\u200b\u00ad]", "", text)


def words(made: Paper) -> str:
    return plain(rasters.words(certificate.render(made)))


def test_a_certificate_says_who_stands_by_whom_since_when_and_why_it_matters():
    found = words(paper())
    for part in ("Political custody", "#StandByThem", "Mari Tamm", "Parliament of Example", "Party of Trees",
                 "stands by", "Vera Example", "Вера Прыклад", "since 14 July 2024",
                 "Serving a sentence, since March 2023", "Calls for action; Article 342",
                 "Prison, 10 years, 10 months, strict regime", "I ask about her.",
                 "campaign.example.org/godparents/mari-tamm", "As of 22 November 2026",
                 "Photo: Ina Example, CC BY 4.0"):  # fmt: skip
        assert plain(part) in found, part


def test_one_that_ended_has_both_dates_and_the_reason():
    found = words(paper(ended=date(2026, 9, 11), status=Status.EXILED))
    assert plain("from 14 July 2024 to 11 September 2026 · ended with the deportation on release") in found
    assert "stoodby" in found
    assert "standsby" not in found
    dead = words(paper(ended=date(2026, 9, 11), status=Status.DECEASED))
    assert "Prison" not in dead


def test_it_is_one_sheet_and_the_same_all_day():
    made = certificate.render(paper())
    assert made == certificate.render(paper())
    assert len(re.findall(rb"/MediaBox\s?\[0 0 841\.\d+ 595\.\d+\]", made)) == 1
    assert share.render(paper()) == share.render(paper())


LONG = "Maria da Conceição Antónia Beatriz Carolina Duarte Esteves Fernandes Gonçalves de Oliveira e Silva"
CASES = {
    "usual": paper(),
    "without pictures": paper(photo=b""),
    "without a statement": paper(statement=""),
    "with everything long": paper(
        LONG,
        "Wolfeschlegelsteinhausenbergerdorff-Example " + LONG[:60],
        "Ў" + "ў" * 60,
        statement="I ask about her and go on asking. " * 60,
        lines=(
            "Vice-chair of the Committee on Foreign Affairs and Human Rights",
            "Chamber " * 20,
            "Party " * 20,
            "Chad",
        ),
        campaign="Long " * 24,
    ),
    "with one word without end": paper("W" * 190, "Ж" * 190, statement="w" * 5000),
    "in other scripts": paper("ნინო მაგალითი", "فيرا مثال", "Vera Example", lines=(), campaign=""),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_it_says_nothing_leaves_its_place(case):
    """The frame's inside is empty at its edges, and so is what lies between the columns."""
    page = rasters.page(certificate.render(CASES[case], "png"))
    left, top, right, bottom = rasters.dark_box(page, 14 / 297, 14 / 210, 283 / 297, 196 / 210)
    assert left >= page.width * 20 / 297
    assert top >= page.height * 20 / 210
    assert right <= page.width * 277 / 297
    assert bottom <= page.height * 190 / 210
    between = page.crop([round(page.width * 188 / 297), round(top), round(page.width * 203 / 297), round(bottom)])
    assert between.getextrema()[0] > 200
    picture = Image.open(io.BytesIO(share.render(CASES[case])))
    assert picture.size == (share.WIDTH, share.HEIGHT)
    edges = [picture.convert("RGB").crop(box) for box in ((1150, 0, 1200, 630), (0, 616, 1200, 630))]
    assert all(len(edge.getcolors(2000)) == 1 for edge in edges)


def test_the_code_leads_to_the_godparents_page():
    page = rasters.page(certificate.render(paper(), "png"))
    wanted = segno.make("https://campaign.example.org/godparents/mari-tamm", error="q", micro=False, boost_error=False)
    box = rasters.dark_box(page, 243 / 297, 157 / 210, 274 / 297, 189 / 210)
    assert rasters.modules(page, box, len(wanted.matrix)) == [[bool(dot) for dot in row] for row in wanted.matrix]


def test_a_picture_is_light_and_shows_both_faces():
    def seen(shades):
        photo, portrait = (files.written(Image.effect_noise((480, 640), 40).point(lambda v, s=s: v // 4 + s), "JPEG")
                           for s in shades)  # fmt: skip
        return share.render(paper(photo=photo, portrait=portrait))

    png = seen((20, 180))
    assert len(png) < 300_000
    picture = rasters.page(png)
    assert picture.crop((20, 20, 300, 400)).getextrema()[1] < 100
    assert picture.crop((340, 20, 620, 400)).getextrema()[0] > 150


def test_a_godparent_alone_has_a_picture_too():
    alone = dataclasses.replace(paper(), prisoner=None, tie=None, portrait=b"")
    assert share.contents(alone)["above"]["text"] == "Political custodian"
    assert rasters.page(share.render(alone)).size == (share.WIDTH, share.HEIGHT)


@pytest.mark.parametrize("make", [certificate.sheet, share.sheet])
def test_a_character_that_no_font_has_is_an_error_that_names_it(make):
    with pytest.raises(MissingGlyph) as problem:
        make(paper("Mari \U000e0fff"))
    assert problem.value.code_point == "U+E0FFF"


def test_markup_in_what_people_wrote_is_only_text():
    nasty = '#panic("x") ] $x$ <label>'
    found = words(paper(nasty, statement="`#import` ] #panic() ["))
    assert plain(nasty) in found
    assert plain("`#import` ] #panic() [") in found
