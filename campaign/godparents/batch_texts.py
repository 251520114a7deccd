"""What organisers post about pairs that were made public together: words, pictures, certificates, a list.

Texts of a whole batch are cheap. The archive is not, for every picture and certificate is set for it: it comes in parts
of `PART` pairs, as a stream, and of all archives together one page is set at a time.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel.lists import format_list
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.godparents import certificate, papers, queries, share
from campaign.godparents.feeds import told
from campaign.godparents.models import Godparenthood, ReleaseBatch
from campaign.godparents.papers import Sheet, Where
from campaign.godparents.queries import Pair
from campaign.kit import clock
from campaign.kit.csv_cells import guard
from campaign.printing import Busy, MissingGlyph, Press
from campaign.printing.lettering import beginning
from campaign.prisoners import portraits
from campaign.prisoners.words import STATUS
from campaign.web import kernel as web
from campaign.web.filters import country_name, partial_date

SHORT = 300
"""Characters of a short text at most, its link among them."""
PART = 40
"""Pairs in one archive: some seconds of work."""
_LONGEST_QUOTE = 600
_SHORTEST_QUOTE = 60
_COLUMNS = (
    "godparent", "office", "chamber", "party", "country", "prisoner", "since", "statement",
    "short_text", "long_text", "godparent_page", "prisoner_page", "image", "certificate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """The same said briefly (`SHORT` characters at most) and at length, each with its links."""

    short: str
    long: str


@dataclass(frozen=True, slots=True)
class PairTexts:
    """What to post about one pair, and where its pages, picture and certificate are."""

    pair: Pair
    post: Post
    page: str
    prisoner_page: str
    image: str
    certificate: str

    @property
    def name(self) -> str:
        """What its files are called, without an ending."""
        return f"{self.pair.godparent.slug}-{self.pair.prisoner.slug}"


@dataclass(frozen=True, slots=True)
class BatchTexts:
    """What to post about a batch: about all of it, and about each of its pairs that everybody may see now."""

    post: Post
    pairs: tuple[PairTexts, ...]

    @property
    def parts(self) -> int:
        """In how many archives it comes."""
        return -(-len(self.pairs) // PART)


def texts(session: Session, batch_id: int, language: str) -> BatchTexts:
    """The texts in `language`. The same few statements for two hundred pairs as for one."""
    query = queries.pairs().where(Godparenthood.batch_id == batch_id).order_by(Godparenthood.id)
    found = queries.read_pairs(session, query, language)
    campaign = session.get_one(Campaign, session.get_one(ReleaseBatch, batch_id).campaign_id)
    base = web.kernel().config.base_url
    with force_locale(language.replace("-", "_")):
        made = tuple(_texts(pair, base) for pair in found)
        return BatchTexts(_of_all(found, campaign, f"{base}/godparents?campaign={campaign.slug}", language), made)


# ---------------------------------------------------------------------------------------------------------------------
# Words


def _texts(pair: Pair, base: str) -> PairTexts:
    page, prisoner = f"{base}/godparents/{pair.godparent.slug}", f"{base}/prisoners/{pair.prisoner.slug}"
    files = pair.prisoner.slug
    return PairTexts(
        pair=pair,
        post=Post(_short(pair, page), "\n\n".join(_long(pair, page, prisoner))),
        page=page,
        prisoner_page=prisoner,
        image=f"{page}/share-{files}.png",
        certificate=f"{page}/certificate-{files}.pdf",
    )


def _short(pair: Pair, page: str) -> str:
    said, statement = told(pair), " ".join(pair.statement.split())
    room = SHORT - len(page) - 1
    quote_room = room - len(said) - len(_("“%(words)s”", words="")) - 1
    if statement and quote_room >= _SHORTEST_QUOTE:
        quote = _("“%(words)s”", words=beginning(statement, quote_room))
        said = f"{said} {quote}"
    return f"{_cut(said, room)} {page}"


def _long(pair: Pair, page: str, prisoner: str) -> Iterator[str]:
    yield told(pair)
    whom = pair.prisoner
    status = str(STATUS[whom.status])
    if whom.detained_since:
        status = _("%(status)s, in detention since %(date)s", status=status, date=partial_date(whom.detained_since))
    yield _("%(name)s: %(status)s.", name=whom.name, status=status)
    if pair.statement.strip():
        quote = _("“%(words)s”", words=beginning(pair.statement.strip(), _LONGEST_QUOTE))
        yield f"{quote}\n– {pair.godparent.name}"
    yield f"{pair.godparent.name}: {page}\n{whom.name}: {prisoner}"


def _of_all(pairs: Sequence[Pair], campaign: Campaign, page: str, language: str) -> Post:
    people = len({pair.godparent.id for pair in pairs})
    said = ngettext(
        "Somebody new stands by a political prisoner.", "%(num)s more people stand by political prisoners.", people
    )
    codes = dict.fromkeys(pair.godparent.country for pair in pairs if pair.godparent.country)
    names = sorted(map(country_name, codes))
    if names:
        listed = format_list(names, locale=language.replace("-", "_"))
        whence = " ".join((said, _("They come from: %(countries)s.", countries=listed)))
        said = whence if len(whence) + len(page) + len(campaign.name) + 2 <= SHORT else said
    room = SHORT - len(page) - 1
    named = f"{campaign.name}: {said}"
    short = f"{named if len(named) <= room else _cut(said, room)} {page}"
    lines = "\n".join(f"• {told(pair)}" for pair in pairs)
    return Post(short, f"{named}\n\n{lines}\n\n{page}")


def _cut(text: str, longest: int) -> str:
    """As much of a text as may be; an address that leaves no room for any stands alone."""
    return text if len(text) <= longest else f"{text[: max(0, longest - 1)].rstrip()}…"


# ---------------------------------------------------------------------------------------------------------------------
# The archive

# Whoever reads slowly holds nothing: the turn is for one page, not for the archive.
_press = Press(at_once=1, waiting=7, patience=60.0)


def archive(session: Session, batch_id: int, language: str, part: int = 1) -> Iterator[bytes]:
    """One part (from 1) of the archive, a ZIP file: texts, pictures, certificates and a list of its pairs.

    All that comes from the database is read before this returns, and all words are translated; what is made while the
    file is sent needs neither.
    """
    whole = texts(session, batch_id, language)
    chosen = whole.pairs[(part - 1) * PART : part * PART]
    where = Where(web.kernel().config.base_url, language, clock.now().date())
    with force_locale(language.replace("-", "_")):
        ready = [_Ready.of(session, each, where) for each in chosen]
        said = _("Not in here, because no font has all their letters or too much was being printed:")
    return _zipped(whole, chosen, ready, where.today, said)


@dataclass(frozen=True, slots=True)
class _Ready:
    """The picture and the certificate of a pair before they are set; None where a character has no glyph."""

    name: str
    picture: Sheet | None = None
    certificate: Sheet | None = None

    @classmethod
    def of(cls, session: Session, each: PairTexts, where: Where) -> _Ready:
        pair = session.get_one(Godparenthood, each.pair.id)
        paper = papers.of_pair(session, pair, where, most=certificate.PORTRAIT)
        if paper is None or paper.prisoner is None:
            return cls(each.name)
        small = portraits.largest(session, paper.prisoner.id, most=papers.FOR_SCREENS) if paper.portrait else b""
        try:
            return cls(each.name, share.sheet(replace(paper, portrait=small)), certificate.sheet(paper))
        except MissingGlyph:
            return cls(each.name)


class _Pipe(io.RawIOBase):
    """Where a ZIP file is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile hands over bytes
        self._held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data = b"".join(self._held)
        self._held.clear()
        return data


