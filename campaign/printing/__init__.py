"""Designed pages as PDF: which fonts hold a text, setting it, QR codes, and how much is printed at once."""

from campaign.printing.glyphs import FontChoice, MissingGlyph, fonts_for
from campaign.printing.press import Busy, Press
from campaign.printing.qr import QrCode, qr_code
from campaign.printing.typesetting import typeset

__all__ = ["Busy", "FontChoice", "MissingGlyph", "Press", "QrCode", "fonts_for", "qr_code", "typeset"]
