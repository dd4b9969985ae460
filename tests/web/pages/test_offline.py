"""What a phone needs to open the site without a network: manifest, worker, shell, tokens, and answers for scripts."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.languages import LANGUAGES
from app.models import Report
from app.text import translate
from tests.application import STORGATA
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from tests.application import Clock
    from tests.people import Browser

JSON = {"accept": "application/json"}
PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}


def shell_of(client: TestClient) -> dict[str, object]:
    """The lists in the service worker."""
    found = re.search(r"\.serve\((.*)\);", client.get("/sw.js").text, re.DOTALL)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


def token_of(client: TestClient) -> str:
    return str(client.get("/form-token").json()["csrf_token"])


def post(client: TestClient, **fields: str) -> object:
    """As the phone's queue sends a report."""
    data = {"csrf_token": token_of(client), "key": "k1", "category": "sweeping", **PLACE, **fields}
    return client.post("/reports", data=data, files={"none": ("", b"")}, headers=JSON)


# The app


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_manifest_can_be_installed_and_speaks_the_language_asked_for(client: TestClient, lang: str) -> None:
    page = client.get("/", headers={"accept-language": lang}).text
    address = re.search(r'<link rel="manifest" href="([^"]+)"', page)
    assert address
    answer = client.get(address[1], headers={"accept-language": "de"})
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["lang"] == lang
    assert manifest["name"].startswith(("GataMi Troms", "GataMi Romssa"))
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert {"short_name", "description", "theme_color", "background_color", "shortcuts"} <= set(manifest)
    assert (
        manifest["shortcuts"][0]["name"]
        == {
            "nb": "Meld en feil",
            "nn": "Meld ein feil",
            "se": translate("Report a fault", "se"),
            "en": "Report a fault",
        }[lang]
    )


