"""The throttle of the sign-in pages; it lives in ``web``, since patients' pages use it too."""

from scheduler.web.throttle import Throttle

__all__ = ["Throttle"]
