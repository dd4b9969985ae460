"""More photos than there is room for: how many came along is said, and what is refused takes no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_photos import add_photos, file, photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def test_it_is_said_how_many_of_the_chosen_photos_came_along(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    add_photos(page, photo(), photo(), photo())
    chosen = [file(photo(), f"{number}.jpg") for number in range(7)]
    page.locator("#photo_files").set_input_files(chosen)
    expect(page.locator("[data-photo-status]")).to_have_text("2 of 7 photos are added. At most five.")
    expect(page.locator("#photo-list img")).to_have_count(5)


def test_what_is_no_photo_takes_no_place(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360, expect=["422", "415", "400"])
    page.goto("/")
    page.locator("#photo_files").set_input_files(
        [file(b"%PDF-1.4 no photo", "a.pdf", "application/pdf"), *(file(photo(), f"{n}.jpg") for n in range(5))]
    )
    expect(page.locator("#photo-list img")).to_have_count(5)
    expect(page.locator("#photo-list .photo-problem")).to_have_count(1)
    expect(page.locator("[data-photo-status]")).to_have_text("5 photos are ready.")
