"""The list of prisoners and their profiles, as visitors get them."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import delete, insert, select

from campaign.campaigns.models import Campaign
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import service
from campaign.prisoners.models import (
    EventKind,
    Portrait,
    PortraitFile,
    Prisoner,
    PrisonerText,
    Status,
    campaign_prisoners,
)
from campaign.site.asking import Asked
from campaign.web.filters import direction, language_tag, partial_date
from tests.databases import on_sqlite
from tests.prisoners.people import act, arrest, found, happening, made

NAME = "Valiantsin Stefanovic"


def text(page: str) -> str:
    """What a page shows, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def do(app, slug, verb):
    with app.app_context(), atomic() as session:
        verb(session, found(session, slug), act())


def campaign_id(app):
    with app.app_context():
        return db.session.scalar(select(Campaign.id))


# --- the list ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["Stefanovic", "Stefanovich", "Стефанович", "Стэфановіч", "Stefanoviс", "stefanovič", "Валентин Стефанович"],
)
def test_a_name_is_found_in_every_spelling(client, typed):
    page = client.get(f"/prisoners?q={quote(typed)}", follow_redirects=True).text
    assert NAME in page
    assert "Ales Bialiatski" not in page
    assert "Similar names" not in page


def test_names_that_are_only_similar_are_said_to_be_so(client):
    page = client.get("/prisoners?q=Stefonavicz").text
    assert NAME in page
    assert "Similar names: 1" in text(page)


def test_the_list_tells_how_many_there_are_and_where_they_stand(client):
    shown = text(client.get("/prisoners").text)
    assert "6 people" in shown
    assert "In detention, not yet convicted 3" in shown
    assert "Serving a sentence 3" in shown
    assert "Алесь Бяляцкі" in shown


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=convicted", {"Marfa Rabkova", "Andrei Chapiuk", "Leanid Sudalenka"}),
        ("facility=pre-trial-centre-1-minsk", {"Ales Bialiatski", NAME, "Uladzimir Labkovich"}),
        ("article=285", {"Marfa Rabkova", "Andrei Chapiuk"}),
        ("month=9", {"Ales Bialiatski", "Leanid Sudalenka"}),
        ("status=convicted&month=9", {"Leanid Sudalenka"}),
        ("campaign=no-such-campaign", set()),
    ],
)
def test_each_filter_narrows_the_list(client, query, names):
    page = client.get(f"/prisoners?{query}").text
    assert set(re.findall(r"<h3><a[^>]*><bdi>([^<]+)", page)) == names


@on_sqlite
def test_the_form_keeps_what_was_asked(client):
    page = client.get("/prisoners?q=Nina&status=released&month=5&without=1&order=newest").text
    assert 'name="q" value="Nina"' in page
    assert 'name="status" value="released"' in page
    assert '<option value="5" selected>' in page
    assert '<option value="newest" selected>' in page
    assert re.search(r'name="without" value="1" checked', page)
    assert "<details open>" in page


@on_sqlite
def test_who_finds_nobody_is_helped(client):
    page = client.get("/prisoners?q=xyzzyx&month=5").text
    assert "Nobody here fits all of this." in page
    assert 'href="?q=xyzzyx"' in page
    assert 'href="/prisoners"' in page


def test_a_hidden_prisoner_is_in_no_list(app, client):
    do(app, "valiantsin-stefanovic", service.hide)
    for path in ("/prisoners", "/prisoners?q=Stefanovic", "/", "/campaigns/free-viasna", "/petitions/free-viasna.json"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "valiantsin-stefanovic" not in answer.text, path
    assert 'href="/prisoners/valiantsin-stefanovic"' not in client.get("/petitions/free-viasna").text


def test_pages_lead_through_everybody_and_back(app, client):
    with app.app_context(), atomic() as session:
        now = clock.now()
        session.add_all(
            [Prisoner(slug=f"p{n:03}", name=f"Pat {n:03}", created_at=now, updated_at=now,
                      names=[service.name_row(f"Pat {n:03}")]) for n in range(100)]
        )  # fmt: skip
        session.flush()
        service.refresh(session, session.scalars(select(Prisoner.id)).all(), act())
    seen, path = [], "/prisoners"
    while path:
        page = client.get(path).text
        seen += re.findall(r'<h3><a href="/prisoners/([a-z0-9-]+)"', page)
        assert "106 people" in page
        ahead = re.search(r'rel="next" href="(\?[^"]+)"', page)
        path = f"/prisoners{ahead[1]}".replace("&amp;", "&") if ahead else ""
    assert len(seen) == len(set(seen)) == 106
    back = re.search(r'rel="prev" href="(\?[^"]+)"', page)
    before = client.get(f"/prisoners{back[1]}").text
    assert re.findall(r'<h3><a href="/prisoners/([a-z0-9-]+)"', before) == seen[48:96]


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("?q=&status=&facility=&campaign=&article=&month=&order=", "/prisoners"),
        ("?q=++Nina+++Example+&month=", "/prisoners?q=Nina+Example"),
        ("?order=name&utm_source=somewhere", "/prisoners"),
        ("?status=nonsense&month=13&order=up", "/prisoners"),
        ("?facility=%27%20OR%201=1", "/prisoners"),
        ("?q=a&q=b", "/prisoners?q=a"),
        ("?q=%00&after=%00", "/prisoners"),
        ("?after=x&before=y", "/prisoners?after=x"),
        ("?lang=xx", "/prisoners"),
        ("?lang=en&q=", "/prisoners?lang=en"),
        ("?q=" + "x" * 300, "/prisoners?q=" + "x" * 100),
    ],
)
def test_each_question_has_one_address(client, asked, address):
    answer = client.get(f"/prisoners{asked}")
    assert (answer.status_code, answer.location) == (302, address)
    assert client.get(address).status_code == 200


