"""Answers of name servers: whatever comes is read or refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysmgmt.domain import dns

QUESTION = dns.query(7, "north.example", dns.A)
POINTER_TO_ITSELF = b"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + QUESTION[12:] + b"\xc0\x1f" + bytes(14)


@given(st.binary(max_size=120))
def test_no_answer_brings_a_reader_down(data: bytes) -> None:
    header = QUESTION[:2] + b"\x81\x80" + QUESTION[4:6] + b"\x00\x05\x00\x00\x00\x00"
    for answer in (data, header + QUESTION[12:] + data):
        with contextlib.suppress(ValueError):
            assert all(isinstance(one, str) for one in dns.read(answer, QUESTION).values)


@pytest.mark.parametrize("answer", [b"", b"\x00\x08" + QUESTION[2:], QUESTION, POINTER_TO_ITSELF])
def test_what_answers_no_question_or_another_one_or_goes_in_circles_is_refused(answer: bytes) -> None:
    with pytest.raises(ValueError):
        dns.read(answer, QUESTION)


@pytest.mark.parametrize("name", ["a..b", "", "x" * 64, "ä.example"])
def test_what_is_no_name_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(ValueError):
        dns.query(1, name, dns.A)


def test_of_an_address_its_name_is_asked_for() -> None:
    assert dns.asked_for("192.0.2.1") == (("1.2.0.192.in-addr.arpa", dns.PTR),)
    assert dns.asked_for("north.example") == (("north.example", dns.A), ("north.example", dns.AAAA))
