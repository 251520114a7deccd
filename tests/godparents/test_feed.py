"""The feed of the newest pairs: what RFC 4287 asks of one, and that it tells nothing that is not public."""

import re
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from campaign.db import atomic
from campaign.godparents import standing
from campaign.godparents.views import feed as views
from campaign.prisoners import service as prisoners
from tests.godparents import making, paired
from tests.prisoners import people

A = "{http://www.w3.org/2005/Atom}"
PATH = "/feeds/godparents.atom"


@pytest.fixture(autouse=True)
def _nothing_kept():
    views._feeds.clear()


def read(client, query=""):
    views._feeds.clear()
    answer = client.get(f"{PATH}{query}")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.data)  # noqa: S314 - our own


def links(element):
    return {link.get("rel"): link.get("href") for link in element.findall(f"{A}link")}


def test_a_feed_is_whole_and_its_entries_lead_to_both_pages(app, client):
    paired.paired(app, given_name="Mari & <b>", family_name="Tamm")
    root = read(client)
    assert root.tag == f"{A}feed"
    assert links(root)["self"] == "http://localhost/feeds/godparents.atom"
    (entry,) = root.findall(f"{A}entry")
    for element in (root, entry):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{A}{name}")) == 1, name
        assert datetime.fromisoformat(element.findtext(f"{A}updated")).tzinfo
    assert re.fullmatch(r"tag:localhost,\d{4}-\d\d-\d\d:godparenthoods/[0-9a-f]{32}", entry.findtext(f"{A}id"))
    assert entry.findtext(f"{A}author/{A}name")
    assert entry.findtext(f"{A}title") == "Mari & <b> Tamm stands by Anna Example"
    found = links(entry)
    assert found["related"] == "http://localhost/prisoners/anna-example"
    assert found["enclosure"] == f"{found['alternate']}/share-anna-example.png"
    for rel in ("alternate", "related", "enclosure"):
        assert client.get(found[rel].removeprefix("http://localhost")).status_code == 200
    content = entry.find(f"{A}content")
    assert content.get("type") == "html"
    inside = ET.fromstring(f"<div>{content.text}</div>")  # noqa: S314 - our own
    assert [link.text for link in inside.iter("a")] == ["Mari & <b> Tamm", "Anna Example"]
    assert [line.text for line in inside.findall("blockquote/p")] == ["She wrote a letter.", "I ask <about> & for her."]
    assert "“She wrote a letter. I ask <about> & for her.”" in entry.findtext(f"{A}summary")


def test_only_what_is_public_is_in_it_and_the_id_stays(app, client):
    paired.paired(app, released=False)
    assert read(client, "?a").findall(f"{A}entry") == []
    with app.app_context(), atomic() as session:
        act, (godparent, _) = making.acting(app, session), paired.found(session)
        standing.release(act, standing.active_pairs(session, godparent.id))
    (before,) = read(client, "?b").findall(f"{A}entry")
    with app.app_context(), atomic() as session:
        prisoners.change_slug(session, people.found(session, paired.PRISONER), "anna-sample", people.act())
    (after,) = read(client, "?c").findall(f"{A}entry")
    assert before.findtext(f"{A}id") == after.findtext(f"{A}id")
    assert links(after)["related"].endswith("/anna-sample")
    with app.app_context(), atomic() as session:
        prisoners.hide(session, people.found(session, "anna-sample"), people.act())
    assert read(client, "?d").findall(f"{A}entry") == []


def test_a_campaign_has_a_feed_of_its_own(app, client):
    paired.paired(app)
    root = read(client, "?campaign=free-viasna")
    assert root.findtext(f"{A}id") == "http://localhost/feeds/godparents.atom?campaign=free-viasna"
    assert len(root.findall(f"{A}entry")) == 1
    assert client.get(f"{PATH}?campaign=nobody").status_code == 404
    answer = client.get(f"{PATH}?campaign=free-viasna")
    assert int(re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])[1]) <= 35
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
