"""Taking a raw mail apart within bounds: the parser asks every level about every line, and some of its functions read
a head again for every sign in it, so that a small mail could keep it busy for minutes.
"""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import Any

# More than people ever send; what has more waits for the desk as it came.
MOST_PARTS = 250
MOST_DEPTH = 24
MOST_HEADS = 1_000
# Characters. The parameters of those of a part (its type, its file's name) are read slowly, and there are many parts.
LONGEST_HEAD = 2_000
LONGEST_OF_PART = 800
LONGEST_REFERENCES = 20_000


class TooTangledError(ValueError):
    """It has too many parts or heads, or they lie too deep in each other."""


class BoundedHeads(Compat32):
    """Heads as they stand there, as far as anybody writes them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name, and the beginning of the value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: _longest(name.lower())]


def _longest(name: str) -> int:
    if name in {"references", "in-reply-to"}:
        return LONGEST_REFERENCES
    return LONGEST_OF_PART if name.startswith("content-") else LONGEST_HEAD


BOUNDED = BoundedHeads()


def parse_mail(data: bytes) -> Message[Any, Any]:
    """The mail as a tree of parts. Raises TooTangledError at the first part too many, before the rest is read."""
    made = 0

    class Part(Message):
        depth = 0
        heads = 0

        def __init__(self, policy: Compat32 = BOUNDED) -> None:
            nonlocal made
            super().__init__(policy)
            made += 1
            if made > MOST_PARTS:
                raise TooTangledError

        def set_raw(self, name: str, value: Any) -> None:
            self.heads += 1
            if self.heads > MOST_HEADS:
                raise TooTangledError
            super().set_raw(name, value)

        def attach(self, payload: Any) -> None:
            payload.depth = self.depth + 1
            if payload.depth > MOST_DEPTH:
                raise TooTangledError
            super().attach(payload)

    return BytesParser(Part, policy=BOUNDED).parsebytes(data)
