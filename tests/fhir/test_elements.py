"""The small parts: text, ids, lines."""

from __future__ import annotations

import json
import re

import pytest

from scheduler.fhir.elements import clean, concept, joined_id, present, resource, telecom, to_line
from scheduler.fhir.records import Coded


def test_text_loses_blank_edges_and_control_characters_but_keeps_lines() -> None:
    assert clean("  Ring\x00 the\x07 bell\n2nd floor \t ") == "Ring the bell\n2nd floor"
    assert clean(None) == clean(" \n ") == ""


def test_a_value_that_is_false_or_zero_is_present_and_an_empty_one_is_not() -> None:
    assert present(a=False, b=0, c=0.0, d="", e=None, f=[], g={}, h="x") == {
        "a": False,
        "b": 0,
        "c": 0.0,
        "h": "x",
    }


@pytest.mark.parametrize("text", ["line\u2028end", "next\x85line", "ünïcode 🦷", "two\nlines"])
def test_a_line_has_no_line_end_of_any_kind_inside(text: str) -> None:
    line = to_line({"comment": text})
    assert len(line.decode().splitlines()) == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == {"comment": text}


def test_a_joined_id_of_long_ids_stays_a_fhir_id() -> None:
    assert joined_id("type", "place") == "type-place"
    long = joined_id("a" * 32, "b" * 32)
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", long)
    assert long != joined_id("a" * 32, "c" * 32)


def test_a_concept_without_a_code_is_text_and_without_both_is_nothing() -> None:
    assert concept("urn:x", Coded("", "Skin care")) == {"text": "Skin care"}
    assert concept("urn:x", Coded("", "")) == {}
    assert concept("urn:x", None) == {}
    assert concept("urn:x", Coded("7", "Seven"), "Our seven") == {
        "coding": [{"system": "urn:x", "code": "7", "display": "Seven"}],
        "text": "Our seven",
    }


def test_empty_telecoms_are_left_out() -> None:
    assert telecom(phone="", url="https://example.org") == [{"system": "url", "value": "https://example.org"}]


def test_a_resource_of_a_demo_is_tagged_as_test_data() -> None:
    assert "meta" not in resource("Location", "x")
    tag = resource("Location", "x", demo=True)["meta"]["tag"][0]
    assert (tag["system"], tag["code"]) == ("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST")
