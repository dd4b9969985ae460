"""The pages that say how things are, and the choice of language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.web.pages.information import local_path
from tests.web.pages.forms import form_of

if TYPE_CHECKING:
    from starlette.testclient import TestClient

PAGES = ["/privacy", "/accessibility", "/about"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["nb", "en"])
def test_each_page_names_the_municipality_and_how_to_reach_it(client: TestClient, path: str, lang: str) -> None:
    page = client.get(path, headers={"accept-language": lang}).text
    assert f'<html lang="{lang}"' in page
    assert "servicetorget@tromso.example" in page
    assert 'href="tel:77000001"' in page


def test_the_privacy_page_says_the_law_and_the_rights(client: TestClient) -> None:
    page = client.get("/privacy").text
    for said in ("article 6 (1) (e)", "24 hours", "datatilsynet.no", "corrected or deleted"):
        assert said in page


def test_every_page_leads_to_privacy_and_accessibility(client: TestClient) -> None:
    for path in ["/", *PAGES, "/nowhere"]:
        page = client.get(path).text
        assert 'href="/privacy"' in page
        assert 'href="/accessibility"' in page


def test_choosing_a_language_goes_back_to_the_page_and_is_remembered(client: TestClient) -> None:
    fields = form_of(client.get("/about").text, "/language").fields
    answer = client.post("/language", data={**fields, "language": "nb"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/about")
    assert '<html lang="nb"' in client.get("/about").text
    client.post("/language", data={**fields, "language": "tlh"})
    assert '<html lang="nb"' in client.get("/about").text


def test_choosing_a_language_needs_a_page_of_ours(client: TestClient) -> None:
    assert client.post("/language", data={"language": "nb", "next": "/"}).status_code == 403


@pytest.mark.parametrize(
    "given",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\r\nSet-Cookie: x=1",
        "/ø",
        "",
        "///evil.example",
        "/\t/evil.example",
    ],
)
def test_the_way_back_never_leads_to_another_site(given: str) -> None:
    assert local_path(given) == "/"


def test_the_way_back_is_the_page_itself() -> None:
    assert local_path("/follow/2026-000001-1/abc?x=1") == "/follow/2026-000001-1/abc?x=1"
