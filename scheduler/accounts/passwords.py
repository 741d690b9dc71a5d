"""Passwords: what one must be like (NIST SP 800-63B 5.1.1.2: length, not composition), and argon2id hashes."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scheduler.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 200

_hasher = PasswordHasher()
# a hash takes 64 MiB: more at once than this would let a crowd of sign-ins use up the memory
_turns = threading.BoundedSemaphore(4)


def check_password(password: str, *, email: str, name: str) -> None:
    """Raise InvalidInput (field ``password``) when a new password is too short, too long, or the person's own name."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(
            {"password": f"Password: use at least {MIN_LENGTH} characters. Several words are fine."}
        )
    if len(password) > MAX_LENGTH:
        raise InvalidInput({"password": f"Password: use at most {MAX_LENGTH} characters."})
    plain = _letters(password)
    if plain in {_letters(email), _letters(email.partition("@")[0]), _letters(name)}:
        raise InvalidInput({"password": "Password: choose one that isn't your name or email."})
    if len(set(password)) <= 2:
        raise InvalidInput({"password": "Password: use more than two different characters."})


def hash_password(password: str) -> str:
    """The argon2id hash of a password; about a sixth of a second and 64 MiB, so best outside a transaction."""
    with _turns:
        return _hasher.hash(_same_text(password))


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Takes as long when there is no hash, so that nobody learns who has an account."""
    with _turns:
        try:
            fits = _hasher.verify(password_hash or _nobodys_hash(), _same_text(password[: MAX_LENGTH + 1]))
        except (VerificationError, InvalidHashError):
            return False
    return fits and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _same_text(password: str) -> str:
    # keyboards write the same letter in more than one way
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this one")