def test_every_icon_is_there_in_the_size_it_says(client: TestClient) -> None:
    icons = client.get("/manifest.webmanifest").json()["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in icons:
        picture = Image.open(BytesIO(client.get(icon["src"]).content))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
        assert picture.format == "PNG"
    touch = re.search(r'rel="apple-touch-icon" href="([^"]+)"', client.get("/").text)
    assert touch
    assert Image.open(BytesIO(client.get(touch[1]).content)).size == (180, 180)


def differs(colour: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether eyes could tell."""
    return max(abs(one - two) for one, two in zip(colour, other, strict=True)) > 8


def test_the_drawing_of_a_maskable_icon_stays_within_the_circle_that_phones_cut(client: TestClient) -> None:
    icons = client.get("/manifest.webmanifest").json()["icons"]
    (maskable,) = (icon for icon in icons if icon["purpose"] == "maskable")
    picture = Image.open(BytesIO(client.get(maskable["src"]).content)).convert("RGB")
    background, middle, radius = picture.getpixel((0, 0)), picture.width / 2, picture.width * 0.4
    outside = [
        (x, y)
        for x in range(0, picture.width, 4)
        for y in range(0, picture.height, 4)
        if (x - middle) ** 2 + (y - middle) ** 2 > radius**2 and differs(picture.getpixel((x, y)), background)
    ]
    assert outside == []


def test_pages_of_staff_are_no_app(client: TestClient) -> None:
    page = client.get("/staff/sign-in").text
    assert "manifest" not in page
    assert "offline/start.js" not in page


# The worker and its shell


def test_everything_in_the_shell_is_there(client: TestClient) -> None:
    shell = shell_of(client)
    missing = [address for address in shell["files"] if client.get(address).status_code != 200]  # type: ignore[attr-defined]
    assert missing == []
    assert client.get("/sw.js").headers["content-type"].startswith("text/javascript")


def scripts_of(client: TestClient, files: set[str]) -> str:
    return "".join(client.get(address).text for address in files if address.endswith(".js"))


def test_the_shell_holds_every_module_that_its_pages_import(client: TestClient) -> None:
    files = {address.partition("?")[0] for address in shell_of(client)["files"]}  # type: ignore[attr-defined]
    # Two of them bring all that they import.
    assert {"/static/js/offline/page.js", "/static/js/report/form.js", "/static/js/offline/start.js"} <= files
    made = set(re.findall(r"function (\w+)", scripts_of(client, files)))
    assert {"takeOver", "followCategory"} <= made
    assert {"/static/css/report.css", "/static/icons/sprite.svg", "/map/area.json"} <= files
    assert not [address for address in files if "/staff" in address or "/desk" in address or "/crew" in address]


def test_local_copies_of_the_cdns_files_stand_in_for_them(client: TestClient) -> None:
    shell = shell_of(client)
    vendor = shell["vendor"]
    assert all(local in shell["files"] for local in vendor.values())  # type: ignore[attr-defined, operator]
    assert any("leaflet" in address for address in vendor)  # type: ignore[attr-defined]


def test_the_worker_comes_in_one_file_and_copies_what_the_cdn_gave_already(client: TestClient) -> None:
    answer = client.get("/sw.js")
    assert "\nimport " not in f"\n{answer.text}"
    assert {"sendAll", "postOnce", "recall", "alone"} <= set(re.findall(r"(?:function|const) (\w+)", answer.text))
    shell = shell_of(client)
    assert shell["vendor"]
    assert set(shell["hashes"]) == set(shell["vendor"])  # type: ignore[call-overload]
    policy = answer.headers["content-security-policy"]
    assert all(url in policy.partition("connect-src")[2] for url in shell["vendor"])  # type: ignore[attr-defined]
    assert "'unsafe" not in policy


@pytest.mark.parametrize("page", ["form", "waiting"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_shell_is_nobodys(
    client: TestClient, browser_of: Callable[..., Browser], kari: object, lang: str, page: str
) -> None:
    path = f"/offline/{lang}/{page}"
    mine = client.get(path)
    assert mine.status_code == 200
    assert "set-cookie" not in mine.headers
    assert f'<html lang="{lang}" data-shell' in mine.text
    assert 'action="/language"' not in mine.text
    assert not re.search(r'name="(csrf_token|key)" value="[^"]', mine.text)
    passing = re.compile(r'<input type="hidden"[^>]*>')
    assert passing.sub("", browser_of(kari).look(path)) == passing.sub("", mine.text)


@pytest.mark.parametrize("path", ["/offline/xx/form", "/offline/nb/queue", "/offline/nb"])
def test_there_is_no_other_shell(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_worker_stays_the_same_until_something_changes(
    client: TestClient, clock: Clock, make_report: Callable[..., Report]
) -> None:
    first = client.get("/sw.js")
    clock.pass_(minutes=5)
    assert client.get("/sw.js").text == first.text
    same = client.get("/sw.js", headers={"if-none-match": first.headers["etag"]})
    assert same.status_code == 304
    # What is reported most stands first on the form.
    for _ in range(3):
        make_report(category="sweeping")
    clock.pass_(minutes=5)
    assert client.get("/sw.js").text != first.text


def test_a_fresh_token_comes_with_its_cookie_and_is_kept_by_nobody(client: TestClient) -> None:
    answer = client.get("/form-token")
    assert answer.headers["cache-control"] == "no-store"
    assert "gatami_visit" in answer.headers["set-cookie"]
    assert client.get("/form-token").json() == answer.json()


# Answers for scripts


def test_a_sent_report_is_answered_with_its_reference_and_link(client: TestClient, session: Session) -> None:
    answer = post(client)
    assert answer.status_code == 201
    report = session.scalar(select(Report))
    assert report
    assert answer.json()["reference"] == report.shown_reference
    assert client.get(answer.json()["follow_url"]).status_code == 200
    assert answer.headers["cache-control"] == "no-store"


def test_the_same_key_is_the_same_answer_even_weeks_later(client: TestClient, session: Session, clock: Clock) -> None:
    first = post(client)
    clock.pass_(days=20)
    again = post(client, written_at=(clock() - timedelta(days=20)).isoformat())
    assert (again.status_code, again.json()) == (201, first.json())
    assert session.scalar(select(func.count(Report.id))) == 1


def test_the_same_key_with_other_contents_is_refused_and_gets_a_new_key(client: TestClient) -> None:
    post(client)
    other = post(client, description="Something else")
    assert other.status_code == 422
    assert "You already sent a report from this page." in other.json()["detail"]
    assert other.headers["x-form-key"] not in {"", "k1"}


def test_mistakes_are_told_by_field(client: TestClient) -> None:
    answer = post(client, category="no_such", email="x@y")
    assert answer.status_code == 422
    errors = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert "no longer in use" in errors["category"]
    assert "name@example.com" in errors["email"]
    assert answer.headers["x-form-key"] == "k1"


def test_an_old_token_is_403_for_a_script_too(client: TestClient) -> None:
    assert post(client, csrf_token="yesterday").status_code == 403


def test_what_only_a_page_can_ask_is_said_to_be_so(client: TestClient) -> None:
    answer = post(client, category="pothole", asked="")
    assert answer.status_code == 422
    assert answer.headers["x-ask"] == "1"


def test_browsers_that_send_the_form_themselves_get_pages(client: TestClient) -> None:
    form = form_of(client.get("/").text, "/reports").fill(category="sweeping", **PLACE)
    assert form.send(client).status_code == 303


def test_a_report_that_waited_is_not_held_up_by_similar_ones(
    client: TestClient, session: Session, make_report: Callable[..., Report], clock: Clock
) -> None:
    make_report(category="sweeping")
    assert post(client).headers.get("x-ask") == "1"
    assert post(client, written_at=(clock() - timedelta(hours=2)).isoformat()).status_code == 201
    assert session.scalar(select(func.count(Report.id))) == 2


def test_photos_wait_for_their_report_by_id(client: TestClient, session: Session) -> None:
    headers = {**JSON, "x-csrf-token": token_of(client)}
    photo = client.post("/photos", files={"photo": ("a.jpg", jpeg())}, headers=headers).json()["id"]
    assert post(client, photos=photo).status_code == 201
    gone = post(client, photos=photo, key="k2", written_at="2026-11-29T10:00:00Z")
    assert [error["field"] for error in gone.json()["errors"]] == ["photos"]


# Both times


def test_both_times_are_shown_to_the_desk_and_on_the_reporters_page(
    client: TestClient, browser_of: Callable[..., Browser], kari: object, clock: Clock
) -> None:
    answer = post(client, written_at=(clock() - timedelta(hours=10)).isoformat()).json()
    mine = client.get(answer["follow_url"]).text
    assert "Written" in mine
    desk = browser_of(kari).look(f"/staff/reports/{answer['reference']}")
    assert re.search(r"Skrevet .+, sendt .+|Written .+, sent .+", desk)


def test_privacy_says_what_stays_on_the_phone(client: TestClient) -> None:
    assert "waits on your phone" in client.get("/privacy").text


def test_the_kept_pages_lead_to_the_kept_pages_of_the_other_languages(client: TestClient) -> None:
    for name in ("form", "waiting"):
        page = client.get(f"/offline/nn/{name}").text
        found = re.findall(r'<button formaction="([^"]+)" lang="(\w+)"', page)
        assert found == [(f"/offline/{lang}/{name}", lang) for lang in LANGUAGES if lang != "nn"]
