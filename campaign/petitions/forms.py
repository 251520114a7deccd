"""The form under a petition: reading it, checking it, and saying at the field what is wrong.

Written by hand because every visitor's signature passes here: WTForms would cost more than all the rest of signing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from campaign.kit import countries, text
from campaign.kit.addresses import Address, AddressProblem, parse
from campaign.petitions.service import Submission
from campaign.web.complaints import about_address, about_text

NAME_LENGTH = 100
COMMENT_LENGTH = 1000
CODE_LENGTH = 16
TYPED = ("given_name", "family_name", "email", "country", "postal_code", "comment")
CHOICES = ("show_name", "deliver_name", "updates", "consent")


@dataclass
class SignForm:
    """What was typed, and after `check` what is wrong with it, by field."""

    values: dict[str, str]
    choices: dict[str, bool]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> SignForm:
        """A form nobody has filled in; every choice is off."""
        return cls(dict.fromkeys(TYPED, ""), dict.fromkeys(CHOICES, False))

    @classmethod
    def read(cls, form: Mapping[str, str]) -> SignForm:
        """Take what was sent as it is. A box that is not ticked is not sent; `off`, `0` and the like count as that."""
        values = {name: form.get(name, "") for name in TYPED}
        return cls(values, {name: form.get(name, "").strip().lower() not in _NO for name in CHOICES})

    def check(self, language: str) -> Submission | None:
        """The submission, or None with `errors` filled: every field is checked, not only the first bad one."""
        given = self._line("given_name", text.clean_name, NAME_LENGTH)
        family = self._line("family_name", text.clean_name, NAME_LENGTH)
        address = self._address()
        country = self._country()
        postal = self._line("postal_code", text.clean_code, CODE_LENGTH)
        comment = self._line("comment", text.clean_text, COMMENT_LENGTH)
        if not self.choices["consent"]:
            self.errors["consent"] = _("Please tick this box: without your agreement we may not keep your signature.")
        if self.errors or address is None:
            return None
        return Submission(
            given_name=given,
            family_name=family,
            email=address.wire,
            canonical=address.canonical,
            country=country,
            postal_code=postal,
            comment=comment,
            show_name=self.choices["show_name"],
            deliver_name=self.choices["deliver_name"],
            updates=self.choices["updates"],
            language=language,
        )

    def _line(self, name: str, clean: Callable[..., str], maximum: int) -> str:
        try:
            return clean(self.values[name], maximum=maximum)
        except text.TextProblem as problem:
            self.errors[name] = text_message(name, problem)
            return ""

    def _address(self) -> Address | None:
        try:
            return parse(self.values["email"])
        except AddressProblem as problem:
            self.errors["email"] = address_message(problem)
            return None

    def _country(self) -> str:
        code = self.values["country"].strip().upper()
        if not code:
            self.errors["country"] = _("Please choose your country.")
        elif code not in countries.codes():
            self.errors["country"] = _("This country is not in the list. Please choose one from it.")
        return code


_NO = {"", "0", "off", "no", "n", "false"}


def text_message(name: str, problem: text.TextProblem) -> str:
    """What a person reads about a text that cannot be taken."""
    return about_text(
        problem,
        missing=_("Please type your family name; if you have none, type a dash.")
        if name == "family_name"
        else _("Please type your name; a pseudonym is fine."),
        no_letters=_("Please use letters; a dash alone is fine if you have no such name."),
        shape=_("A postal code has letters, digits, spaces and hyphens only."),
    )


def address_message(problem: AddressProblem) -> str:
    """What a person reads about an e-mail address that cannot be taken."""
    return about_address(
        problem, missing=_("Please type your e-mail address: we send you a link to confirm your signature.")
    )
