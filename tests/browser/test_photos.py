"""Photos from a phone: chosen or taken, made small, with a place; taken off again, and there after a reload."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.application import STORGATA
from tests.browser.accessibility import check_page
from tests.browser.test_reporting import reports
from tests.storage.pictures import BLUE, GREEN, RED, YELLOW, encoded, exif, heic, quarters
from tests.storage.test_images import corners

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# What is done there is the same at every width.
PHONE = pytest.mark.parametrize("width", [360])
BALSFJORD = (69.3000, 19.2000)
HERE = {
    "geolocation": {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 12},
    "permissions": ["geolocation"],
}


def file(data: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": data}


def photo(where: tuple[float, float] | None = STORGATA, *, taken: str | None = None) -> bytes:
    """A small photo of a phone, with its place and time."""
    found = exif(where=where)
    if taken:
        found.get_ifd(0x8769)[0x9003] = taken
    return encoded("JPEG", quarters(640, 480), exif=found)


def add_photos(page: Page, *data: bytes) -> None:
    """Choose them in the form's field, and wait until the server has them."""
    there = page.locator("#photo-list img").count()
    page.locator("#photo_files").set_input_files([file(one, f"{number}.jpg") for number, one in enumerate(data)])
    expect(page.locator("#photo-list img")).to_have_count(there + len(data))


def send(page: Page) -> None:
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")


@pytest.mark.parametrize(
    ("width", "options", "told"),
    [(360, {"has_touch": True, "is_mobile": True}, False), (360, {"has_touch": False}, False), (1280, {}, True)],
)
def test_dropping_and_pasting_are_told_where_there_is_a_mouse(
    page_at: Callable[..., Page], width: int, options: dict[str, bool], *, told: bool
) -> None:
    page = page_at(width, **options)
    page.goto("/")
    expect(page.locator(".photo-field[data-script]")).to_have_count(1)
    expect(page.locator(".photo-drop-help")).to_be_visible(visible=told)


@WIDTHS
def test_starting_with_a_photo_proposes_its_place(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator("#first-photo").set_input_files([file(photo())])
    expect(page.get_by_role("heading", name="The photo was taken here. Is that right?")).to_be_visible()
    expect(page.locator("#photo-place")).to_be_focused()
    assert page.locator("#lat").input_value() == ""
    page.locator("#photo-place .leaflet-tile-loaded").first.wait_for()
    expect(page.locator("#photo-list img")).to_have_count(1)
    screenshot(page, f"photo-first-{width}")
    check_page(page)
    page.get_by_role("button", name="Yes, it is there").click()
    expect(page.locator("#photo-place")).to_be_hidden()
    expect(page.locator("#what")).to_be_focused()
    assert (page.locator("#lat").input_value(), page.locator("#lon").input_value()) == ("69.649200", "18.955300")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.lat, report.lon, len(report.photos)) == (*STORGATA, 1)


