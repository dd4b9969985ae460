"""Photos from a phone: chosen or taken, made small, on a train, with a place; and taken off again."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.application import STORGATA
from tests.browser.accessibility import check_page
from tests.browser.test_reporting import noisy_jpeg, reports
from tests.storage.pictures import encoded, exif, quarters

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])


def file(data: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": data}


def placed(where: tuple[float, float] = STORGATA) -> bytes:
    """A photo of a street, of several megabytes when it is real; here of a few kilobytes."""
    return encoded("JPEG", quarters(1200, 900), exif=exif(where=where))


@WIDTHS
def test_starting_with_a_photo_proposes_its_place(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator("#first-photo").set_input_files([file(placed())])
    expect(page.get_by_role("heading", name="The photo was taken here. Is that right?")).to_be_visible()
    assert page.locator("#lat").input_value() == ""
    page.locator("#photo-place .leaflet-tile-loaded").first.wait_for()
    expect(page.locator("#photo-list img")).to_have_count(1)
    screenshot(page, f"photo-first-{width}")
    check_page(page)
    page.get_by_role("button", name="Yes, it is there").click()
    expect(page.locator("#photo-place")).to_be_hidden()
    assert (page.locator("#lat").input_value(), page.locator("#lon").input_value()) == ("69.649200", "18.955300")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.lat, report.lon, len(report.photos)) == (*STORGATA, 1)
