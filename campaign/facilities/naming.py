"""When two names, or two addresses, are the same. A double is merged by hand, a wrong merge is found by nobody.

`name_key` is what names are compared by. It folds (`kit.folding`), writes "№ 4", "No. 4", "Nr 4", "#4" and "-4" alike,
and leaves words that say nothing out of a bracket: "Main Prison (Hill Pre-trial Detention Center)" is "Main Prison
(Hill detention centre)", but neither "Main Prison" nor "Main Prison (Lake detention centre)".
"""

from __future__ import annotations

import re

from campaign.kit import folding

LONGEST_KEY = 200

_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_NUMBER = re.compile(r"(?:№|#|\b(?:n[or]?|number)(?:\.|°)?|\bn[º°])\s*[-–]?\s*(?=\d)", re.IGNORECASE)
_SEAM = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_ZEROS = re.compile(r"\b0+(?=\d)")
_SAYS_NOTHING = frozenset(folding.words("a of the center centre detention facility investigation pre-trial pretrial"))


def name_key(name: str) -> str:
    """What the name of a facility is found by."""
    insides = [_plain(inside) for inside in _BRACKET.findall(name)]
    outside = _plain(_BRACKET.sub(" ", name))
    telling = [[word for word in inside if word not in _SAYS_NOTHING] or inside for inside in insides]
    words = [*outside, *(word for inside in sorted(telling) for word in inside)]
    return " ".join(words or name.casefold().split())[:LONGEST_KEY].rstrip()


def address_key(lines: str) -> str:
    """What addresses in one script are compared by: the same words, whatever their order and what stands between."""
    return " ".join(sorted(_plain(lines)))


def _plain(text: str) -> list[str]:
    return folding.words(_ZEROS.sub("", _SEAM.sub(" ", _NUMBER.sub(" ", text))))
