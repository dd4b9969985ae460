"""Rules files that are made to stop us are refused in a sentence, by a process that lives on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.routing.yaml_lines import MAX_DEPTH, MOST_PROBLEMS, read_document

READ = """
import sys
from app.routing.yaml_lines import read_document
for line, sentence in read_document(sys.stdin.buffer.read()).problems:
    print(line, sentence)
"""


def said(content: bytes) -> list[str]:
    """What a process of its own says of the file: a parser that falls down takes its process along."""
    done = subprocess.run([sys.executable, "-c", READ], input=content, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a: 1\nb: " + b"[" * 200_000, 2),
        (b"\n\n" + b"{a: " * 200_000, 3),
        (b"- " * 200_000, 1),
        (b"? " * 200_000, 1),
        (b"".join(b" " * n + b"a:\n" for n in range(1500)), MAX_DEPTH + 1),
        (b"[\n" * 200_000, MAX_DEPTH + 1),
    ],
)
def test_a_file_nested_too_deeply_is_refused_at_the_line_that_goes_too_deep(content, line):
    assert said(content) == [f"{line} This is nested too deeply; a rules file needs a few levels only."]


def test_aliases_neither_grow_nor_end():
    laughs = b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(50))
    assert all("An alias" in one for one in said(laughs))
    assert said(b"a: &a [*a]\n") == ["1 An alias (*name) stands here; write the value out instead."]
    assert len(said(b"a: &a [x]\nb: [" + b"*a, " * 100_000 + b"]\n")) == MOST_PROBLEMS


def test_as_deep_as_allowed_is_read():
    document = read_document(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert document.problems == []
