"""Text that the public types: checked and tidied, never rewritten.

Every function takes what was typed and either returns it, in Unicode form NFC, with white space tidied and
without invisible characters, or raises TextProblem. What is returned comes out of a second call unchanged.
Lengths are code points. A name may be in any script.
"""

import re
import unicodedata
from typing import Literal, TypeAlias

TextProblemCode: TypeAlias = Literal[
    "missing",  # nothing but white space
    "too_long",  # see TextProblem.limit
    "control",  # control, tag or other characters that steer instead of being read
    "bidi",  # marks, overrides and isolates of writing direction: they make a text look like another
    "not_unicode",  # lone surrogates, non-characters, private use, U+FFFD (a decoding that failed)
    "marks",  # more than four combining marks in a row, or one with nothing to stand on
    "url",  # a web or e-mail address
    "no_letters",  # a name without a single letter
    "shape",  # a postal code with something else than letters, digits, spaces and hyphens
]


class TextProblem(ValueError):
    """What is wrong with a text, never the text itself. `limit`: the maximum, for "too_long" only."""

    def __init__(self, code: TextProblemCode, limit: int | None = None) -> None:
        super().__init__(code)
        self.code: TextProblemCode = code
        self.limit = limit


def clean_line(value: str, *, maximum: int, required: bool = True) -> str:
    """One line: newlines and tabs count as spaces, runs of spaces become one."""
    _refuse_huge(value, maximum)
    if value.isascii() and value.isprintable():
        return _fitting(" ".join(value.split()), maximum, required=required)
    return _fitting(_SPACES.sub(" ", _readable(value)).strip(" "), maximum, required=required)


def clean_name(value: str, *, maximum: int = 100, required: bool = True) -> str:
    """A person's or group's name: one line with at least one letter and no web or e-mail address.

    A lone dash passes: people with a single name type it into the second field.
    """
    if len(value) <= maximum and _PLAIN_NAME.fullmatch(value) and unicodedata.is_normalized("NFC", value):
        return value
    name = clean_line(value, maximum=maximum, required=required)
    if has_link(name):
        raise TextProblem("url")
    if name and name not in _DASHES and not any(map(str.isalpha, name)):
        raise TextProblem("no_letters")
    return name


def clean_text(value: str, *, maximum: int, required: bool = False) -> str:
    r"""Lines without web or e-mail addresses; they end in "\n", and at most two in a row are empty."""
    _refuse_huge(value, maximum)
    text = _LINE_ENDS.sub("\n", _readable(value))
    text = _BLANK_LINES.sub("\n\n\n", _SPACES_AT_LINE_END.sub("\n", _SPACES_IN_LINE.sub(" ", text)))
    text = _fitting(text.strip(" \n"), maximum, required=required)
    if has_link(text):
        raise TextProblem("url")
    return text


def clean_markdown(value: str, *, maximum: int, required: bool = False) -> str:
    r"""Lines of Markdown by people who may set links; they end in "\n", and indentation stays."""
    _refuse_huge(value, maximum)
    lines = _LINE_ENDS.sub("\n", _readable(value)).split("\n")
    text = _BLANK_LINES.sub("\n\n\n", "\n".join(line.rstrip() for line in lines))
    return _fitting(text.strip("\n"), maximum, required=required)


def clean_code(value: str, *, maximum: int = 16, required: bool = False) -> str:
    """A postal code: letters and digits of any script, spaces, hyphens; full-width forms become ASCII."""
    code = clean_line(value, maximum=maximum, required=required)
    if not code.isascii():
        code = _HYPHENS.sub("-", unicodedata.normalize("NFKC", code))
    if code and not _CODE.fullmatch(code):
        raise TextProblem("shape")
    return _fitting(code, maximum, required=required)


def full_name(given: str, family: str) -> str:
    """Both names in one line. A lone dash stands for a name that somebody has not, and is left out."""
    return " ".join(part for part in (given, family) if part and part not in _DASHES)


def has_link(text: str) -> bool:
    """Whether some program that shows the text might turn a part of it into a link.

    A dot inside a word makes a link if what follows is in lower case ("evil.ru") or is a well-known ending
    ("EVIL.COM", "例子.中国"). "J.R.R.Tolkien", "Dr.Smith", "J.van Dijk" and "د.محمد" are names.
    """
    text = _skeleton(text)
    if not _LINK_SIGN.search(text):
        return False
    return _LINK.search(text) is not None or any(map(_is_domain, _DOTTED.finditer(text)))


