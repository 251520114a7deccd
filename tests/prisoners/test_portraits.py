"""Portraits: put there at the desk, shown to everybody, gone with the profile."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from campaign.accounts.models import Role
from campaign.audit.models import AuditEntry
from campaign.campaigns.models import Campaign
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.pictures import make
from campaign.prisoners import portraits, service
from campaign.prisoners.models import Change, Consent, Portrait, PortraitFile
from campaign.prisoners.portraits import Facts
from tests.databases import on_sqlite
from tests.organisers import logged_in
from tests.pictures import files
from tests.prisoners import people
from tests.prisoners.pictured import portrayed

SEEN = "A woman in a light coat, smiling"


@pytest.fixture
def slug(app):
    with app.app_context():
        campaign_id = db.session.scalars(select(Campaign.id)).first()
    return people.made(app, "Vera Example", campaign_id=campaign_id)


@pytest.fixture
def editor(app):
    return logged_in(app, Role.EDITOR)


@pytest.fixture
def page(slug):
    return f"/admin/prisoners/{slug}/portrait"


def form(browser, page) -> dict[str, str]:
    """The hidden fields of the page, as a browser sends them."""
    shown = browser.get(page).text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))


def send(browser, page, content=None, name="photo.jpg", **fields):
    typed = {"alt-en": SEEN, "consent": "unknown", **fields}
    file = {"picture": (io.BytesIO(content), name)} if content is not None else {}
    return browser.client.post(page, data=form(browser, page) | typed | file, content_type="multipart/form-data")


def address(app, slug, size=160, ending="webp", version=None) -> str:
    with app.app_context():
        portrait = people.found(db.session(), slug).portrait
        return f"/prisoners/{slug}/portrait-{version or portrait.version}-{size}.{ending}"


def rows(app, model) -> list:
    with app.app_context():
        return list(db.session.scalars(select(model)))


def test_a_picture_is_put_there_with_what_is_said_about_it(app, editor, page, slug):
    sent = send(editor, page, files.jpeg(900, 1200), author="Ina Example", licence="CC BY 4.0",
                url="https://example.org/photo", consent="given")  # fmt: skip
    assert sent.status_code == 303
    (portrait,) = rows(app, Portrait)
    assert portrait.alts == {"en": SEEN}
    assert (portrait.author, portrait.licence, portrait.url, portrait.consent) == (
        "Ina Example", "CC BY 4.0", "https://example.org/photo", "given",
    )  # fmt: skip
    assert (portrait.width, portrait.height) == (900, 1200)
    assert {(f.size, f.format) for f in rows(app, PortraitFile)} == {
        (size, kind) for size in (160, 320, 640, 1200) for kind in ("webp", "jpeg")
    }
    shown = editor.get(page).text
    assert SEEN in shown
    assert "Ina Example" in shown


def test_everybody_gets_the_files(app, client, slug):
    portrayed(app, slug)
    for ending, kind in (("webp", "WEBP"), ("jpg", "JPEG")):
        answer = client.get(address(app, slug, 320, ending))
        assert answer.status_code == 200
        assert answer.content_type == f"image/{kind.lower()}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert Image.open(io.BytesIO(answer.data)).size == (240, 320)
        assert Image.open(io.BytesIO(answer.data)).format == kind


def test_nothing_keeps_a_file_for_long_without_asking(app, client, slug):
    portrayed(app, slug)
    answer = client.get(address(app, slug))
    control = answer.headers["Cache-Control"]
    assert "must-revalidate" in control
    assert "stale" not in control
    assert int(re.search(r"max-age=(\d+)", control)[1]) <= 35
    again = client.get(address(app, slug) + "?x", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data


def test_a_hidden_profile_takes_its_portrait_along(app, client, slug):
    portrayed(app, slug)
    path = address(app, slug)
    etag = client.get(path).headers["ETag"]
    with app.app_context(), atomic() as session:
        service.hide(session, people.found(session, slug), people.act())
    for address_of_it in (path + "?now", path.replace("-160.", "-1280.")):
        assert client.get(address_of_it, headers={"If-None-Match": etag}).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/prisoners/nobody/portrait-{version}-160.webp",
        "/prisoners/{slug}/portrait-0123456789abcdef-160.webp",
        "/prisoners/{slug}/portrait-{version}-161.webp",
        "/prisoners/{slug}/portrait-{version}-99999999999999999999999.jpg",
        "/prisoners/{slug}/portrait-{version}-160.png",
        "/prisoners/{slug}/portrait-{version}-160.jpeg",
        "/prisoners/{slug}/portrait-x' OR 1=1-160.jpg",
    ],
)
def test_another_version_size_or_format_is_not_found(app, client, slug, path):
    version = portrayed(app, slug)
    assert client.get(path.format(slug=slug, version=version)).status_code == 404


def test_a_new_picture_replaces_the_old_one_whole(app, client, editor, page, slug):
    portrayed(app, slug)
    old = address(app, slug)
    assert send(editor, page, files.png(200, 250)).status_code == 303
    assert client.get(old).status_code == 404
    assert client.get(address(app, slug, 250, "jpg")).status_code == 200
    assert len(rows(app, Portrait)) == 1
    assert {f.size for f in rows(app, PortraitFile)} == {160, 250}


def test_words_can_be_changed_without_sending_the_picture_again(app, editor, page, slug):
    version = portrayed(app, slug)
    assert send(editor, page, author="Somebody else").status_code == 303
    (portrait,) = rows(app, Portrait)
    assert (portrait.version, portrait.author, portrait.alts) == (version, "Somebody else", {"en": SEEN})


def test_taking_it_away_leaves_no_file(app, client, editor, page, slug):
    portrayed(app, slug)
    path = address(app, slug)
    assert editor.client.post(f"{page}/remove", data=form(editor, page)).status_code == 303
    assert rows(app, Portrait) == rows(app, PortraitFile) == []
    assert client.get(path).status_code == 404
    assert editor.client.post(f"{page}/remove", data=form(editor, page)).status_code == 303


def test_what_was_done_is_in_the_history_and_in_the_record(app, editor, page):
    send(editor, page, files.jpeg(), author="Ina Example")
    send(editor, page, author="Ana Example")
    editor.client.post(f"{page}/remove", data=form(editor, page))
    changes = [change for change in rows(app, Change) if change.field == "portrait"]
    assert [change.before == "null" for change in changes] == [True, False, False]
    assert changes[-1].after == "null"
    assert "Ana Example" in changes[-1].before
    entries = [entry for entry in rows(app, AuditEntry) if "portrait" in entry.action]
    assert [entry.action for entry in entries] == [
        "prisoner.portrait", "prisoner.portrait_described", "prisoner.portrait_removed",
    ]  # fmt: skip
    assert "Example" not in repr([entry.details for entry in entries])


@on_sqlite
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Please choose a picture"),
        (b"<script>alert(1)</script>", "no picture that we can take"),
        (files.written(files.striped(), "GIF"), "GIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (files.jpeg()[:2000], "damaged or cut off"),
        (files.claiming(30_000, 30_000), "million pixels"),
        (files.png(3200, 100), "too narrow"),
        (files.png(50, 50), "too small"),
    ],
)
def test_a_bad_picture_is_explained_and_what_was_typed_stays(app, editor, page, content, message):
    answer = send(
        editor, page, content, author="Typed <b>author</b>", licence="Typed licence", url="https://typed.example.org"
    )
    assert answer.status_code == 422
    assert message in answer.text
    for typed in (SEEN, "Typed &lt;b&gt;author", "Typed licence", "https://typed.example.org"):
        assert typed in answer.text
    assert rows(app, Portrait) == []


@on_sqlite
def test_the_name_of_a_file_means_nothing(app, editor, page):
    assert send(editor, page, files.png(), name="../../evil.php\0.svg").status_code == 303
    assert send(editor, page, b"<svg/>", name="photo.jpg").status_code == 422
    assert len(rows(app, Portrait)) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("alt-en", "  ", "Please say what is seen"),
        ("alt-en", "x" * 301, "300 characters"),
        ("author", "y" * 201, "200 characters"),
        ("url", "javascript:alert(1)", "not a web address"),
        ("url", "example.org/photo", "not a web address"),
        ("consent", "refused", "we keep no picture that may not"),
        ("consent", "nonsense", "choose one of these"),
        ("author", "evil\u202eword", "cannot be seen"),
    ],
)
def test_what_is_said_about_it_is_checked(app, editor, page, field, value, message):
    answer = send(editor, page, files.jpeg(), **{field: value})
    assert answer.status_code == 422
    assert message in answer.text
    assert rows(app, Portrait) == []


@on_sqlite
def test_a_file_above_all_limits_is_explained_too(editor, page):
    answer = editor.client.post(page, data=bytes(9 * 1024 * 1024), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "choose a smaller version" in answer.text


def test_two_who_change_it_at_once_notice_each_other(app, editor, page, slug):
    stale = form(editor, page)
    portrayed(app, slug, author="Somebody quicker")
    typed = {
        "alt-en": SEEN,
        "consent": "unknown",
        "author": "Somebody slower",
        "picture": (io.BytesIO(files.png()), "a"),
    }
    answer = editor.client.post(page, data=stale | typed, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert "changed the portrait meanwhile" in answer.text
    assert 'value="Somebody slower"' in answer.text
    assert rows(app, Portrait)[0].author == "Somebody quicker"
    fresh = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    typed["picture"] = (io.BytesIO(files.png()), "a")
    assert editor.client.post(page, data=fresh | typed, content_type="multipart/form-data").status_code == 303
    assert rows(app, Portrait)[0].author == "Somebody slower"


def test_the_desk_sees_the_portrait_of_a_hidden_profile(app, editor, page, slug):
    assert editor.get(f"{page}/picture.jpg").status_code == 404
    portrayed(app, slug)
    with app.app_context(), atomic() as session:
        service.hide(session, people.found(session, slug), people.act())
    answer = editor.get(f"{page}/picture.jpg")
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_who_may_edit_puts_portraits(app, page, slug):
    for role, status in ((Role.MODERATOR, 403), (Role.DELIVERER, 403), (Role.OWNER, 200)):
        assert logged_in(app, role).get(page).status_code == status
    assert app.test_client().post(page).status_code in {303, 401}
    browser = logged_in(app, Role.EDITOR, 1)
    assert browser.client.post(page, data={"alt-en": SEEN}).status_code == 400
    assert rows(app, Portrait) == []


def test_a_picture_that_was_refused_is_not_kept_and_not_shown(app, client, slug):
    picture = make(files.jpeg())
    with app.app_context(), atomic() as session, pytest.raises(portraits.Refused):
        portraits.put(
            session, people.found(session, slug), picture, Facts({"en": SEEN}, consent=Consent.REFUSED), people.act()
        )
    portrayed(app, slug)
    path = address(app, slug)
    with app.app_context(), atomic() as session:
        people.found(session, slug).portrait.consent = Consent.REFUSED.value  # as a list from elsewhere may say
    assert client.get(path).status_code == 404
    with app.app_context():
        assert portraits.largest(db.session(), people.found(db.session(), slug).id) == b""


def test_putting_a_portrait_counts_as_a_change_of_the_profile(app, slug):
    with app.app_context():
        before = people.found(db.session(), slug).version
    portrayed(app, slug)
    with app.app_context():
        now = people.found(db.session(), slug)
        assert now.version > before
        assert now.updated_at >= clock.now() - timedelta(minutes=1)


def test_the_files_lie_in_the_database_alone(app, slug, tmp_path):
    before = {path for path in tmp_path.rglob("*") if path.suffix not in {".db-wal", ".db-shm"}}
    portrayed(app, slug)
    assert {path for path in tmp_path.rglob("*") if path.suffix not in {".db-wal", ".db-shm"}} == before
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PortraitFile)) == 8
