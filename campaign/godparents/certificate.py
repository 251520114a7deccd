"""The certificate of a godparenthood: who stands by whom, since when and with what words, to be hung on a wall.

It also tells of one that ended, with both dates. What it says of the prisoner is what the profile says that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from flask_babel import gettext as _

from campaign.godparents import papers
from campaign.godparents.papers import Paper, Sheet
from campaign.godparents.words import END
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.pictures import SIZES
from campaign.printing import fonts_for, lettering, qr_code
from campaign.printing.lettering import Part, main_language, part
from campaign.prisoners.models import Status
from campaign.prisoners.models.events import IN_CUSTODY
from campaign.prisoners.poster import two_names
from campaign.prisoners.queries import Name, Profile
from campaign.prisoners.words import STATUS
from campaign.web.filters import partial_date

LAYOUT = Path(__file__).with_suffix(".typ")
PORTRAIT = SIZES[-1]
"""Longer side in pixels of the portrait that is printed; for `papers.of_pair`."""
LONGEST_STATEMENT = 600
_LONGEST_CHARGES = 160
_LAST = IN_CUSTODY | {Status.EXILED, Status.DISAPPEARED}
"""Status that goes on; others are a day."""


def render(paper: Paper, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """The certificate, the same bytes all day. Raises `printing.MissingGlyph`."""
    return sheet(paper).printed(kind)


def sheet(paper: Paper) -> Sheet:
    """The certificate before it is set. `paper` tells of a prisoner. Raises `printing.MissingGlyph`."""
    assert paper.prisoner is not None
    data = contents(paper)
    names = (paper.prisoner.title, *paper.prisoner.spellings)
    eastern = lettering.eastern((name.script, name.language) for name in names)
    fonts = fonts_for(lettering.seen_texts(data), eastern or paper.where.language)
    data["qr"] = asdict(qr_code(paper.url)) | {"words": _("QR code of the address %(address)s", address=paper.url)}
    files = {"portrait.jpg": paper.portrait} if paper.portrait else {}
    return Sheet(LAYOUT, data, fonts, paper.where.today, files)


def contents(paper: Paper) -> dict[str, object]:
    """All words of the certificate, as the layout reads them."""
    prisoner, tie, language = paper.prisoner, paper.tie, paper.where.language
    assert prisoner is not None
    assert tie is not None
    name, other = two_names((prisoner.title, *prisoner.spellings), language)
    statement = lettering.beginning(tie.statement.text.strip().replace("\r\n", "\n"), LONGEST_STATEMENT)
    return {
        "title": f"{paper.role.tie}: {paper.name} – {name.name}",
        "publisher": paper.campaign,
        "language": main_language(language),
        "campaign": part(paper.campaign, language),
        "tie": part(str(paper.role.tie), language),
        "name": part(paper.name, language, script_of(paper.name)),
        "lines": part(" · ".join(paper.lines), language) if paper.lines else None,
        "stands": part(_("stands by") if tie.ended_on is None else _("stood by"), language),
        "prisoner": _named(name, language),
        "other": _named(other, language) if other else None,
        "dates": part(_dates(paper), language),
        "facts": [{"term": part(term, language), "text": part(text, language)} for term, text in _facts(prisoner)],
        "statement": part(statement, tie.statement.language or language) if statement else None,
        "portrait": (prisoner.picture.alt if prisoner.picture else "") or name.name if paper.portrait else None,
        "address": lettering.address(paper.url),
        "foot": part(" · ".join(_foot(paper)), language),
    }


def _dates(paper: Paper) -> str:
    tie = paper.tie
    assert tie is not None
    start = partial_date(PartialDate.of(tie.started_on))
    if tie.ended_on is None:
        return _("since %(date)s", date=start)
    said = _("from %(start)s to %(end)s", start=start, end=partial_date(PartialDate.of(tie.ended_on)))
    return " · ".join(filter(None, (said, str(END[tie.reason]) if tie.reason else "")))


def _facts(prisoner: Profile) -> Iterator[tuple[str, str]]:
    """What is known, each with its heading: status, charges, sentence."""
    status, begun = str(STATUS[prisoner.status]), partial_date(prisoner.since)
    if prisoner.status in _LAST and begun:
        status = _("%(status)s, since %(date)s", status=status, date=begun)
    elif begun:
        status = _("%(status)s, %(date)s", status=status, date=begun)
    yield _("Status"), status
    if prisoner.status is Status.DECEASED:
        return
    charges = lettering.beginning("; ".join(papers.charges(prisoner.articles)), _LONGEST_CHARGES)
    if charges:
        yield _("Charges"), charges
    if prisoner.sentence and (said := papers.sentence(prisoner.sentence)):
        yield _("Sentence"), said


def _foot(paper: Paper) -> Iterator[str]:
    yield _("As of %(date)s", date=partial_date(PartialDate.of(paper.where.today)))
    if paper.portrait and paper.credit:
        yield _("Photo: %(credit)s", credit=paper.credit)


def _named(name: Name, language: str) -> Part:
    return part(name.name, name.language or language, name.script)