# ---------------------------------------------------------------------------------------------------------
# Lengths and white space

_OTHER_SPACES = r"\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_NEWLINES = r"\n\r\u2028\u2029"


def _runs_of(spaces: str) -> re.Pattern[str]:
    """Whatever is to become one space; not the single ordinary spaces, which are nearly all."""
    return re.compile(f"[{spaces}][ {spaces}]*| [ {spaces}]+")


_SPACES = _runs_of(_OTHER_SPACES + _NEWLINES)
_SPACES_IN_LINE = _runs_of(_OTHER_SPACES)
_SPACES_AT_LINE_END = re.compile(r" ?\n ?")
_LINE_ENDS = re.compile(r"\r\n|[\r\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{4,}")


def _refuse_huge(value: str, maximum: int) -> None:
    """Refuse a megabyte before any work is done on it.

    Composed characters take up to four code points as typed, and some white space is forgiven.
    """
    if len(value) > 4 * maximum + 64:
        raise TextProblem("too_long", maximum)


def _fitting(text: str, maximum: int, *, required: bool) -> str:
    if not text and required:
        raise TextProblem("missing")
    if len(text) > maximum:
        raise TextProblem("too_long", maximum)
    return text


# ---------------------------------------------------------------------------------------------------------
# Characters. The classes are written out because looking up a million categories would slow every start.

# Format characters that are seen and belong to the spelling of numbers and verses: Arabic, Syriac, Kaithi and
# Egyptian signs, not listed here, stay.
_CONTROL = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 without tab and newlines
    r"\u2061-\u2065\u206a-\u206f\ufff0-\ufffb"  # invisible operators, deprecated format, annotations
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # shorthand and music format
    r"\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags: they smuggle hidden ASCII
)
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NOT_UNICODE = r"\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff\ue000-\uf8ff\U000f0000-\U0010ffff" + "".join(
    rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 15)
)
_INVISIBLE = r"\u00ad\u034f\u17b4\u17b5\u200b\u2060\ufeff"  # soft hyphen, zero-width spaces, ...: dropped
_BLANKS = r"\u115f\u1160\u2800\u3164\uffa0"  # Hangul fillers and the empty Braille cell look like a space
_JOINERS = r"\u180e\u200c\u200d"

_CONTROL_FOUND = re.compile(f"[{_CONTROL}]")
_BIDI_FOUND = re.compile(f"[{_BIDI}]")
_NOT_UNICODE_FOUND = re.compile(f"[{_NOT_UNICODE}]")
_UNUSUAL = re.compile(f"[{_CONTROL}{_BIDI}{_NOT_UNICODE}{_INVISIBLE}{_BLANKS}{_JOINERS}]")
_INVISIBLE_FOUND = re.compile(f"[{_INVISIBLE}]")
_BLANK_FOUND = re.compile(f"[{_BLANKS}]")
_JOINER_FOUND = re.compile(f"[{_JOINERS}]")
_HIDDEN_FOUND = re.compile(f"[{_INVISIBLE}{_JOINERS}]")
_WITHOUT_MARKS = re.compile(r"[\w\s!-/:-@’‘“”«»–—…]*+")

_NONSPACING = frozenset({"Mn", "Me"})
_MOST_MARKS = 4
_LAST_WITHOUT_JOINERS = "\u058f"  # Latin, Greek, Cyrillic, Armenian: a joiner there is only a hidden letter
_VIRAMA = 9  # canonical combining class


def _readable(value: str) -> str:
    """Form NFC without characters that no reader sees; raise TextProblem for those that deceive."""
    if _UNUSUAL.search(value):
        value = _without_hidden(value)
    elif not unicodedata.is_normalized("NFC", value):
        value = unicodedata.normalize("NFC", value)
    if not _WITHOUT_MARKS.fullmatch(value):
        _refuse_heaps_of_marks(value)
    return value


def _without_hidden(value: str) -> str:
    if _NOT_UNICODE_FOUND.search(value):
        raise TextProblem("not_unicode")
    if _BIDI_FOUND.search(value):
        raise TextProblem("bidi")
    if _CONTROL_FOUND.search(value):
        raise TextProblem("control")
    value = _BLANK_FOUND.sub(" ", _INVISIBLE_FOUND.sub("", value))
    before = ""
    while before != value:  # what a joiner stood between may now compose, and so on; each round gets shorter
        before = value
        composed = unicodedata.normalize("NFC", value)
        value = _JOINER_FOUND.sub(lambda found: found[0] if _joins(found) else "", composed)
    return value


