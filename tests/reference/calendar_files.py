"""A strict reader of iCalendar files (RFC 5545, 5546), written from the standard alone: it knows nothing of the product or of
any library, reads what a meeting's mail may hold, and refuses the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_NAME = r"[A-Za-z0-9-]+"
_PARAM = rf'{_NAME}=(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
_LINE = re.compile(rf"({_NAME})((?:;{_PARAM})*):([^\x00-\x08\x0a-\x1f\x7f]*)")
_UTC = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_LOCAL = re.compile(r"[0-9]{8}T[0-9]{6}")
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})")
_TEXT = re.compile(r"(?:[^\\;,\n]|\\[\\;,nN])*")
# what a component must and may have once (RFC 5545 3.6), and for a method besides (RFC 5546 3.2.2, 3.2.5)
_MUST = {"VCALENDAR": {"PRODID", "VERSION"}, "VEVENT": {"UID", "DTSTAMP", "DTSTART"}, "VTIMEZONE": {"TZID"},
         "STANDARD": {"DTSTART", "TZOFFSETTO", "TZOFFSETFROM"}, "DAYLIGHT": {"DTSTART", "TZOFFSETTO", "TZOFFSETFROM"}}  # fmt: skip
_BY_METHOD = {"PUBLISH": {"ORGANIZER", "SUMMARY"}, "REQUEST": {"ORGANIZER", "SUMMARY", "ATTENDEE", "SEQUENCE"}, "CANCEL": {"ORGANIZER", "ATTENDEE", "SEQUENCE"}}  # fmt: skip
_ONCE = {"PRODID", "VERSION", "METHOD", "CALSCALE", "UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "LOCATION", "DESCRIPTION",
         "STATUS", "CLASS", "TRANSP", "ORGANIZER", "TZID", "TZOFFSETTO", "TZOFFSETFROM"}  # fmt: skip
_TEXTS = {"SUMMARY", "LOCATION", "DESCRIPTION", "UID", "TZNAME", "PRODID"}
_WORDS = {"STATUS": {"TENTATIVE", "CONFIRMED", "CANCELLED"}, "CLASS": {"PUBLIC", "PRIVATE", "CONFIDENTIAL"}, "TRANSP": {"OPAQUE", "TRANSPARENT"}}  # fmt: skip


class NotACalendar(ValueError):
    """The file breaks the standard."""


@dataclass
class Component:
    """A component: properties as (parameters, value as it stands) by name, and what it holds."""

    name: str
    properties: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def one(self, name: str) -> tuple[dict[str, str], str]:
        """The only property of a name."""
        [found] = self.properties[name]
        return found

    def text(self, name: str) -> str:
        """A text without its escapes."""
        return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] in "nN" else sign[1], self.one(name)[1])


@dataclass(frozen=True)
class Meeting:
    """What the file says; instants are epoch seconds, by the file's own VTIMEZONE."""

    method: str
    uid: str
    sequence: int
    status: str
    summary: str
    start: int
    end: int
    start_wall: str
    attendees: tuple[str, ...]
    event: Component


def read_meeting(body: bytes) -> Meeting:
    """The one meeting of a file. Raises NotACalendar."""
    calendar = _tree(list(_lines(body)))
    _check(calendar, "")
    method = calendar.one("METHOD")[1] if "METHOD" in calendar.properties else ""
    if method not in _BY_METHOD:
        raise NotACalendar("METHOD is none of a meeting's mail")
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    if len(events) != 1:
        raise NotACalendar("not one VEVENT")
    [event] = events
    _check(event, method)
    if method == "CANCEL" and event.one("STATUS")[1] != "CANCELLED":
        raise NotACalendar("a CANCEL of something that is not cancelled")
    zones = {part.text("TZID"): part for part in calendar.parts if part.name == "VTIMEZONE"}
    start, end = (_instant(event.one(name), zones) for name in ("DTSTART", "DTEND"))
    if end <= start:
        raise NotACalendar("it ends before it begins")
    return Meeting(
        method=method,
        uid=event.text("UID"),
        sequence=int(event.one("SEQUENCE")[1]),
        status=event.one("STATUS")[1],
        summary=event.text("SUMMARY"),
        start=start,
        end=end,
        start_wall=event.one("DTSTART")[1],
        attendees=tuple(value for _, value in event.properties.get("ATTENDEE", [])),
        event=event,
    )


