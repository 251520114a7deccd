"""A profile is hidden on request: gone from every page, feed, image, PDF and cache within a minute."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import insert, select

from campaign.accounts.access import Scope, rule_of
from campaign.campaigns.models import Campaign
from campaign.db import DatabaseGone, atomic, db
from campaign.kit import clock
from campaign.kit.keep import Keep
from campaign.kit.partial_dates import PartialDate
from campaign.petitions import views
from campaign.petitions.models import Petition, petition_prisoners
from campaign.prisoners import mentions, service
from campaign.prisoners.models import EventKind, NameKind, Portrait, PortraitFile
from campaign.prisoners.models.profile import PrisonerText
from campaign.prisoners.service import NewEvent
from campaign.site import calendars
from campaign.web import headers, page_cache
from campaign.web.page_cache import PageCache
from tests.prisoners.people import act, arrest, found, make
from tests.route_samples import PUBLIC, rows

FORMER, VERSION = "zdenka-before", "0123456789abcdef"
MARK = "the bytes of the portrait"
SAID = ("Zdenka", "Verborgen", "Здзенка", "zdenka", "Never to be read", MARK)
NAMES_NOBODY = {"joining.members", "site.privacy", "static", "site.robots"}
MINUTE = 60
OF_A_PROFILE = {
    "profiles.show": "",
    "prisoners.portrait": f"/portrait-{VERSION}-320.webp",
    "prisoners.poster": "/poster-a4.pdf",
}
"""What stands behind `/prisoners/<slug>` in the address of each public route about one profile."""


def picture():
    """A JPEG that can be told from others."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG", comment=MARK.encode())
    return content.getvalue()


@pytest.fixture
def slug(app):
    """Somebody named by a campaign and its petition, with a portrait, texts and a former address."""
    with app.app_context(), atomic() as session:
        today = clock.now().date()
        petition, campaign = session.scalars(select(Petition)).first(), session.scalars(select(Campaign)).first()
        told = NewEvent(EventKind.STATEMENT, PartialDate(2024), texts={"en": "Never to be read"})
        prisoner = make(session, app.extensions["campaign.vault"], "Zdenka Before", arrest("2020-10-02"), told,
                        names=["Здзенка Схаваная"], born=f"1985-{today.month:02}-{today.day:02}",
                        campaign_id=campaign.id)  # fmt: skip
        session.execute(insert(petition_prisoners).values(petition_id=petition.id, prisoner_id=prisoner.id, position=0))
        prisoner.texts.append(PrisonerText(language="en", about="Never to be read"))
        prisoner.names.append(service.name_row("Zdenka Verborgen", kind=NameKind.ALIAS.value, position=5))
        prisoner.portrait = Portrait(
            version=VERSION, width=8, height=8, alts={"en": "Zdenka"}, created_at=clock.now(), actor="test",
            files=[PortraitFile(size=size, format=format_, content=picture())
                   for size in (160, 320, 480, 640, 960) for format_ in ("webp", "jpeg")],
        )  # fmt: skip
        service.change_slug(session, prisoner, "zdenka-verborgen", act())
        service.refresh(session, [prisoner.id], act())
        return prisoner.slug


@pytest.fixture(autouse=True)
def _nothing_kept():
    calendars._feeds.clear()
    views._snapshots.clear()


def hide(app, slug):
    with app.app_context(), atomic() as session:
        service.hide(session, found(session, slug), act())


def readable(app):
    """(endpoint, sample address) of every public route that is read."""
    for rule in app.url_map.iter_rules():
        bound = rule_of(app.view_functions[rule.endpoint])
        public = rule.endpoint == "static" or (bound and bound.scope is Scope.PUBLIC)
        if "GET" in rule.methods and public and rule.endpoint in PUBLIC:  # test_routes sees to it that it is there
            yield rule.endpoint, PUBLIC[rule.endpoint]


def own_addresses(slug):
    """Every address of one profile: page, images, PDF."""
    return [f"/prisoners/{slug}{rest}" for rest in OF_A_PROFILE.values()]


def said(answer):
    return [word for word in SAID if word in answer.get_data(as_text=False).decode("utf-8", "replace")]


def promised(answer):
    """Seconds for which caches of others may show an answer, all told."""
    control = answer.headers["Cache-Control"]
    if "no-store" in control:
        return 0
    assert "max-age" in control, control
    return sum(
        int(seconds) for seconds in re.findall(r"(?:max-age|stale-while-revalidate|stale-if-error)=(\d+)", control)
    )


def aged(app, seconds):
    """As if so many seconds had gone by since anything was kept in this process."""
    layer = app.wsgi_app
    assert isinstance(layer, PageCache)
    for page in layer._pages.values():
        page.made_at -= seconds
    for keep in (views._snapshots, calendars._feeds):
        for key, (fresh, read_at, value) in list(keep._values.items()):
            keep._values[key] = (fresh - seconds, read_at - seconds, value)


