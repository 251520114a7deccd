"""The forms of a godparent's own page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from campaign.godparents.deeds import NewDeed
from campaign.godparents.forms import (
    CONTACT_LENGTH,
    NAME_LENGTH,
    STATEMENT_LENGTH,
    address_message,
    text_message,
)
from campaign.godparents.models import DeedKind
from campaign.kit import text
from campaign.kit.addresses import Address, AddressProblem, parse
from campaign.prisoners.forms.fields import DeskForm

NOTE_LENGTH = 500
MESSAGE_LENGTH = 600


class OwnForm(DeskForm):
    """What was typed, and what is wrong with it by field."""

    def take(self, name: str, clean: Callable[..., str], maximum: int, *, required: bool = False) -> str:
        """One field, cleaned by a function of `kit.text`."""
        try:
            return clean(self.values[name], maximum=maximum, required=required)
        except text.TextProblem as problem:
            self.errors[name] = text_message(name, problem)
            return ""


@dataclass(frozen=True, slots=True)
class Successor:
    """Whom to ask to take over. `language` is that of the mail."""

    name: str
    email: Address
    language: str
    message: str


class StatementForm(OwnForm):
    """A godparent's words, and their language."""

    def check(self) -> tuple[str, str] | None:
        """Text and language, or None with `errors` filled."""
        words = self.take("statement", text.clean_text, STATEMENT_LENGTH)
        language = self.language("language")
        return None if self.errors else (words, language if words else "")


class ContactForm(OwnForm):
    """Whom organisers call."""

    def check(self) -> str | None:
        """The text, or None with `errors` filled."""
        contact = self.take("contact", text.clean_markdown, CONTACT_LENGTH)
        return None if self.errors else contact


class DeedForm(OwnForm):
    """What was done, when, and where to read of it."""

    def check(self, today: date) -> NewDeed | None:
        """The deed, or None with `errors` filled: every field is checked, not only the first bad one."""
        kind = self.choice("kind", set(DeedKind))
        day = self.partial("day")
        if day is None and "day-year" not in self.errors:
            self.errors["day-year"] = _("Please say when. The year alone is fine, so are month and year.")
        if day is not None and day.first > today:
            self.errors["day-year"] = _("This day lies ahead. Please record it once it is done.")
        url = self.url("url")
        note = self.take("note", text.clean_text, NOTE_LENGTH)
        language = self.language("language")
        if self.errors or day is None:
            return None
        return NewDeed(DeedKind(kind), day, url, note, language)


class HandOverForm(OwnForm):
    """Whom to ask to take over."""

    def check(self, languages: Collection[str]) -> Successor | None:
        """The successor, or None with `errors` filled. `languages` are those that our mails come in."""
        name = self.take("name", text.clean_name, NAME_LENGTH, required=True)
        message = self.take("message", text.clean_text, MESSAGE_LENGTH)
        language = self.choice("language", languages) if len(languages) > 1 else next(iter(languages))
        try:
            email = parse(self.values["email"])
        except AddressProblem as problem:
            self.errors["email"] = _hand_over_address_message(problem)
            return None
        return None if self.errors else Successor(name, email, language, message)


def _hand_over_address_message(problem: AddressProblem) -> str:
    if problem.code == "missing":
        return _("Please type the successor's official e-mail address: we write to it.")
    return address_message(problem)