def _joins(joiner: re.Match[str]) -> bool:
    """Whether a joiner has work to do: between Persian, Indic or such letters, or emoji; after a virama."""
    text, at = joiner.string, joiner.start()
    previous, following = text[at - 1 : at], text[at + 1 : at + 2]
    if previous <= _LAST_WITHOUT_JOINERS or _JOINER_FOUND.match(previous):
        return False
    if unicodedata.combining(previous) == _VIRAMA:
        return True
    categories = {unicodedata.category(previous)[0], unicodedata.category(following or " ")[0]}
    return categories <= {"L", "M", "S"} and unicodedata.category(following)[0] != "M"


def _refuse_heaps_of_marks(text: str) -> None:
    """Heaps of marks ("zalgo") run over the lines above and below, a loose one over whatever comes before."""
    heap = _MOST_MARKS  # a mark at the very beginning is one too many
    for character in text:
        if unicodedata.category(character) in _NONSPACING:
            heap += 1
            if heap > _MOST_MARKS:
                raise TextProblem("marks")
        elif not _JOINER_FOUND.match(character):
            heap = _MOST_MARKS if character.isspace() else 0


# ---------------------------------------------------------------------------------------------------------
# Names, codes and links

# The everyday name, in scripts that need no combining marks. Hangul fillers are letters to Python.
_LETTER = r"[^\W\d_\u115f\u1160\u3164\uffa0]"
_PLAIN_NAME = re.compile(rf"{_LETTER}++(?:[ '’-]{_LETTER}++)*+")
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014")
_HYPHENS = re.compile(r"[\u2010-\u2015\u2212]")
_CODE = re.compile(r"[^\W_]++(?:[ -]+[^\W_]++)*+")

_LINK_SIGN = re.compile(r"[@/\[({]|\.(?=\S)")  # without one of these, nothing more needs to be looked at
_LINK = re.compile(
    r"@|//|www\.|\.xn--"
    r"|(?<=\w)\.\w{2,}(?:/|:\d)"  # T.ME/x
    r"|(?<!\w)\d{1,3}(?:\.\d{1,3}){3}(?!\w)"  # an IP address
    r"|\[(?:\.|dot)\]|(?<=\w)[({](?:\.|dot)[)}](?=\w)",  # evil[.]com
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?<=[\w-])\.([^\W\d_]{2,})")


def _skeleton(text: str) -> str:
    """Full-width and look-alike signs as plain ones, without the marks and joiners that could hide a link."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    text = text.replace("。", ".").replace("۔", ".")  # NFKC has made dots of the others
    if _WITHOUT_MARKS.fullmatch(text):
        return text
    return "".join([c for c in _HIDDEN_FOUND.sub("", text) if unicodedata.category(c)[0] != "M"])


# In capitals, or in a script without case, only these endings make a domain: there "title.name" is ordinary.
_KNOWN_ENDINGS = """
    com net org info biz xyz online site shop ru su
    рф рус бел укр срб мкд қаз мон бг ею москва онлайн сайт орг հայ გე
    中国 中國 公司 网络 網絡 网址 在线 中文网 香港 台湾 台灣 新加坡 한국 닷컴 닷넷 コム みんな ไทย
    भारत ভারত বাংলা ਭਾਰਤ ભારત இந்தியா இலங்கை సింగపూర్ భారత్ ලංකා ישראל קום
    مصر السعودية امارات الاردن الجزائر المغرب تونس سورية سودان عمان فلسطين قطر بھارت پاکستان ایران
    شبكة موقع بازار كوم
"""
_ENDINGS = frozenset(map(_skeleton, _KNOWN_ENDINGS.split()))
_PARTICLES = re.compile("van|von|vom|de[lnrs]?|della|d[aiou]|dos|l[ae]|el|al|bin|ben|ter")


def _is_domain(dotted: re.Match[str]) -> bool:
    ending, text, dot = dotted[1], dotted.string, dotted.start()
    if _PARTICLES.fullmatch(ending) and text.startswith(" ", dotted.end()):
        initial, before = text[dot - 1], text[dot - 2 : dot - 1]
        return not initial.isupper() or before.isalnum()
    return ending.islower() or ending.lower() in _ENDINGS
