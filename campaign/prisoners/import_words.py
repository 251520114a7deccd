"""Why a row waits or cannot be used, in words. They translate themselves when they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from campaign.prisoners import words
from campaign.prisoners.importing.comparing import Outcome
from campaign.prisoners.importing.matching import Decision
from campaign.prisoners.models import EventKind, RunState

DOUBTS: dict[str, LazyString] = {
    "impossible_date": _l("There is no such date: %(value)s (%(field)s)."),
    "ambiguous_date": _l("This date can be read in two ways: %(value)s (%(field)s)."),
    "unclear_date": _l("This date cannot be read: %(value)s (%(field)s)."),
    "too_long": _l("This is too long and was left out: %(field)s (%(value)s…)."),
    "unknown_word": _l("This word is not known: %(value)s (%(field)s). The mapping can say what it means."),
    "two_people": _l("The name seems to hold two people: %(name)s."),
    "same_id_in_file": _l("The list has the id %(key)s more than once: rows %(rows)s."),
    "same_url_in_file": _l("The list has the same page for several rows: %(rows)s (%(url)s)."),
    "same_name_in_file": _l("The list has this name more than once, and nothing tells them apart: rows %(rows)s."),
    "other_birth_date_in_file": _l("The list has this name with different birth dates: rows %(rows)s."),
    "same_url": _l("Somebody else here already has this page: %(url)s."),
    "same_id_other_name": _l("The list knew somebody else by the id %(key)s: %(name)s."),
    "same_name_other_id": _l("The list knows somebody of this name by another id."),
    "same_person_twice": _l("Several rows would be the same person here: %(rows)s."),
    "several": _l("Several people here have this name and could be meant."),
    "other_birth_date": _l("Somebody here has this name, but another birth date than %(born)s."),
    "no_birth_date": _l("Somebody here has this name, and no birth date decides whether it is the same person."),
    "changed_here": _l(
        "%(field)s: people changed it here. Here it is “%(here)s”, the list said “%(before)s” and now says “%(now)s”."
    ),
    "custody_of_released": _l("The list says: in custody. Here it says: %(status)s."),
    "twice_in_list": _l("The list has this address twice: %(slug)s."),
    "other_person": _l("The address %(slug)s belongs to somebody else here: %(here)s."),
    "differs": _l("%(field)s: here it is “%(here)s”, the list says “%(list)s”."),
    "slug_of_another": _l("An earlier address belongs to somebody else here: %(slug)s."),
    "event_of_another": _l("An event in this row belongs to somebody else here."),
    "identifier_of_another": _l("The list %(list)s knows somebody else here by %(key)s."),
    "unknown_facility": _l("There is no place of detention %(facility)s, neither here nor in the list."),
}

REFUSALS: dict[str, LazyString] = {
    "no_name": _l("There is no name in this row."),
    "name_too_long": _l("The name is too long."),
    "too_long": _l("This is too long: %(field)s."),
    "not_unicode": _l("The row holds characters that are no text."),
    "bad_date": _l("This is no date: %(field)s."),
    "bad_moment": _l("This is no moment: %(field)s."),
    "bad_url": _l("This is no web address: %(field)s."),
    "bad_key": _l("This is no name for a field: %(field)s."),
    "bad_form": _l("This does not have the form it needs: %(field)s."),
    "missing": _l("This is missing: %(field)s."),
    "not_a_picture": _l("This is no picture: %(field)s."),
    "not_a_list": _l("This should be a list: %(field)s."),
    "not_a_number": _l("This should be a number: %(field)s."),
    "not_a_text": _l("This should be text: %(field)s."),
    "not_a_prisoner": _l("This row is not about a prisoner."),
    "not_an_object": _l("This should be an object with fields: %(field)s."),
    "not_json": _l("This is not JSON: %(field)s."),
    "not_true_or_false": _l("This should be true or false: %(field)s."),
    "reserved": _l("This word has a meaning of its own here and cannot be used: %(field)s."),
    "unknown_field": _l("There is no such field: %(field)s."),
    "unknown_word": _l("This word is not known here: %(field)s."),
}

UNREADABLE: dict[str, LazyString] = {
    "empty": _l("The file is empty."),
    "binary": _l("This is not a text file."),
    "spreadsheet": _l("This is a spreadsheet. Please save it as CSV (UTF-8) and bring that."),
    "pdf": _l("This is a PDF. A list has to be CSV or JSON."),
    "packed": _l("This file is packed. Please unpack it first."),
    "picture": _l("This is a picture. A list has to be CSV or JSON."),
    "unknown_encoding": _l("There is no encoding %(encoding)s."),
    "wrong_encoding": _l("The file is not in the encoding %(encoding)s."),
    "line_too_long": _l("The file has a line that is too long to be one of a list."),
    "no_header": _l("There is no header in row %(header_row)s."),
    "broken_row": _l("The file cannot be read any further after row %(row)s."),
    "truncated": _l("The file breaks off after row %(row)s."),
    "broken_json": _l("The JSON is broken after row %(row)s."),
    "too_deep": _l("The file is nested too deeply to be a list."),
    "newer_form": _l("The file was written by a newer version of this software (form %(version)s)."),
    "no_list": _l("There is no list at %(path)s in the file."),
    "several_lists": _l("The file holds several lists. The mapping has to say which one is meant: %(paths)s."),
    "no_name_column": _l("No column looks like the name. Please write a mapping. The columns are: %(columns)s."),
    "not_toml": _l("The mapping cannot be read: %(why)s."),
    "unknown_key": _l("The mapping has a key that is not known: %(key)s. There are: %(known)s."),
    "wrong_value": _l("In the mapping, %(key)s should be %(expected)s."),
    "missing_key": _l("The mapping needs %(key)s."),
    "bad_regex": _l("The pattern in %(key)s cannot be used: %(why)s."),
    "slow_regex": _l("The pattern in %(key)s could take forever. Please write a simpler one."),
    "missing_column": _l("The mapping names a column that the list does not have: %(column)s. There are: %(columns)s."),
    "no_mapping": _l("There is no mapping %(name)s. There are: %(known)s."),
    "no_rows": _l("There is no row in the file that could be read."),
    "interrupted": _l("The command was interrupted. What was written stays; please bring the list in again."),
    "unexpected": _l("Something went wrong that should not have. What was written stays; please start again."),
}

NOTES: dict[str, LazyString] = {
    "encoding_guessed": _l("The encoding was guessed: %(encoding)s."),
    "damaged_characters": _l("Some characters in the file are damaged."),
    "header_row": _l("The header is in row %(row)s."),
    "columns_renamed": _l("Some columns have the same name and were given numbers: %(columns)s."),
    "list_at": _l("The list is at %(path)s in the file."),
    "column_guessed": _l("%(field)s was taken from the column %(column)s."),
    "columns_unused": _l("These columns are not used: %(columns)s."),
    "order_guessed": _l("Dates were read in this order: %(order)s."),
}

OUTCOMES = {
    Outcome.NEW: _l("New"),
    Outcome.CHANGED: _l("Changed"),
    Outcome.UNCHANGED: _l("Unchanged"),
    Outcome.DOUBTFUL: _l("Doubtful"),
    Outcome.LEFT_OUT: _l("Left out before"),
    Outcome.REFUSED: _l("Refused"),
}

STATES = {
    RunState.PREVIEWING: _l("Being read"),
    RunState.PREVIEW: _l("Waits for your decision"),
    RunState.WAITING: _l("Waits for its turn"),
    RunState.RUNNING: _l("Being written"),
    RunState.DONE: _l("Done"),
    RunState.FAILED: _l("Failed"),
    RunState.DROPPED: _l("Dropped"),
}

DECISIONS = {
    Decision.PERSON: _l("It is this person"),
    Decision.NEW: _l("It is somebody new"),
    Decision.LEAVE_OUT: _l("Leave the row out"),
}

_FIELDS = {
    "names": _l("Names"),
    "born": _l("Born"),
    "gender": _l("Gender"),
    "country": _l("Country"),
    "sort_as": _l("Sorted as"),
    "about": _l("About"),
    "designation": _l("Recognised by"),
    "designations": _l("Recognised by"),
    "campaigns": _l("Campaigns"),
    "url": _l("Page"),
    "name": _l("Name"),
    "arrested": words.EVENT[EventKind.ARREST],
    "charged": words.EVENT[EventKind.CHARGE],
    "charges": words.EVENT[EventKind.CHARGE],
    "articles": words.EVENT[EventKind.CHARGE],
    "verdict": words.EVENT[EventKind.VERDICT],
    "appeal": words.EVENT[EventKind.APPEAL],
    "released": words.EVENT[EventKind.RELEASE],
    "exiled": words.EVENT[EventKind.EXILE],
    "disappeared": words.EVENT[EventKind.DISAPPEARANCE],
    "died": words.EVENT[EventKind.DEATH],
    "facility": _l("Place of detention"),
    "sentence": _l("Sentence"),
    "penalty": _l("Sentence"),
    "sentence_start": _l("Beginning of the sentence"),
    "designated": _l("Recognised by"),
    "status": _l("Status"),
    "as_of": _l("As of"),
}
_ANY = _l("Something is not as it should be (%(code)s).")


def reason(code: str, values: Mapping[str, str]) -> str:
    """Why a row waits, or is refused, or a file cannot be read, in one sentence."""
    shown = dict(values)
    if "field" in shown:
        shown["field"] = field(shown["field"])
    tables = (DOUBTS, REFUSALS, UNREADABLE)
    found = [_filled(table[code], shown) for table in tables if code in table]
    return next((text for text in found if text), None) or str(_ANY) % {"code": code}


def note(code: str, values: Mapping[str, str]) -> str:
    """Something that people should know about a file."""
    return (_filled(NOTES[code], values) if code in NOTES else "") or str(_ANY) % {"code": code}


def field(name: str) -> str:
    """What a field is called: `born`, `about.en`, `event.arrest`."""
    first, _, rest = name.replace("/", ".").partition(".")
    if first == "event" and rest in set(EventKind):
        return str(words.EVENT[EventKind(rest)])
    known = _FIELDS.get(first)
    if known is None:
        return name
    return f"{known} ({rest})" if rest else str(known)


def _filled(text: LazyString, values: Mapping[str, str]) -> str:
    """The text with its values; empty if it speaks of others: a code may be told with and without a value."""
    try:
        return str(text) % values
    except KeyError:
        return ""
