"""Pictures that people send: looked at before anything is decoded, then made anew from their pixels."""

from campaign.pictures.bare import bare_format
from campaign.pictures.lightening import lighter
from campaign.pictures.looking import BadPicture, Kind, Look, look
from campaign.pictures.making import MOST_BYTES, SIZES, File, Picture, make

__all__ = [
    "MOST_BYTES",
    "SIZES",
    "BadPicture",
    "File",
    "Kind",
    "Look",
    "Picture",
    "bare_format",
    "lighter",
    "look",
    "make",
]
