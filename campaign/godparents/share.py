"""The picture of a godparent and a prisoner for social networks: two faces, two names, what is said.

1200 × 630 pixels, which is what they show; the letters are large enough for a preview of a quarter of that.
"""

from __future__ import annotations

from pathlib import Path

from flask_babel import gettext as _

from campaign.godparents.papers import Paper, Sheet
from campaign.kit.scripts import script_of
from campaign.pictures import lighter
from campaign.printing import fonts_for, lettering
from campaign.printing.lettering import main_language, part
from campaign.prisoners.poster import two_names

WIDTH, HEIGHT = 1200, 630
LAYOUT = Path(__file__).with_suffix(".typ")
LONGEST_STATEMENT = 150


def render(paper: Paper) -> bytes:
    """The picture, a PNG, the same bytes all day. Raises `printing.MissingGlyph`."""
    return printed(sheet(paper))


def printed(ready: Sheet) -> bytes:
    """The picture of a sheet: with few enough colours that messengers load it. Raises `printing.MissingGlyph`."""
    return lighter(ready.printed("png"))


def sheet(paper: Paper) -> Sheet:
    """The picture before it is set. Raises `printing.MissingGlyph`."""
    data = contents(paper)
    names = (paper.prisoner.title, *paper.prisoner.spellings) if paper.prisoner else ()
    eastern = lettering.eastern((name.script, name.language) for name in names)
    fonts = fonts_for(lettering.seen_texts(data), eastern or paper.where.language)
    pictures = {"photo.jpg": paper.photo, "portrait.jpg": paper.portrait}
    files = {name: content for name, content in pictures.items() if content}
    return Sheet(LAYOUT, data | {"pictures": sorted(files)}, fonts, paper.where.today, files)


def contents(paper: Paper) -> dict[str, object]:
    """All words of the picture, as the layout reads them."""
    prisoner, tie, language = paper.prisoner, paper.tie, paper.where.language
    name = other = None
    if prisoner is not None:
        name, other = two_names((prisoner.title, *prisoner.spellings), language)
    said = tie.statement.text if tie else ""
    statement = lettering.beginning(" ".join(said.split()), LONGEST_STATEMENT)
    stands = (_("stands by") if tie.ended_on is None else _("stood by")) if tie else ""
    return {
        "title": " – ".join(filter(None, (paper.name, name.name if name else ""))),
        "publisher": paper.campaign,
        "language": main_language(language),
        "above": part(str(paper.role.tie if prisoner else paper.role.one), language),
        "name": part(paper.name, language, script_of(paper.name)),
        "lines": part(" · ".join(_short(paper.lines)), language) if paper.lines else None,
        "stands": part(stands, language) if name else None,
        "prisoner": part(name.name, name.language or language, name.script) if name else None,
        "other": part(other.name, other.language or language, other.script) if other else None,
        "statement": part(_("“%(words)s”", words=statement), language) if statement else None,
        "campaign": part(paper.campaign, language),
        "site": part(paper.where.base_url.partition("://")[2], "en", hyphen="\u200b"),
    }


def _short(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The office, else the chamber, and the country."""
    return tuple(dict.fromkeys((lines[0], lines[-1])))
