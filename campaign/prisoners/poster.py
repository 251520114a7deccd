"""The poster of one prisoner: which words stand on it, and their setting.

It says what is so: nobody who died or was deported is called free, and days are those that were spent in detention.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal, TypeAlias

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.kit.partial_dates import PartialDate
from campaign.printing import fonts_for, lettering, qr_code, typeset
from campaign.printing.lettering import main_language, part
from campaign.prisoners.models import NameKind, Status, campaign_prisoners
from campaign.prisoners.queries import Name, Profile
from campaign.web.filters import partial_date
from campaign.web.markdown import to_html

Paper: TypeAlias = Literal["a4", "a3"]
LAYOUT = Path(__file__).with_suffix(".typ")
LONGEST_ABOUT = 220


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster is made of. `url` is the profile's, `portrait` a JPEG, `campaign` a name; both may be empty."""

    profile: Profile
    url: str
    language: str
    today: date
    campaign: str = ""
    portrait: bytes = b""


def campaign_name(session: Session, prisoner_id: int) -> str:
    """The name of the first campaign for this prisoner; empty if there is none."""
    campaigns = campaign_prisoners.metadata.tables["campaigns"].c  # the room itself lies above this one
    query = (
        select(campaigns.name)
        .join(campaign_prisoners, campaign_prisoners.c.campaign_id == campaigns.id)
        .where(campaign_prisoners.c.prisoner_id == prisoner_id)
        .order_by(campaigns.id)
    )
    return session.scalars(query.limit(1)).first() or ""


