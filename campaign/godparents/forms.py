"""The form to join: reading it, checking it, and saying at the field what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from campaign.chambers.queries import Seat
from campaign.godparents.applying import Application
from campaign.kit import countries, text
from campaign.kit.addresses import Address, AddressProblem, parse
from campaign.kit.folding import words
from campaign.web.complaints import about_address, about_text

NAME_LENGTH = 100
OFFICE_LENGTH = 200
CONTACT_LENGTH = 500
STATEMENT_LENGTH = 800
OTHER = "other"
"""What the list of chambers says for an office that is written by hand."""
ASSIGN = "assign"
"""What the list of prisoners says for "the one who needs somebody most"."""
TYPED = (
    "given_name",
    "family_name",
    "member",
    "chamber",
    "office",
    "party",
    "country",
    "email",
    "contact",
    "filled_by",
    "statement",
    "prisoner",
)
CHOICES = ("consent", "publish")
_NO = {"", "0", "off", "no", "n", "false"}
_LONGEST_ID = 9
"""Digits. Longer ones are nobody's, and some databases refuse to look for them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says about what was typed.

    `chambers` are the ids that may be chosen, `seat` is the roster's entry that was picked, `prisoner_id` who was
    chosen; None where there is no such one.
    """

    chambers: Collection[int] = ()
    seat: Seat | None = None
    prisoner_id: int | None = None


@dataclass
class JoinForm:
    """What was typed, and after `check` what is wrong with it, by field. `photo_sent`: a file came with it."""

    values: dict[str, str]
    choices: dict[str, bool]
    errors: dict[str, str] = field(default_factory=dict)
    photo_sent: bool = False

    @classmethod
    def empty(cls, **values: str) -> JoinForm:
        """A form nobody has filled in, but for `values`; no box is ticked."""
        return cls(dict.fromkeys(TYPED, "") | {"prisoner": ASSIGN} | values, dict.fromkeys(CHOICES, False))

    @classmethod
    def read(cls, form: Mapping[str, str], *, photo_sent: bool = False) -> JoinForm:
        """Take what was sent as it is. A box that is not ticked is not sent; `off`, `0` and the like count as that."""
        values = {name: form.get(name, "") for name in TYPED}
        choices = {name: form.get(name, "").strip().lower() not in _NO for name in CHOICES}
        return cls(values, choices, photo_sent=photo_sent)

    @property
    def member(self) -> int | None:
        """The roster's entry that was picked."""
        typed = self.values["member"].strip()
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _LONGEST_ID else None

    @property
    def prisoner(self) -> str:
        """The slug of the prisoner who was chosen; empty if one is to be assigned."""
        typed = self.values["prisoner"].strip()
        return "" if typed == ASSIGN else typed

    def check(self, language: str, known: Known) -> Application | None:
        """The application, or None with `errors` filled: every field is checked, not only the first bad one."""
        given = self._line("given_name", text.clean_name, NAME_LENGTH)
        family = self._line("family_name", text.clean_name, NAME_LENGTH)
        seat = known.seat if known.seat is not None and _is_named(known.seat, given, family) else None
        office = self._public_line("office", OFFICE_LENGTH)
        chamber_id = self._chamber(known, seat, office)
        party = self._public_line("party", OFFICE_LENGTH)
        country = self._country()
        address = self._address()
        contact = self._line("contact", text.clean_markdown, CONTACT_LENGTH)
        filled_by = self._line("filled_by", text.clean_line, OFFICE_LENGTH, required=False)
        statement = self._line("statement", text.clean_text, STATEMENT_LENGTH)
        self._prisoner(known)
        self._consents()
        if self.errors or address is None:
            return None
        return Application(
            given_name=given,
            family_name=family,
            email=address.wire,
            canonical=address.canonical,
            domain=address.domain,
            country=country,
            language=language,
            member_id=seat.member_id if seat else None,
            chamber_id=chamber_id,
            office=office,
            party=party,
            contact=contact,
            filled_by=filled_by,
            statement=statement,
            prisoner_id=known.prisoner_id if self.prisoner else None,
        )

    def _line(self, name: str, clean: Callable[..., str], maximum: int, **options: bool) -> str:
        try:
            return clean(self.values[name], maximum=maximum, **options)
        except text.TextProblem as problem:
            self.errors[name] = text_message(name, problem)
            return ""

    def _public_line(self, name: str, maximum: int) -> str:
        """One line that will be published: nothing that leads elsewhere."""
        line = self._line(name, text.clean_line, maximum, required=False)
        if text.has_link(line):
            self.errors[name] = text_message(name, text.TextProblem("url"))
        return line

    def _chamber(self, known: Known, seat: Seat | None, office: str) -> int | None:
        typed = self.values["chamber"].strip()
        if not typed and seat is not None:
            return seat.chamber_id
        if not typed and not office:
            self.errors["chamber"] = _(
                "Please choose the parliament. If it is not in the list, choose “Another office” and write it below."
            )
        if typed == OTHER and not office and "office" not in self.errors:
            self.errors["office"] = _("Please write the office, or choose a parliament above.")
        if not typed or typed == OTHER:
            return None
        chamber_id = {str(number): number for number in known.chambers}.get(typed)
        if chamber_id is None:
            self.errors["chamber"] = _("This parliament is not in the list. Please choose one from it.")
        return chamber_id

    def _country(self) -> str:
        code = self.values["country"].strip().upper()
        if not code:
            self.errors["country"] = _("Please choose the country.")
        elif code not in countries.codes():
            self.errors["country"] = _("This country is not in the list. Please choose one from it.")
        return code

    def _address(self) -> Address | None:
        try:
            return parse(self.values["email"])
        except AddressProblem as problem:
            self.errors["email"] = address_message(problem)
            return None

    def _prisoner(self, known: Known) -> None:
        if self.prisoner and known.prisoner_id is None:
            self.errors["prisoner"] = _(
                "This prisoner cannot be chosen here now. Please choose another, or leave the choice to us."
            )

    def _consents(self) -> None:
        if not self.choices["consent"]:
            self.errors["consent"] = _("Please tick this box: without this agreement we may not keep what was typed.")
        if not self.choices["publish"]:
            self.errors["publish"] = _("Please tick this box: to stand by a prisoner is to do so in public.")


def _is_named(seat: Seat, given_name: str, family_name: str) -> bool:
    """Whether the name is still that of the entry: who picks a member and then types another name means another."""
    typed = set(words(f"{given_name} {family_name}"))
    return typed in (set(words(seat.name)), set(words(f"{seat.given_name} {seat.family_name}")))


def text_message(name: str, problem: text.TextProblem) -> str:
    """What a person reads about a text that cannot be taken."""
    return about_text(
        problem,
        missing=_("Please type the member's family name; if there is none, type a dash.")
        if name == "family_name"
        else _("Please type the member's name."),
        no_letters=_("Please use letters; a dash alone is fine if there is no such name."),
    )


def address_message(problem: AddressProblem) -> str:
    """What a person reads about an e-mail address that cannot be taken."""
    return about_address(
        problem, missing=_("Please type the official e-mail address: we send a link to confirm there.")
    )
