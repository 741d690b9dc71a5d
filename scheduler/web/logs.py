"""Logs without people: requests by their route, errors by their place in the code, links cut.

A line never holds a query string, a form's content, a signed link or a hold's id. Exception texts are left out, because
a database's error quotes the values that it refused; the type and the places in the code are what finds a fault.
"""

from __future__ import annotations

import logging
import re
import time
import traceback

from flask import Flask, Response, g, request

logger = logging.getLogger("scheduler.web")

_SECRET_PATH = re.compile(r"(/(?:b|hold|offer|invitation|referrals|sign-in/reset)/)[^/\s?\"'<]+")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")
_PRIVATE_KEY = re.compile(r"\b(private|token)=[^\s&\"']+")


class Redact(logging.Filter):
    """Cut signed links, holds' ids, query strings and the texts of exceptions out of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            said += f": {type(error).__name__}{places(error)}"
            record.exc_info = record.exc_text = None
        record.msg, record.args = redact(said), ()
        return True


def redact(text: str) -> str:
    """``text`` without what only one person may know."""
    text = _SECRET_PATH.sub(r"\1-", text)
    text = _QUERY.sub(r"\1", text)
    return _PRIVATE_KEY.sub(r"\1=-", text)


def init_app(app: Flask) -> None:
    """Log each request by its route, and redact whatever this process logs."""
    # A logger's filter does not see its children's records, a handler's does; so both carry it.
    root = logging.getLogger()
    for target in (app.logger, logger, logging.getLogger("werkzeug"), *app.logger.handlers, *root.handlers):
        if not any(isinstance(known, Redact) for known in target.filters):
            target.addFilter(Redact())
    app.before_request(_begin)
    app.after_request(_end)


def log_unexpected(error: BaseException, reference: str) -> None:
    """One entry for an error nobody foresaw: reference, route, type, places in the code; never its text."""
    logger.error(
        "reference %s: %s in %s %s%s",
        reference,
        type(error).__name__,
        request.method,
        _route(),
        places(error),
    )


def places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)


def _begin() -> None:
    g.request_began = time.perf_counter()


def _end(response: Response) -> Response:
    took = (time.perf_counter() - g.get("request_began", time.perf_counter())) * 1000
    logger.info("%s %s %d %.0f ms", request.method, _route(), response.status_code, took)
    return response


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else "(no page)"
