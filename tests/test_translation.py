"""Everything a person reads can be translated.

A catalogue is made in which every text that `make messages` finds is its own translation in ⟦ ⟧. Every page and mail is
rendered with it; whatever is shown outside these brackets, and is neither data nor a number, was never offered for
translation.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo
from flask_babel import get_babel
from jinja2 import Environment
from sqlalchemy import select, update

from campaign.accounts.admin import problem_text
from campaign.accounts.models import Role
from campaign.accounts.passwords import PasswordProblem
from campaign.campaigns.models import Campaign, CampaignText
from campaign.config import ROOT
from campaign.db import atomic, db
from campaign.facilities.models import FacilityName
from campaign.godparents import batch_texts, certificate, papers, share, standing
from campaign.godparents.acting import Kind
from campaign.godparents.models import Deed, EndReason, Godparenthood, NoticeKind
from campaign.godparents.views import own as own_view
from campaign.kit import addresses, countries, text
from campaign.kit.tokens import new_uid
from campaign.petitions import jobs, views
from campaign.petitions.forms import SignForm, address_message, text_message
from campaign.petitions.models import Petition, PetitionText
from campaign.pictures import BadPicture
from campaign.pictures.looking import Code
from campaign.printing.lettering import seen_texts
from campaign.prisoners import import_words, queries
from campaign.prisoners import jobs as prisoners_jobs
from campaign.prisoners import service as prisoners
from campaign.prisoners.forms.fields import language_choices
from campaign.prisoners.forms.portrait import picture_message
from campaign.prisoners.models import (
    Article,
    Designation,
    Doubt,
    Event,
    EventKind,
    EventText,
    ImportRun,
    Prisoner,
    PrisonerName,
    PrisonerText,
    Status,
)
from campaign.prisoners.poster import Poster, contents
from campaign.recipients.models import Recipient
from campaign.web.errors import _words, unavailable_words
from tests.accounts.browser import PASSWORD
from tests.browsing import FIELDS, PATH, hidden_fields, link, mails, sign
from tests.godparents import joining, making
from tests.godparents.own_page import WORDS, Page
from tests.godparents.paired import paired
from tests.organisers import logged_in
from tests.prisoners.pictured import portrayed

TEXT_PROBLEMS = get_args(text.TextProblemCode)
TEMPLATES = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
ERRORS = (400, 401, 403, 404, 405, 410, 413, 418, 429, 500)
NEVER = datetime(2099, 1, 1, tzinfo=UTC)
READ_ALOUD = ("aria-label", "alt", "title", "placeholder", "data-working", "data-done", "data-failed")
BRANDS = {"#FreeViasna", "HTML", "ALTCHA", "CSV", "UTC", "SHA-256", "SHA-256:"}


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_template, tmp_path):
    path = tmp_path / "instance" / "campaign.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


def keywords() -> dict:
    """Those of `make messages`, besides Babel's own."""
    given = re.search(r'--keywords ("[^"]*")', (ROOT / "Makefile").read_text(encoding="utf-8"))[1]
    return DEFAULT_KEYWORDS | parse_keywords(shlex.split(given)[0].split())


