"""Certificates, pictures and texts to post: who gets them, and when they are gone."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from PIL import Image
from sqlalchemy import select

from campaign.db import atomic
from campaign.godparents import batch_texts, standing
from campaign.godparents.models import EndReason, Godparenthood, ReleaseBatch
from campaign.godparents.views import documents
from campaign.kit import clock
from campaign.prisoners import service as prisoners
from tests.godparents import making, paired
from tests.printing import rasters
from tests.prisoners import people

CERTIFICATE = f"/godparents/{paired.SLUG}/certificate-{paired.PRISONER}.pdf"
PICTURES = (f"/godparents/{paired.SLUG}/share.png", f"/godparents/{paired.SLUG}/share-{paired.PRISONER}.png")


@pytest.fixture(autouse=True)
def _one_day():
    documents._kept.clear()
    with clock.following(lambda: datetime(2026, 11, 22, 9, tzinfo=UTC)):
        yield


def test_a_public_pair_has_a_certificate_and_a_picture_that_may_vanish_within_the_minute(app, client):
    paired.paired(app)
    answer = client.get(CERTIFICATE)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    found = rasters.words(answer.data)
    for part in ("MariTamm", "AnnaExample", "АннаПрыклад", "Shewrotealetter."):
        assert part in re.sub(r"\s", "", found)
    for path in PICTURES:
        picture = client.get(path)
        assert Image.open(io.BytesIO(picture.data)).size == (1200, 630)
    assert len(documents._kept._values) == 2, "both pictures are one"
    for header in (answer.headers["Cache-Control"], picture.headers["Cache-Control"]):
        assert int(re.search(r"max-age=(\d+)", header)[1]) <= 35
    with app.app_context(), atomic() as session:
        standing.withhold(making.acting(app, session), paired.found(session)[0])
    for path in (CERTIFICATE, *PICTURES):
        assert client.get(f"{path}?withheld").status_code == 404


def test_there_is_none_before_the_release_and_none_of_another_prisoner(app, client):
    paired.paired(app, released=False)
    for path in (CERTIFICATE, *PICTURES):
        assert client.get(path).status_code == 404
    with app.app_context(), atomic() as session:
        act, (godparent, _) = making.acting(app, session), paired.found(session)
        standing.release(act, standing.active_pairs(session, godparent.id))
    assert client.get(CERTIFICATE.replace(paired.PRISONER, "ales-bialiatski")).status_code == 404
    assert client.get(CERTIFICATE.replace(paired.SLUG, "nobody")).status_code == 404


def test_a_hidden_prisoner_is_on_no_document_and_the_godparent_keeps_a_picture_of_their_own(app, client):
    paired.paired(app)
    with app.app_context(), atomic() as session:
        prisoners.hide(session, paired.found(session)[1], people.act())
    assert client.get(CERTIFICATE).status_code == 410
    assert client.get(PICTURES[1]).status_code == 410
    alone = client.get(PICTURES[0])
    assert Image.open(io.BytesIO(alone.data)).size == (1200, 630)


def test_a_prisoners_former_address_leads_to_the_present_one_and_an_ended_pair_has_its_certificate(app, client):
    paired.paired(app)
    with app.app_context(), atomic() as session:
        act, (godparent, prisoner) = making.acting(app, session), paired.found(session)
        prisoners.change_slug(session, prisoner, "anna-sample", people.act())
        standing.end(act, standing.active_pairs(session, godparent.id), EndReason.LEFT_OFFICE)
    answer = client.get(CERTIFICATE)
    assert (answer.status_code, answer.location) == (301, CERTIFICATE.replace(paired.PRISONER, "anna-sample"))
    assert "endedwhenthememberleftoffice" in rasters.words(client.get(answer.location).data).replace(" ", "")


def test_a_character_without_a_glyph_is_named_on_a_page(app, client):
    paired.paired(app, given_name="Mari \U000e0fff")
    answer = client.get(f"/godparents/mari-tamm/certificate-{paired.PRISONER}.pdf")
    assert answer.status_code == 501
    assert "U+E0FFF" in answer.text


def batch(app, count=1):
    """A batch of that many pairs; its id."""
    paired.paired(app, pictured=False, family_name="Tamm; =1+1")
    with app.app_context(), atomic() as session:
        number = session.scalars(select(ReleaseBatch.id)).one()
        act = making.acting(app, session)
        more = [
            paired.pair(app, session, f"Prisoner {n}", email=f"m{n}@parliament.example", given_name=f"Ma{n}")
            for n in range(1, count)
        ]
        standing.release(act, more, number)
        return number


def test_texts_to_post_are_short_have_links_and_leave_out_who_is_not_public_any_more(app):
    number = batch(app, 3)
    with app.test_request_context(), atomic() as session:
        found = batch_texts.texts(session, number, "en")
        assert len(found.pairs) == 3
        first = found.pairs[0]
        assert first.post.short.endswith(f" {first.page}")
        assert "“She wrote a letter. I ask <about> & for her.”" in first.post.short
        assert first.prisoner_page in first.post.long
        assert "3 more people stand by political prisoners. They come from: Estonia." in found.post.short
        for post in (found.post, *(each.post for each in found.pairs)):
            assert len(post.short) <= batch_texts.SHORT
        prisoners.hide(session, people.found(session, paired.PRISONER), people.act())
        assert len(batch_texts.texts(session, number, "en").pairs) == 2


def test_however_long_the_names_a_short_text_is_short(app):
    long = {"given_name": "Wolf " * 20, "family_name": "Example " * 12, "office": "Chair of the Committee " * 8}
    paired.paired(app, statement="word " * 300, **long)
    with app.test_request_context(), atomic() as session:
        number = session.scalars(select(ReleaseBatch.id)).one()
        (each,) = batch_texts.texts(session, number, "en").pairs
        assert len(each.post.short) <= batch_texts.SHORT
        assert each.post.short.endswith(each.page)


def test_an_archive_holds_texts_pictures_certificates_and_a_list_and_comes_in_parts(app, monkeypatch):
    monkeypatch.setattr(batch_texts, "PART", 2)
    number = batch(app, 3)
    with app.test_request_context(), atomic() as session:
        assert batch_texts.texts(session, number, "en").parts == 2
        pieces = batch_texts.archive(session, number, "en", 2)
    file = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert file.testzip() is None
    name = "ma2-tamm-prisoner-2"
    assert file.namelist() == [
        "all.txt", "pairs.csv", f"texts/{name}.txt", f"images/{name}.png", f"certificates/{name}.pdf",
    ]  # fmt: skip
    assert "Prisoner 2" in rasters.words(file.read(f"certificates/{name}.pdf"))
    with app.test_request_context(), atomic() as session:
        pieces = batch_texts.archive(session, number, "en", 1)
    file = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    rows = list(csv.DictReader(io.StringIO(file.read("pairs.csv").decode(), newline="")))
    assert [row["prisoner"] for row in rows] == ["Anna Example", "Prisoner 1"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_pair_that_cannot_be_set_is_named_and_the_others_are_there(app):
    number = batch(app)
    with app.test_request_context(), atomic() as session:
        pair = session.scalars(select(Godparenthood)).one()
        pair.statement = "She \U000e0fff"
        session.flush()
        file = zipfile.ZipFile(io.BytesIO(b"".join(batch_texts.archive(session, number, "en"))))
    assert "certificates/mari-tamm-1-1-anna-example.pdf" in file.read("missing.txt").decode()
