"""The content of files: pictures and PDFs are written again, everything else and whatever can act is refused."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from scheduler.booking import files
from scheduler.booking.files import FileRefused, check_file, clean_name
from scheduler.web.border import MAX_FILE
from tests.booking import made_files
from tests.booking.made_files import SECRET, pdf_file, picture_file, scripted, scripted_pdf

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", files.EMPTY),
    "an SVG": (lambda: SVG, files.OTHER),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", files.OTHER),
    "HTML with a PDF's head inside": (lambda: b"<html>%PDF-1.7\n" + pdf_file(), files.OTHER),
    "a program": (lambda: b"#!/bin/sh\nrm -r /", files.OTHER),
    "an animation": (lambda: picture_file("GIF"), files.OTHER),
    "a ZIP": (lambda: b"PK\x03\x04" + bytes(40), files.OTHER),
    "a sound in WebP's wrapping": (lambda: b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20), files.OTHER),
    "a picture's head alone": (lambda: b"\x89PNG\r\n\x1a\n", files.BROKEN),
    "half a PNG": (lambda: picture_file(size=(400, 400))[:300], files.BROKEN),
    "half a JPEG": (lambda: picture_file("JPEG", size=(900, 900))[:2000], files.BROKEN),
    "400 million pixels": (made_files.huge_picture, files.PIXELS),
    "a PDF's head alone": (lambda: b"%PDF-1.7\n%%EOF", files.BROKEN),
    "half a PDF": (lambda: pdf_file()[:200], files.BROKEN),
    "a script": (scripted_pdf, files.SCRIPT),
    "a script in packed objects": (
        lambda: scripted_pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        files.SCRIPT,
    ),
    "a script spelled with escapes": (
        lambda: scripted_pdf().replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4aS"),
        files.SCRIPT,
    ),
    "a script on a page": (
        lambda: pdf_file(lambda pdf: _act(pdf, S=pikepdf.Name.JavaScript, JS="app.alert(1)")),
        files.SCRIPT,
    ),
    "a program to launch": (lambda: pdf_file(made_files.launching), files.LAUNCH),
    "a form that sends itself": (
        lambda: pdf_file(lambda pdf: _act(pdf, S=pikepdf.Name.SubmitForm, F="https://example.org")),
        files.LAUNCH,
    ),
    "a file inside": (lambda: pdf_file(made_files.carrying), files.FILES),
    "a password": (lambda: pdf_file(encryption=pikepdf.Encryption(owner="a", user="b")), files.LOCKED),
    "an owner's password": (
        lambda: pdf_file(encryption=pikepdf.Encryption(owner="a", user="")),
        files.LOCKED,
    ),
    "10 MB and one byte": (lambda: bytes(files.MAX_BYTES + 1), files.LARGE),
}


def _act(pdf: pikepdf.Pdf, **action: object) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(**action))


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_neither_harmless_nor_readable_is_refused_with_its_reason(
    make: Callable[[], bytes], reason: str
) -> None:
    with pytest.raises(FileRefused) as error:
        check_file(make())
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "mode", "kept_as"),
    [
        ("PNG", "RGB", files.PNG), ("PNG", "RGBA", files.PNG), ("PNG", "L", files.PNG), ("PNG", "P", files.PNG),
        ("PNG", "1", files.PNG), ("PNG", "I;16", files.PNG), ("JPEG", "RGB", files.JPEG), ("JPEG", "L", files.JPEG),
        ("JPEG", "CMYK", files.JPEG), ("WEBP", "RGB", files.JPEG), ("WEBP", "RGBA", files.JPEG),
    ],
)  # fmt: skip
def test_pictures_of_every_usual_make_are_taken(kind: str, mode: str, kept_as: str) -> None:
    if mode == "I;16":
        raw = BytesIO()
        Image.new("I;16", (60, 40), 9).save(raw, kind)
        kept = check_file(raw.getvalue())
    else:
        kept = check_file(picture_file(kind, mode=mode) if mode not in "P1" else _drawn(mode))
    assert kept.mimetype == kept_as
    with Image.open(BytesIO(kept.body)) as picture:
        assert picture.size == (60, 40)


def _drawn(mode: str) -> bytes:
    out = BytesIO()
    Image.new(mode, (60, 40), 1).save(out, "PNG")
    return out.getvalue()


def test_a_picture_is_turned_upright_and_loses_what_its_camera_wrote() -> None:
    raw = made_files.camera_picture()
    assert SECRET in raw
    kept = check_file(raw)
    assert SECRET not in kept.body
    with Image.open(BytesIO(kept.body)) as picture:
        assert picture.size == (40, 60)
        assert not picture.getexif()


def test_a_large_picture_is_kept_at_a_size_that_can_be_read() -> None:
    with Image.open(BytesIO(check_file(picture_file("JPEG", size=(6000, 3000))).body)) as picture:
        assert picture.size == (4096, 2048)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_stands_behind_a_picture_is_gone(kind: str) -> None:
    kept = check_file(picture_file(kind) + SVG + b"PK\x05\x06")
    assert b"script" not in kept.body
    assert b"PK" not in kept.body


def test_a_pdf_keeps_its_pages_and_loses_what_was_hung_on() -> None:
    def name_it(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Author"] = SECRET.decode()
        pdf.add_blank_page()

    raw = pdf_file(name_it)
    assert SECRET in raw
    kept = check_file(raw + b"\n<script>alert(1)</script>PK\x05\x06")
    assert kept.mimetype == files.PDF
    assert SECRET not in kept.body
    assert b"script" not in kept.body
    with pikepdf.open(BytesIO(kept.body)) as pdf:
        assert len(pdf.pages) == 2


def test_a_pdf_with_links_forms_and_packed_objects_is_taken() -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org")
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=link, Rect=[0, 0, 9, 9]
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
        pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])

    raw = pdf_file(fill, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert check_file(raw).mimetype == files.PDF


def test_a_script_that_no_page_leads_to_is_refused_too() -> None:
    def hide(pdf: pikepdf.Pdf) -> None:
        scripted(pdf)
        pdf.Root.Old = pdf.Root.OpenAction
        del pdf.Root.OpenAction

    with pytest.raises(FileRefused, match=files.SCRIPT):
        check_file(pdf_file(hide))


@pytest.mark.parametrize("make", [made_files.padded_bomb, made_files.twice_packed_bomb])
def test_what_unpacks_without_end_is_not_unpacked(make: Callable[[], bytes]) -> None:
    raw = make()
    assert len(raw) < 500_000
    # what can't be unpacked is left out, so nothing that hid in it is kept
    assert len(check_file(raw).body) < 2000


def test_the_same_file_is_kept_as_the_same_bytes() -> None:
    for raw in (pdf_file(), made_files.camera_picture()):
        assert check_file(raw).body == check_file(raw).body


def test_the_border_lets_one_byte_more_through_than_a_file_may_have() -> None:
    assert MAX_FILE == files.MAX_BYTES + 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("card.png", "card.png"), ("C:\\Users\\ana\\card.png", "card.png"), ("../../etc/passwd", "passwd"),
        ("كرت.png", "كرت.png"), ("a\u202egnp.exe", "agnp.exe"), ("a\r\nSet-Cookie: b", "aSet-Cookie: b"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"), ("", "file"), ("...", "file"), ("\0", "file"),
    ],
)  # fmt: skip
def test_a_name_is_kept_as_it_can_be_shown(given: str, kept: str) -> None:
    assert clean_name(given) == kept
