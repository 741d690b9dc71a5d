"""The form field of files that a patient hands in, and what is said about one that can't be taken.

A file is kept behind the hold as soon as it comes (``booking.documents``), since no page can put it back into a form; the
field lists what is kept. Public: ``Files``, ``take_files``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field

from scheduler.booking import By, FileRefused, documents, files
from scheduler.booking.documents import MOST_FILES, Attached
from scheduler.errors import Conflict, NotFound
from scheduler.intake.fields import about
from scheduler.web.sizes import size_words

MOST_AT_ONCE = 128 * 1024 * 1024
"""Bytes of a whole form with its files. Each file is cut off early (``web.border.CappedFile``), so that most forms with
one that is too large still come back filled in."""
ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp,application/pdf,image/jpeg,image/png,image/webp"
"""Naming the kinds of pictures lets phones turn their own kinds into one of them."""
FORMATS = lazy_gettext(
    "A PDF or a picture (JPEG, PNG, WebP), up to 10 MB each, 3 files at most. Only the clinic can open it."
)
TOO_MUCH = lazy_gettext(
    "Files: they are too large together, so none of them came. Choose files of up to 10 MB each."
)

_REASONS: dict[str, Callable[[str], str]] = {
    files.EMPTY: lambda name: _("%(name)s is empty. Choose the file again.", name=name),
    files.LARGE: lambda name: _(
        "%(name)s has more than 10 MB. Choose a smaller file, or take a photo of it.", name=name
    ),
    files.OTHER: lambda name: _(
        "%(name)s is neither a PDF nor a picture we can read. Choose a PDF, JPEG, PNG or WebP file.",
        name=name,
    ),
    files.BROKEN: lambda name: _(
        "%(name)s is damaged, so it can't be read. Choose another file, or take a photo of it.", name=name
    ),
    files.PIXELS: lambda name: _(
        "%(name)s has more than 50 million pixels. Choose a smaller picture.", name=name
    ),
    files.SCRIPT: lambda name: _(
        "%(name)s holds a script, so we don't take it. Print it to a new PDF, or take a photo of it.",
        name=name,
    ),
    files.LAUNCH: lambda name: _(
        "%(name)s can open other programs or send data, so we don't take it. Print it to a new PDF, or take a photo of it.",
        name=name,
    ),
    files.FILES: lambda name: _(
        "%(name)s has other files inside, so we don't take it. Print it to a new PDF, or take a photo of it.",
        name=name,
    ),
    files.LOCKED: lambda name: _(
        "%(name)s is locked with a password. Choose one without, or take a photo of it.", name=name
    ),
    files.MANY: lambda name: _(
        "%(name)s was not added: there are %(most)s files already. Remove one first.",
        name=name,
        most=MOST_FILES,
    ),
    files.HEAVY: lambda name: _(
        "%(name)s was not added: your files are too large together. Remove one first.", name=name
    ),
}


class Files(Field):
    """Files for one purpose. ``question_id``: the question that they answer, None for the referral document;
    ``attached``: what is kept for it; ``needed``: what to do when there must be one and is none.

    What comes with the form is kept by ``take_files``, never read here.
    """

    kind = "files"
    accept = ACCEPT
    formats = FORMATS
    most = MOST_FILES
    most_bytes = files.MAX_BYTES

    def __init__(
        self,
        label: str,
        *,
        question_id: str | None = None,
        attached: Sequence[Attached] = (),
        needed: str = "",
        hint: str = "",
        **options: Any,
    ) -> None:
        super().__init__(label, description=hint, **options)
        self.question_id = question_id
        self.attached = tuple(one for one in attached if one.question_id == question_id)
        self.needed = needed
        self.refused: Sequence[str] = ()
        self.flags.required = bool(needed)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Files are no values of a form."""
        super().process(None, None, extra_filters)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Whether nothing was refused just now and something is there, when it must be."""
        self.errors = list(self.refused)
        if self.needed and not self.attached and not self.errors:
            self.errors = [about(self, self.needed)]
        return not self.errors

    @property
    def lines(self) -> tuple[str, ...]:
        """The files' names with their sizes."""
        return tuple(f"{one.name}, {size_words(one.size)}" for one in self.attached)


def take_files(
    by: By, hold_id: str, fields: Iterable[Files], sent: MultiDict[str, FileStorage]
) -> dict[str, list[str]]:
    """Keep the files that were ``sent`` for these ``fields`` behind the visitor's own hold. Returns what to say about those
    that can't be taken, by the field's name. Files of a hold that was booked meanwhile are left aside."""
    refused: dict[str, list[str]] = {}
    for field in fields:
        for one in sent.getlist(field.name)[: 2 * MOST_FILES]:
            if not one.filename:  # a browser sends an empty one where nothing was chosen
                continue
            try:
                raw = one.stream.read(files.MAX_BYTES + 1)
                documents.attach(
                    by=by, appointment_id=hold_id, question_id=field.question_id, name=one.filename, raw=raw
                )
            except FileRefused as error:
                said = _REASONS[error.reason](files.clean_name(one.filename))
                refused.setdefault(field.name, []).append(about(field, said))
            except (Conflict, NotFound):
                break
    return refused
