"""Errors as values: each carries a code, an HTTP status, a sentence for people and, where there is one, a field.

Services raise these; one handler (``web.errors``) shapes them as a page, JSON or an OperationOutcome. A sentence
never holds what a patient typed.

    SchedulerError
    ├── InvalidInput      400  one or more fields need a change (``problems``: field → sentence)
    ├── NotFound          404
    ├── NotAllowed        403
    ├── SignInNeeded      401
    ├── KeyNeeded         401  a program sent no key, or none that is valid now
    ├── Conflict          409  the world moved: the act is no longer possible
    │   ├── SlotGone           the time is not open (``reason``: the rule's first reason code)
    │   ├── HoldLapsed         the hold ended before the act
    │   ├── NotEligible        on that day the visit is not for who comes
    │   └── EditConflict       somebody else saved meanwhile
    ├── KeyReused         422  an idempotency key came again with another body
    └── TooMany           429  (``retry_after`` seconds)
"""

from __future__ import annotations

from collections.abc import Mapping


class SchedulerError(Exception):
    """Base of all errors that reach a user. ``sentence`` is safe to show."""

    code = "error"
    status = 500

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        said = str(sentence)  # a sentence that waits for its language gets it now
        super().__init__(said)
        self.sentence = said
        self.field = field


class InvalidInput(SchedulerError):
    """Fields that need a change. ``problems`` maps the field's name to "what to do", in the order of the form."""

    code = "invalid"
    status = 400

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = {name: str(said) for name, said in problems.items()}
        first = next(iter(self.problems.items()), (None, "Something in the form needs a change."))
        super().__init__(first[1], field=first[0])


class NotFound(SchedulerError):
    code = "not-found"
    status = 404


class NotAllowed(SchedulerError):
    code = "not-allowed"
    status = 403


class SignInNeeded(SchedulerError):
    code = "sign-in"
    status = 401


class KeyNeeded(SchedulerError):
    code = "key-needed"
    status = 401


class Conflict(SchedulerError):
    code = "conflict"
    status = 409


class SlotGone(Conflict):
    """The start is not open. ``reason`` is the first code of ``availability.explain``; ``free_again`` the instant
    (epoch seconds) at which another visitor's hold ends, when that alone stands in the way."""

    code = "slot-gone"

    def __init__(self, sentence: str, *, reason: str, free_again: int | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.free_again = free_again


class HoldLapsed(Conflict):
    code = "hold-lapsed"


class NotEligible(Conflict):
    code = "not-eligible"


class EditConflict(Conflict):
    code = "edited-meanwhile"


class KeyReused(SchedulerError):
    code = "key-reused"
    status = 422


class TooMany(SchedulerError):
    code = "too-many"
    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