def test_no_to_the_place_of_a_photo_leaves_it_to_the_person(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#first-photo").set_input_files([file(photo())])
    page.get_by_role("button", name="No, I show the place myself").click()
    expect(page.locator("#photo-place")).to_be_hidden()
    expect(page.locator("#where")).to_be_focused()
    assert page.locator("#lat").input_value() == ""
    expect(page.locator("#photo-list img")).to_have_count(1)


@PHONE
def test_a_photo_without_a_place_is_kept_and_my_position_offered(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width, **HERE)
    page.goto("/")
    page.locator("#first-photo").set_input_files([file(photo(None))])
    expect(page.get_by_role("heading", name="The photo does not say where it was taken")).to_be_visible()
    expect(page.locator("#photo-list img")).to_have_count(1)
    expect(page.get_by_role("button", name="Yes, it is there")).to_be_hidden()
    screenshot(page, f"photo-without-place-{width}")
    check_page(page)
    page.get_by_role("button", name="Yes, I am there now").click()
    expect(page.locator("#lat")).to_have_value("69.649200")


def test_a_place_outside_our_area_is_no_proposal(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#first-photo").set_input_files([file(photo(BALSFJORD))])
    expect(page.locator("#photo-place")).to_contain_text("taken outside our area")
    expect(page.get_by_role("button", name="Yes, it is there")).to_be_hidden()


def test_an_old_photo_says_so(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#first-photo").set_input_files([file(photo(taken="2026:11:25 11:00:00"))])
    expect(page.locator("#photo-place")).to_contain_text(
        "The photo was taken on 25 November 2026, 5 days ago. Is the fault still there?"
    )


def test_a_heic_photo_tells_its_place_by_the_ordinary_way(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    iphone = heic(quarters(1200, 900), exif=exif(6, where=STORGATA).tobytes())
    page.locator("#first-photo").set_input_files([file(iphone, "IMG_1.HEIC", "image/heic")])
    expect(page.get_by_role("button", name="Yes, it is there")).to_be_visible()
    expect(page.locator("#photo-list img")).to_have_count(1)


@PHONE
def test_without_script_a_photos_place_is_asked_for_by_a_button(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width, java_script_enabled=False)
    page.goto("/")
    page.locator("#description").fill("Dark since Friday")
    page.locator("#photo_files").set_input_files([file(photo())])
    page.get_by_role("button", name="Use the place of the photo").click()
    expect(page.get_by_role("heading", name="The photo was taken here. Is that right?")).to_be_visible()
    assert page.locator("#lat").input_value() == ""
    screenshot(page, f"photo-place-no-script-{width}", whole=True)
    page.get_by_role("button", name="Yes, it is there").click()
    expect(page.locator("#photo-first")).to_contain_text("The place of the photo is now the place of your report.")
    page.locator("#all-kinds > summary").click()
    page.locator("#all-kinds summary", has_text="Road").first.click()
    page.locator("input[name=category][value=sweeping]").first.check(force=True)
    page.get_by_role("button", name="Send the report").last.click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.lat, report.lon, report.description, len(report.photos)) == (*STORGATA, "Dark since Friday", 1)


@pytest.mark.parametrize(("width", "color_scheme"), [(360, "light"), (360, "dark"), (1280, "light")])
def test_the_field_is_accessible_with_photos_in_every_state(
    live_server: LiveServer,
    page_at: Callable[..., Page],
    width: int,
    color_scheme: str,
    screenshot: Callable[..., None],
) -> None:
    page = page_at(width, color_scheme=color_scheme, expect=["422"])
    page.goto("/")
    add_photos(page, photo(None), photo())
    page.context.route("**/photos", lambda _route: None)
    page.locator("#photo_files").set_input_files([file(b"Dear council"), file(photo(None))])
    expect(page.locator("#photo-list progress")).to_have_count(2)
    page.locator("#photos").scroll_into_view_if_needed()
    page.get_by_role("button", name="Send the report").last.click()
    expect(page.locator(".photo-hold")).to_contain_text("Waiting for the photos: 2 of 4 are ready.")
    check_page(page)
    screenshot(page, f"photos-waiting-{width}-{color_scheme}")


def test_a_phone_has_a_camera_and_a_gallery_and_a_desk_one_way(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    phone, desk = page_at(360, is_mobile=True), page_at(1280)
    for page in (phone, desk):
        page.goto("/")
        expect(page.locator("#photos[data-script]")).to_be_visible()
    expect(phone.get_by_text("Take a photo")).to_be_visible()
    expect(phone.get_by_text("Choose photos")).to_be_visible()
    expect(phone.get_by_text("drop photos here")).to_be_hidden()
    expect(phone.locator("#photo_files-camera")).to_have_attribute("capture", "environment")
    expect(desk.get_by_text("Take a photo")).to_be_hidden()
    expect(desk.get_by_text("Add photos")).to_be_visible()
    expect(desk.get_by_text("drop photos here")).to_be_visible()
    phone.locator("#photo_files-camera").set_input_files([file(photo())])
    expect(phone.locator("#photo-list img")).to_have_count(1)


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_photos_can_be_dropped_and_pasted(live_server: LiveServer, page_at: Callable[..., Page], way: str) -> None:
    page = page_at(1280)
    page.goto("/")
    expect(page.locator("#photos[data-script]")).to_be_visible()
    page.evaluate(
        """([way, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "a.jpg", {type: "image/jpeg"}));
            const init = {bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data};
            const event = way === "drop" ? new DragEvent("drop", init) : new ClipboardEvent("paste", init);
            document.querySelector("#description").dispatchEvent(event);
        }""",
        [way, list(photo())],
    )
    expect(page.locator("#photo-list img")).to_have_count(1)


def test_a_turned_photo_is_made_small_and_upright_on_the_phone(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    turned = Image.blend(quarters(2000, 3000).transpose(Image.Transpose.ROTATE_90), noise, 0.2)
    with page.expect_request("**/photos") as sent:
        add_photos(page, encoded("JPEG", turned, quality=92, exif=exif(6)))
    body = sent.value.post_data_buffer or b""
    picture = Image.open(BytesIO(body[body.index(b"\xff\xd8\xff") :]))
    assert picture.size == (1365, 2048)
    assert corners(picture) == [RED, GREEN, BLUE, YELLOW]
    assert not picture.getexif()


def test_at_most_five_are_taken_and_one_removed_makes_room(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator("#photo_files").set_input_files([file(photo(None), f"{number}.jpg") for number in range(7)])
    expect(page.locator("#photo-list > li")).to_have_count(5)
    expect(page.locator("[data-photo-status]")).to_contain_text("5 of 7 photos are added. At most five.")
    expect(page.locator("#photos .photo-ways")).to_be_hidden()
    page.get_by_role("button", name="Remove: Photo 3").click()
    expect(page.get_by_role("button", name="Remove: Photo 4")).to_be_focused()
    expect(page.locator("#photos .photo-ways")).to_be_visible()
    page.get_by_role("button", name="Remove: Photo 5").click()
    expect(page.get_by_role("button", name="Remove: Photo 4")).to_be_focused()
    for number in (1, 2, 4):
        page.get_by_role("button", name=f"Remove: Photo {number}").click()
    expect(page.locator("#photo_files")).to_be_focused()
    add_photos(page, photo(None))
    send(page)
    assert len(reports(live_server)[0].photos) == 1


def test_photos_are_there_after_a_reload_and_not_in_the_next_report(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/")
    add_photos(page, photo(None), photo())
    page.reload()
    expect(page.locator("#photo-list img")).to_have_count(2)
    expect(page.locator("[data-photo-status]")).to_have_text("Your photos are still here.")
    page.get_by_role("button", name="Remove: Photo 1").click()
    page.reload()
    expect(page.locator("#photo-list img")).to_have_count(1)
    send(page)
    assert len(reports(live_server)[0].photos) == 1
    page.goto("/")
    page.reload()
    expect(page.locator("#photos[data-script]")).to_be_visible()
    expect(page.locator("#photo-list li")).to_have_count(0)


def test_photos_that_waited_too_long_are_said_to_be_gone(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    add_photos(page, photo(None))
    page.evaluate(
        """() => {
            const kept = JSON.parse(sessionStorage.getItem("gatami:photos"));
            kept[0].at -= 25 * 3600 * 1000;
            sessionStorage.setItem("gatami:photos", JSON.stringify(kept));
        }"""
    )
    page.reload()
    expect(page.locator("[data-photo-status]")).to_contain_text("waited for more than 24 hours")
    expect(page.locator("#photo-list li")).to_have_count(0)


def test_a_large_heic_that_this_browser_cannot_make_smaller_is_told_at_once(
    live_server: LiveServer, page_at: Callable[..., Page], tmp_path: Path
) -> None:
    page = page_at(360)
    page.goto("/")
    uploads: list[str] = []
    page.on("request", lambda request: uploads.append(request.url) if request.url.endswith("/photos") else None)
    large = tmp_path / "IMG_1.HEIC"
    large.write_bytes(heic(quarters(1200, 900)) + bytes(16_000_000))
    page.locator("#photo_files").set_input_files(large)
    expect(page.locator("#photo-list")).to_contain_text(
        "The photo is larger than 15 MB, and this browser cannot make it smaller. Choose a smaller photo."
    )
    assert uploads == []


@PHONE
def test_the_reporters_own_page_takes_photos_as_the_form_does(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width, expect=["422"])
    page.goto("/")
    send(page)
    page.goto(page.url.partition("?")[0])
    page.locator("summary", has_text="Tell us more").click()
    field = page.locator("[data-photo-field]")
    page.locator("#photos-reply").set_input_files([file(photo(None)), file(photo()), file(b"Dear council")])
    expect(field.locator("img")).to_have_count(2)
    expect(field).to_contain_text("This file is not a photo.")
    page.get_by_role("button", name="Remove: Photo 2").click()
    expect(page.get_by_role("button", name="Remove: Photo 3")).to_be_focused()
    check_page(page)
    screenshot(page, f"photos-follow-{width}")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text("hoto")
    assert len(reports(live_server)[0].photos) == 1
