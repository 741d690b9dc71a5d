"""The small parts that resources share: codings, references, telecoms, ids, and the line that a resource
becomes."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from scheduler.fhir import systems
from scheduler.fhir.records import Coded, Named

Element = dict[str, Any]

ID_LENGTH = 64
_PATIENT_TYPES = {
    "newpt": "New and existing patients",
    "existptonly": "Existing patients only",
    "existptfam": "Existing patients and their families",
    "nopt": "Not accepting patients",
}


def clean(text: str | None) -> str:
    """Text as FHIR's ``string`` allows it: no control characters but tab and line ends, no blank edges."""
    if not text:
        return ""
    return "".join(
        char for char in text if char in "\t\n\r" or unicodedata.category(char) not in ("Cc", "Cs")
    ).strip()


def present(**elements: Any) -> Element:
    """The elements that have a value. ``False`` and 0 are values; None and all that is empty are not."""
    return {
        name: value for name, value in elements.items() if value is not None and value not in ("", [], {})
    }


def resource(resource_type: str, resource_id: str, *, demo: bool = False, **elements: Any) -> Element:
    """A resource with its present elements. One of a demo clinic is tagged as test data (HTEST)."""
    made: Element = {"resourceType": resource_type, "id": resource_id}
    if demo:
        made |= {
            "meta": {"tag": [{"system": systems.ACT_REASON, "code": "HTEST", "display": "test health data"}]}
        }
    return made | present(**elements)


def coding(system: str, code: Coded) -> Element:
    """A Coding of a code that is not empty."""
    return present(system=system, code=clean(code.code), display=clean(code.display))


def concept(system: str, code: Coded | None, text: str = "") -> Element:
    """A CodeableConcept; without a code it is text alone, without both it is empty. ``text`` is what the
    clinic calls it, by default the code's own words."""
    if code is None:
        return present(text=clean(text))
    words = clean(text) or clean(code.display)
    return present(coding=[coding(system, code)] if clean(code.code) else [], text=words)


def reference(resource_type: str, target: Named) -> Element:
    """A relative Reference with the target's name beside it."""
    return present(reference=f"{resource_type}/{target.id}", display=clean(target.name))


def telecom(**values: str) -> list[Element]:
    """ContactPoints in the given order, ``phone="..."`` being system and value; empty ones are left out."""
    return [{"system": system, "value": clean(value)} for system, value in values.items() if clean(value)]


def npi_identifier(npi: str | None) -> list[Element]:
    """The identifier of a US National Provider Identifier, if there is one."""
    return [{"system": systems.NPI, "value": npi}] if npi else []


def patient_type(code: str) -> Element:
    """The Coding of who may book, of HL7's accepting-patients; empty without a code."""
    if not code:
        return {}
    return present(system=systems.ACCEPTING_PATIENTS, code=code, display=_PATIENT_TYPES.get(code))


def joined_id(first: str, second: str) -> str:
    """An id for the pair of two ids, of at most 64 characters: ``first-second``, or a hash where that is too
    long."""
    joined = f"{first}-{second}"
    if len(joined) <= ID_LENGTH:
        return joined
    return hashlib.sha256(joined.encode()).hexdigest()[:ID_LENGTH]


def to_line(made: Mapping[str, Any]) -> bytes:
    """A resource as its NDJSON line: minified and in ASCII, so that no reader finds a line end inside."""
    return json.dumps(made, separators=(",", ":")).encode("ascii") + b"\n"
