"""What people agreed to can be shown word for word for ever: a changed text without a new version fails here."""

from hashlib import sha256

import pytest

from campaign.people import service, wordings
from campaign.people.wordings import CURRENT
from campaign.petitions.service import Submission
from tests.factories import Signing

EVER_SHOWN = {
    ("sign", "2026-11"): "035161f674f5330f25f9aeb09002611a2644e0727c8b3f59a7678d453d3e4619",
    ("show_name", "2026-11"): "5a820f3fd47c603d68f92fa69555ae011bc794ebcb1411b8c57b6748e7f123c3",
    ("deliver_name", "2026-11"): "e7e67fe9ee6cc7127b152096f32fdf95fdd6c43264bb3200d6e20c63ecca51ac",
    ("updates", "2026-11"): "1a0161ac8fbc70455060222ec9bc95abfb92e78e20bde7a6fed23d1bbc13afab",
    ("godparent", "2026-11"): "67119f58892bd05c67f9bd18e729a83e12a84e41396a4aba05d5a5943887e614",
    ("godparent_public", "2026-11"): "a40d5c4d3405bbc5890f612dcffb0308e35b16780935bb9bf4b642f0ed926a7c",
}
"""SHA-256 of every text that was ever shown, by purpose and version. Lines are added here, never changed."""


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_template, tmp_path):
    path = tmp_path / "instance" / "campaign.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.mark.parametrize("purpose", CURRENT)
def test_a_changed_wording_has_a_new_version(app, purpose):
    wording = CURRENT[purpose]
    with app.test_request_context():
        found = sha256(str(wording.text).encode()).hexdigest()
    assert (purpose, wording.version) in EVER_SHOWN, "a new version: add its hash above"
    assert found == EVER_SHOWN[purpose, wording.version], "the text was changed: give it a new version"


def test_every_choice_of_the_form_has_a_wording_and_the_page_shows_it(app, client):
    choices = {name for name in ("show_name", "deliver_name", "updates") if name in Submission.__dataclass_fields__}
    of_the_form = {wordings.SIGN} | choices
    assert set(CURRENT) == of_the_form | {wordings.JOIN, wordings.PUBLISH}
    page = client.get("/petitions/free-viasna").text
    with app.test_request_context():
        for purpose in of_the_form:
            assert str(CURRENT[purpose].text) in page


def test_each_consent_names_its_wording_and_moment(app):
    signing = Signing(app)
    signing.sign(show_name=True, deliver_name=True, updates=True)
    found = signing.rows("SELECT purpose, wording FROM consents")
    purposes = ("sign", "show_name", "deliver_name", "updates")
    assert {row.purpose: row.wording for row in found} == {name: wordings.version(name) for name in purposes}


def test_one_address_in_two_campaigns_cannot_be_told_to_be_one_person(app):
    vault = app.extensions["campaign.vault"]
    one, other = (service.email_index(vault, campaign, "jo@example.org") for campaign in (1, 2))
    assert one != other
    assert one == service.email_index(vault, 1, "jo@example.org")
