"""What people read about what they typed, where every form says the same."""

from __future__ import annotations

from flask_babel import gettext as _

from campaign.kit.addresses import AddressProblem
from campaign.kit.text import TextProblem


def about_text(problem: TextProblem, *, missing: str, no_letters: str = "", shape: str = "") -> str:
    """About a text that cannot be taken. `missing`, `no_letters` and `shape` are the form's own words for its field."""
    match problem.code:
        case "missing":
            return missing
        case "no_letters" if no_letters:
            return no_letters
        case "shape" if shape:
            return shape
        case "too_long":
            return _("Please shorten this to %(limit)s characters.", limit=problem.limit)
        case "url":
            return _("Web and e-mail addresses cannot be used here. If it is none, put a space after the full stop.")
        case "marks":
            return _("There are too many accents on one letter. Please type it anew.")
        case _:
            return _(
                "This holds characters that cannot be seen or change the direction of writing. Please type it anew."
            )


def about_address(problem: AddressProblem, *, missing: str) -> str:
    """About an e-mail address that cannot be taken."""
    match problem.code:
        case "missing":
            return missing
        case "too_long":
            return _("This e-mail address is too long to be one. Please check it.")
        case _:
            return _("This is not an e-mail address. It looks like name@example.org.")
