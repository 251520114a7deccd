"""A picture made anew holds pixels and nothing else."""

import io
import random
import threading
from contextlib import suppress

import pytest
from PIL import Image, ImageCms

from campaign.pictures import BadPicture, make
from tests.pictures import files

UNWANTED = (
    b"Exif",
    b"EXIF",
    b"xmp",
    b"XMP",
    b"ICC",
    b"iCC",
    b"Hidden",
    b"PK\x03\x04",
    b"script",
    b"JFXX",
    b"MM\0*",
    b"II*\0",
)


def opened(picture, size=None, kind="jpeg") -> Image.Image:
    found = [
        file
        for file in picture.files
        if file.format == kind and file.size == (size or max(picture.width, picture.height))
    ]
    return Image.open(io.BytesIO(found[0].content))


def colour(image: Image.Image, across: float = 0.5, down: float = 0.5) -> tuple[int, ...]:
    return image.convert("RGB").getpixel((int(image.width * across), int(image.height * down)))


def near(seen: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 12 for a, b in zip(seen, wanted, strict=True))


RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.mark.parametrize(("kind", "content"), files.talkative().items())
def test_nothing_that_was_written_beside_the_pixels_comes_out(kind, content):
    assert files.PLACE.encode() in content
    for file in make(content).files:
        assert [word for word in UNWANTED if word in file.content] == []
        with Image.open(io.BytesIO(file.content)) as image:
            image.load()
            assert not image.getexif()
            assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive",
                                         "progression", "loop", "background", "timestamp", "duration"}  # fmt: skip


def test_there_is_every_smaller_size_in_both_formats():
    picture = make(files.jpeg(1500, 2000))
    assert (picture.width, picture.height) == (960, 1280)
    assert [(f.size, f.format) for f in picture.files] == [
        (size, kind) for size in (160, 320, 640, 1280) for kind in ("webp", "jpeg")
    ]
    for file in picture.files:
        with Image.open(io.BytesIO(file.content)) as image:
            assert image.format == file.format.upper()
            assert max(image.size) == file.size
            assert abs(image.width / image.height - 0.75) < 0.01


def test_nothing_is_enlarged():
    picture = make(files.png(200, 250))
    assert sorted({file.size for file in picture.files}) == [160, 250]
    assert (picture.width, picture.height) == (200, 250)


def test_the_same_file_gives_the_same_version_and_another_another():
    assert make(files.jpeg()).version == make(files.jpeg()).version != make(files.png()).version


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_as_it_was_taken(orientation, kind):
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}  # fmt: skip
    held = files.striped()
    if orientation in undo:
        held = held.transpose(undo[orientation])
    picture = make(files.written(held, kind, exif=files.exif(orientation)))
    assert (picture.width, picture.height) == (300, 400)
    assert near(colour(opened(picture), down=0.2), RED)
    assert near(colour(opened(picture), down=0.8), BLUE)


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_an_orientation_that_does_not_exist_is_none(orientation):
    assert make(files.jpeg(exif=files.exif(orientation))).height == 400


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow says what it found broken, and goes on
def test_broken_words_about_the_picture_do_not_stop_it():
    assert make(files.jpeg(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")).height == 400


@pytest.mark.parametrize(
    "content",
    [
        files.written(files.striped().convert("CMYK"), "JPEG"),
        files.written(files.striped().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        files.written(files.striped().convert("RGBA"), "PNG"),
        files.written(files.striped().convert("RGBA"), "WEBP", lossless=True),
        files.jpeg(icc_profile=files.profile()),
        files.jpeg(icc_profile=b"no profile"),
        files.jpeg(icc_profile=bytes(2_000_000)),
        files.written(files.striped().convert("CMYK"), "JPEG", icc_profile=files.profile()),
    ],
)
def test_colours_stay_however_they_are_written(content):
    seen = colour(opened(make(content)), down=0.2)
    assert seen[0] > 150
    assert max(seen[1:]) < 80


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_stays_grey(mode):
    grey = Image.new("L", (300, 400), 255)
    grey.paste(0, (0, 0, 300, 200))
    image = grey.convert(mode) if mode != "I;16" else grey.convert("I").point(lambda v: v * 257).convert("I;16")
    picture = opened(make(files.written(image, "PNG")))
    assert near(colour(picture, down=0.2), (0, 0, 0))
    assert near(colour(picture, down=0.8), (255, 255, 255))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB", "L"])
def test_what_is_transparent_is_paper(mode):
    if mode == "P":
        content = files.written(Image.new("P", (200, 200), 0), "PNG", transparency=0)
    elif mode in {"RGB", "L"}:
        content = files.written(Image.new(mode, (200, 200), 0), "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    else:
        content = files.written(Image.new(mode, (200, 200), 0), "PNG")
    assert near(colour(opened(make(content))), (255, 255, 255))


def test_wide_colours_are_brought_to_srgb():
    lab = ImageCms.createProfile("LAB")
    xyz = ImageCms.createProfile("XYZ")
    odd = [ImageCms.ImageCmsProfile(profile).tobytes() for profile in (lab, xyz)]
    for profile in odd:  # profiles for other colours than these: they are left alone
        assert near(colour(opened(make(files.jpeg(icc_profile=profile))), down=0.2), RED)


def test_the_first_of_a_phones_two_pictures_is_taken():
    content = files.written(files.striped(), "MPO", save_all=True, append_images=[Image.new("RGB", (300, 400))])
    assert near(colour(opened(make(content)), down=0.2), RED)


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (20_001, 20_001)])
def test_a_bomb_is_refused_by_what_it_claims(size):
    refused(files.claiming(*size), "too_many_pixels", 20)


def test_no_decoder_makes_room_for_a_claimed_canvas():
    refused(files.claiming_webp(16_000, 16_000), "too_many_pixels", 12)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (files.png(3200, 100), "too_long"),
        (files.png(100, 3200), "too_long"),
        (files.png(90, 90), "too_small"),
        (files.png(1, 1), "too_small"),
        (files.claiming(0, 400), "broken"),
        (files.claiming(300, 400), "broken"),
        (files.claiming_webp(300, 400), "broken"),
        (bytes(9 * 1024 * 1024), "too_large"),
    ],
)
def test_what_makes_no_portrait_is_refused(content, code):
    refused(content, code)


def refused(content, code, limit=None):
    with pytest.raises(BadPicture) as caught:
        make(content)
    assert caught.value.code == code
    assert limit is None or caught.value.limit == limit


@pytest.mark.parametrize("content", [files.jpeg(), files.jpeg(progressive=True), files.png(), files.webp()])
def test_a_file_that_was_cut_off_is_refused(content):
    for part in (0.3, 0.6, 0.9):
        refused(content[: int(len(content) * part)], "broken")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow says what it found broken, and goes on
@pytest.mark.parametrize("content", [files.jpeg(exif=files.exif()), files.png(exif=files.exif()), files.webp()])
def test_a_damaged_file_is_made_or_refused_and_never_falls_over(content):
    chance = random.Random(7)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(12, len(damaged))] = chance.randrange(256)
        with suppress(BadPicture):
            assert make(bytes(damaged)).files


def test_many_at_once_are_made_one_after_another():
    made = []
    threads = [threading.Thread(target=lambda: made.append(make(files.jpeg()).version)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
