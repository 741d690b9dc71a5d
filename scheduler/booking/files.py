"""What may be handed in: a PDF or a picture, told by its content, and made anew so that nothing else travels along.

A picture is read and written again (no camera's data, nothing behind its end). A PDF is read by qpdf and written again
from the objects that its pages need: what is kept is what was looked at. One that can act (scripts, launching, files
within) or is locked is refused. Sources: ISO 32000-2 (7.5 file structure, 7.6 encryption, 7.11.4 embedded files,
12.6.4 actions), PNG, JFIF and WebP signatures.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

MAX_BYTES = 10 * 1024 * 1024
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
NAME_LENGTH = 120
# why a file is refused
EMPTY, LARGE, OTHER, BROKEN, PIXELS = "empty", "large", "other", "broken", "pixels"
SCRIPT, LAUNCH, FILES, LOCKED = "script", "launch", "files", "locked"
MANY, HEAVY = "many", "heavy"

_PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP"}
_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
_MAX_PIXELS = 50_000_000  # what phones take at most
_SIDE = 4096  # a sheet of paper at 350 dots per inch
_QUALITY = 88
_MAX_WORDS = 400_000
_UNPACKED = 64 * 1024 * 1024
_SCRIPTS = {"/JavaScript", "/JS", "/XFA"}
_LAUNCHES = {"/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Movie", "/Rendition", "/Sound"}
_FILES = {"/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/RichMediaContent"}
# one at a time: a file of many pixels or objects takes hundreds of megabytes while it is read
_turn = threading.Lock()
_limited: list[bool] = []


class FileRefused(Exception):
    """The file can't be taken: ``reason`` is one of the codes above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it is kept."""

    mimetype: str
    body: bytes


def check_file(raw: bytes) -> Checked:
    """The file as it is kept. Takes up to a second or two, so best outside a transaction. Raises FileRefused."""
    if not raw:
        raise FileRefused(EMPTY)
    if len(raw) > MAX_BYTES:
        raise FileRefused(LARGE)
    with _turn:
        if _PDF_HEAD.match(raw):
            return _pdf(raw)
        kind = next((kind for head, kind in _PICTURES.items() if raw.startswith(head)), "")
        if not kind or (kind == "WEBP" and raw[8:12] != b"WEBP"):
            raise FileRefused(OTHER)
        return _picture(raw, kind)


def clean_name(name: str) -> str:
    """The file's own name, without folders or signs that can't be shown, at most ``NAME_LENGTH`` characters."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(sign for sign in unicodedata.normalize("NFC", last) if _shown(sign)).strip(" .")
    if len(shown) > NAME_LENGTH:
        stem, dot, ending = shown.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 5 else ""
        shown = (stem if ending else shown)[: NAME_LENGTH - len(ending)] + ending
    return shown or "file"


def _shown(sign: str) -> bool:
    # Cf holds the marks that turn the direction of text: a name must not look as if it had another ending
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _picture(raw: bytes, kind: str) -> Checked:
    try:
        with Image.open(BytesIO(raw), formats=(kind,)) as picture:
            width, height = picture.size
            if width * height > _MAX_PIXELS:
                raise FileRefused(PIXELS)
            picture.draft("RGB", (_SIDE, _SIDE))
            return _written_again(picture, kind)
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused(PIXELS) from None
    except Exception:
        # what is no picture, or a broken one, makes decoders raise almost anything
        raise FileRefused(BROKEN) from None


def _written_again(picture: Image.Image, kind: str) -> Checked:
    turned = ImageOps.exif_transpose(picture)
    whole = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    whole.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    # a new picture carries no EXIF, XMP or profile of the old one
    plain = Image.new("RGB", whole.size, "white")
    plain.paste(whole, mask=whole.getchannel("A") if whole.mode == "RGBA" else None)
    out = BytesIO()
    if kind == "PNG":
        plain.save(out, "PNG")
        if out.tell() <= MAX_BYTES:
            return Checked(PNG, out.getvalue())
        out = BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY)
    return Checked(JPEG, out.getvalue())


def _pdf(raw: bytes) -> Checked:
    import pikepdf  # takes a quarter of a second and 20 megabytes, which only who gets a PDF shall pay

    if not _limited:
        pikepdf.settings.set_qpdf_limits(
            flate_max_memory=_UNPACKED, run_length_max_memory=_UNPACKED, max_stream_filters=2
        )
        _limited.append(True)
    try:
        with pikepdf.open(BytesIO(raw), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise FileRefused(LOCKED)
            _look_through(pdf)
            if not len(pdf.pages):
                raise FileRefused(BROKEN)
            # what is on the pages stays; who wrote it, with which program, and when, goes
            if "/Info" in pdf.trailer:
                del pdf.trailer.Info
            if "/Metadata" in pdf.Root:
                del pdf.Root.Metadata
            out = BytesIO()
            pdf.save(
                out,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                fix_metadata_version=False,
                deterministic_id=True,
            )
    except FileRefused:
        raise
    except pikepdf.PasswordError:
        raise FileRefused(LOCKED) from None
    except Exception:
        # qpdf and its wrapper raise many kinds for what is broken
        raise FileRefused(BROKEN) from None
    if out.tell() > 2 * MAX_BYTES:  # a few bytes of packed objects can become many
        raise FileRefused(BROKEN)
    return Checked(PDF, out.getvalue())


def _look_through(pdf: Any) -> None:
    """Every object, each level of it: also those that no page leads to, since they say what the file was made for."""
    seen = 0
    for one in pdf.objects:
        for word in _words(one):
            seen += 1
            if seen > _MAX_WORDS:
                raise FileRefused(BROKEN)
            if word in _SCRIPTS:
                raise FileRefused(SCRIPT)
            if word in _LAUNCHES:
                raise FileRefused(LAUNCH)
            if word in _FILES:
                raise FileRefused(FILES)


def _words(one: Any) -> Iterator[str]:
    """The keys of dictionaries and the names that are values, at any depth of one object."""
    import pikepdf

    waiting = [one]
    while waiting:
        now = waiting.pop()
        if isinstance(now, pikepdf.Dictionary | pikepdf.Stream):
            for key, value in now.items():
                yield key
                if _within(value):
                    waiting.append(value)
        elif isinstance(now, pikepdf.Array):
            waiting.extend(value for value in now if _within(value))
        elif isinstance(now, pikepdf.Name):
            yield str(now)


def _within(value: Any) -> bool:
    """Whether a value is part of the object that is looked at: one with a number of its own has its own turn."""
    import pikepdf

    return isinstance(value, pikepdf.Object) and not value.is_indirect
