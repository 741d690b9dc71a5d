"""What pages read of a clinic's set-up, kept as long as nothing that is set up changes.

``recall`` gives what ``make`` gave before, while the version of the inputs in the session's own snapshot is the same
(``models.inputs``): so what it gives is what ``make`` would give now, and never older than ten minutes. The process keeps
what was asked for last.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from scheduler.db import of_one_instant
from scheduler.models.inputs import Version, inputs_version

Made = TypeVar("Made")

# of a clinician with a few types and hours, about 20 kB each
_MOST = 2000
# changes by hand, in the database itself, note nothing; nor does a process of before an upgrade that is still running
_LONGEST_SECONDS = 600
_NAME = "scheduler.recall"


class Recalled:
    """The answers asked for last, by key, with the version that they were made of. For any number of threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Version, float, object]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, session: Session, key: Hashable, make: Callable[[], Made | None]) -> Made | None:
        """What ``make`` gives in this session, of a snapshot whose inputs the key and the version stand for: it must be a
        value that nobody changes. None is not kept, so that words that name nothing take no place."""
        version = session.info.get(_NAME)
        if version is None:
            version = session.info[_NAME] = inputs_version(session)
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known[0] == version and time.monotonic() < known[1]:
                self._kept.move_to_end(key)
                return cast(Made, known[2])
        made = make()
        if made is not None:
            with self._lock:
                self._kept[key] = version, time.monotonic() + _LONGEST_SECONDS, made
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return made


def recall(session: Session, key: Hashable, make: Callable[[], Made | None]) -> Made | None:
    """``Recalled`` of the application that answers this request; in a session whose reads are not of one instant, what
    ``make`` gives."""
    if not of_one_instant(session):
        return make()
    kept: Recalled = current_app.extensions[_NAME]
    return kept(session, key, make)


def init_app(app: Flask) -> None:
    app.extensions[_NAME] = Recalled()
