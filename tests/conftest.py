"""Fixtures: a database of our own, the application on it, people, and reports."""

import pytest

pytest.register_assert_rewrite("tests.browser.accessibility")

pytest_plugins = ["tests.database", "tests.application", "tests.people", "tests.mail", "tests.counting", "tests.registers"]
