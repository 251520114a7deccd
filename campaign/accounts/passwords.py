"""Which passwords are taken.

Hashing is Flask-Security's: argon2id over an HMAC with a key from the key ring, so that a stolen database
is not enough to guess.
"""

from __future__ import annotations

import string
import unicodedata
from itertools import pairwise
from typing import Literal, TypeAlias

SHORTEST = 12
LONGEST = 1000
FEWEST_DIFFERENT = 5

PasswordProblemCode: TypeAlias = Literal["short", "long", "common", "address"]

# Longer words first, so that "passwordpassword" is not left with a rest.
# Read in lower case, with look-alike digits undone.
# fmt: off
_COMMON = (
    "abcdefghijklmnopqrstuvwxyz", "administrator", "qwertyuiop", "qwertzuiop", "azertyuiop", "motdepasse",
    "contrasena", "willkommen", "freeviasna", "organiser", "asdfghjkl", "password", "passwort", "iloveyou",
    "changeme", "football", "baseball", "sunshine", "princess", "superman", "campaign", "letmein", "welcome",
    "zxcvbnm", "yxcvbnm", "trustno", "belarus", "dragon", "monkey", "batman", "viasna", "asdfgh", "qwerty",
    "qwertz", "geheim", "secret", "abcdef", "admin", "login", "demo", "pass", "test", "abc",
)
# fmt: on
_DISGUISES = str.maketrans("013457@$!", "oleastasi")
_PADDING = string.digits + string.punctuation + string.whitespace


class PasswordProblem(ValueError):
    """A password that is not taken, without the password."""

    def __init__(self, code: PasswordProblemCode) -> None:
        super().__init__(code)
        self.code: PasswordProblemCode = code


def check(password: str, *, email: str) -> None:
    """Raise `PasswordProblem` unless the password is one that guessing programs do not try first."""
    if len(normalise(password)) < SHORTEST:
        raise PasswordProblem("short")
    if len(password) > LONGEST:
        raise PasswordProblem("long")
    if _is_common(password):
        raise PasswordProblem("common")
    if _is_mostly(password.lower(), email):
        raise PasswordProblem("address")


def normalise(password: str) -> str:
    """One spelling for what looks the same on two keyboards (NFKD, as Flask-Security does at login)."""
    return unicodedata.normalize("NFKD", password)


def _is_common(password: str) -> bool:
    lowered = password.lower()
    if len(set(lowered)) < FEWEST_DIFFERENT or _is_run(lowered) or _repeats(lowered):
        return True
    return any(_only_common_words(text) for text in (lowered, lowered.strip(_PADDING).translate(_DISGUISES)))


def _is_mostly(password: str, email: str) -> bool:
    name = email.partition("@")[0]
    rest = password.replace(email, "")
    if len(name) >= FEWEST_DIFFERENT:  # shorter ones turn up in words by chance
        rest = rest.replace(name, "")
    return rest != password and len(rest) < SHORTEST // 2


def _only_common_words(text: str) -> bool:
    for word in _COMMON:
        text = text.replace(word, " ")
    return not text.strip(_PADDING)


def _is_run(text: str) -> bool:
    """`123456789012`, `abcdefghijkl`: each character follows the one before."""
    return len({(ord(after) - ord(before)) % 10 for before, after in pairwise(text)}) == 1


def _repeats(text: str) -> bool:
    """`abcabcabcabc`, `summersummer`: a short part again and again."""
    at = (text + text).find(text, 1)
    return at < len(text) and at < SHORTEST
