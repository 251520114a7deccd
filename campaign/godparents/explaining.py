"""Why somebody was given just this prisoner, in words: for the godparent and for organisers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.web.filters import partial_date


def explain(why: Mapping[str, object], name: str) -> str:
    """The sentences for what `assigning.Choice.why` gave; `name` is the prisoner's. Empty for who was not assigned."""
    return " ".join(_sentences(why, name)) if why else ""


def _sentences(why: Mapping[str, object], name: str) -> Iterator[str]:
    since, left = why.get("since"), why.get("left")
    day = partial_date(since) if isinstance(since, str) else ""
    already = int(str(why.get("godparents", 0)))
    if already:
        yield ngettext(
            "Everybody has somebody already; %(name)s has fewest, %(num)d.",
            "Everybody has somebody already; %(name)s has fewest, %(num)d.",
            already,
            name=name,
        )
        if day:
            yield _("Among those with as few, nobody has waited longer: since %(date)s.", date=day)
        if why.get("compatriots") == 0:
            yield _("None of those who stand by %(name)s is from the same country as you.", name=name)
    elif day and left:
        yield _("Nobody has stood by %(name)s since %(date)s.", name=name, date=day)
    elif day:
        yield _("Nobody stood by %(name)s, who has been in detention since %(date)s.", name=name, date=day)
    else:
        yield _("Nobody stood by %(name)s.", name=name)
    candidates = int(str(why.get("candidates", 0)))
    if candidates > 1 and not already:
        yield ngettext(
            "Of %(num)d prisoner by whom nobody stands, none has been without anybody for longer.",
            "Of %(num)d prisoners by whom nobody stands, none has been without anybody for longer.",
            candidates,
        )
