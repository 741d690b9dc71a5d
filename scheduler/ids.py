"""Ids of rows: random text, safe in URLs and as FHIR ids (``[A-Za-z0-9-.]{1,64}``)."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 16


def new_id() -> str:
    """A random id of 16 characters (80 bits) without letters that are easily confused."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
