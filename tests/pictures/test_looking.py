"""What a file is, told from its bytes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.pictures import BadPicture, Kind, look
from tests.pictures import files


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.jpeg(), Kind.JPEG),
        (files.jpeg(exif=files.exif(), comment="x"), Kind.JPEG),
        (files.png(), Kind.PNG),
        (files.webp(), Kind.WEBP),
        (files.webp(lossless=True), Kind.WEBP),
        (files.webp(exif=files.exif()), Kind.WEBP),
    ],
)
def test_kind_and_size_stand_in_the_header(content, kind):
    seen = look(content)
    assert (seen.kind, seen.width, seen.height) == (kind, 300, 400)


def test_a_plain_jpeg_can_be_scaled_while_it_is_read_and_a_progressive_one_cannot():
    assert not look(files.jpeg()).whole
    assert look(files.jpeg(progressive=True)).whole


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"x", "unknown"),
        (b"%PDF-1.7", "unknown"),
        (b"<html><img src=x>", "unknown"),
        (b'<?xml version="1.0"?>\n<SVG onload="alert(1)"/>', "svg"),
        (b"PK\x03\x04", "unknown"),
        (b"BM" + bytes(60), "unknown"),
        (b"II*\0" + bytes(60), "unknown"),
        (files.written(files.striped(), "GIF"), "gif"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\xff\xd8\xff", "broken"),
        (b"\xff\xd8\xff\xe0\x00", "broken"),
        (b"\xff\xd8\xff\xd9", "broken"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (b"RIFF\0\0\0\0WEBP", "broken"),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0", "broken"),
        (files.of_many_scans(200), "broken"),
        (files.written(files.striped(), "PNG", save_all=True, append_images=[files.striped().rotate(180)]), "animated"),
        (
            files.written(files.striped(), "WEBP", save_all=True, append_images=[files.striped().rotate(180)]),
            "animated",
        ),
    ],
)
def test_what_is_no_picture_that_we_take_is_called_by_its_name(content, code):
    with pytest.raises(BadPicture) as caught:
        look(content)
    assert caught.value.code == code


def test_a_film_behind_a_photo_is_not_taken_for_scans():
    assert look(files.jpeg() + b"\xff\xda\x00\x02" * 1000).kind is Kind.JPEG


STARTS = (b"", b"\xff\xd8\xff", files.jpeg()[:400], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\0\0\0\0WEBPVP8 ")


@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_whatever_is_sent_it_is_looked_at_or_refused(start, rest):
    with suppress(BadPicture):
        assert isinstance(look(start + rest).kind, Kind)
