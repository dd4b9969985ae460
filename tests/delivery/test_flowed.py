"""Plain text in short lines that join to the same paragraphs again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.flowed import SIGNATURE, flow, unflow

LONG = "Servicetorget leser meldingen din og sender den videre, og Čáhppes Ŋállu får e-post når det skjer noe."


def test_long_lines_are_broken_with_a_blank_at_their_end_and_join_again():
    lines = flow(LONG).splitlines()
    assert len(lines) > 1
    assert all(len(line) <= 72 for line in lines)
    assert [line.endswith(" ") for line in lines] == [True] * (len(lines) - 1) + [False]
    assert unflow(flow(LONG)) == LONG + "\n"


def test_the_address_of_a_page_stays_in_one_piece():
    address = "https://gatami.example/follow/2026-000001-8/" + "x" * 90
    assert address in flow(f"Follow it here: {address}").splitlines()


@pytest.mark.parametrize("line", ["From here on", "> quoted", "  indented"])
def test_a_line_that_would_be_taken_for_something_else_is_kept_apart(line):
    assert flow(line) == f" {line}\n"
    assert unflow(flow(line)) == f"{line}\n"


def test_the_line_above_the_reason_is_the_one_that_programs_know():
    assert flow("--\nWhy").splitlines()[0] == SIGNATURE
    assert unflow(flow("--\nWhy")) == "-- \nWhy\n"


@given(st.lists(st.from_regex(r"[a-zæøåáčđŋšŧž.,]{1,30}", fullmatch=True), min_size=1, max_size=60))
def test_any_paragraph_joins_again(words):
    paragraph = " ".join(words)
    assert unflow(flow(paragraph)) == paragraph + "\n"
