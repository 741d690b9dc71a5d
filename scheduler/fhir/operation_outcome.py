"""OperationOutcome: what a feed has to say about itself, and what an error on it looks like."""

from __future__ import annotations

from scheduler.fhir.elements import Element, clean


def operation_outcome(severity: str, code: str, text: str) -> Element:
    """An OperationOutcome with one issue. ``severity`` and ``code`` are FHIR's issue-severity and
    issue-type."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "details": {"text": clean(text)}}],
    }
