"""References survive being read over a bad line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.reference import looks_like_reference, make_reference, parse_reference, show_reference


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


@pytest.mark.parametrize(
    "typed", ["2026-000042-0", "20260000420", "2026 000042 0", "2026–00042–1", "2026-42-1", "1998.000042.3"]
)
def test_a_reference_with_a_mistake_in_it_still_looks_like_one(typed):
    assert parse_reference(typed) is None
    assert looks_like_reference(typed)


@pytest.mark.parametrize("typed", ["", "42", "11-012", "Storgata 64", "2026", "77 79 00 00", "2026-42", "TR-0471"])
def test_other_numbers_do_not_look_like_a_reference(typed):
    assert not looks_like_reference(typed)
