"""A picture that comes back to us: pixels and nothing else, or not ours."""

import pytest

from campaign.pictures import bare_format, make
from tests.pictures import files


@pytest.mark.parametrize("source", [files.jpeg(600, 800), files.png(600, 800), files.webp(600, 800)])
def test_whatever_we_make_is_taken_back(source):
    for file in make(source).files:
        assert bare_format(file.content) == file.format


SAYING_MORE = {
    "a camera's words in a JPEG": files.jpeg(exif=files.exif()),
    "a profile in a JPEG": files.jpeg(icc_profile=files.profile()),
    "a comment in a JPEG": files.jpeg(comment=b"taken at home"),
    "a camera's words in a WebP": files.webp(exif=files.exif()),
    "a profile in a WebP": files.webp(icc_profile=files.profile()),
    "more words in a WebP": files.webp(xmp=files.xmp()),
    "something behind a JPEG": files.jpeg() + b"<script>",
    "something behind a WebP": files.webp() + b"<script>",
}


@pytest.mark.parametrize("content", SAYING_MORE.values(), ids=SAYING_MORE)
def test_a_picture_that_says_more_than_its_pixels_is_not_ours(content):
    assert bare_format(content) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff...",
        b"RIFF\0\0\0\0WEBP...",
        files.png(),
        files.jpeg()[:500],
        files.webp()[:200],
        files.jpeg(1400, 1000),
        files.claiming_webp(9000, 9000),
    ],
)
def test_what_is_no_whole_picture_of_our_sizes_is_not_ours(content):
    assert bare_format(content) == ""
