"""Photos of practitioners: whatever somebody sends becomes a small square WebP without a camera's data, or is refused."""

from __future__ import annotations

import hashlib
import threading
from io import BytesIO

from PIL import Image, ImageCms, ImageOps
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog.rows import find, note
from scheduler.errors import InvalidInput
from scheduler.models import Photo, Practitioner

MAX_BYTES = 8 * 1024 * 1024
SIDE = 512
MIMETYPE = "image/webp"
_FORMATS = ("PNG", "JPEG", "WEBP")
_MAX_PIXELS = 50_000_000  # what phones take at most
_SMALLEST = 96
_QUALITY = 82
# one at a time: a picture of many pixels takes hundreds of megabytes while it is read
_turn = threading.Lock()


def make_small(raw: bytes) -> bytes:
    """The photo as it is kept: turned as the camera was held, cut to a centred square, 512 pixels, WebP with nothing
    else in it. Takes up to a second, so best outside a transaction. Raises InvalidInput (``photo``)."""
    if not raw:
        raise InvalidInput({"photo": "Photo: choose a file."})
    if len(raw) > MAX_BYTES:
        raise InvalidInput({"photo": "Photo: choose a file of at most 8 MB."})
    try:
        with _turn, Image.open(BytesIO(raw), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > _MAX_PIXELS:
                raise InvalidInput({"photo": "Photo: choose one of at most 50 million pixels."})
            if min(width, height) < _SMALLEST:
                raise InvalidInput(
                    {"photo": f"Photo: choose one of at least {_SMALLEST} by {_SMALLEST} pixels."}
                )
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            return _square(picture)
    except InvalidInput:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidInput({"photo": "Photo: choose one of at most 50 million pixels."}) from None
    except Exception:
        # what is no picture, or a broken one, makes decoders raise almost anything
        raise InvalidInput(
            {"photo": "Photo: this is no picture we can read. Choose a PNG, JPEG or WebP file."}
        ) from None


def set_photo(session: Session, *, by: audit.Actor, now: int, practitioner_id: str, body: bytes) -> Photo:
    """Give the practitioner the photo ``body`` (as ``make_small`` gives it) in place of any other. Raises NotFound."""
    person = find(session, Practitioner, practitioner_id)
    row = session.get(Photo, practitioner_id) or Photo(
        practitioner_id=practitioner_id, organization_id=person.organization_id
    )
    row.mimetype, row.body, row.hash = MIMETYPE, body, hashlib.sha256(body).hexdigest()
    row.created_at = now
    session.add(row)
    note(session, row, by=by, now=now, action="set", kind="photo", row_id=practitioner_id)
    return row


def remove_photo(session: Session, *, by: audit.Actor, now: int, practitioner_id: str) -> None:
    """Take the practitioner's photo away; nothing happens when there is none. Raises NotFound."""
    find(session, Practitioner, practitioner_id)
    row = session.get(Photo, practitioner_id)
    if row is None:
        return
    session.delete(row)
    note(session, row, by=by, now=now, action="remove", kind="photo", row_id=practitioner_id)


def photo_named(session: Session, name: str) -> tuple[bytes, str] | None:
    """Body and media type of the photo with the hash ``name``; None when nobody has it now."""
    row = session.execute(select(Photo.body, Photo.mimetype).where(Photo.hash == name).limit(1)).one_or_none()
    return (row.body, row.mimetype) if row is not None else None


def photo_hash(session: Session, practitioner_id: str) -> str:
    """What names the practitioner's photo in its address; "" when they have none."""
    return session.scalar(select(Photo.hash).where(Photo.practitioner_id == practitioner_id)) or ""


def _square(picture: Image.Image) -> bytes:
    turned = ImageOps.exif_transpose(picture)
    profile, mode = turned.info.get("icc_profile"), turned.mode
    whole = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    small = ImageOps.fit(whole, (SIDE, SIDE), Image.Resampling.LANCZOS)
    # a new picture carries no EXIF, XMP or profile of the old one
    plain = Image.new("RGB", small.size, "white")
    plain.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    out = BytesIO()
    _to_srgb(plain, profile, mode).save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()


def _to_srgb(picture: Image.Image, profile: object, mode: str) -> Image.Image:
    """The colours of a picture with a profile of its own, as they look without one."""
    if not isinstance(profile, bytes) or mode not in ("RGB", "RGBA"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        made = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    plain = Image.new("RGB", picture.size)
    plain.paste(made or picture)
    return plain
