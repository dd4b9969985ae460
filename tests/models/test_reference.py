"""References survive being read over a bad line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.reference import make_reference, parse_reference, show_reference


@given(st.integers(0, 99_999_999))
def test_what_is_shown_can_be_typed_back(number):
    reference = make_reference(year=2026, number=number)
    assert parse_reference(show_reference(reference)) == reference


@given(st.integers(0, 999_999), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, change):
    digits = make_reference(year=2026, number=number)
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assert parse_reference(wrong) is None


@pytest.mark.parametrize("typed", ["2026-000042-4", "2026 000042 4", "20260000424", " 2026.000042.4 "])
def test_spaces_and_marks_do_not_matter(typed):
    reference = make_reference(year=2026, number=42)
    assert show_reference(reference) == "2026-000042-" + reference[-1]
    assert parse_reference(typed.strip()[:-1].rstrip("- .") + reference[-1]) == reference


@pytest.mark.parametrize("typed", ["", "42", "2026-00004x-1", "' OR 1=1 --", "٢٠٢٦٠٠٠٠٤٢١", "2026" * 10])
def test_what_is_no_reference_is_none(typed):
    assert parse_reference(typed) is None
