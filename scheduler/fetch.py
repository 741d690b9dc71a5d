"""The one way to call an address that somebody else chose: safe against being led inside (SSRF), bounded in time and size.

The name is resolved here, addresses that are not public are refused, and the connection goes to the very address that was
looked at: a name that answers differently the second time (DNS rebinding) gains nothing. TLS still checks the name.
Redirects are not followed, no proxy of the environment is used, no cookie is kept.

Sources: OWASP "Server-Side Request Forgery Prevention"; the special-purpose registries of IANA by way of ``ipaddress``;
RFC 6052 2.1 and RFC 3056 2 (IPv4 addresses inside IPv6 ones).
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# of a network's own translator (RFC 8215); not every Python knows that it is no public one
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_CHUNK = 16 * 1024
_TRIED = 3

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchError(Exception):
    """It came to no answer. The text is fit for people who run this program; it never holds the address or its answer."""


class FetchRefused(FetchError):
    """We do not call that address: no https, no public address behind the name, or no address at all."""


class FetchFailed(FetchError):
    """The other side could not be reached, took too long, or said what could not be read. Another try may succeed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status, headers by their name in small letters, and the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the status is one of success (2xx)."""
        return 200 <= self.status < 300


def problem_with(url: str, *, private: bool = False) -> str:
    """Why ``url`` can't be called, from its words alone, as the end of a sentence ("use https"); "" when it may be."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "use a whole address such as https://finder.example.org/outcomes"
    if not url.isascii() or any(sign.isspace() or not sign.isprintable() for sign in url):
        return "use plain letters, digits and signs without spaces"
    if parts.scheme not in (("https", "http") if private else ("https",)) or not parts.hostname:
        return "use a whole address that starts with https://"
    if parts.username is not None or parts.password is not None:
        return "leave out the user name and password"
    if parts.fragment or url.endswith("#"):
        return "leave out the part from # on"
    if port == 0:
        return "leave out the port, or use the right one"
    if not private and _is_inside(parts.hostname):
        return "use an address that can be reached from outside"
    return ""


def _is_inside(host: str) -> bool:
    """Whether a host can't be reached from outside, by its words alone: an address that is not public,
    or one that is kept for use inside (RFC 6761 6.3, RFC 6762 3, RFC 8375)."""
    literal = _literal(host)
    if literal is not None:
        return not is_public(literal)
    labels = host.rstrip(".").lower().split(".")
    return labels[-1] in ("localhost", "local") or labels[-2:] == ["home", "arpa"]


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    private: bool = False,
    seconds: float = 3.0,
    most: int = 64 * 1024,
) -> Answer:
    """Call ``url`` and return its answer, whatever its status; redirects are answers like any other.

    All of it, connecting to the last byte, takes at most ``seconds`` once the name is resolved; the body may have ``most``
    bytes. ``private``: plain http and addresses that are not public (loopback, an intranet's) may be called too. Raises
    FetchRefused and FetchFailed.
    """
    problem = problem_with(url, private=private)
    if problem:
        raise FetchRefused(problem)
    parts = urlsplit(url)
    addresses = _resolve(parts, private)
    deadline = time.monotonic() + seconds
    for address in addresses[:-1]:
        try:
            return _ask(parts, address, method, body, headers or {}, deadline, most)
        except _NoConnection:
            continue
    return _ask(parts, addresses[-1], method, body, headers or {}, deadline, most)


def is_public(address: Address) -> bool:
    """Whether an IP address is one of the open internet; of those that carry an IPv4 address, both must be."""
    if address.is_multicast or not address.is_global or address in _LOCAL_NAT64:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(is_public(one) for one in inside if one is not None)


class _NoConnection(FetchFailed):
    """Nothing was sent yet, so that another address of the name may be tried."""


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _resolve(parts: SplitResult, private: bool) -> list[str]:
    """The addresses of the name that may be called. Raises FetchRefused when there is none, FetchFailed for no answer."""
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchFailed("its name was not found") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    allowed = [one for one in addresses if private or ((ip := _literal(one)) is not None and is_public(ip))]
    if not allowed:
        raise FetchRefused("its name leads to an address inside a private network")
    return allowed[:_TRIED]


def _connection(parts: SplitResult, address: str, left: float) -> HTTPConnection:
    port = parts.port or _PORTS[parts.scheme]
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=left)
    host = parts.hostname or ""
    return HTTPSConnection(
        address, port, timeout=left, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
    )


def _ask(
    parts: SplitResult,
    address: str,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    most: int,
) -> Answer:
    left = deadline - time.monotonic()
    if left <= 0:
        raise FetchFailed("it took too long")
    connection = _connection(parts, address, left)
    watch = _Watch(connection, left)
    try:
        return _talk(connection, watch, parts, method, body, headers, most)
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        slow = isinstance(error, TimeoutError | ReadTimeoutError | ConnectTimeoutError)
        if watch.late or (slow and not isinstance(error, NewConnectionError)):
            raise FetchFailed("it took too long") from None
        words = f"it could not be reached ({type(error).__name__})"
        raise (_NoConnection if watch.socket is None else FetchFailed)(words) from None
    finally:
        watch.stop()
        connection.close()


class _Watch:
    """Cuts a connection off when its time is over. A time limit on each read is no limit on all of them: who sends a byte a
    second would be read for ever. ``socket``: what to cut once it is connected, since the connection lets go of it."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self.late = False
        self.socket: socket.socket | None = None
        self._connection = connection
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.late = True
        present = self.socket or self._connection.sock
        if present is not None:
            with suppress(OSError):
                # the plain socket's own: that of a TLS socket would take the other thread's state away
                socket.socket.shutdown(present, socket.SHUT_RDWR)


def _talk(
    connection: HTTPConnection,
    watch: _Watch,
    parts: SplitResult,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    most: int,
) -> Answer:
    connection.connect()
    watch.socket = connection.sock
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, "Accept-Encoding": "identity", "Connection": "close", **headers}
    connection.request(method, target, body=body, headers=sent, preload_content=False, decode_content=False)
    answer = connection.getresponse()
    read = bytearray()
    with closing(answer):
        while chunk := answer.read(_CHUNK):
            read += chunk
            if len(read) > most:
                raise FetchFailed("it answered with too much")
    if watch.late:
        raise FetchFailed("it took too long")
    return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, bytes(read))
