"""Setting a page with Typst. What people wrote goes in as data beside the layout: it is never read as markup."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst

from campaign.printing.glyphs import FontChoice, MissingGlyph

LETTERING = Path(__file__).with_name("lettering.typ")
"""What layouts may import beside their data."""
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


def typeset(
    layout: Path,
    data: Mapping[str, object],
    fonts: FontChoice,
    moment: datetime,
    *,
    files: Mapping[str, bytes] | None = None,
    kind: Literal["pdf", "png"] = "pdf",
) -> bytes:
    """The pages that `layout` makes of `data` (there as `data.json`) and `files`, dated `moment`.

    The same arguments give the same bytes. The PDF is tagged and keeps to PDF/UA-1, which also forbids boxes instead
    of letters. The layout sees nothing but what is given here and `lettering.typ`: neither other files nor the
    network. Raises `MissingGlyph`, or `typst.TypstError` if the layout is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        root = Path(folder)
        (root / "main.typ").write_bytes(layout.read_bytes())
        (root / LETTERING.name).write_bytes(LETTERING.read_bytes())
        (root / "data.json").write_text(json.dumps(_settable({**data, "fonts": fonts.families})), encoding="utf-8")
        for name, content in (files or {}).items():
            (root / name).write_bytes(content)
        try:
            return typst.compile(
                root / "main.typ",
                root=root,
                font_paths=fonts.loaded(),
                ignore_system_fonts=True,
                format=kind,
                pdf_standards=["ua-1"] if kind == "pdf" else [],
                timestamp=moment,
                package_path=root,
                package_cache_path=root,
            )
        except typst.TypstError as error:
            found = _NO_GLYPH.search(error.message)
            if found is None:
                raise
            raise MissingGlyph(found[1]) from error


def _settable(data: object) -> object:
    """The same without the invisible mark at the beginning of files: PDF/UA forbids it in a text."""
    if isinstance(data, str):
        return data.replace("\ufeff", "")
    if isinstance(data, Mapping):
        return {key: _settable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_settable(value) for value in data]
    return data
