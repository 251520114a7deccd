"""The search of `/prisoners`: who is found, in what order, on which page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, text, update
from sqlalchemy.orm import Session

from campaign.db import atomic
from campaign.db.base import table_of
from campaign.facilities.models import Facility, FacilityName
from campaign.kit import clock
from campaign.prisoners import search, service
from campaign.prisoners.found import Found
from campaign.prisoners.models import (
    EventKind,
    NameKind,
    Portrait,
    Prisoner,
    PrisonerName,
    PrisonerText,
    SearchKey,
    Status,
)
from campaign.prisoners.search import Filters, Result
from tests.prisoners.people import act, arrest, found, happening, make

PASTES = (
    "a " * 500,
    "Ivan " * 2000,
    "x" * 10_000,
    "-" * 10_000,
    "ﷺ" * 500,
    "\0",
    "\ud800",
    "%_'\"\\;--",
    "и" * 90 + " а",
)
CHARGED = {"articles": [{"code": "342", "text": "Article 342"}, {"code": "130", "text": "Article 130"}]}


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    """The house without anybody to be seen in it."""
    with app.app_context(), atomic() as session:
        session.execute(update(Prisoner).values(hidden_at=clock.now()))
    return House(app)


class House:
    """An application whose prisoners a test makes and looks for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.engine = app.extensions["campaign.store"].engine

    @contextmanager
    def change(self) -> Iterator[Session]:
        with self.app.app_context(), atomic() as session:
            yield session

    def make(self, name: str, *events: Any, **fields: Any) -> str:
        with self.change() as session:
            return make(session, self.app.extensions["campaign.vault"], name, *events, **fields).slug

    def look(self, *, language: str = "en", place: dict[str, Any] | None = None, **filters: Any) -> Result:
        with Session(self.engine) as session:
            return search.search(session, Filters(**filters), language, **(place or {}))

    def names(self, q: str = "", **filters: Any) -> list[str]:
        return [card.name for card in self.look(q=q, **filters).cards]

    def read(self, query: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with Session(self.engine) as session:
            return query(session, *arguments, **named)

    def crowd(self, count: int, *, start: int = 1000, name: str = "Ivan Crowd") -> None:
        """Many at once, with as many names, texts and pictures each as anybody has."""
        now, numbers = clock.now(), range(start, start + count)
        rows: dict[Any, list[dict[str, object]]] = {
            Facility: [{"id": start, "slug": f"place-{start}", "created_at": now, "updated_at": now}],
            FacilityName: [{"facility_id": start, "name": "Colony", "language": "en", "key": "colony"}],
            Prisoner: [
                {
                    "id": n,
                    "slug": f"crowd-{n}",
                    "name": f"{name} {n}",
                    "sort_key": f"crowd {n % 5}",
                    "facility_id": start,
                    "letters": n % 3,
                    "detained_since": ("2020-05", "2021-05-17", None)[n % 3],
                    "created_at": now,
                    "updated_at": now,
                }
                for n in numbers
            ],
            PrisonerName: [{"prisoner_id": n, "name": f"Іван {n}", "script": "Cyrl"} for n in numbers],
            PrisonerText: [{"prisoner_id": n, "language": "en", "about": "Teacher"} for n in numbers],
            Portrait: [
                {"prisoner_id": n, "version": "v", "width": 1, "height": 1, "created_at": now, "actor": "t"}
                for n in numbers
            ],
            SearchKey: [{"prisoner_id": n, "coarse": False, "key": "ivan" if n % 2 else "ivanov"} for n in numbers],
        }
        with self.change() as session:
            for model, values in rows.items():
                session.execute(insert(table_of(model)), values)


def test_every_spelling_finds_the_one(house):
    house.make("Kanstantsin Stefanovic", names=["Канстанцін Стэфановіч"])
    house.make("Pavel Stefanenka")
    for q in ("Stefanovich", "Стефанович", "Stefanoviс", "stefanovič", "STEFANOVIĆ kanst", "Стэф Канст", "Stefanovi"):
        result = house.look(q=q)
        assert [card.name for card in result.cards] == ["Kanstantsin Stefanovic"], q
        assert not result.widened


def test_all_words_must_be_names_of_the_same_person_and_whole_ones_come_first(house):
    house.make("Anna Antonava")
    house.make("Anton Zhuk")
    house.make("Ihar Antonenka", names=["Ihar Anna"])
    assert house.names("anton") == ["Anton Zhuk", "Anna Antonava", "Ihar Antonenka"]
    assert house.names("anton anna") == ["Anna Antonava", "Ihar Antonenka"]
    assert house.names("anton anton zhuk") == ["Anton Zhuk"]
    assert house.names("zhuk anna") == []


def test_without_such_a_name_similar_ones_are_shown_and_said_to_be(house):
    house.make("Valiantsin Kavaliou")
    result = house.look(q="Валентин Ковалёв")
    assert ([card.name for card in result.cards], result.widened) == (["Valiantsin Kavaliou"], True)
    assert result.total == 1
    assert not house.look(q="Nobody").widened
    assert house.read(search.matching_ids, Filters(q="Ковалёв"), limit=9) == []


def test_a_filter_that_leaves_nobody_does_not_widen_the_name(house):
    house.make("Anna Zhuk")
    house.make("Hanna Zhyk", happening(EventKind.RELEASE, "2021"))
    result = house.look(q="zhuk", status=("released",))
    assert (result.cards, result.total, result.widened) == ((), 0, False)
    assert result.by_status == {Status.DETAINED: 1}


def test_words_that_cannot_be_looked_for_find_nobody(house):
    house.make("Anna Zhuk")
    assert house.look(q=" !? ").total == 0
    assert house.look(q="  ").total == 1


def test_filters_narrow_and_counts_follow_them(house):
    moved = happening(EventKind.TRANSFER, "2021", details={"facility": facility(house)})
    charged = happening(EventKind.CHARGE, "2021", details=CHARGED)
    house.make("Anna", arrest("2020"), moved, charged, born="1980-05-17")
    house.make("Barys", arrest("2021"), charged, born="1981-05", godparents=2)
    house.make("Vera", arrest("2019"), happening(EventKind.RELEASE, "2022"), born="1982")
    assert house.names(facility="colony-1") == ["Anna"]
    assert house.names(article="342") == ["Anna", "Barys"]
    assert house.names(article="34") == []
    assert house.names(birth_month=5) == ["Anna", "Barys"]
    assert house.names(without_godparent=True) == ["Anna"]
    assert house.names(status=("released", "exiled")) == ["Vera"]
    result = house.look(article="342", status=("released",))
    assert (result.total, result.by_status) == (0, {Status.DETAINED: 2})
    everybody = house.look(status=("detained",))
    assert (everybody.total, everybody.by_status) == (2, {Status.DETAINED: 2, Status.RELEASED: 1})


def test_campaigns_narrow_what_the_public_and_the_desk_see(house):
    house.make("Anna", campaign_id=1)
    house.make("Barys")
    assert house.names(campaign="free-viasna") == ["Anna"]
    assert house.names(campaign="other") == []
    assert [card.name for card in house.look(place={"campaign_ids": [1]}).cards] == ["Anna"]
    assert house.look(place={"campaign_ids": []}).total == 0


def test_who_is_hidden_is_found_at_the_desk_alone(house):
    slug = house.make("Anna Zhuk")
    house.make("Barys Zhukau")
    with house.change() as session:
        service.hide(session, found(session, slug), act())
    assert house.names("zhuk") == ["Barys Zhukau"]
    assert house.look(q="anna").total == 0
    desk = house.look(q="zhuk", place={"include_hidden": True})
    assert [(card.name, card.hidden) for card in desk.cards] == [("Anna Zhuk", True), ("Barys Zhukau", False)]
    assert len(house.read(search.matching_ids, Filters(q="zhuk"), limit=9)) == 2
    # Neither does a cursor tell that there is such an address.
    assert house.look(place={"after": slug}) == house.look(place={"after": "no-such-address"}) == house.look()


def test_orders(house):
    house.make("Anna", arrest("2021"), letters=3)
    house.make("Barys", arrest("2019-05"), letters=1)
    house.make("Vera", arrest("2018"), happening(EventKind.RELEASE, "2022"), letters=2)
    assert house.names(order="name") == ["Anna", "Barys", "Vera"]
    assert house.names(order="longest_detained") == ["Barys", "Anna", "Vera"]
    assert house.names(order="least_written_to") == ["Barys", "Vera", "Anna"]
    assert house.names(order="newest") == ["Vera", "Barys", "Anna"]


def test_walking_forth_and_back_shows_everybody_once_while_others_are_added(house):
    house.crowd(40)
    for number, (order, q) in enumerate(
        (order, q) for order in ("name", "longest_detained", "least_written_to", "newest") for q in ("", "ivan")
    ):
        before = {card.id for card in house.look(order=order, q=q, place={"limit": 1000}).cards}
        forth = walk(house, "after", order=order, q=q)
        house.crowd(3, start=2000 + 10 * number)
        last = forth[-1]
        back = walk(house, "before", order=order, q=q, start=last)
        assert len(set(forth)) == len(forth)
        assert {slug_id(slug) for slug in forth} == before
        assert len(set(back)) == len(back)
        assert set(back) >= set(forth) - {last}
        assert [slug for slug in back if slug in set(forth)] == forth[-2::-1]


def test_at_either_end_there_is_no_way_on(house):
    house.crowd(5)
    first = house.look(place={"limit": 3})
    assert (first.before, first.after, first.total) == (None, first.cards[-1].slug, 5)
    second = house.look(place={"limit": 3, "after": first.after})
    assert (second.before, second.after, len(second.cards)) == (second.cards[0].slug, None, 2)
    assert house.look(place={"limit": 3, "before": second.before}) == first
    assert house.look(place={"limit": 3, "after": second.cards[-1].slug}) == first


def test_who_was_freed_meanwhile_still_marks_the_place(house):
    for name in ("Anna", "Barys", "Vera"):
        house.make(name)
    with house.change() as session:
        prisoner = found(session, "barys")
        service.add_event(
            session, house.app.extensions["campaign.vault"], prisoner, happening(EventKind.RELEASE, "2024"), act()
        )
    assert [card.name for card in house.look(status=("detained",), place={"after": "barys"}).cards] == ["Vera"]


def test_a_card_shows_what_a_list_needs(house):
    moved = happening(EventKind.TRANSFER, "2021", details={"facility": facility(house)})
    slug = house.make(
        "Anna Zhuk",
        arrest("2020-10-02"),
        moved,
        names=["Ганна Жук", "Анна Жук"],
        born="1980-05",
        letters=4,
        godparents=1,
    )
    with house.change() as session:
        prisoner = found(session, slug)
        prisoner.names.append(service.name_row("ანა ჟუკი", kind=NameKind.ALIAS.value))
        prisoner.texts = [PrisonerText(language="be", about="Настаўніца"), PrisonerText(language="en", about="Teacher")]
        prisoner.portrait = Portrait(version="abc", width=1, height=1, created_at=clock.now(), actor="test")
    [card] = house.look(language="be").cards
    assert (card.slug, card.name, card.names) == ("anna-zhuk", "Anna Zhuk", ("Ганна Жук",))
    assert (card.status, str(card.detained_since), str(card.born), card.died) == (
        Status.DETAINED,
        "2020-10-02",
        "1980-05",
        None,
    )
    assert (card.facility, card.about, card.about_language, card.portrait) == ("Калонія 1", "Настаўніца", "be", "abc")
    assert (card.letters, card.godparents, card.hidden) == (4, 1, False)
    [card] = house.look(language="de").cards
    assert (card.facility, card.about, card.about_language) == ("Colony 1", "Teacher", "en")


def test_an_internal_event_is_not_in_a_list(house):
    house.make("Anna", arrest("2020"), happening(EventKind.RELEASE, "2021", public=False))
    assert house.look().by_status == {Status.DETAINED: 1}


def test_a_page_of_many_takes_as_many_statements_as_a_page_of_few(house):
    house.crowd(20)
    few = statements(house)
    house.crowd(380, start=2000)
    assert statements(house) == few
    assert max(few) <= 8


def test_any_paste_is_harmless(house):
    house.crowd(3)
    for paste in PASTES:
        for result in (
            house.look(q=paste),
            house.look(facility=paste, campaign=paste, article=paste, status=(paste,)),
            house.look(place={"after": paste, "before": paste}),
        ):
            assert result.total in {0, 3}


def test_a_month_that_is_none_finds_nobody(house):
    house.make("Anna", born="1980-05-17")
    assert [house.look(birth_month=month).total for month in (0, 5, 13, -1, 10**30)] == [0, 1, 0, 0, 0]


def test_the_beginning_of_a_word_is_found_by_the_index(house):
    """On PostgreSQL only because the keys are in the order of their bytes."""
    with Session(house.engine) as session:
        everybody = Found(Filters(), include_hidden=False, campaign_ids=None)
        hits = everybody._hits_of("siarg").with_only_columns(SearchKey.key).group_by(None)
        query = str(hits.compile(house.engine, compile_kwargs={"literal_binds": True}))
        if house.engine.dialect.name == "sqlite":
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {query}"))
            assert any("(key>? AND key<?)" in row[-1] for row in plan)
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.execute(text(f"EXPLAIN {query}"))
            assert any("Index Cond: ((key >= 'siarg'" in row[0] for row in plan)


def test_choices_count_whom_everybody_may_see(house):
    place = facility(house)
    charged = happening(EventKind.CHARGE, "2021", details=CHARGED)
    moved = happening(EventKind.TRANSFER, "2021", details={"facility": place})
    for name, born in (("Anna", "1980-05-17"), ("Barys", "1981-05"), ("Vera", "1982")):
        house.make(name, charged, moved, born=born)
    with house.change() as session:
        service.hide(session, found(session, "barys"), act())
    assert [(each.value, each.count) for each in house.read(search.articles)] == [("130", 2), ("342", 2)]
    assert len(house.read(search.articles, limit=1)) == 1
    assert [(c.value, c.name, c.count) for c in house.read(search.facilities, "be")] == [("colony-1", "Калонія 1", 2)]
    assert house.read(search.months) == {5: 1}


def test_ids_for_the_desk_come_in_the_order_of_the_list(house):
    for name in ("Vera", "Anna"):
        house.make(name, campaign_id=1)
    house.make("Barys")
    ids = house.read(search.matching_ids, Filters(status=("detained",)), limit=99, campaign_ids=[1])
    listed = house.look(status=("detained",), place={"campaign_ids": [1], "include_hidden": True})
    assert ids == [card.id for card in listed.cards]
    assert house.read(search.matching_ids, Filters(), limit=1, campaign_ids=[1]) == ids[:1]


# --- helpers --------------------------------------------------------------------------------------


def facility(house: House) -> int:
    now = clock.now()
    names = [("Colony 1", "en"), ("Калонія 1", "be")]
    with house.change() as session:
        made = Facility(
            slug="colony-1",
            names=[FacilityName(name=name, language=language, key=name) for name, language in names],
            created_at=now,
            updated_at=now,
        )
        session.add(made)
        session.flush()
        return made.id


def slug_id(slug: str) -> int:
    return int(slug.removeprefix("crowd-"))


def walk(house: House, way: str, *, start: str | None = None, **filters: Any) -> list[str]:
    """The addresses of everybody on the way, page by page of seven, in the order in which they are met."""
    met: list[str] = []
    cursor: str | None = start
    while True:
        result = house.look(place={way: cursor, "limit": 7}, **filters)
        slugs = [card.slug for card in result.cards]
        met += slugs if way == "after" else slugs[::-1]
        cursor = getattr(result, way)
        if cursor is None:
            return met


def statements(house: House) -> list[int]:
    """How many statements a first page, a page behind it and a search take."""
    counted: list[str] = []

    def count(*arguments: Any) -> None:
        counted.append(arguments[2])

    event.listen(house.engine, "before_cursor_execute", count)
    numbers = []
    for looked in ({}, {"place": {"after": "crowd-1005"}}, {"q": "ivan"}, {"q": "ivon"}):
        counted.clear()
        house.look(**looked)
        numbers.append(len(counted))
    event.remove(house.engine, "before_cursor_execute", count)
    return numbers
