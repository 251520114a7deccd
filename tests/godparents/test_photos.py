"""A godparent's photo: nobody sees one that no organiser has looked at."""

import io
import re

from PIL import Image

from campaign import pictures
from campaign.db import atomic
from campaign.godparents import photos, standing
from campaign.kit import clock
from tests.godparents import making, paired
from tests.pictures import files


def version(app, *, shown):
    with app.app_context(), atomic() as session:
        godparent, _ = paired.found(session)
        return next((photo.version for photo in godparent.photos if photo.shown is shown), None)


def path(version, size=160, kind="webp"):
    return f"/godparents/{paired.SLUG}/photo-{version}-{size}.{kind}"


def test_a_photo_is_shown_with_its_godparent_and_never_before(app, client):
    paired.paired(app, released=False)
    waiting = version(app, shown=False)
    assert client.get(path(waiting)).status_code == 404
    with app.app_context(), atomic() as session:
        act, (godparent, _) = making.acting(app, session), paired.found(session)
        standing.release(act, standing.active_pairs(session, godparent.id))
    answer = client.get(f"{path(waiting)}?released")
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert Image.open(io.BytesIO(answer.data)).size == (120, 160)
    assert int(re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])[1]) <= 35
    again = client.get(f"{path(waiting)}?again", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(path(waiting, 160, "jpg")).content_type == "image/jpeg"
    assert client.get(path(waiting, 161)).status_code == 404
    with app.app_context(), atomic() as session:
        standing.withhold(making.acting(app, session), paired.found(session)[0])
    assert client.get(f"{path(waiting)}?withheld").status_code == 404


def test_a_new_photo_waits_beside_the_one_that_is_shown_and_takes_the_place_of_one_that_waited(app, client):
    paired.paired(app)
    shown = version(app, shown=True)
    for width in (310, 320):
        with app.app_context(), atomic() as session:
            photo = photos.made(pictures.make(files.jpeg(width, 400)), "", clock.now())
            photos.put(session, paired.found(session)[0], photo)
    assert version(app, shown=True) == shown
    assert client.get(path(version(app, shown=False))).status_code == 404
    with app.app_context(), atomic() as session:
        godparent, _ = paired.found(session)
        preview = Image.open(io.BytesIO(photos.largest(session, godparent.id, shown=False)))
        assert preview.size == (320, 400)
        assert photos.drop(session, godparent, shown=False)
        assert photos.largest(session, godparent.id, shown=False) == b""