def _zipped(
    whole: BatchTexts, chosen: Sequence[PairTexts], ready: Sequence[_Ready], today: date, said: str
) -> Iterator[bytes]:
    pipe, missing = _Pipe(), []
    with zipfile.ZipFile(pipe, "w") as file:

        def add(name: str, content: bytes) -> bytes:
            info = zipfile.ZipInfo(name, (today.year, today.month, today.day, 12, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED if name.endswith((".txt", ".csv")) else zipfile.ZIP_STORED
            file.writestr(info, content)
            return pipe.taken()

        yield add("all.txt", _as_text(whole.post))
        yield add("pairs.csv", _as_csv(chosen))
        for each, sheets in zip(chosen, ready, strict=True):
            yield add(f"texts/{each.name}.txt", _as_text(each.post))
            for name, ready_sheet, make in (
                (f"images/{each.name}.png", sheets.picture, share.printed),
                (f"certificates/{each.name}.pdf", sheets.certificate, Sheet.printed),
            ):
                made = _made(ready_sheet, make)
                if made:
                    yield add(name, made)
                else:
                    missing.append(name)
        if missing:
            yield add("missing.txt", "\n".join([said, *missing, ""]).encode())
    yield pipe.taken()


def _made(sheet: Sheet | None, make: Callable[[Sheet], bytes]) -> bytes:
    """A page in its turn; empty if it cannot be made."""
    if sheet is None:
        return b""
    try:
        with _press.turn():
            return make(sheet)
    except (Busy, MissingGlyph):
        return b""


def _as_text(post: Post) -> bytes:
    return f"{post.short}\n\n{'-' * 20}\n\n{post.long}\n".replace("\n", "\r\n").encode()


def _as_csv(chosen: Sequence[PairTexts]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for each in chosen:
        who, whom = each.pair.godparent, each.pair.prisoner
        cells = (
            who.name, who.office, who.chamber, who.party, who.country, whom.name, str(each.pair.since),
            each.pair.statement, each.post.short, each.post.long, each.page, each.prisoner_page,
            f"images/{each.name}.png", f"certificates/{each.name}.pdf",
        )  # fmt: skip
        writer.writerow([guard(cell) for cell in cells])
    return out.getvalue().encode()
