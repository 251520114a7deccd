"""What everybody sees of godparents, and that nothing of those who are not public is seen anywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from campaign.accounts.access import Scope, rule_of
from campaign.campaigns.models import Campaign
from campaign.db import atomic
from campaign.godparents import service, standing
from campaign.godparents.models import Deed, EndReason, Godparent, Godparenthood, Programme
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.prisoners.models import EventKind, Prisoner
from tests.godparents import making
from tests.prisoners.people import arrest, happening, make
from tests.route_samples import PUBLIC, rows


class Stage:
    """Godparents of the demo campaign with statements that can be told from any other text."""

    def __init__(self, app):
        self.app = app
        with app.app_context(), atomic() as session:
            self.campaign_id = making.programme(session).campaign_id

    def prisoner(self, name, *events):
        with self.app.app_context(), atomic() as session:
            vault = self.app.extensions["campaign.vault"]
            return make(session, vault, name, *events or (arrest("2020-10-02"),), campaign_id=self.campaign_id).id

    def form(self, name, prisoner_id, **changes):
        given, _, family = name.partition(" ")
        values = {"statement": f"{family} says so", "prisoner_id": prisoner_id, "party": "Party of the tests"}
        return making.application(given, family, f"{given}.{family}@somewhere.example".lower(), **(values | changes))

    def accepted(self, session, name, prisoner_id, **changes):
        act = making.acting(self.app, session)
        return making.accepted(act, self.campaign_id, self.form(name, prisoner_id, **changes))

    def public(self, name, prisoner_id, **changes):
        """The address of somebody who was released."""
        with self.app.app_context(), atomic() as session:
            godparent = self.accepted(session, name, prisoner_id, **changes)
            standing.release(making.acting(self.app, session), standing.active_pairs(session, godparent.id))
            return godparent.slug

    def do(self, slug, what):
        """Something that happens to a godparent: `what(act, godparent, pairs)`."""
        with self.app.app_context(), atomic() as session:
            godparent = session.scalars(select(Godparent).where(Godparent.slug == slug)).one()
            query = select(Godparenthood).where(Godparenthood.godparent_id == godparent.id).order_by(Godparenthood.id)
            return what(making.acting(self.app, session), godparent, session.scalars(query).all())


@pytest.fixture
def stage(app):
    return Stage(app)


def fresh(app):
    """A browser that is given nothing from the page cache."""
    app.wsgi_app._pages.clear()
    return app.test_client()


# --- who is seen ----------------------------------------------------------------------------------------


def withheld(stage, prisoner_id):
    slug = stage.public("Withheld Xylander", prisoner_id)
    stage.do(slug, lambda act, godparent, _pairs: standing.withhold(act, godparent))


def erased(stage, prisoner_id):
    slug = stage.public("Erased Xylander", prisoner_id)
    stage.do(slug, lambda act, godparent, _pairs: service.erase(act, godparent))


def unreleased(stage, prisoner_id):
    with stage.app.app_context(), atomic() as session:
        stage.accepted(session, "Unreleased Xylander", prisoner_id)


def pending(stage, prisoner_id):
    with stage.app.app_context(), atomic() as session:
        act = making.acting(stage.app, session)
        making.joined(act, stage.campaign_id, stage.form("Pending Xylander", prisoner_id))


def waiting(stage, prisoner_id, name="Waiting Xylander", then=lambda _act, _godparent: None):
    with stage.app.app_context(), atomic() as session:
        act = making.acting(stage.app, session)
        godparent = making.joined(act, stage.campaign_id, stage.form(name, prisoner_id))
        service.confirm(act, godparent.uid)
        then(act, godparent)


def declined(stage, prisoner_id):
    waiting(stage, prisoner_id, "Declined Xylander", service.decline)


ABOUT_THEM = ("xylander", "Xylander")


def walked(app, stage, samples):
    """(address, answer) of every public route that is read, and of what one of them would have of their own."""
    addresses = [
        PUBLIC[rule.endpoint].format(**samples)
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and rule.endpoint in PUBLIC
        and (rule.endpoint == "static" or rule_of(app.view_functions[rule.endpoint]).scope is Scope.PUBLIC)
    ]
    browser = fresh(app)
    for address in [*addresses, "/godparents?q=xylander", "/prisoners/anna-example", "/prisoners?q=anna"]:
        answer = browser.get(address)
        yield address, answer
        answer.close()


def test_nobody_who_is_not_public_is_named_on_any_public_page(app, stage):
    samples, prisoner_id = rows(app), stage.prisoner("Anna Example")
    for not_public in (pending, waiting, declined, unreleased, withheld, erased):
        not_public(stage, prisoner_id)
    seen = 0
    for address, answer in walked(app, stage, samples):
        text = answer.get_data().decode("utf-8", "replace")
        if "q=xylander" in address:
            text = text.replace('value="xylander"', "").replace("q=xylander", "")
        assert not any(word in text for word in ABOUT_THEM), address
        seen += 1
    assert seen > 25
    browser = fresh(app)
    for state in ("pending", "waiting", "unreleased", "withheld", "erased"):
        for rest in ("", "/share.png", "/certificate-anna-example.pdf"):
            assert browser.get(f"/godparents/{state}-xylander{rest}").status_code == 404
    with app.app_context(), atomic() as session:
        assert session.get_one(Prisoner, prisoner_id).godparents == 0


def test_who_is_public_is_found_where_they_belong(app, stage):
    slug = stage.public("Mari Xylander", stage.prisoner("Anna Example"))
    browser = fresh(app)
    for address in ("/", "/campaigns/free-viasna", "/godparents", "/godparents?q=xylander", "/godparents?country=EE",
                    f"/godparents/{slug}", "/prisoners/anna-example"):  # fmt: skip
        assert "Xylander" in browser.get(address).text, address
    numbers = browser.get("/godparents.json")
    assert (numbers.json["godparents"], numbers.json["countries"]) == (1, {"EE": 1})
    assert numbers.json["prisoners"]["with"] == 1
    assert numbers.headers["Access-Control-Allow-Origin"] == "*"


def test_a_pair_whose_prisoner_is_hidden_is_told_nowhere_and_the_godparent_stays(app, stage):
    slug = stage.public("Mari Xylander", stage.prisoner("Anna Verborgen"))
    with app.app_context(), atomic() as session:
        session.scalars(select(Prisoner).where(Prisoner.name == "Anna Verborgen")).one().hidden_at = clock.now()
    browser = fresh(app)
    for address in ("/", "/campaigns/free-viasna", "/godparents", f"/godparents/{slug}"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "Verborgen" not in answer.text, address
        assert "says so" not in answer.text, address


# --- one godparent ----------------------------------------------------------------------------------------


def test_a_godparents_page_tells_who_for_whom_since_when_with_the_words_in_their_language(app, stage):
    charged = happening(
        EventKind.CHARGE, "2020-11", details={"articles": [{"code": "342", "text": "Article 342: a march"}]}
    )
    anna = stage.prisoner("Anna Example", arrest("2020-10-02"), charged)
    slug = stage.public("Mari Tamm", anna, statement="Vabadust Annale!", language="et")
    page = fresh(app).get(f"/godparents/{slug}").text
    assert 'lang="et" dir="auto"><p>Vabadust Annale!' in page
    for words in ("Party of the tests", "Estonia", "Anna Example", "Article 342: a march", "In detention"):
        assert words in page
    assert '<meta property="og:title" content="Mari Tamm stands by Anna Example">' in page
    assert f'content="http://localhost/godparents/{slug}/share.png"' in page


def test_what_ended_stays_with_its_reason_and_who_went_on(app, stage):
    anna = stage.prisoner("Anna Example")
    before, after = stage.public("Mari Tamm", anna), stage.public("Kai Vald", anna)

    def hand_over(act, _godparent, pairs):
        standing.end(act, pairs, EndReason.HANDED_OVER)
        pairs[0].successor_id = act.session.scalars(
            select(Godparenthood.id).join(Godparent).where(Godparent.slug == after)
        ).one()

    stage.do(before, hand_over)
    stage.do(before, lambda act, godparent, _pairs: setattr(godparent, "left_office_on", act.now.date()))
    browser = fresh(app)
    page = browser.get(f"/godparents/{before}").text
    assert "handed over" in page
    assert "Left office on" in page
    assert f'taken over by <a href="/godparents/{after}">' in page
    assert f'taken over from <a href="/godparents/{before}">' in browser.get(f"/godparents/{after}").text
    told = browser.get("/prisoners/anna-example").text
    assert told.index("Kai Vald") < told.index("Mari Tamm")
    stage.do(after, lambda act, godparent, _pairs: standing.withhold(act, godparent))
    assert "Kai" not in fresh(app).get(f"/godparents/{before}").text


def test_only_deeds_that_an_organiser_let_through_are_shown(app, stage):
    anna = stage.prisoner("Anna Example")
    slug = stage.public("Mari Tamm", anna)

    def record(act, godparent, _pairs):
        for state in ("shown", "waiting", "declined"):
            act.session.add(
                Deed(uid=new_uid(), godparent_id=godparent.id, prisoner_id=anna, kind="question", day="2025-03",
                     note=f"deed {state}", language="en", state=state, created_at=act.now)
            )  # fmt: skip

    stage.do(slug, record)
    page = fresh(app).get(f"/godparents/{slug}").text
    assert "deed shown" in page
    assert "deed waiting" not in page
    assert "deed declined" not in page


# --- who is called on ---------------------------------------------------------------------------------------


def test_members_are_asked_to_stand_by_somebody_while_there_is_room_and_the_status_calls_for_it(app, stage):
    anna = stage.prisoner("Anna Example")
    stage.prisoner("Free Example", arrest("2020-10-02"), happening(EventKind.RELEASE, "2022-01-01"))
    asked = "/godparents/join?campaign=free-viasna&amp;prisoner=anna-example"
    assert asked in fresh(app).get("/prisoners/anna-example").text
    assert "/godparents/join" not in fresh(app).get("/prisoners/free-example").text
    assert "prisoner=anna-example" in fresh(app).get("/godparents").text
    stage.public("Mari Tamm", anna)
    assert "prisoner=anna-example" not in fresh(app).get("/godparents").text
    with app.app_context(), atomic() as session:
        session.get_one(Programme, stage.campaign_id).per_prisoner = 1
    assert asked not in fresh(app).get("/prisoners/anna-example").text
    with app.app_context(), atomic() as session:
        programme = session.get_one(Programme, stage.campaign_id)
        programme.per_prisoner, programme.open = 5, False
    assert "/godparents/join" not in fresh(app).get("/prisoners/anna-example").text
    assert "/godparents/join" not in fresh(app).get("/godparents").text


def test_each_campaign_has_a_list_of_its_own_and_its_own_word(app, stage):
    stage.public("Mari Tamm", stage.prisoner("Anna Example"))
    with app.app_context(), atomic() as session:
        other = Campaign(slug="other", name="The other", created_at=clock.now())
        session.add(other)
        session.flush()
        session.add(Programme(campaign_id=other.id, open=True, role="patron", created_at=clock.now()))
    browser = fresh(app)
    assert "Mari Tamm" in browser.get("/godparents?campaign=free-viasna").text
    page = browser.get("/godparents?campaign=other").text
    assert "Mari Tamm" not in page
    assert "<h1>Patrons</h1>" in page
    assert browser.get("/godparents?campaign=nothing").status_code == 404


def test_one_question_has_one_address(app, stage):
    stage.public("Mari Tamm", stage.prisoner("Anna Example"))
    browser = fresh(app)
    for asked, leads in (
        ("?q=&country=&chamber=", "/godparents"),
        ("?country=EE&q=tamm&x=1", "/godparents?q=tamm&country=EE"),
        ("?country=ZZ&chamber=../x", "/godparents"),
    ):
        answer = browser.get(f"/godparents{asked}")
        assert (answer.status_code, answer.location) == (302, leads)
    for asked in ("?q=%25%00", "?after=nobody", "?q=tamm&after=mari-tamm", "?chamber=nothing"):
        assert browser.get(f"/godparents{asked}", follow_redirects=True).status_code == 200


def test_the_beginning_stands_without_anybody(app, stage):
    with app.app_context(), atomic() as session:
        session.delete(session.get_one(Programme, stage.campaign_id))
    browser = fresh(app)
    assert "There is nobody here yet" in browser.get("/godparents").text
    assert "godparents-title" not in browser.get("/").text
    assert browser.get("/godparents/nobody%00").status_code == 404
