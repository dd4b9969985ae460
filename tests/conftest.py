"""Fixtures: a database of our own, the application on it, people, and reports."""

pytest_plugins = ["tests.database", "tests.application", "tests.people", "tests.mail"]
