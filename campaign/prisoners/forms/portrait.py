"""The form of a portrait: a file, and what is said about it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from campaign.pictures import BadPicture, Picture, make
from campaign.prisoners.forms.fields import DeskForm, Typed
from campaign.prisoners.models import Consent, Portrait
from campaign.prisoners.portraits import Facts

LONGEST_ALT = 300
LONGEST_WORDS = 200


class PortraitForm(DeskForm):
    """What was typed about a portrait; the words for those who do not see it are asked for in each of `languages`."""

    def __init__(self, typed: Typed, languages: Sequence[str]) -> None:
        """The first of `languages` is the one that may not be left out."""
        super().__init__(typed)
        self.languages = languages

    def check(self) -> Facts | None:
        """The facts, or None with `errors` filled."""
        alts = {
            language: self.line(alt_field(language), LONGEST_ALT, required=language == self.languages[0])
            for language in self.languages
        }
        author, licence = self.line("author", LONGEST_WORDS), self.line("licence", LONGEST_WORDS)
        url, consent = self.url("url"), self.choice("consent", set(Consent))
        if consent == Consent.REFUSED:
            self.errors["consent"] = _("Then it may not be shown, and we keep no picture that may not.")
        if alt_field(self.languages[0]) in self.errors and not self.values[alt_field(self.languages[0])].strip():
            self.errors[alt_field(self.languages[0])] = _(
                "Please say what is seen: people who cannot see the picture read this instead."
            )
        return None if self.errors else Facts(alts, author, licence, url, Consent(consent))

    def picture(self, content: bytes, *, required: bool) -> Picture | None:
        """The picture made anew; None if none was sent, or with what is wrong in `errors`."""
        if not content and not required:
            return None
        try:
            return make(content)
        except BadPicture as problem:
            self.errors["picture"] = picture_message(problem)
            return None


def alt_field(language: str) -> str:
    """The name of the field for one language."""
    return f"alt-{language}"


def typed_from(portrait: Portrait | None) -> dict[str, list[str]]:
    """The fields as the form shows them for what is there."""
    if portrait is None:
        return {"consent": [Consent.UNKNOWN.value]}
    return {
        **{alt_field(language): [str(alt)] for language, alt in portrait.alts.items()},
        "author": [portrait.author],
        "licence": [portrait.licence],
        "url": [portrait.url],
        "consent": [portrait.consent],
    }


def picture_message(problem: BadPicture) -> str:
    """What an organiser reads about a file that cannot be taken."""
    limit = problem.limit
    return {
        "empty": _("Please choose a picture."),
        "unknown": _("This is no picture that we can take. Please choose a JPEG, PNG or WebP file."),
        "gif": _("This is a GIF, made for drawings and little films. Please take the photo as JPEG, PNG or WebP."),
        "heic": _("This is a HEIC photo, which browsers cannot show. Please save or export it as JPEG first."),
        "svg": _("This is an SVG drawing. Please take a photo as JPEG, PNG or WebP."),
        "animated": _("This picture moves. Please take one that stands still."),
        "broken": _("This picture is damaged or cut off. Please copy or save it again."),
        "too_large": _("This file is too large. It may have %(limit)s MB.", limit=limit),
        "too_many_pixels": _(
            "This picture is too large. Of this kind it may have %(limit)s million pixels; please save it smaller.",
            limit=limit,
        ),
        "too_small": _("This picture is too small. Its shorter side has %(limit)s pixels at least.", limit=limit),
        "too_long": _(
            "This picture is too narrow. One side may be %(limit)s times as long as the other; please crop it.",
            limit=limit,
        ),
    }[problem.code]