@on_sqlite
def test_what_nobody_else_asks_is_not_kept_for_everybody(client):
    for path in ("/prisoners", "/prisoners?status=convicted", "/prisoners?month=9"):
        assert client.get(path).headers["Cache-Control"].startswith("public, max-age=10"), path
    for path in (
        "/prisoners?q=Nina",
        "/prisoners?article=1",
        "/prisoners?after=x",
        "/prisoners?status=convicted&month=9",
    ):
        assert client.get(path).headers["Cache-Control"] == "private, max-age=10", path


@on_sqlite
def test_search_engines_keep_the_list_and_not_the_questions(client):
    assert "noindex" not in client.get("/prisoners").text
    assert "noindex" in client.get("/prisoners?q=Nina").text
    assert '<link rel="canonical" href="http://localhost/prisoners">' in client.get("/prisoners?status=convicted").text


@on_sqlite
def test_what_was_typed_is_shown_as_text(client):
    page = client.get("/prisoners?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page


def test_what_is_asked_and_its_address_are_the_same():
    asked = Asked.read({"q": " a ", "month": "5", "after": "some-one"})
    assert asked.query(after=asked.after) == "q=a&month=5&after=some-one"
    assert asked.query("be", month="") == "q=a&lang=be"
    assert Asked.read(dict(asked.pairs)) == asked


# --- one profile ---------------------------------------------------------------------------------


@on_sqlite
def test_a_profile_tells_names_in_their_scripts(client):
    page = client.get("/prisoners/ales-bialiatski").text
    assert '<h1><bdi lang="en" dir="ltr">Ales Bialiatski</bdi></h1>' in page
    for lang, name in (("be", "Алесь Бяляцкі"), ("be-Latn", "Aleś Bialacki"), ("ru", "Алесь Беляцкий")):
        assert f'<bdi lang="{lang}" dir="ltr">{name}</bdi>' in page


@on_sqlite
def test_a_name_in_arabic_letters_runs_from_the_right(app, client):
    slug = made(app, "Nina Example", names=["نينا"])
    assert '<bdi lang="und-Arab" dir="rtl">نينا</bdi>' in client.get(f"/prisoners/{slug}").text


@on_sqlite
def test_days_in_detention_are_counted_on_the_server(app, client):
    today = clock.now().date()
    exact = made(app, "Nina Example", arrest(str(today - timedelta(days=30))))
    partial = made(app, "Nina Partial", arrest("2020"))
    assert "30 days in detention" in text(client.get(f"/prisoners/{exact}").text)
    assert "days in detention, at least" in text(client.get(f"/prisoners/{partial}").text)


@on_sqlite
def test_facts_are_told_with_the_precision_of_their_dates(app, client):
    slug = made(app, "Nina Example", arrest("2020-10"), born="1990?")
    shown = text(client.get(f"/prisoners/{slug}").text)
    assert "Born 1990 (believed)" in shown
    assert "Arrest October 2020" in shown
    shown = text(client.get("/prisoners/marfa-rabkova").text)
    for fact in ("Born 6 January 1995", "Country Belarus", "Article 293: mass riots", "Sentence 15 years",
                 "Recognised by Human Rights Center Viasna : political prisoner"):  # fmt: skip
        assert fact in shown, fact


@on_sqlite
def test_the_timeline_names_its_sources(client):
    page = client.get("/prisoners/ales-bialiatski").text
    link = 'href="https://www.nobelprize.org/prizes/peace/2022/summary/" rel="external noreferrer nofollow"'
    assert link in page
    assert "as of 7 October 2022" in text(page)
    assert page.index("Award") < page.index("Arrest")


@on_sqlite
def test_a_source_that_is_no_web_address_is_no_link(app, client):
    slug = made(app, "Nina Example", happening(EventKind.ARREST, "2020", source="A paper", url="javascript:alert(1)"))
    page = client.get(f"/prisoners/{slug}").text
    assert "A paper" in page
    assert "javascript:" not in page


@on_sqlite
def test_news_that_is_old_is_said_to_be_old(client):
    assert "What happened since then may be missing." in client.get("/prisoners/ales-bialiatski").text


def test_internal_events_are_nowhere(app, client):
    secret = happening(EventKind.HEALTH, "2022-10-05", public=False, texts={"en": "Very ill"}, source="the family")
    page = client.get(f"/prisoners/{made(app, 'Nina Example', arrest('2020'), secret)}").text
    assert "Very ill" not in page
    assert "Health" not in page


ENDINGS = {
    EventKind.RELEASE: ("Released", "Out of prison"),
    EventKind.EXILE: ("In forced exile", "Out of prison, not home"),
    EventKind.DEATH: ("Deceased", "Remember, and go on"),
}


@on_sqlite
@pytest.mark.parametrize("kind", ENDINGS)
def test_nobody_is_asked_to_free_who_is_free_or_dead(app, client, kind):
    with app.app_context(), atomic() as session:
        prisoner = found(session, "ales-bialiatski")
        service.add_event(session, app.extensions["campaign.vault"], prisoner, happening(kind, "2022-11-01"), act())
    page = client.get("/prisoners/ales-bialiatski").text
    for words in ENDINGS[kind]:
        assert words in page
    assert "What you can do now" not in page
    assert "/petitions/" not in page
    assert "poster" not in page
    assert ("In memory of" in page) is (kind is EventKind.DEATH)
    assert "475 days in detention" in text(page)


@on_sqlite
@pytest.mark.parametrize("slug", ["ales-bialiatski", "marfa-rabkova"])
def test_who_is_held_can_be_helped(client, slug):
    page = client.get(f"/prisoners/{slug}").text
    assert "What you can do now" in page
    for path in (
        "/petitions/free-viasna",
        f"/prisoners/{slug}/poster-a4.pdf",
        f"/prisoners/{slug}/poster-a3.pdf",
        "/birthdays",
    ):
        assert f'href="{path}"' in page, path
    assert f"http://localhost/prisoners/{slug}</p>" in page


def test_only_open_petitions_are_offered(app, client):
    with app.app_context(), atomic() as session:
        session.execute(Campaign.metadata.tables["petitions"].update().values(published="closed"))
    assert "/petitions/" not in client.get("/prisoners/ales-bialiatski").text


@on_sqlite
def test_what_others_show_of_a_profile_comes_from_here(app, client):
    with app.app_context(), atomic() as session:
        prisoner = found(session, "ales-bialiatski")
        files = [PortraitFile(size=s, format=f, content=b"x") for s in (160, 640) for f in ("webp", "jpeg")]
        prisoner.portrait = Portrait(version="abc", width=512, height=640, author="A. Maker", licence="CC BY 4.0",
                                     url="https://example.org/photo", alts={"en": "A face"}, created_at=clock.now(),
                                     actor="test", files=files)  # fmt: skip
    page = client.get("/prisoners/ales-bialiatski").text
    base = "http://localhost/prisoners/ales-bialiatski"
    assert f'<link rel="canonical" href="{base}">' in page
    assert f'<meta property="og:image" content="{base}/portrait-abc-640.jpg">' in page
    assert 'srcset="/prisoners/ales-bialiatski/portrait-abc-160.webp 128w, ' in page
    assert 'alt="A face" width="512" height="640"' in page
    assert "Photo: A. Maker" in page
    assert 'href="https://example.org/photo"' in page
    assert "portrait-abc-160" in client.get("/prisoners").text
    assert 'content="Ales Bialiatski: In detention, not yet convicted.' in page


@on_sqlite
def test_without_a_portrait_stands_something_that_nobody_reads_aloud(client):
    page = client.get("/prisoners/ales-bialiatski").text
    assert "<img" not in page
    assert '<span class="portrait portrait-none" aria-hidden="true">' in page


def test_a_former_address_leads_on_for_good(app, client):
    do(app, "ales-bialiatski", lambda session, prisoner, now: service.change_slug(session, prisoner, "ales", now))
    answer = client.get("/prisoners/ales-bialiatski?lang=en")
    assert (answer.status_code, answer.location) == (301, "/prisoners/ales?lang=en")
    assert client.get("/prisoners/ales").status_code == 200


def test_a_hidden_profile_is_gone_and_says_nothing_of_whose_it_was(app, client):
    do(app, "ales-bialiatski", service.hide)
    answer = client.get("/prisoners/ales-bialiatski")
    assert answer.status_code == 410
    assert "This profile is not shown" in answer.text
    assert "Bialiatski" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    do(app, "ales-bialiatski", service.show)
    assert client.get("/prisoners/ales-bialiatski").status_code == 200


@on_sqlite
def test_an_unknown_profile_is_not_found(client):
    for path in ("/prisoners/nobody", "/prisoners/%00", "/prisoners/" + "x" * 3000):
        assert client.get(path).status_code == 404


@on_sqlite
def test_about_is_markdown_without_html(app, client):
    slug = made(app, "Nina Example")
    with app.app_context(), atomic() as session:
        prisoner = found(session, slug)
        prisoner.texts = [PrisonerText(language="en", about="**Brave** <script>alert(1)</script>")]
    page = client.get(f"/prisoners/{slug}").text
    assert "<strong>Brave</strong>" in page
    assert "<script>alert" not in page


BEGINNINGS = {
    Status.DETAINED: EventKind.ARREST,
    Status.CONVICTED: EventKind.VERDICT,
    Status.HOUSE_ARREST: EventKind.HOUSE_ARREST,
    Status.RELEASED: EventKind.RELEASE,
    Status.EXILED: EventKind.EXILE,
    Status.DISAPPEARED: EventKind.DISAPPEARANCE,
    Status.DECEASED: EventKind.DEATH,
}


@on_sqlite
@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_page(app, client, status):
    with app.app_context(), atomic() as session:
        prisoner = Prisoner(slug="x", name="X", created_at=clock.now(), updated_at=clock.now())
        session.add(prisoner)
        session.flush()
        if status in BEGINNINGS:
            service.add_event(session, app.extensions["campaign.vault"], prisoner, happening(BEGINNINGS[status]), act())
        assert prisoner.status == status
    answer = client.get("/prisoners/x")
    assert answer.status_code == 200
    assert f"status-{status.value}" in answer.text


# --- other pages ---------------------------------------------------------------------------------


@on_sqlite
def test_pages_that_name_prisoners_lead_to_them(client):
    for path in ("/", "/campaigns/free-viasna", "/petitions/free-viasna", "/prisoners"):
        assert 'href="/prisoners/ales-bialiatski"' in client.get(path).text, path


def test_a_large_campaign_shows_its_first_and_leads_to_the_others(app, client):
    with app.app_context(), atomic() as session:
        now = clock.now()
        people = [Prisoner(slug=f"p{n}", name=f"P {n}", created_at=now, updated_at=now) for n in range(30)]
        session.add_all(people)
        session.flush()
        of = campaign_id(app)
        rows = [{"campaign_id": of, "prisoner_id": person.id, "position": 10 + n} for n, person in enumerate(people)]
        session.execute(insert(campaign_prisoners), rows)
    page = client.get("/campaigns/free-viasna").text
    assert len(re.findall(r'<li id="', page)) == 12
    assert "All 36 prisoners of this campaign" in page
    assert "and others: 36 in all" in client.get("/").text
    assert 'href="/prisoners?campaign=free-viasna"' in page


def test_a_campaign_without_prisoners_says_nothing_of_them(app, client):
    with app.app_context(), atomic() as session:
        session.execute(delete(campaign_prisoners))
    assert "The prisoners" not in client.get("/campaigns/free-viasna").text


# --- how dates and names are written ---------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("1996-05-17", "17 May 1996"),
        ("1996-05", "May 1996"),
        ("1996", "1996"),
        ("1996-05?", "May 1996 (believed)"),
        ("", ""),
    ],
)
def test_a_partial_date_says_no_more_than_it_knows(app, date, shown):
    with app.test_request_context():
        assert partial_date(date) == shown
        assert partial_date(PartialDate.parse_optional(date)) == shown


def test_the_script_of_a_name_is_said_where_it_is_not_the_usual_one():
    tags = [language_tag(*each) for each in (("be", "Cyrl"), ("be", "Latn"), ("az", "Arab"), ("", "Cyrl"), ("", ""))]
    assert tags == ["be", "be-Latn", "az-Arab", "und-Cyrl", "und"]
    assert [direction(script) for script in ("Arab", "Cyrl")] == ["rtl", "ltr"]
