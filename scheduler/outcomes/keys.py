"""A finder's key: made from the installation's secret, so that it can sign without being kept; only its hash is stored.

One key does both: it is the Bearer token for reading states, and it signs callbacks as the Standard Webhooks specification
1.0.0 says (HMAC-SHA256 over "id.timestamp.body", base64; a secret is "whsec_" and the base64 of its bytes).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from scheduler.models import Source

PREFIX = "whsec_"


def key_of(secret: str, source: Source) -> str:
    """The key of a source in its present version; another one after ``key_version`` has risen."""
    raw = _keyed(secret, "finder-key", source.id, str(source.key_version))
    return PREFIX + base64.b64encode(raw).decode()


def key_hash(key: str) -> str:
    """What is stored of a key: 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def handle_hash(secret: str, whose: str, handle: str) -> str:
    """A keyed hash of a booking-referral together with whose it is: a ``source`` value, or a Source's id."""
    return _keyed(secret, "referral", whose, handle).hex()


def signature(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature`` for one sending of a message at ``timestamp`` (epoch seconds UTC)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    mac = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def _keyed(secret: str, *parts: str) -> bytes:
    """An HMAC of the parts; their lengths stand before them, so that no two lists of parts read the same."""
    words = [part.encode("utf-8", "surrogatepass") for part in parts]
    text = b"".join(len(word).to_bytes(4, "big") + word for word in words)
    return hmac.new(secret.encode(), text, hashlib.sha256).digest()
