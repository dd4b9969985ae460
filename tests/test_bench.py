"""The measurements' command: what it says when it cannot know what is meant."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.text import PROJECT


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("words", [["typo"], ["intake", "typo"]])
def test_a_name_that_is_none_is_refused_with_those_that_are(words):
    done = bench(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no measurement typo. The measurements are: ")
    assert "intake, " in done.stderr
    assert "harness" not in done.stderr


def test_help_names_the_measurements():
    done = bench("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The measurements are: " in done.stdout
    assert "roads" in done.stdout
