"""The fetcher calls nothing inside a private network, follows nothing, and takes no longer and no more than it is told."""

from __future__ import annotations

import _socket
import ipaddress
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from scheduler import fetch
from scheduler.fetch import FetchFailed, FetchRefused, is_public, problem_with
from tests.outcomes.finder import FakeFinder, fake_finder, reply

PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2002:a00:1::1", "64:ff9b:1::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1", "64:ff9b::808:808"]


@pytest.fixture
def server() -> Iterator[FakeFinder]:
    with fake_finder() as one:
        yield one


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names lead to these addresses, one list a look-up; the names that were looked up."""
    asked: list[str] = []
    left = list(answers)

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        try:
            found = [str(ipaddress.ip_address(host))]
        except ValueError:
            asked.append(host)
            found = left.pop(0) if len(left) > 1 else left[0]
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (kinds[ipaddress.ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, port))
            for one in found
        ]

    monkeypatch.setattr("scheduler.fetch.socket.getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["", "finder", "http://finder.example.org/", "ftp://finder.example.org/", "https://", "https:///path",
     "https://user:pw@finder.example.org/", "https://user@finder.example.org/", "https://finder.example.org/#here",
     "https://finder.example.org/ space", "https://finder.example.org/\nX: y", "https://fínder.example.org/",
     "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/",
     "https://169.254.169.254/latest", "https://finder.example.org:99999/", "https://finder.example.org:0/",
     "https://[not-an-address/", "https://localhost/x", "https://a.localhost./", "https://printer.local/",
     "https://nas.home.arpa/", "javascript:alert(1)", "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused_with_a_reason(url: str) -> None:
    assert problem_with(url)
    with pytest.raises(FetchRefused):
        fetch.fetch(url)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, [address])
    with pytest.raises(FetchRefused, match="private network"):
        fetch.fetch("https://finder.example.org/")


@pytest.mark.parametrize(
    "url", ["https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/"]
)
def test_other_spellings_of_a_loopback_address_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.fetch.socket.getaddrinfo", _socket.getaddrinfo)  # numbers need no network
    with pytest.raises(FetchRefused, match="private network"):
        fetch.fetch(url)


def test_the_name_is_resolved_once_and_the_connection_goes_there(
    monkeypatch: pytest.MonkeyPatch, server: FakeFinder
) -> None:
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.9.9.9"])  # the second answer would be another machine
    port = server.server.server_port
    answer = fetch.fetch(f"http://finder.example.org:{port}/a?b=c", private=True)
    assert (answer.status, asked) == (204, ["finder.example.org"])
    assert server.calls[0].path == "/a?b=c"
    assert server.calls[0].headers["host"] == f"finder.example.org:{port}"


def test_the_next_address_of_a_name_is_tried_when_nobody_listens_at_the_first(
    monkeypatch: pytest.MonkeyPatch, server: FakeFinder
) -> None:
    resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    assert fetch.fetch(f"http://finder.example.org:{server.server.server_port}/", private=True).good


def test_a_method_body_and_headers_travel_and_the_answer_comes_back(server: FakeFinder) -> None:
    server.answer = lambda handler: reply(handler, 418, b"short and stout", **{"X-Kind": "teapot"})
    answer = fetch.fetch(server.url, method="POST", body=b"water", headers={"X-From": "us"}, private=True)
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (418, b"short and stout", "teapot")
    assert not answer.good
    [call] = server.calls
    assert (call.body, call.headers["x-from"]) == (b"water", "us")


def test_a_redirect_is_an_answer_and_is_not_followed(server: FakeFinder) -> None:
    with fake_finder() as other:
        server.answer = lambda handler: reply(handler, 302, Location=other.url)
        assert fetch.fetch(server.url, private=True).status == 302
        assert other.calls == []


def test_an_answer_that_is_too_large_is_cut_off(server: FakeFinder) -> None:
    server.answer = lambda handler: reply(handler, 200, b"x" * 2000)
    assert fetch.fetch(server.url, private=True, most=2000).good
    with pytest.raises(FetchFailed, match="too much"):
        fetch.fetch(server.url, private=True, most=1999)


def test_headers_without_end_are_cut_off_in_time(server: FakeFinder) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        try:
            for _ in range(400):
                handler.wfile.write(b"x")
                fetch.time.sleep(0.02)
        except OSError:
            return

    server.answer = drip
    began = fetch.time.perf_counter()
    with pytest.raises(FetchFailed, match="too long"):
        fetch.fetch(server.url, private=True, seconds=0.3)
    assert fetch.time.perf_counter() - began < 3


def test_nobody_listening_and_no_such_name_are_failures_that_say_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFailed, match="could not be reached"):
            fetch.fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/", private=True)


def test_what_is_no_http_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        import threading

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"hello there\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(FetchFailed):
            fetch.fetch(f"http://127.0.0.1:{listening.getsockname()[1]}/", private=True)
        thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(server: FakeFinder) -> None:
    # plain http on that port: a TLS handshake cannot succeed, and nothing is sent in the clear
    with pytest.raises(FetchFailed):
        fetch.fetch(
            f"https://127.0.0.1:{server.server.server_port}/", private=True, method="POST", body=b"secret"
        )
    assert server.calls == []
