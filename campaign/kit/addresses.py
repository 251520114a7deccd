"""E-mail addresses: their syntax, their form on the wire, and the canonical form that stands for a mailbox.

No name server is ever asked. Mail goes to `Address.wire`, never to the canonical form: two addresses with one
canonical form are taken for one person, but only the address that was typed is known to reach that person.

`address_rules.json` says how providers read the part before the "@". It is a list of objects:

    domains     ASCII names that follow the rule; "*" stands for every domain without a rule of its own
    alias_of    the domain under which all of them are one mailbox (absent: they are distinct)
    subaddress  characters that start a tag, which is dropped (absent: none)
    replace     {character: replacement}, done next; "" for a character that the provider ignores

A rule belongs there only if the provider is known to work so: with a rule too few one person may sign twice,
with a rule too many another person is turned away. Upper and lower case are the same mailbox everywhere.
People are found by an index of canonical forms, so whoever changes a rule has the index made anew.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from importlib import resources
from typing import Literal, NamedTuple, TypeAlias

import email_validator

AddressProblemCode: TypeAlias = Literal[
    "missing",  # nothing but white space
    "too_long",  # more than 254 octets (RFC 5321 section 4.5.3.1.3)
    "syntax",  # not an address that mail can be sent to
]


class AddressProblem(ValueError):
    """What is wrong with an address, never the address itself."""

    def __init__(self, code: AddressProblemCode) -> None:
        super().__init__(code)
        self.code: AddressProblemCode = code


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. Its representation is empty, so that no log or traceback shows it.

    typed: as typed, trimmed, in Unicode form NFC. local: the part before the "@", in the case that was typed.
    domain: lower-case ASCII (UTS #46, IDNA 2008). canonical: equal for all spellings of one mailbox.
    """

    typed: str = field(repr=False)
    local: str = field(repr=False)
    domain: str = field(repr=False)
    canonical: str = field(repr=False)

    @property
    def wire(self) -> str:
        """The address for SMTP; it needs SMTPUTF8 if it is not ASCII."""
        return f"{self.local}@{self.domain}"


def parse(text: str) -> Address:
    """The address in `text`, or AddressProblem.

    Refused: quoted local parts, comments, display names, IP literals, domains without a dot. Accepted: any
    script on either side (RFC 6531) and, for tests and demonstrations, reserved domains (RFC 2606).
    """
    if len(text) > _MOST_TYPED:
        raise AddressProblem("too_long")
    typed = text.strip(_PASTED_BLANKS)
    if not typed:
        raise AddressProblem("missing")
    if len(typed) <= _MOST_OCTETS and _ORDINARY.fullmatch(typed):
        local, _, domain = typed.partition("@")
        domain = domain.lower()
    else:
        typed = unicodedata.normalize("NFC", typed)
        local, domain = _parse_thoroughly(typed)
    return Address(typed, local, domain, _canonical(local, domain))


# ---------------------------------------------------------------------------------------------------------
# Syntax

_MOST_OCTETS = 254
_MOST_TYPED = 4 * _MOST_OCTETS  # as typed, a composed character may take four code points; then there are blanks
_PASTED_BLANKS = " \t\r\n\u00a0\u200b\u2060\u3000\ufeff"

# RFC 5322 dot-atom "@" RFC 1123 host name with a dot in it and a letter at its end. Labels with "--" in third
# place are left to the thorough way: they are Punycode, or nothing.
_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]++"
_LABEL = r"(?![A-Za-z0-9-]{2}--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ORDINARY = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+@(?:{_LABEL}\.)+{_LABEL}(?<=[A-Za-z])")

# The library's documented switch for domains that no public name server knows (.test, .invalid, .onion, ...).
# Whether mail reaches a domain is not a question of syntax; here it is the same on both ways.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def _parse_thoroughly(typed: str) -> tuple[str, str]:
    """Local part in form NFC and domain in ASCII."""
    try:
        octets = len(typed.encode())
    except UnicodeEncodeError:  # a lone surrogate
        raise AddressProblem("syntax") from None
    if octets > _MOST_OCTETS:
        raise AddressProblem("too_long")
    try:
        found = email_validator.validate_email(typed, check_deliverability=False)
    except email_validator.EmailNotValidError:  # its message quotes what was typed
        raise AddressProblem("syntax") from None
    if found.ascii_domain is None:
        raise AddressProblem("syntax")
    # The library writes some local parts in lower case ("Info"); what was typed is what is sent.
    return typed.partition("@")[0], found.ascii_domain


# ---------------------------------------------------------------------------------------------------------
# The canonical form


class _Rule(NamedTuple):
    alias_of: str | None
    subaddress: str
    replace: tuple[tuple[str, str], ...]


def _load_rules() -> dict[str, _Rule]:
    stored = resources.files(__package__).joinpath("address_rules.json").read_text(encoding="utf-8")
    return {
        domain: _Rule(
            alias_of=entry.get("alias_of"),
            subaddress=entry.get("subaddress", ""),
            replace=tuple(entry.get("replace", {}).items()),
        )
        for entry in json.loads(stored)
        for domain in entry["domains"]
    }


_RULES = _load_rules()
_DEFAULT_RULE = _RULES["*"]


def _canonical(local: str, domain: str) -> str:
    rule = _RULES.get(domain, _DEFAULT_RULE)
    mailbox = local.lower() if local.isascii() else _fold(local)
    for separator in rule.subaddress:
        # A tag with no name before it is the name; a dot before the tag belongs to neither.
        mailbox = mailbox.partition(separator)[0].rstrip(".") or mailbox
    shortened = mailbox
    for character, replacement in rule.replace:
        shortened = shortened.replace(character, replacement)
    return f"{shortened or mailbox}@{rule.alias_of or domain}"


def _fold(local: str) -> str:
    """Canonical caseless matching (Unicode, definition D145), written in form NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", local).casefold())