def test_every_public_route_about_one_profile_is_tried_here(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/prisoners/<")]
    assert {rule.endpoint for rule in rules} == set(OF_A_PROFILE)


def test_before_it_is_hidden_it_is_there(app, client, slug):
    for path in ("/campaigns/free-viasna", "/petitions/free-viasna", "/petitions/free-viasna.json", "/birthdays",
                 "/calendar/birthdays.ics", "/prisoners?q=zdenka", f"/prisoners/{slug}"):  # fmt: skip
        assert said(client.get(path)), path
    assert client.get(f"/prisoners/{FORMER}").location.endswith(slug)


def test_no_public_page_names_somebody_who_is_hidden(app, client, slug):
    hide(app, slug)
    walked, samples = 0, rows(app)
    for endpoint, sample in readable(app):
        answer = client.get(sample.format(**samples))
        assert said(answer) == [], endpoint
        answer.close()
        walked += 1
    assert walked > 15
    for path in ("/birthdays?campaign=free-viasna", "/calendar/birthdays.ics?campaign=free-viasna",
                 "/prisoners?campaign=free-viasna", "/prisoners?status=detained"):  # fmt: skip
        assert said(client.get(path)) == [], path


def test_a_search_for_the_name_finds_nothing(app, client, slug):
    hide(app, slug)
    page = client.get("/prisoners?q=zdenka").text
    assert "Verborgen" not in page
    assert slug not in page


def test_every_address_of_the_profile_is_gone_with_a_page_that_says_not_whose_it_was(app, client, slug):
    hide(app, slug)
    for address in {address for name in (slug, FORMER) for address in own_addresses(name)}:
        answer = client.get(address)
        assert answer.status_code == 410, address
        assert said(answer) == [], address
        assert 'content="noindex"' in answer.text, address
        assert promised(answer) == 0, address


def test_shown_again_it_is_back(app, client, slug):
    hide(app, slug)
    with app.app_context(), atomic() as session:
        service.show(session, found(session, slug), act())
    assert client.get(f"/prisoners/{slug}").status_code == 200


def test_no_answer_lets_caches_of_others_keep_a_name_longer_than_their_part_of_a_minute(app, client, slug):
    ours = page_cache.STALE_SECONDS + max(views.LONGEST_WITH_PEOPLE, calendars.OLDEST)
    assert headers.KEPT_BY_OTHERS + ours <= MINUTE
    samples = rows(app)
    walked = [(endpoint, sample.format(**samples)) for endpoint, sample in readable(app)]
    walked += [("own", address) for address in own_addresses(slug)]
    for endpoint, address in walked:
        answer = client.get(address)
        if endpoint not in NAMES_NOBODY:
            assert promised(answer) <= headers.KEPT_BY_OTHERS, address
        answer.close()


def test_what_this_process_keeps_is_renewed_in_its_part_of_the_minute(app, client, slug):
    paths = ("/", "/campaigns/free-viasna", "/petitions/free-viasna", "/petitions/free-viasna.json", "/birthdays",
             "/calendar/birthdays.ics", "/prisoners", f"/prisoners/{slug}", *own_addresses(slug))  # fmt: skip
    for path in paths:
        client.get(path)
    hide(app, slug)
    aged(app, MINUTE - headers.KEPT_BY_OTHERS)
    for path in paths:
        assert said(client.get(path)) == [], path


def test_while_the_database_is_away_an_old_page_of_a_petition_stands_without_names(app, client, slug, monkeypatch):
    assert "Zdenka" in client.get("/petitions/free-viasna").text

    def away(*_arguments):
        raise DatabaseGone

    monkeypatch.setattr(views.queries, "snapshot", away)
    aged(app, views.LONGEST_WITH_PEOPLE - 5)
    assert "Zdenka" in client.get("/petitions/free-viasna?soon").text
    aged(app, views.LONGEST_WITH_PEOPLE)
    for _ in range(3):
        page = client.get("/petitions/free-viasna")
        assert page.status_code == 200
        assert said(page) == []
        assert "<form" in page.text
        aged(app, 5)


def test_a_feed_that_cannot_be_written_anew_is_not_given_for_long(app, client, slug, monkeypatch):
    monkeypatch.setattr(calendars, "_feeds", Keep(seconds=5.0, despite=lambda _error: True))
    client.get("/calendar/birthdays.ics")

    def away(_campaign):
        raise DatabaseGone

    monkeypatch.setattr(calendars, "_written", away)
    aged(app, calendars.OLDEST)
    assert client.get("/calendar/birthdays.ics?again").status_code == 503


# --- texts that still name somebody -------------------------------------------------------------------


def named(app, slug):
    with app.test_request_context(), app.app_context():
        return mentions.of(db.session(), found(db.session(), slug))


def test_who_hides_a_profile_is_told_which_texts_still_hold_the_name(app):
    told = named(app, "leanid-sudalenka")
    assert any(mention.url == "/admin/petitions/free-viasna" and mention.whole for mention in told)
    assert [mention.whole for mention in told] == sorted((mention.whole for mention in told), reverse=True)


def test_a_name_that_stands_nowhere_is_found_nowhere(app, slug):
    assert named(app, slug) == []


def test_other_profiles_that_tell_of_somebody_are_found(app, slug):
    with app.app_context(), atomic() as session:
        other = make(session, app.extensions["campaign.vault"], "Bea Invented")
        other.texts.append(PrisonerText(language="en", about="Shared a cell with Zdenka Verborgen."))
    assert named(app, slug) == [mentions.Mention("Bea Invented", "/admin/prisoners/bea-invented", whole=True)]


@pytest.mark.parametrize(
    ("text", "whole", "part"),
    [
        ("We stand by Здзенка Схаваная.", True, True),
        ("Free ZDENKA VERBORGEN!", True, True),
        ("Verborgen must be free", False, True),
        ("Zdenkas are many", False, False),
        ("", False, False),
    ],
)
def test_names_are_found_in_every_spelling_whole_or_in_part(text, whole, part):
    sought = mentions.Sought(("Zdenka Verborgen", "Здзенка Схаваная"))
    assert (sought.whole(text), sought.part(text)) == (whole, part)