def _lines(body: bytes) -> Iterator[str]:
    """Content lines, unfolded as octets (3.1)."""
    if not body.endswith(b"\r\n"):
        raise NotACalendar("the last line has no end")
    if b"\n" in body.replace(b"\r\n", b"") or b"\r" in body.replace(b"\r\n", b""):
        raise NotACalendar("a line that does not end in CRLF")
    for line in body.split(b"\r\n"):
        if len(line) > 75:
            raise NotACalendar("a line of more than 75 octets")
    yield from body.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode("utf-8").split("\r\n")[:-1]


def _tree(lines: list[str]) -> Component:
    root, open_ones = Component(""), list[Component]()
    open_ones.append(root)
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise NotACalendar(f"no content line: {line!r}")
        name, value = found[1].upper(), found[3]
        if name == "BEGIN":
            part = Component(value)
            open_ones[-1].parts.append(part)
            open_ones.append(part)
        elif name == "END":
            if open_ones.pop().name != value:
                raise NotACalendar("components that overlap")
        else:
            params = dict(one.split("=", 1) for one in re.findall(_PARAM, found[2]))
            open_ones[-1].properties.setdefault(name, []).append(
                ({key.upper(): text.strip('"') for key, text in params.items()}, value)
            )
    if open_ones != [root] or [part.name for part in root.parts] != ["VCALENDAR"] or root.properties:
        raise NotACalendar("not one VCALENDAR")
    return root.parts[0]


def _check(component: Component, method: str) -> None:
    has = component.properties
    if missing := (_MUST.get(component.name, set()) | _BY_METHOD.get(method, set())) - set(has):
        raise NotACalendar(f"{component.name} has no {', '.join(sorted(missing))}")
    if method == "PUBLISH" and component.name == "VEVENT" and len(has["ORGANIZER"]) != 1:
        raise NotACalendar("no organizer")
    for name, values in has.items():
        if name in _ONCE and len(values) > 1:
            raise NotACalendar(f"{name} twice")
        for _, value in values:
            if name in _TEXTS and not _TEXT.fullmatch(value):
                raise NotACalendar(f"{name} is no text")
            if name in _WORDS and value not in _WORDS[name]:
                raise NotACalendar(f"{name} is none of its words")
            if name in ("ORGANIZER", "ATTENDEE") and not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", value):
                raise NotACalendar(f"{name} is no address")
    if component.name == "VEVENT" and not _UTC.fullmatch(component.one("DTSTAMP")[1]):
        raise NotACalendar("DTSTAMP is not in UTC")
    if component.name == "VCALENDAR":
        if component.one("VERSION")[1] != "2.0":
            raise NotACalendar("another version")
        for part in component.parts:
            if part.name == "VTIMEZONE":
                _check(part, "")
                if not part.parts:
                    raise NotACalendar("a zone without rules")
                for rule in part.parts:
                    _check(rule, "")


def _instant(found: tuple[dict[str, str], str], zones: dict[str, Component]) -> int:
    params, value = found
    if _UTC.fullmatch(value) and "TZID" not in params:
        return int(datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    if not _LOCAL.fullmatch(value) or params.get("TZID") not in zones:
        raise NotACalendar("a time without a zone that the file defines")
    wall = datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time, placed below
    onsets = [
        (onset, _offset(rule, "TZOFFSETFROM"), _offset(rule, "TZOFFSETTO"))
        for rule in zones[params["TZID"]].parts
        for onset in _onsets(rule)
    ]
    # 3.6.5: the onset that last came before it; a repeated time is its first occurrence, which the earlier offset gives
    before = [one for one in onsets if one[0] + max(one[2] - one[1], timedelta(0)) <= wall]
    _, _, offset = max(before) if before else (None, None, min(onsets)[1])
    ambiguous = [one for one in onsets if one[2] < one[1] and one[0] - (one[1] - one[2]) <= wall < one[0]]
    if ambiguous:
        offset = ambiguous[0][1]
    return int((wall - offset).replace(tzinfo=UTC).timestamp())


def _onsets(rule: Component) -> Iterator[datetime]:
    if "RRULE" in rule.properties:
        raise NotACalendar("a zone by a rule: not read here")
    for name in ("DTSTART", "RDATE"):
        for _, values in rule.properties.get(name, []):
            for value in values.split(","):
                if not _LOCAL.fullmatch(value):
                    raise NotACalendar("an onset that is no local time")
                yield datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time


def _offset(rule: Component, name: str) -> timedelta:
    found = _OFFSET.fullmatch(rule.one(name)[1])
    if found is None:
        raise NotACalendar("no offset of whole minutes")
    length = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -length if found[1] == "-" else length
