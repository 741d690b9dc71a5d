"""Files as patients, and people who mean no good, hand them in; all made here, none kept."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image

SECRET = b"secret words of a camera"


def picture_file(
    kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any
) -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new(mode, size, "teal").save(out, kind, **options)
    return out.getvalue()


def camera_picture() -> bytes:
    """A JPEG whose EXIF says where it was taken, held sideways."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = SECRET.decode()
    return picture_file("JPEG", exif=exif)


def pdf_file(change: Callable[[pikepdf.Pdf], None] | None = None, **options: Any) -> bytes:
    """A PDF of one page; ``change`` puts something into it."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if change is not None:
            change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def scripted(pdf: pikepdf.Pdf) -> None:
    """Runs a script when it is opened."""
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.Root.OpenAction = pdf.make_indirect(action)


def scripted_pdf(**options: Any) -> bytes:
    return pdf_file(scripted, **options)


def launching(pdf: pikepdf.Pdf) -> None:
    """Starts a program when its page is opened."""
    start = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=start)


def carrying(pdf: pikepdf.Pdf) -> None:
    """Has another file inside."""
    pdf.attachments["inside.exe"] = b"MZ"


def padded_bomb() -> bytes:
    """A PDF whose packed objects unpack to 300 MB."""
    packed = zlib.compress(bytes(300_000_000), 9)
    return _with_object_stream(packed, "/FlateDecode")


def twice_packed_bomb() -> bytes:
    """The same, packed several times over."""
    packed = zlib.compress(bytes(300_000_000), 9)
    for _ in range(3):
        packed = zlib.compress(packed, 9)
    return _with_object_stream(packed, "[" + "/FlateDecode " * 4 + "]")


def _with_object_stream(packed: bytes, filters: str) -> bytes:
    out, at = BytesIO(), {}
    out.write(b"%PDF-1.5\n")

    def add(number: int, body: bytes) -> None:
        at[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    add(1, b"<</Type/Catalog/Pages 2 0 R>>")
    add(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    add(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 6 0 R>>")
    stream = b"<</Type/ObjStm/N 1/First 4/Filter%s/Length %d>>\nstream\n" % (filters.encode(), len(packed))
    add(4, stream + packed + b"\nendstream")
    start = out.tell()
    rows = [(0, 0, 255), *((1, at[number], 0) for number in (1, 2, 3, 4)), (1, start, 0), (2, 4, 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    out.write(b"5 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>\nstream\n" % len(table))
    out.write(table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def huge_picture() -> bytes:
    """A PNG of a few kilobytes that says it has 400 million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(20_001 * 200), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
