"""Photos: what becomes a small square picture without camera data, and what is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from scheduler.catalog import photos, slugs
from scheduler.db import snapshot
from scheduler.errors import InvalidInput
from scheduler.models import Photo
from tests.catalog.acts import act, last_entry
from tests.factories import Clinic

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(
    size: tuple[int, int] = (700, 300), kind: str = "JPEG", mode: str = "RGB", **more: object
) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    made = Image.new(mode, size, "red" if mode == "RGB" else None)
    if mode == "RGB":
        made.paste("blue", (size[0] // 2, 0, *size))
    out = BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims to be this large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(700, 300), (300, 700), (96, 96), (3000, 2000)])
def test_a_picture_of_each_format_and_shape_becomes_a_square_webp(kind: str, size: tuple[int, int]) -> None:
    small = Image.open(BytesIO(photos.make_small(picture(size, kind))))
    assert (small.format, small.size, small.mode) == ("WEBP", (512, 512), "RGB")


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "1", "I;16"])
def test_every_kind_of_pixel_can_be_read_and_what_is_clear_becomes_white(mode: str) -> None:
    small = Image.open(BytesIO(photos.make_small(picture((200, 200), "PNG", mode))))
    assert small.mode == "RGB"
    if mode in ("RGBA", "LA"):
        assert min(small.getpixel((256, 256))) > 250  # type: ignore[type-var,arg-type]  # three numbers


def test_the_camera_is_turned_back_and_leaves_no_data_behind() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # held upside down
    exif[0x010F] = "A camera with a name"
    exif.get_ifd(0x8825)[1] = "N"
    made = photos.make_small(picture((400, 400), exif=exif))
    small = Image.open(BytesIO(made))
    left, right = small.getpixel((100, 256)), small.getpixel((400, 256))
    assert left[2] > 200 > left[0]  # type: ignore[index,operator]  # blue is on the left now
    assert right[0] > 200 > right[2]  # type: ignore[index,operator]
    assert dict(small.getexif()) == {}
    assert not {"exif", "icc_profile", "xmp"} & set(small.info)
    assert b"A camera" not in made


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (lambda: b"", "choose a file"),
        (lambda: SVG, "PNG, JPEG or WebP"),
        (lambda: b"GIF89a" + b"\0" * 500, "PNG, JPEG or WebP"),
        (lambda: picture(kind="GIF"), "PNG, JPEG or WebP"),
        (lambda: picture(kind="TIFF"), "PNG, JPEG or WebP"),
        (lambda: b"%PDF-1.7", "PNG, JPEG or WebP"),
        (lambda: b"\0" * (20 * 1024 * 1024), "at most 8 MB"),
        (lambda: picture()[:400], "PNG, JPEG or WebP"),
        (lambda: picture((900, 900), "PNG")[:-60], "PNG, JPEG or WebP"),
        (lambda: png_that_says(500, 500), "PNG, JPEG or WebP"),
        (lambda: png_that_says(8_000, 8_000), "50 million"),
        (lambda: png_that_says(60_000, 60_000), "50 million"),
        (lambda: png_that_says(2**31 - 1, 2**31 - 1), "50 million"),
        (lambda: picture((95, 700)), "at least 96"),
    ],
)
def test_what_is_no_photo_is_refused_with_what_to_do(raw: Callable[[], bytes], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        photos.make_small(raw())
    assert list(refused.value.problems) == ["photo"]
    assert said in refused.value.sentence


def test_one_photo_takes_the_place_of_the_other_and_can_be_removed(clinic: Clinic) -> None:
    first = act(clinic, photos.set_photo, practitioner_id=clinic.practitioner, body=b"first")
    second = act(clinic, photos.set_photo, practitioner_id=clinic.practitioner, body=b"second")
    assert first.hash != second.hash
    entry = last_entry(clinic)
    assert (entry.action, entry.object_kind, entry.object_id) == ("set", "photo", clinic.practitioner)
    with clinic.app.app_context(), snapshot() as session:
        assert photos.photo_named(session, first.hash) is None
        assert photos.photo_named(session, second.hash) == (b"second", "image/webp")
        assert photos.photo_hash(session, clinic.practitioner) == second.hash
    for _ in range(2):
        act(clinic, photos.remove_photo, practitioner_id=clinic.practitioner)
    with clinic.app.app_context(), snapshot() as session:
        assert session.get(Photo, clinic.practitioner) is None
        assert photos.photo_hash(session, clinic.practitioner) == ""


def test_a_clinicians_page_word_may_not_be_that_of_photos() -> None:
    assert slugs.problem_with("photos", first=True)
