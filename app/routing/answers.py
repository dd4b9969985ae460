"""Answers as the words that conditions compare."""

from __future__ import annotations


def answer_words(answer: object) -> tuple[str, ...]:
    """None where there is no answer, several for a list; "0" is an answer."""
    if answer is None or answer == "":
        return ()
    several = answer if isinstance(answer, (list, tuple, set, frozenset)) else (answer,)
    return tuple(_word(one) for one in several if one is not None and one != "")


def _word(answer: object) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    return str(answer).strip()
