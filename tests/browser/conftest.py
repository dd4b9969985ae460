"""One Chromium for all browser tests of a process; Playwright allows only one of its sync kind at a time."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def browser():
    """A real Chromium; every test opens a context of its own in it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("The browser tests need Chromium: apt-get install --no-install-recommends chromium")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium)
        yield running
        running.close()