@pytest.fixture(scope="session")
def translations(tmp_path_factory) -> Path:
    """A folder of translations into bracketed English."""
    catalogue = Catalog(locale="en")
    sources = (
        (ROOT / "campaign", [("**.py", "python")]),
        (ROOT / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
    )
    for folder, methods in sources:
        options = {pattern: {"silent": "false"} for pattern, method in methods if method == "jinja2"}
        for *_, message, _comments, context in extract_from_dir(folder, methods, options, keywords()):
            translated = tuple(map(bracketed, message)) if isinstance(message, tuple) else bracketed(message)
            catalogue.add(message, translated, context=context)
    path = tmp_path_factory.mktemp("translations") / "en" / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return path.parent.parent.parent


def bracketed(message: str) -> str:
    return f"⟦{message}⟧"


@pytest.fixture
def app(app, translations):
    get_babel(app).translation_directories[:] = [str(translations)]
    return app


@pytest.fixture
def data(app) -> set[str]:
    """Words that come from the database or from Unicode's own tables: nobody translates them with the site."""
    columns = (Campaign.name, CampaignText.title, CampaignText.summary, Petition.slug, PetitionText.title,
               PetitionText.body, Prisoner.name, PrisonerText.about, Recipient.name, Recipient.office,
               Recipient.organisation, Recipient.hostile_reason, PrisonerName.name, EventText.text, Event.source,
               Designation.organisation, Designation.term, Article.text, FacilityName.name)  # fmt: skip
    with app.app_context():
        found = [value for column in columns for value in db.session.scalars(select(column))]
    found += [name for _, name in countries.choices("en")]
    months = (
        "January February March April May June July August September October November December Jan Feb Mar Apr Jun "
    )
    return words(" ".join([*found, *FIELDS.values(), *BRANDS, months, "Sept Jul Aug Sep Oct Nov Dec AM PM"]))


def words(plain: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", re.sub(r"https?://\S+|\b[0-9a-f]{64}\b", "", plain)))


class Visible(HTMLParser):
    """What a page shows or reads aloud, without what stands in brackets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.depth = 0
        self.skipping = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.skipping += tag in ("script", "style")
        given = dict(attrs)
        for name in READ_ALOUD:
            self.take_whole(given.get(name))
        if tag == "meta" and given.get("name") == "description":
            self.take_whole(given.get("content"))
        if tag == "input" and given.get("type") == "submit":
            self.take_whole(given.get("value"))

    def handle_endtag(self, tag):
        self.skipping -= tag in ("script", "style")

    def handle_data(self, data):
        if self.skipping:
            return
        for piece in re.split("([⟦⟧])", data):
            if piece in ("⟦", "⟧"):
                self.depth += 1 if piece == "⟦" else -1
            elif not self.depth and piece.strip():
                self.outside.append(piece.strip())

    def take_whole(self, value):
        left = outside(value or "")
        if left.strip():
            self.outside.append(left.strip())


def outside(plain: str) -> str:
    """A text without what stands in brackets, which may stand inside one another."""
    while "⟦" in plain:
        shorter = re.sub("⟦[^⟦⟧]*⟧", " ", plain)
        assert shorter != plain, plain
        plain = shorter
    return plain


def untranslated(shown: list[str], data: set[str]) -> list[str]:
    return [piece for piece in shown if words(piece) - data]


def check_page(answer, data, status=200) -> None:
    assert answer.status_code == status, answer.text[:400]
    assert "⟦" in answer.text
    found = Visible(answer.text)
    assert found.depth == 0
    assert untranslated(found.outside, data) == []


def fresh(path):
    """Past the layer that keeps pages for a second."""
    return f"{path}?again"


def test_every_text_is_in_the_catalogue(app):
    with app.test_request_context():
        assert _words(404)[0] == "⟦There is no such page⟧"


@pytest.mark.parametrize("name", sorted(str(path.relative_to(ROOT / "templates")) for path in TEMPLATES))
def test_no_template_holds_words_of_its_own(name):
    """Also those that no page below renders: what is not inside of `_()` is data, or is found here."""
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    found = [re.sub(r'\b[a-z-]+="[^"]*"', "", piece) for piece in Visible(own_words(source)).outside]
    assert untranslated(found, words(" ".join(BRANDS))) == []


def own_words(source: str) -> str:
    """A template without its statements, expressions and what `trans` offers for translation."""
    shown, translated, block = [], False, ""
    for _, kind, value in Environment(extensions=["jinja2.ext.i18n"], autoescape=True).lex(source):
        if kind == "data":
            shown.append("" if translated else value)
            continue
        shown.append("0")
        block = "" if kind == "block_begin" else block or value.strip()
        if block in ("trans", "endtrans"):
            translated = block == "trans"
    return "".join(shown)


def test_public_pages(app, client, data):
    for path in ("/", "/campaigns/free-viasna", PATH, f"{PATH}/thanks", "/privacy", "/birthdays", "/birthdays?month=5"):
        check_page(client.get(path), data)


def test_the_list_of_prisoners(app, client, data):
    for query in ("", "?q=Stefanovich", "?q=Stefonavicz", "?q=xyzzyx&status=released&month=5", "?facility=nowhere"):
        check_page(client.get(f"/prisoners{query}"), data | words(f"{query} Stefonavicz"))


def test_profiles(app, client, data):
    for slug in ("ales-bialiatski", "marfa-rabkova", "leanid-sudalenka"):
        check_page(client.get(f"/prisoners/{slug}"), data | words(f"http {slug}"))


@pytest.mark.parametrize("kind", EventKind)
def test_a_profile_with_only_this_to_tell(app, client, data, kind):
    with app.app_context(), atomic() as session:
        told = {
            "articles": [{"code": "1", "text": ""}],
            "sentence": {"kind": "restricted", "months": 30, "days": 2, "start": "2020"},
        }
        born = {"born": "1960", "country": "BY", "created_at": NEVER, "updated_at": NEVER}
        prisoner = Prisoner(slug="x", name="X", names=[prisoners.name_row("X", kind="alias")], **born)
        session.add(prisoner)
        session.flush()
        new = prisoners.NewEvent(kind, as_of=NEVER.date(), url="https://example.org/", details=told)
        prisoners.add_event(session, app.extensions["campaign.vault"], prisoner, new, prisoners.Act("test", NEVER))
    check_page(client.get("/prisoners/x"), data | words("http x X example org"))


def test_a_profile_that_is_hidden(app, client, data):
    with app.app_context(), atomic() as session:
        session.execute(update(Prisoner).values(hidden_at=NEVER))
    check_page(client.get("/prisoners/ales-bialiatski"), data, 410)


def test_pages_of_petitions_that_are_not_open(app, client, data):
    for number, state in enumerate(({"published": "closed"}, {"published": "published", "opens_at": NEVER})):
        with app.app_context(), atomic() as session:
            session.execute(update(Petition).values(**state))
        views._snapshots.clear()
        for path in ("/", "/campaigns/free-viasna", PATH):
            check_page(client.get(f"{path}?{number}"), data)


def test_the_form_with_every_mistake(app, client, data):
    bad = {
        "given_name": "",
        "family_name": "http://x.org",
        "email": "x",
        "country": "XX",
        "postal_code": "<",
        "consent": None,
    }
    answer = sign(client, **bad, comment="x\u202e")
    data |= words(" ".join(value or "" for value in bad.values()))
    check_page(answer, data, 422)
    check_page(sign(client, form_token="x"), data, 422)


def test_the_form_that_asks_for_work(app, client, data):
    with app.test_request_context():
        page = views.render(views._public("free-viasna"), SignForm.empty(), work={"challenge": "x"}).get_data(
            as_text=True
        )
    found = Visible(page)
    assert untranslated(found.outside, data) == []
    for label, value in re.findall(r'data-([\w-]+)="([^"]*)"', page):
        assert label == "work" or not words(outside(value)), f"data-{label}"


def test_the_signers_own_pages_and_mails(app, client, data):
    sign(client, show_name="y", updates="y")
    path = link(mails(app)[-1])
    check_page(client.get(path), data)
    client.post(path)
    check_page(client.get(path), data)
    receipt = link(mails(app)[-1])
    check_page(client.get(receipt), data)
    client.post(receipt, data={"deliver_name": "y"})
    check_page(client.get(f"{receipt}?saved"), data)
    sign(client)
    check_page(client.get("/receipt/x"), data, 404)
    seen = mails(app)
    client.post(f"{receipt}/withdraw")
    check_page(client.get(receipt), data)
    check_page(client.get(path), data)
    sign(client, email="not-me@example.org")
    check_page(client.post(link(mails(app)[-1]) + "/not-me"), data)
    for message in seen:
        check_mail(message, data)
    assert len(seen) == 3


def check_mail(message, data) -> None:
    assert untranslated([outside(message["Subject"])], data) == []
    plain = re.sub(r"https?://\S+", "", message.get_body(("plain",)).get_content())
    assert untranslated([outside(plain)], data) == []
    assert untranslated(Visible(message.get_body(("html",)).get_content()).outside, data) == []


def test_the_reminder(app, client, data):
    sign(client)
    with app.app_context(), atomic() as session:
        session.execute(update(Campaign).values(reminder_days=[0]))
    with app.app_context():
        jobs.remind_and_purge()
    assert len(mails(app)) == 2
    check_mail(mails(app)[-1], data)


def test_godparents_in_public(app, client, data):
    check_page(client.get("/godparents?lang=en"), data)
    paired(app)
    data |= words("Mari Tamm Anna Example Ina http mari tamm anna example Анна Прыклад FreeViasna King Note")
    data |= words("She wrote a letter I ask about for her")
    for path in ("/", "/campaigns/free-viasna", "/godparents", "/godparents?country=EE", "/godparents?q=king",
                 "/godparents/mari-tamm", "/prisoners/anna-example", "/prisoners?without=1"):  # fmt: skip
        check_page(client.get(path), data)
    with app.app_context(), atomic() as session:
        pair = session.scalars(select(Godparenthood)).one()
        standing.end(making.acting(app, session), [pair], EndReason.LEFT_OFFICE)
        pair.godparent.office, pair.godparent.left_office_on = "King", NEVER.date()
        deed = {"kind": "letter", "day": "2022-05", "note": "Note", "language": "en", "state": "shown"}
        session.add(
            Deed(uid=new_uid(), godparent_id=pair.godparent_id, prisoner_id=pair.prisoner_id, created_at=NEVER, **deed)
        )
    for path in ("/godparents?country=EE&lang=en", fresh("/godparents/mari-tamm"), fresh("/prisoners/anna-example")):
        check_page(client.get(path), data)


def test_the_way_in_for_godparents(app, client, data):
    check_page(client.get("/godparents/join?closed"), data, 404)
    picked = joining.opened(app)
    app.extensions["campaign.godparent_offers"].clear()
    typed = " ".join(value for value in joining.FIELDS.values() if "@" not in value)
    data |= words(f"{typed} Mari Tamm parliament example Parliament of Example webp jpeg image http King office")
    check_page(client.get("/godparents/join"), data)
    check_page(joining.send(client, consent=None, family_name="", chamber="5"), data, 422)
    joining.send(client, **picked)
    check_page(client.get("/godparents/join/thanks"), data)
    path = link(mails(app)[0])
    seen = hidden_fields(client.get(path).text)
    joining.send(client, office="King")
    check_page(client.post(path, data=seen), data, 409)
    client.post(path)
    check_page(client.get(path), data)
    check_page(client.get("/confirm/gx"), data, 404)
    joining.send(client, email="not-me@example.org", **picked)
    check_page(client.post(link(mails(app)[-1]) + "/not-me"), data)
    invitation = joining.invited(app, message="office", member_id=int(picked["member"]))
    check_page(client.get(invitation), data)
    client.post(f"{invitation}/decline")
    check_page(client.get(invitation), data)
    check_page(client.get("/godparents/invited/x"), data, 404)


def test_the_mails_to_godparents(app, data):
    with app.app_context(), atomic() as session:
        campaign_id = making.programme(session).campaign_id
        for kind in Kind:
            content = app.extensions["campaign.godparent_mails"].render(
                session, kind, campaign_id=campaign_id, to="jo@example.org", uid=new_uid(), language="en",
                now=NEVER, values={"name": "King", "message": "King", "prisoner": "King", "godparent": "King"},
            )  # fmt: skip
            check_mail(email.message_from_string(content, policy=email.policy.default), data | {"King"})


def test_the_desk(app, data):
    browser = logged_in(app, Role.OWNER)
    data |= words("owner everywhere example org free viasna signatures csv")
    desk = "/admin/petitions/free-viasna"
    sign(app.test_client())
    for path in ("/admin/", "/admin/password", desk, f"{desk}/preview"):
        check_page(browser.get(path), data)
    assert browser.post(f"{desk}/state", seen=desk, state="nonsense").status_code == 303
    check_page(browser.get(desk), data)
    assert browser.post(f"{desk}/state", seen=desk, state="closed").status_code == 303
    check_page(browser.get(desk), data)
    for present, new, again in (("x", "y", "z"), (PASSWORD, "a", "b"), (PASSWORD, "short", "short")):
        answer = browser.post("/admin/password", seen="/admin/password", present=present, new=new, again=again)
        check_page(answer, data)
    check_page(browser.client.post("/admin/password"), data, 400)


def test_facilities_at_the_desk(app, data):
    browser, desk = logged_in(app, Role.OWNER), "/admin/facilities"
    data |= words("owner everywhere example org Tests Road BY en nonsense")
    wanted = {"name-0-text": "Tests", "kind": "prison", "country": "BY", "return_envelope": "unknown"}
    check_page(browser.get(f"{desk}/new"), data)
    here = browser.post(f"{desk}/new", seen=f"{desk}/new", **wanted, **{"address-0-lines": "Road 1"}).location
    browser.post(f"{desk}/new", seen=f"{desk}/new", **wanted)
    ended = {"address-0-lines": "Road 1", "address-0-valid_to": "2020", "version": "2"}
    assert browser.post(here, seen=here, **wanted, **ended).status_code == 303
    for path in (desk, f"{desk}?q=nonsense", here, f"{here}/merge", f"{here}/merge?other=tests-2"):
        check_page(browser.get(path), data)
    check_page(browser.post(here, seen=here, version="1", **wanted), data, 409)
    wrong = {"name-0-language": "nonsense", "letter_pages": "0", "address-0-valid_to": "nonsense", "rules_as_of": "1"}
    check_page(browser.post(here, seen=here, version="2", **(wanted | wrong | {"name-0-text": ""})), data, 422)


def test_the_desk_about_prisoners(app, data):
    browser = logged_in(app, Role.EDITOR)
    data |= words("editor everywhere example org command line prisoners ales bialiatski typed Cyrillic Latin")
    data |= words(" ".join(name for _, name in language_choices("en")))
    ales = "/admin/prisoners/ales-bialiatski"
    for path in ("/admin/prisoners", "/admin/prisoners?q=nobody", "/admin/prisoners/new", ales, f"{ales}/edit",
                 f"{ales}/history", f"{ales}/visibility", f"{ales}/events/1/retract", f"{ales}/events/new",
                 f"{ales}/events/new?kind=verdict", f"{ales}/events/new?kind=transfer"):  # fmt: skip
        check_page(browser.get(path), data)
    typed = {"name-0": "http://x", "born-month": "13", "born-year": "1", "gender": "x", "country": "x"}
    token = {"csrf_token": browser.token(f"{ales}/edit")}
    refused = browser.client.post(f"{ales}/edit", data=token | typed)
    check_page(refused, data | words("http x"), 422)
    event = {"kind": "release", "day-year": "2099", "visibility": "public", "as_of": "2098-01-01"}
    check_page(browser.client.post(f"{ales}/events/new", data=token | event), data)
    check_page(browser.client.post(f"{ales}/edit", data={"sort_as": "Typed"}), data, 400)
    check_page(app.test_client().post(f"{ales}/edit", data={"sort_as": "Typed"}), data, 401)


def test_the_login(app, data):
    client = app.test_client()
    check_page(client.get("/admin/login"), data)
    client.post("/admin/password")
    check_page(client.get("/admin/login"), data)
    fields = hidden_fields(client.get("/admin/login").text)
    answer = client.post("/admin/login", data=fields | {"email": "nobody@example.net", "password": "wrong wrong wrong"})
    check_page(answer, data | words("nobody example net"))


def test_every_error_page(app):
    with app.test_request_context():
        found = [*unavailable_words(), *(piece for status in ERRORS for piece in _words(status))]
    assert [piece for piece in found if not (piece.startswith("⟦") and piece.endswith("⟧"))] == []


def test_every_message_of_every_form(app):
    with app.test_request_context():
        found = [text_message(name, text.TextProblem(code, 9)) for name in ("given_name", "family_name")
                 for code in TEXT_PROBLEMS]  # fmt: skip
        found += [address_message(addresses.AddressProblem(code)) for code in ("missing", "too_long", "syntax")]
        found += [problem_text(PasswordProblem(code)) for code in ("short", "long", "common", "address")]
    assert [piece for piece in found if not (piece.startswith("⟦") and piece.endswith("⟧"))] == []


def test_the_portrait_at_the_desk(app, data):
    browser = logged_in(app, Role.OWNER)
    data |= words("owner everywhere example org CC BY JPEG PNG WebP MB Red above blue below English nonsense x")
    desk = "/admin/prisoners/ales-bialiatski/portrait"
    check_page(browser.get(desk), data)
    check_page(browser.post(desk, seen=desk, consent="nonsense", url="x"), data, 422)
    portrayed(app, "ales-bialiatski")
    check_page(browser.get(f"{desk}?again"), data)
    assert browser.post(f"{desk}/remove", seen=desk).status_code == 303
    check_page(browser.get(desk), data)


def test_every_message_about_a_picture(app):
    with app.test_request_context():
        found = [picture_message(BadPicture(code, 9)) for code in get_args(Code)]
    assert [piece for piece in found if not (piece.startswith("⟦") and piece.endswith("⟧"))] == []


def test_the_words_on_a_poster(app, data):
    with app.test_request_context():
        profile = queries.profile(db.session(), "ales-bialiatski", "en", NEVER.date())
        for status in Status:
            told = contents(Poster(replace(profile, status=status), "http://localhost/x", "en", NEVER.date()))
            shown = list(seen_texts({name: part for name, part in told.items() if name not in {"about", "address"}}))
            assert any("⟦" in piece for piece in shown)
            assert untranslated([outside(piece) for piece in shown], data) == []


def test_the_godparents_own_page(app, client, data):
    page = Page(app, client)
    data |= words(f"{WORDS} New words Mari Tamm mari tamm Anna Berta Example Jaan parliament example King king")
    data |= words(" ".join(name for _, name in language_choices("en")))
    one = f"/{page.pair}"
    page.post(f"{one}/statement", statement="New words.", language="en")
    page.post(f"{one}/deeds", kind="speech", **{"day-year": "2022"})
    page.post(f"{one}/hand-over", name="King", email="king@parliament.example", language="en")
    for path in ("", "/contact", "/photo", "/erase", "/choose", f"{one}/statement", f"{one}/deeds", f"{one}/hand-over",
                 f"{one}/step-down"):  # fmt: skip
        check_page(page.get(path), data)
    check_page(client.post(f"{page.path}{one}/deeds"), data, 422)
    check_page(client.post(f"{page.path}{one}/hand-over"), data, 422)
    check_page(client.post(f"{page.path}/photo"), data, 422)
    page.post(f"{one}/step-down")
    check_page(page.get(), data)
    check_page(client.get("/godparents/own/x"), data, 404)
    with app.test_request_context():
        found = [str(each) for each in (*own_view.DONE.values(), *own_view.STOPPED.values())]
    assert [piece for piece in found if not (piece.startswith("⟦") and piece.endswith("⟧"))] == []


def test_what_godparents_are_told_later(app, data):
    told = {
        "name": "King", "prisoner": "King", "profile": "x", "next": "King", "prisoners": ["King"], "successor": "King",
        "why": {"since": "2022"}, "next_why": {"godparents": 1}, "page": "x", "day": NEVER.date(), "years": 2,
        "left_on": NEVER.date(), "status": "convicted", "status_since": "2022", "court": "trial",
    }  # fmt: skip
    with app.app_context(), atomic() as session:
        campaign_id = making.programme(session).campaign_id
        for kind in NoticeKind:
            for values in (told, told | {"prisoner": "", "next": ""}):
                content = app.extensions["campaign.godparent_mails"].render(
                    session, kind, campaign_id=campaign_id, to="jo@example.org", uid=new_uid(), language="en",
                    now=NEVER, values=values,
                )  # fmt: skip
                check_mail(email.message_from_string(content, policy=email.policy.default), data | {"King"})


def test_the_words_on_what_is_printed_and_posted_of_godparents(app, data):
    paired(app, pictured=False)
    data |= words("Mari Tamm Anna Example Анна Прыклад Estonia FreeViasna She wrote a letter I ask about for her")
    with app.test_request_context(), atomic() as session:
        pair = session.scalars(select(Godparenthood)).one()
        paper = papers.of_pair(session, pair, papers.Where("http://localhost", "en", NEVER.date()))
        posted = batch_texts.texts(session, pair.batch_id, "en")
        said = [certificate.contents(paper), share.contents(paper)]
        said += [{"short": each.short, "long": each.long} for each in (posted.post, posted.pairs[0].post)]
        for told in said:
            shown = list(seen_texts({name: part for name, part in told.items() if name not in {"address", "site"}}))
            assert any("⟦" in piece for piece in shown)
            pieces = [outside(re.sub(r"http://\S+", "", piece)) for piece in shown]
            assert untranslated(pieces, data) == []


def test_lists_at_the_desk(app, data):
    browser, start, doubts = logged_in(app, Role.OWNER), "/admin/prisoners/import", "/admin/prisoners/doubts"
    data |= words("owner everywhere example org MB JSON CSV campaign prisoners import list csv Maryna Zolak Ales x")
    data |= words("azerbaijan name female nonsense https Viasna BY Homiel Art Bialiatski")
    table = "name,born,arrested,gender\nAles Bialiatski,1962,2021,\nMaryna Zolak,1980,2020-10,female\n,,,\nx,?,?,?\n"

    def hand_in(**fields):
        token = browser.token(start)
        form = {"csrf_token": token, "file": (io.BytesIO(table.encode()), "list.csv"), **fields}
        return browser.client.post(start, data=form, content_type="multipart/form-data")

    check_page(browser.get(start), data)
    check_page(browser.get(doubts), data)
    check_page(hand_in(as_of="x", source="x", mapping_text="list = 1"), data | words("list toml"), 422)
    here = hand_in().location
    for state in ("previewing", "preview", "waiting", "running", "done", "failed", "dropped"):
        with app.app_context():
            if state == "preview":
                prisoners_jobs.bring_lists()
            elif state != "previewing":
                with atomic() as session:
                    session.execute(update(ImportRun).values(state=state, rows_total=4))
        check_page(browser.get(f"{here}?{state}"), data)
    with app.app_context():
        with atomic() as session:
            session.execute(update(ImportRun).values(state="waiting"))
        prisoners_jobs.bring_lists()
        waiting = db.session.scalars(select(Doubt.id)).first()
    check_page(browser.get(doubts), data)
    there = f"{doubts}/{waiting}"
    check_page(browser.get(there), data)
    check_page(browser.post(there, seen=there, choice="other", slug="nonsense"), data, 422)
    check_page(browser.post(there, seen=there, choice="nonsense"), data, 422)
    assert browser.post(there, seen=there, choice="leave_out").status_code == 303
    check_page(browser.get(f"{doubts}?after=0"), data)
    check_page(browser.get(f"{there}?decided"), data)


def test_everything_that_is_said_about_a_list(app):
    tables = (import_words.DOUBTS, import_words.REFUSALS, import_words.UNREADABLE, import_words.NOTES,
              import_words.OUTCOMES, import_words.STATES, import_words.DECISIONS)  # fmt: skip
    with app.test_request_context():
        found = [str(text) for table in tables for text in table.values()]
        found += [import_words.field(name) for name in ("born", "event.arrest", "names")]
        found.append(import_words.reason("nonsense", {}))
    assert [piece for piece in found if not (piece.startswith("⟦") and piece.endswith("⟧"))] == []
