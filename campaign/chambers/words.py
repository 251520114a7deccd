"""What a file fails with, what became of its parts, what was done: words that translate themselves when shown."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

UNUSABLE: dict[str, LazyString] = {
    "empty": _l("The file is empty."),
    "binary": _l("This is not a text file."),
    "spreadsheet": _l("This is a spreadsheet. Please save it as CSV (UTF-8) and bring that."),
    "pdf": _l("This is a PDF. A roster has to be Popolo JSON or CSV."),
    "packed": _l("This file is packed. Please unpack it first."),
    "picture": _l("This is a picture. A roster has to be Popolo JSON or CSV."),
    "too_large": _l("The file is larger than %(limit)s MB."),
    "wrong_encoding": _l("The file holds characters that cannot be read. Please save it as UTF-8."),
    "broken_json": _l("The JSON is broken in line %(line)s."),
    "too_deep": _l("The file is nested too deeply to be a roster."),
    "not_a_roster": _l("This JSON is no roster: it has no list of persons."),
    "broken_row": _l("The table cannot be read at row %(row)s."),
    "no_name_column": _l("No column is called like a name. The columns are: %(columns)s."),
    "no_chamber": _l("The table has no column for the chamber. Please name the chamber."),
    "no_chambers": _l("No organisation in the file is a chamber of a parliament."),
    "no_members": _l("There are no members of a chamber in the file (%(refused)s parts of it could not be read)."),
    "bad_country": _l("There is no country %(country)s. Please give two letters, such as EE."),
    "no_country": _l("Neither the file nor the addresses in it tell the country of %(chamber)s. Please give it."),
    "bad_domain": _l("%(domain)s cannot be an official domain: anybody can get a mailbox or a domain there."),
    "no_domain": _l("This is no domain: %(domain)s."),
    "members_missing": _l(
        "%(missing)s of the %(present)s who sit in %(chamber)s are not in this file. It is hardly all of the chamber."
        " If they did leave, say so."
    ),
    "older": _l("A newer file of %(chamber)s was brought in already: that of %(newest)s."),
    "future": _l("%(day)s has not come yet: a file cannot be of that day."),
    "busy": _l("Another roster is being brought in. Please try again when that is done."),
    "unexpected": _l("The file could not be brought in. What is written stays; bring it in again."),
}

FINDINGS: dict[str, LazyString] = {
    "wrong_type": _l("This has not the form it needs: %(field)s."),
    "missing": _l("This is missing: %(field)s."),
    "too_long": _l("This is too long: %(field)s."),
    "not_text": _l("This holds characters that are no text: %(field)s."),
    "bad_date": _l("This is no date: %(value)s (%(field)s)."),
    "bad_country": _l("This is no country: %(value)s."),
    "too_deep": _l("This is nested too deeply."),
    "too_much": _l("There is too much beyond what we keep; only the rest was taken."),
    "too_many": _l("One person has more of these than anybody can have."),
    "id_twice": _l("The file uses this id for somebody else, too."),
    "twin": _l("Two people seem to have this name, and nothing tells them apart. An id or a mailbox would."),
    "unknown_person": _l("There is no person %(person)s in the file."),
    "unknown_chamber": _l("It does not say in which organisation."),
    "bad_email": _l("The e-mail address is none."),
    "no_mandate": _l("Sits in no chamber."),
    "twice": _l("The file says this twice."),
}

SECTIONS: dict[str, LazyString] = {
    "rows": _l("Row"),
    "persons": _l("Person"),
    "memberships": _l("Membership"),
    "organizations": _l("Organisation"),
    "events": _l("Event"),
    "areas": _l("Area"),
    "posts": _l("Post"),
}

COUNTS: dict[str, LazyString] = {
    "new": _l("new members"),
    "changed": _l("changed"),
    "unchanged": _l("unchanged"),
    "mandates_new": _l("new mandates"),
    "mandates_ended": _l("mandates that ended"),
    "sitting": _l("sit now"),
}


def unusable(code: str, values: Mapping[str, str]) -> str:
    """Why a file cannot be brought in."""
    return _filled(UNUSABLE.get(code, UNUSABLE["unexpected"]), values)


def finding(code: str, values: Mapping[str, str]) -> str:
    """Why a part of a file was not taken."""
    return _filled(FINDINGS[code], values)


def _filled(words: LazyString, values: Mapping[str, str]) -> str:
    return str(words) % {"field": "", "value": "", **values}
