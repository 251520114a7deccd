"""The list in pages, the numbers, and the search: the same for everybody who asks, and for thousands as for a few."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from campaign.db import atomic, db
from campaign.godparents import queries, standing
from campaign.godparents.directory import PAGE, Directory
from tests.godparents import making


class House:
    """Public godparents of the demo campaign, quickly made."""

    def __init__(self, app):
        self.app = app
        with app.app_context(), atomic() as session:
            self.campaign_id = making.programme(session, per_prisoner=100).campaign_id
            self.prisoner_id = making.prisoner(session, "Anna Example", campaign_id=self.campaign_id).id

    def add(self, *names: str, country: str = "EE", chamber: str | None = None, to: int | None = None):
        with self.app.app_context(), atomic() as session:
            act = making.acting(self.app, session)
            sits = making.chamber(session, chamber, country=country, domain=f"{country}.example") if chamber else None
            for name in names:
                given, _, family = name.partition(" ")
                email = f"{given}.{family}@somewhere.example".lower().encode("ascii", "ignore").decode()
                form = making.application(given, family, email, country=country, prisoner_id=to or self.prisoner_id)
                godparent = making.accepted(act, self.campaign_id, form, chamber_id=sits.id if sits else None)
                standing.release(act, standing.active_pairs(session, godparent.id))

    def read(self, what, language="en"):
        with self.app.app_context():
            return what(Directory(db.session(), [self.campaign_id], language))

    def names(self, language="en", **asked):
        cursors = {key: asked.pop(key) for key in ("after", "before") if key in asked}

        def look(directory):
            page = directory.page(directory.of(**asked), asked.get("q", ""), **cursors)
            return [card.name for section in page.sections for card in section.cards], page

        return self.read(look, language)


@pytest.fixture
def house(app):
    return House(app)


def test_the_list_is_by_the_countrys_name_then_the_chambers_and_other_offices_come_last(house):
    house.add("Zoe Office", country="DE")
    house.add("Bea Second", "Ann First", country="DE", chamber="Bundestag")
    house.add("Cid Third", country="AT", chamber="Nationalrat")
    assert house.names()[0] == ["Cid Third", "Ann First", "Bea Second", "Zoe Office"]
    assert house.names("de")[0] == ["Ann First", "Bea Second", "Zoe Office", "Cid Third"]  # Deutschland, Österreich
    assert house.read(lambda d: (d.total, d.countries, len(d.chambers))) == (4, {"DE": 3, "AT": 1}, 2)


def test_pages_show_everybody_once_in_one_order_there_and_back(house):
    many = [f"Pia {chr(97 + n // 5)}{chr(97 + n % 5)}stad" for n in range(PAGE + 5)]
    house.add(*many, country="FI", chamber="Eduskunta")
    house.add(*[f"Kai {chr(97 + n)}vald" for n in range(PAGE - 3)], country="EE", chamber="Riigikogu")
    first, page = house.names()
    second, following = house.names(after=page.after)
    third, last = house.names(after=following.after)
    assert len(first) == len(second) == PAGE
    assert [*first, *second, *third] == [*[f"Kai {chr(97 + n)}vald" for n in range(PAGE - 3)], *many]
    assert (page.before, last.after) == (None, None)
    assert house.names(before=last.before)[0] == second
    assert house.names(before=following.before)[0] == first
    assert house.names(after="nobody")[0] == first


def test_names_are_found_in_any_script_by_the_beginnings_of_words_within_the_filters(house):
    house.add("Mari Tamm", country="EE", chamber="Riigikogu")
    house.add("Marta Šťastná", country="CZ", chamber="Senát")
    assert house.names(q="tam")[0] == ["Mari Tamm"]
    assert house.names(q="Мари Тамм")[0] == ["Mari Tamm"]
    assert house.names(q="stast")[0] == ["Marta Šťastná"]
    assert house.names(q="mar", country="CZ")[0] == ["Marta Šťastná"]
    assert house.names(chamber="riigikogu")[0] == ["Mari Tamm"]
    for nobody in ("amm", "%", "_", "!?"):
        assert house.names(q=nobody)[0] == []


def test_only_whose_status_calls_for_somebody_is_counted_and_the_longest_detained_comes_first(house):
    with house.app.app_context(), atomic() as session:
        ids = [
            making.prisoner(session, name, campaign_id=house.campaign_id, status=status, since=since).id
            for name, status, since in (
                ("Late One", "detained", "2023-01-01"),
                ("Early One", "convicted", "2010-01-01"),
                ("Free One", "released", "2009-01-01"),
            )
        ]
        before = queries.prisoners_counted(session, [house.campaign_id])
        longest = queries.longest_without(session, [house.campaign_id], 50)
    house.add("Mari Tamm", to=ids[1])
    with house.app.app_context():
        after = queries.prisoners_counted(db.session(), [house.campaign_id])
        without = queries.longest_without(db.session(), [house.campaign_id], 50)
    assert (before.standing, after.standing) == (0, 1)
    assert before.without - after.without == 1 == len(longest) - len(without)
    assert longest[0] == ids[1]
    assert ids[2] not in longest


def test_a_page_of_many_takes_as_many_statements_as_one_of_few(house):
    house.add("Mari Tamm", chamber="Riigikogu")
    few = statements(house)
    house.add(*[f"Mia {chr(97 + n)}stad" for n in range(PAGE + 2)], country="FI", chamber="Eduskunta")
    assert statements(house) == few


def statements(house):
    """Of the start of the list, a search, one godparent, and a prisoner's page."""
    client, found = house.app.test_client(), []
    house.app.extensions["campaign.godparent_numbers"].clear()
    house.app.wsgi_app._pages.clear()
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    engine = house.app.extensions["campaign.store"].engine
    event.listen(engine, "before_cursor_execute", note)
    for path in ("/godparents?lang=en", "/godparents?q=m", "/godparents/mari-tamm", "/prisoners/ales-bialiatski"):
        sent.clear()
        assert client.get(path).status_code == 200
        found.append(len(sent))
    event.remove(engine, "before_cursor_execute", note)
    return found
