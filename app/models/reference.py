"""References that are read over the phone: year, number, check digit (ISO 7064, MOD 11,10).

The check digit finds every single wrong digit and nearly every swap of two neighbours.
"""

from __future__ import annotations

import re

# A year and all the digits, or a year and the other two parts with hyphens between them, whatever the digits are.
_ALIKE = re.compile(r"(?:19|20)[0-9]{2}(?:[\s.\-–]*[0-9]){7,9}|(?:19|20)[0-9]{2}\s*[-–]\s*[0-9]{1,9}\s*[-–]\s*[0-9]")

_UNCHECKED = re.compile(r"((?:19|20)[0-9]{2})[\s.\-–]*([0-9]{6})")


def make_reference(*, year: int, number: int) -> str:
    """Digits only: four for the year, six or more for the number, one to check, e.g. 20260000421."""
    digits = f"{year:04d}{number:06d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The digit that makes `digits` valid under ISO 7064, MOD 11,10."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = (total * 2) % 11
    return str((11 - product) % 10)


def parse_reference(text: str) -> str | None:
    """The bare digits of what somebody typed (spaces, dots and hyphens are fine), None when it is no reference."""
    digits = re.sub(r"[\s.\-–]", "", text)
    if not re.fullmatch(r"[0-9]{11,13}", digits) or check_digit(digits[:-1]) != digits[-1]:
        return None
    return digits


def looks_like_reference(text: str) -> bool:
    """Whether somebody meant a reference: a right one, or one with a mistake in it, such as 2026-00042-1."""
    return parse_reference(text) is not None or _ALIKE.fullmatch(text.strip()) is not None


def completed_reference(text: str) -> str | None:
    """For people, what was typed with the check digit that it lacks; None where it is something else."""
    found = _UNCHECKED.fullmatch(text.strip())
    if found is None:
        return None
    digits = "".join(found.groups())
    return show_reference(digits + check_digit(digits))


def show_reference(reference: str) -> str:
    """For people: 2026-000042-1."""
    return f"{reference[:4]}-{reference[4:-1]}-{reference[-1]}"
