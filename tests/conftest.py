"""Fixtures: a database of our own, the application on it, people, and reports."""

import gc
import os

import pytest

# Nothing that a test starts, in whatever process, asks other people's registers.
os.environ.update({f"GATAMI_{name}_REGISTER": "" for name in ("ADDRESS", "NAME", "ROAD")})

# What was imported stays, and tests leave little behind: looking through all of it again and again takes time from all.
gc.set_threshold(50_000, 20, 50)

pytest.register_assert_rewrite("tests.browser.accessibility")

pytest_plugins = [
    "tests.database",
    "tests.application",
    "tests.people",
    "tests.mail",
    "tests.mailbox",
    "tests.counting",
    "tests.registers",
    "tests.rounds",
    "tests.serving",
    "tests.services.rounds_at_bydrift",
    "tests.services.rounds_here",
]
