"""Plain text for mails in lines that fit everywhere, which programs join again where they know how (RFC 3676).

A line of text that goes on ends with a blank; one that stands alone does not. So a narrow screen shows whole
paragraphs, and a program that knows nothing of it shows lines of ordinary length.
"""

from __future__ import annotations

import textwrap

WIDTH = 72
# Lines that begin so would be taken for something else on their way, so they get a blank in front.
_STUFFED = (" ", ">", "From ")
SIGNATURE = "-- "


def flow(text: str) -> str:
    """`text` with its paragraphs broken at 72 characters; addresses of pages stay whole, however long they are."""
    return "\n".join(_flow_line(line) for line in text.splitlines()) + "\n"


def _flow_line(line: str) -> str:
    if line.rstrip() == "--":
        return SIGNATURE
    indent = line[: len(line) - len(line.lstrip(" "))]
    parts = textwrap.wrap(line.strip(), WIDTH - 2 - len(indent), break_long_words=False, break_on_hyphens=False)
    stuffed = [_stuff(indent + part) for part in parts] or [""]
    return " \n".join(stuffed)


def _stuff(line: str) -> str:
    return f" {line}" if line.startswith(_STUFFED) else line


def unflow(text: str) -> str:
    """The paragraphs again, as a program shows them that knows the format."""
    joined: list[str] = []
    open_line = False
    for line in text.splitlines():
        bare = line.removeprefix(" ")
        if open_line:
            joined[-1] += bare.lstrip(" ")
        else:
            joined.append(bare)
        open_line = bare.endswith(" ") and bare != SIGNATURE
    return "\n".join(joined) + "\n"
