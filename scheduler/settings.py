"""Settings: read once from the environment into a frozen object and handed to ``create_app``.

Each setting is a variable ``SCHEDULER_<NAME>`` with a default and a help text; README's table is checked against them.
A secret may come from a file: ``SCHEDULER_SECRET_FILE`` names a file that holds ``SCHEDULER_SECRET``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A variable holds what cannot be used. The text names the variable and the fix."""


def _setting(default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, parsed. Paths are absolute; URLs have no trailing slash."""

    port: int = _setting(8000, "Port that the server listens on.")
    host: str = _setting("127.0.0.1", "Address that the server listens on.")
    workers: int = _setting(2, "Server processes.")
    proxies: int = _setting(
        0, "Proxies in front that add X-Forwarded-For; their last addresses are believed."
    )
    data_dir: Path = _setting(  # noqa: RUF009 - a field with its help, not a value that instances share
        Path("data"), "Folder for the database, the feed's files, mails and the secret."
    )
    database_url: str = _setting("", "SQLAlchemy URL; empty: SQLite in the data folder.")
    public_url: str = _setting("", "Address that patients and finders use; empty: http://localhost:<port>.")
    secret: str = _setting(
        "", "Key of all signed links; empty: made once and kept in the data folder.", secret=True
    )
    demo: bool | None = _setting(
        None, "1: load the demo clinic into an empty database; 0: don't. Unset: 1 for the SQLite default."
    )
    demo_password: str = _setting(
        "", "Password of the demo sign-ins; empty: made once and kept; printed at every start.", secret=True
    )
    mail_url: str = _setting(
        "",
        "smtp://user:password@host:port or smtps://...; empty: mails are written to a folder.",
        secret=True,
    )
    mail_from: str = _setting("", "Sender of mails; empty: no-reply@<public host>.")
    jobs: str = _setting(
        "inside", "inside: jobs run in the server's parent process; off: somebody else runs `flask jobs run`."
    )
    queue_url: str = _setting(
        "", "Where queued jobs live: empty: SQLite in the data folder; redis://... or postgresql://..."
    )
    show_busy: bool = _setting(False, "1: the feed lists booked times as busy; 0: they disappear.")
    show_held: bool = _setting(True, "1: the feed lists held times as busy-tentative; 0: as booked ones.")
    show_seats: bool = _setting(True, "1: the feed says how many seats of a session are free; 0: always one.")
    feed_limit: int = _setting(300, "Manifests that one address may read a minute; 0: without limit.")
    feed_max_age: int = _setting(60, "Polling hint of the feed in seconds (Cache-Control max-age).")
    publish_processes: int = _setting(
        1, "Processes that write the whole feed of a large clinic at once; 0: one for each processor."
    )
    visitor_holds: int = _setting(
        3, "Times that one browser holds at once; one more ends its oldest. 0: without limit."
    )
    hold_limit: int = _setting(
        60, "Holds of one address in ten minutes (of IPv6, its /64); 0: without limit."
    )
    booking_limit: int = _setting(60, "Bookings of one address in an hour; 0: without limit.")
    contact_limit: int = _setting(
        10, "Online bookings with one email or phone number in a day; 0: without limit."
    )
    clinic_limit: int = _setting(
        2000, "Holds, and bookings, of one clinic online in ten minutes; 0: without limit."
    )
    attack_rate: int = _setting(
        200, "Holds of one clinic in ten minutes beyond which browsers do a sum before each hold; 0: never."
    )

    private_callbacks: bool = _setting(
        False,
        "1: finders' callbacks may be plain http and lie inside a private network; 0: public https alone.",
    )

    @property
    def feed_url(self) -> str:
        """The address of the feed's manifest."""
        return f"{self.public_url}/fhir/$bulk-publish"

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies may be marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def uses_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def variable(name: str) -> str:
    """The environment variable of the setting ``name``."""
    return f"SCHEDULER_{name.upper()}"


def _text(environ: Mapping[str, str], name: str) -> str | None:
    key = variable(name)
    if key in environ:
        return environ[key].strip()
    if f"{key}_FILE" in environ:
        try:
            return Path(environ[f"{key}_FILE"]).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{key}_FILE: cannot read that file ({error.strerror}).") from error
    return None


def _whole_number(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{variable(name)}: give a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise SettingsError(f"{variable(name)}: give 1 or 0, not {text!r}.")
    return text == "1"


def _web_address(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(
            f"{variable(name)}: give an address such as https://book.example.org, not {text!r}."
        )
    return text.rstrip("/")


_LIMITS = {
    "port": (0, 65535),
    "workers": (1, 64),
    "proxies": (0, 5),
    "feed_max_age": (1, 3600),
    "feed_limit": (0, 1_000_000),
    "publish_processes": (0, 64),
    "visitor_holds": (0, 50),
    "hold_limit": (0, 1_000_000),
    "booking_limit": (0, 1_000_000),
    "contact_limit": (0, 1_000_000),
    "clinic_limit": (0, 1_000_000),
    "attack_rate": (0, 1_000_000),
}


def _parse(name: str, text: str) -> Any:
    if name in _LIMITS:
        return _whole_number(name, text, *_LIMITS[name])
    if name in ("demo", "show_busy", "show_held", "show_seats", "private_callbacks"):
        return _switch(name, text)
    if name == "data_dir":
        return Path(text)
    if name == "public_url":
        return _web_address(name, text)
    if name == "jobs" and text not in ("inside", "off"):
        raise SettingsError(f"{variable(name)}: give inside or off, not {text!r}.")
    return text


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret"
    try:
        with open(path, "x", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as made:
            made.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    text = path.read_text(encoding="utf-8").strip()
    if len(text) < 32:
        raise SettingsError(
            f"{path.name} in the data folder is too short to be a key; remove it and start again."
        )
    return text


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from environment variables. Makes the data folder and the secret when they are absent.

    Raises SettingsError, which names the variable and the fix.
    """
    values: dict[str, Any] = {}
    for item in fields(Settings):
        text = _text(environ, item.name)
        if text:
            values[item.name] = _parse(item.name, text)
    data_dir = Path(values.get("data_dir", "data")).absolute()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"{variable('data_dir')}: cannot make that folder ({error.strerror}).") from error
    values["data_dir"] = data_dir
    own_database = "database_url" not in values
    values["database_url"] = _driver(
        values.get("database_url") or f"sqlite:///{data_dir / 'scheduler.sqlite'}"
    )
    if values.get("demo") is None:
        values["demo"] = own_database
    values.setdefault("public_url", f"http://localhost:{values.get('port', 8000)}")
    values["secret"] = values.get("secret") or _kept_secret(data_dir)
    if len(values["secret"]) < 32:
        raise SettingsError(f"{variable('secret')}: give at least 32 characters.")
    return Settings(**values)


def _driver(url: str) -> str:
    """The URL with the driver that the project ships; other databases are refused."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(f"{variable('database_url')}: give a sqlite:/// or postgresql:// address.")
    return url
