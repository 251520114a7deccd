"""The feed of the newest pairs, for the press: Atom (RFC 4287).

Written with the standard library: a feed is some forty elements in one namespace, which is what ElementTree is for; a
package for feeds would bring a parser in C and say the same in as many lines. The same pairs give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparenthood
from campaign.godparents.papers import place
from campaign.godparents.queries import Offered, Pair
from campaign.godparents.words import RoleWords
from campaign.kit.clock import rfc3339
from campaign.kit.partial_dates import PartialDate
from campaign.web.filters import partial_date

ATOM = "http://www.w3.org/2005/Atom"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
MOST = 40
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def uids(session: Session, pairs: Sequence[Pair]) -> Mapping[int, bytes]:
    """The uid of each pair, which its entry keeps whatever else changes."""
    query = select(Godparenthood.id, Godparenthood.uid).where(Godparenthood.id.in_([pair.id for pair in pairs]))
    return {row.id: row.uid for row in session.execute(query)}


class Feed:
    """A feed of pairs on `base_url` in `language`, of one campaign or of all `offered`."""

    def __init__(self, base_url: str, language: str, role: RoleWords, offered: Sequence[Offered], query: str) -> None:
        """`query` is what the address has after the question mark, or empty."""
        self._base, self._language, self._role = base_url, language, role
        self._campaigns = {each.campaign_id: each for each in offered}
        self._query = f"?{query}" if query else ""

    def written(self, pairs: Sequence[Pair], ids: Mapping[int, bytes]) -> bytes:
        """The feed with these pairs, newest first; `ids` as from `uids`."""
        root = ET.Element("feed", {"xmlns": ATOM, _LANG: self._language})
        address = f"{self._base}/feeds/godparents.atom{self._query}"
        _add(root, "id", address)
        _add(root, "title", self._title())
        newest = max((pair.released_at for pair in pairs), default=datetime(1970, 1, 1, tzinfo=UTC))
        _add(root, "updated", rfc3339(newest))
        _link(root, "self", address, "application/atom+xml")
        _link(root, "alternate", f"{self._base}/godparents{self._query}", "text/html")
        for pair in pairs:
            self._entry(root, pair, ids[pair.id])
        return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))

    def _title(self) -> str:
        named = [each.name for each in self._campaigns.values()]
        title = _("%(godparents)s of political prisoners", godparents=self._role.many)
        return f"{title}: {named[0]}" if len(named) == 1 else title

    def _entry(self, root: ET.Element, pair: Pair, uid: bytes) -> None:
        campaign, who, whom = self._campaigns[pair.campaign_id], pair.godparent, pair.prisoner
        page, image = f"{self._base}/godparents/{who.slug}", f"share-{whom.slug}.png"
        entry = ET.SubElement(root, "entry")
        host = urlsplit(self._base).hostname or "localhost"
        _add(entry, "id", f"tag:{host},{pair.since.isoformat()}:godparenthoods/{uid.hex()}")
        _add(entry, "title", stands_by(pair))
        _add(entry, "published", rfc3339(pair.released_at))
        _add(entry, "updated", rfc3339(pair.released_at))
        author = ET.SubElement(entry, "author")
        _add(author, "name", campaign.name)
        _add(author, "uri", f"{self._base}/campaigns/{quote(campaign.slug)}")
        _link(entry, "alternate", page, "text/html")
        _link(entry, "related", f"{self._base}/prisoners/{whom.slug}", "text/html", whom.name)
        _link(entry, "enclosure", f"{page}/{image}", "image/png")
        _add(entry, "summary", self._in_text(pair))
        _add(entry, "content", self._in_html(pair, page), type="html")

    def _in_text(self, pair: Pair) -> str:
        said = _("“%(words)s”", words=" ".join(pair.statement.split())) if pair.statement.strip() else ""
        return " ".join(filter(None, (told(pair), said)))

    def _in_html(self, pair: Pair, page: str) -> str:
        prisoner = Markup('<a href="{}">{}</a>').format(
            f"{self._base}/prisoners/{pair.prisoner.slug}", pair.prisoner.name
        )
        godparent = Markup('<a href="{}">{}</a>').format(page, pair.godparent.name)
        lines = [Markup("<p>{}</p>").format(told(pair, godparent, prisoner))]
        if pair.statement.strip():
            paragraphs = [line for line in pair.statement.splitlines() if line.strip()]
            inside = Markup("").join(Markup("<p>{}</p>").format(line) for line in paragraphs)
            lines.append(Markup('<blockquote lang="{}">{}</blockquote>').format(pair.language or "und", inside))
        return str(Markup("").join(lines))


def stands_by(pair: Pair) -> str:
    """Who stands by whom, in one line."""
    return _("%(godparent)s stands by %(prisoner)s", godparent=pair.godparent.name, prisoner=pair.prisoner.name)


def told(pair: Pair, godparent: str = "", prisoner: str = "") -> str:
    """Who stands by whom since when, in one sentence; names may come as links (`Markup`), then so does the sentence."""
    words = {
        "godparent": godparent or pair.godparent.name,
        "prisoner": prisoner or pair.prisoner.name,
        "place": place(pair.godparent),
        "date": partial_date(PartialDate.of(pair.since)),
    }
    sentence = (
        _("%(godparent)s (%(place)s) has stood by %(prisoner)s since %(date)s.")
        if words["place"]
        else _("%(godparent)s has stood by %(prisoner)s since %(date)s.")
    )
    return (Markup(sentence) if isinstance(godparent, Markup) else sentence) % words  # noqa: S704 - our own sentence


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _NO_XML.sub("", text)


def _link(parent: ET.Element, rel: str, href: str, content_type: str, title: str = "") -> None:
    attributes = {"rel": rel, "href": href, "type": content_type}
    ET.SubElement(parent, "link", attributes | ({"title": _NO_XML.sub("", title)} if title else {}))
