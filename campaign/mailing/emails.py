"""The words of a mail from `templates/emails/<name>/`: `subject.txt`, `body.txt`, `body.html`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import render_template
from flask_babel import force_locale

_GAP = re.compile(r"\n(?:[ \t]*\n){2,}")
"""More than one empty line: what is left of a paragraph that a mail does without."""


def load(name: str, language: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """`(subject, text, html)` of mail `name` in `language`; for `MailTemplate.build`.

    The templates also know `language`, `direction` (`ltr` or `rtl`) and `subject`. The subject is one line.
    """
    locale = Locale.parse(language, sep="-" if "-" in language else "_")
    known = {**context, "language": language, "direction": locale.text_direction}
    with force_locale(language):
        subject = " ".join(render_template(f"emails/{name}/subject.txt", **known).split())
        known["subject"] = subject
        text = _GAP.sub("\n\n", render_template(f"emails/{name}/body.txt", **known)).strip() + "\n"
        body = render_template(f"emails/{name}/body.html", **known).strip() + "\n"
    return subject, text, body
