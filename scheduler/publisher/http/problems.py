"""The errors that only HTTP knows; ``scheduler.errors`` has the others."""

from __future__ import annotations

from scheduler.errors import SchedulerError


class Gone(SchedulerError):
    """What was here is no longer kept."""

    code = "gone"
    status = 410


class NotAcceptable(SchedulerError):
    """The client takes no form that we have."""

    code = "not-acceptable"
    status = 406


class MethodNotAllowed(SchedulerError):
    """The feed can only be read."""

    code = "not-supported"
    status = 405


class PreconditionFailed(SchedulerError):
    """The client asked for a version (If-Match, If-Unmodified-Since) that is not the present one."""

    code = "precondition-failed"
    status = 412


class RangeNotSatisfiable(SchedulerError):
    """No byte of the range exists. ``size``: how many bytes there are."""

    code = "range"
    status = 416

    def __init__(self, sentence: str, *, size: int) -> None:
        super().__init__(sentence)
        self.size = size