def render(poster: Poster, paper: Paper, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """The poster as PDF, the same bytes all day. Raises `printing.MissingGlyph`."""
    data = contents(poster) | {"paper": paper}
    names = (poster.profile.title, *poster.profile.spellings)
    eastern = lettering.eastern((name.script, name.language) for name in names)
    fonts = fonts_for(lettering.seen_texts(data), eastern or poster.language)
    noon = datetime.combine(poster.today, time(12), UTC)
    files = {"portrait.jpg": poster.portrait} if poster.portrait else {}
    data["qr"] = asdict(qr_code(poster.url)) | {"words": _("QR code of the address %(address)s", address=poster.url)}
    return typeset(LAYOUT, data, fonts, noon, files=files, kind=kind)


def contents(poster: Poster) -> dict[str, object]:
    """All words of the poster, as the layout reads them."""
    profile, language = poster.profile, poster.language
    name, other = two_names((profile.title, *profile.spellings), language)
    about = _first_words(profile.about.text)
    site = poster.url.partition("://")[2]
    return {
        "title": f"{name.name} – {_band(poster)}",
        "publisher": poster.campaign or site.partition("/")[0],
        "language": main_language(language),
        "band": part(_band(poster), language),
        "name": _named(name, language),
        "other": _named(other, language) if other else None,
        "count": _counted(_count(poster), language),
        "about": part(about, profile.about.language or language) if about else None,
        "address": lettering.address(poster.url),
        "portrait": (profile.picture.alt if profile.picture else "") or name.name if poster.portrait else None,
        "foot": part(" · ".join(_foot(poster)), language),
    }


def two_names(names: Sequence[Name], language: str) -> tuple[Name, Name | None]:
    """The name in the script of the page, and in another one, the prisoner's own; None if there is only one script.

    `names` are those in use, the most usual first; at least one.
    """
    script = _SCRIPTS.get(main_language(language), "Latn")
    here = [name for name in names if name.script == script]
    first = next((name for name in here if main_language(name.language) == main_language(language)), None)
    first = first or next(iter(here), names[0])
    others = [name for name in names if name.script and name.script != first.script]
    mains = [name for name in others if name.kind == NameKind.MAIN]
    return first, next(iter(mains or others), None)


_SCRIPTS = {
    "ar": "Arab",
    "fa": "Arab",
    "be": "Cyrl",
    "ru": "Cyrl",
    "uk": "Cyrl",
    "he": "Hebr",
    "hy": "Armn",
    "ka": "Geor",
}


def _band(poster: Poster) -> str:
    status = poster.profile.status
    words = {
        Status.DECEASED: _("In memory"),
        Status.EXILED: _("Forced into exile"),
        Status.RELEASED: _("Released"),
        Status.DISAPPEARED: _("Disappeared"),
    }
    return words.get(status) or poster.campaign or _("Political prisoner")


def _foot(poster: Poster) -> Iterator[str]:
    profile = poster.profile
    if poster.campaign and profile.status is not Status.DECEASED and _band(poster) != poster.campaign:
        yield poster.campaign
    count = _count(poster)
    if count is None or count.lines != _as_of(poster.today):
        yield _as_of(poster.today)
    if poster.portrait and profile.picture and (profile.picture.author or profile.picture.licence):
        credit = ", ".join(filter(None, (profile.picture.author, profile.picture.licence)))
        yield _("Photo: %(credit)s", credit=credit)


def _as_of(today: date) -> str:
    return _("As of %(date)s", date=partial_date(PartialDate.of(today)))


@dataclass(frozen=True, slots=True)
class Count:
    """What is seen from afar: a number (or a word), what it counts, and a line below."""

    number: str
    after: str = ""
    lines: str = ""
    at_least: bool = False


def _count(poster: Poster) -> Count | None:
    """The count that fits the status; None if there is nothing to count or to say."""
    profile = poster.profile
    held, at_least = (profile.days.count, profile.days.at_least) if profile.days else (0, False)
    since = partial_date(profile.since)
    days = Count(format_decimal(held), ngettext("day in detention", "days in detention", held), at_least=at_least)
    match profile.status:
        case Status.DETAINED | Status.CONVICTED:
            return replace(days, lines=_as_of(poster.today)) if held else Count(_("In detention"))
        case Status.HOUSE_ARREST:
            after = ngettext("day deprived of liberty", "days deprived of liberty", held)
            return replace(days, after=after, lines=_as_of(poster.today)) if held else Count(_("Under house arrest"))
        case Status.EXILED:
            deported = _("Deported on release: %(date)s", date=since) if since else _("Deported on release")
            return replace(days, lines=deported) if held else Count(_("Exiled"), lines=deported)
        case Status.RELEASED:
            released = _("Released: %(date)s", date=since) if since else ""
            return replace(days, lines=released) if held else Count(since) if since else None
        case Status.DISAPPEARED:
            return _disappeared(profile, poster.today)
        case Status.DECEASED:
            return _deceased(profile, days if held else None)
    return None


def _disappeared(profile: Profile, today: date) -> Count:
    gone = (today - profile.since.last).days if profile.since else 0
    since = _("Since %(date)s", date=partial_date(profile.since)) if profile.since else ""
    if gone <= 0:
        return Count(_("No trace"), lines=since)
    after = ngettext("day without a trace", "days without a trace", gone)
    return Count(format_decimal(gone), after, since, at_least=bool(profile.since and not profile.since.exact))


def _deceased(profile: Profile, days: Count | None) -> Count | None:
    if profile.died is None:
        return days
    years = "\u00a0–\u00a0".join(str(day.year) for day in (profile.born, profile.died) if day)
    held = f"{days.number} {days.after}" if days and not days.at_least else ""
    return Count(years, _("Died: %(date)s", date=partial_date(profile.died)), held)


def _counted(count: Count | None, language: str) -> dict[str, object] | None:
    if count is None:
        return None
    parts = {"number": count.number, "after": count.after, "lines": count.lines}
    parts["before"] = _("at least") if count.at_least else ""
    return {name: part(text, language) if text else None for name, text in parts.items()}


def _first_words(about: str) -> str:
    """One or two sentences of who it is, without markup."""
    first = about.strip().replace("\r\n", "\n").partition("\n\n")[0]
    plain = to_html(first).striptags()
    return lettering.beginning(plain, LONGEST_ABOUT)


def _named(name: Name, language: str) -> dict[str, object]:
    return part(name.name, name.language or language, name.script)
