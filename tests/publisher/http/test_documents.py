"""A document's two forms."""

from __future__ import annotations

import gzip
import zlib

import pytest

from scheduler.publisher.http.documents import Inflated
from tests.publisher.http import asking


def test_the_two_forms_have_tags_of_their_own() -> None:
    document = asking.file()
    assert (document.etag, document.etag_zipped) == ('"f1"', '"f1-gz"')


def test_the_plain_form_is_inflated_when_it_is_not_given() -> None:
    assert asking.file().representation(zipped=False).body == asking.LINES
    assert dict(asking.file().representation(zipped=False).headers)["Content-Length"] == str(
        len(asking.LINES)
    )


def test_several_gzip_members_are_one_content() -> None:
    document = asking.manifest(
        tag="members", plain=None, zipped=gzip.compress(b"a\n") + gzip.compress(b"b\n")
    )
    assert document.representation(zipped=False).body == b"a\nb\n"


def test_nothing_is_a_content_too() -> None:
    document = asking.file(b"", tag="nothing")
    assert document.representation(zipped=False).body == b""
    assert zlib.decompress(document.representation(zipped=True).body, 31) == b""


@pytest.mark.parametrize("tag", ['a"b', "a,b", "a b", "é", "a\n"])
def test_a_tag_that_no_header_takes_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        asking.manifest(tag=tag)


class TestInflated:
    def test_what_was_inflated_is_kept(self) -> None:
        kept = Inflated(100)
        assert kept.of("a", gzip.compress(b"text")) == kept.of("a", b"not read again") == b"text"

    def test_it_never_holds_more_than_its_limit_and_drops_what_was_asked_for_longest_ago(self) -> None:
        kept = Inflated(100)
        for tag in "abc":
            kept.of(tag, gzip.compress(tag.encode() * 40))
            kept.of("a", b"")
            assert kept.size <= 100
        with pytest.raises(EOFError):
            kept.of("b", b"\x1f\x8b")

    def test_what_is_larger_than_the_limit_is_not_kept(self) -> None:
        kept = Inflated(100)
        assert kept.of("a", gzip.compress(b"x" * 101)) == b"x" * 101
        assert kept.size == 0
