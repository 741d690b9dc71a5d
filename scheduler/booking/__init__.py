"""The booking transaction: hold, extend, release, book, approve, move, cancel, visit, expire; the only writer of
appointments and claims (design.md "The booking transaction").

Public names: the verbs, each one transaction of its own (``verb(*, by, ...)``); ``By``, ``Details``, ``AnswerGiven``;
``is_live``; ``links``; ``waitlist``; ``documents`` (files handed in). Verbs raise ``scheduler.errors``. May import:
availability, models, audit, outcomes, notify's outbox, the foundation; never a face.
"""

from scheduler.booking import documents, files, links, waitlist
from scheduler.booking.acts import ACTS, DESK, IMPORT, PATIENT, SYSTEM, By
from scheduler.booking.blocks import block_time, unblock_time
from scheduler.booking.book import book, desk_book
from scheduler.booking.change import cancel, move, restore
from scheduler.booking.coming import say_coming
from scheduler.booking.details import AnswerGiven, Details
from scheduler.booking.expire import expire, purge
from scheduler.booking.files import FileRefused
from scheduler.booking.find import phone_digits, send_links
from scheduler.booking.hold import (
    MAX_EXTENSIONS,
    choose_telling,
    extend,
    hold,
    hold_again,
    is_live,
    release,
    save_draft,
)
from scheduler.booking.my_data import change_contact, erase, may_erase, purge_former
from scheduler.booking.outside import coming_visits, keep_outside, outside
from scheduler.booking.pool import hold_any
from scheduler.booking.requests import approve, decline, lapse, lapsed
from scheduler.booking.same_person import join_persons, not_same, part_visit, undo_join
from scheduler.booking.together import cancel_all, hold_relatives, hold_series
from scheduler.booking.upkeep import edit_details, resend, save_note
from scheduler.booking.visit import check_in, finish, no_show, to_room, undo_step

__all__ = [
    "ACTS",
    "DESK",
    "IMPORT",
    "MAX_EXTENSIONS",
    "PATIENT",
    "SYSTEM",
    "AnswerGiven",
    "By",
    "Details",
    "FileRefused",
    "approve",
    "block_time",
    "book",
    "cancel",
    "cancel_all",
    "change_contact",
    "check_in",
    "choose_telling",
    "coming_visits",
    "decline",
    "desk_book",
    "documents",
    "edit_details",
    "erase",
    "expire",
    "extend",
    "files",
    "finish",
    "hold",
    "hold_again",
    "hold_any",
    "hold_relatives",
    "hold_series",
    "is_live",
    "join_persons",
    "keep_outside",
    "lapse",
    "lapsed",
    "links",
    "may_erase",
    "move",
    "no_show",
    "not_same",
    "outside",
    "part_visit",
    "phone_digits",
    "purge",
    "purge_former",
    "release",
    "resend",
    "restore",
    "save_draft",
    "save_note",
    "say_coming",
    "send_links",
    "to_room",
    "unblock_time",
    "undo_join",
    "undo_step",
    "waitlist",
]
