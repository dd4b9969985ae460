"""Every public page in every language: a walk along the links finds no English left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from babel.messages.pofile import read_po
from lxml import html

from app.languages import LANGUAGES, LOCALES
from app.models import Report
from app.models.links import follow_path
from tests.application import SECRET
from tests.web.pages.forms import form_of

if TYPE_CHECKING:
    from starlette.testclient import TestClient

# Files and feeds are no pages, staff's pages may be bokmål, and programs read English.
NO_PAGES = re.compile(r"^/(static|staff|photos|api|docs|openapi)|\.(atom|csv|json|pdf|jpg|xml|webmanifest)$")
MOST_PAGES = 60
MONTHS = "January February March May June July October December".split()  # noqa: SIM905


@cache
def english(lang: str) -> dict[str, str]:
    """Sentences without blanks that read otherwise in this language, with their translation."""
    with (LOCALES / lang / "LC_MESSAGES" / "gatami.po").open("rb") as source:
        found = {m.id: str(m.string) for m in read_po(source, locale=lang) if isinstance(m.id, str) and m.id}
    ours = set(found.values())
    return {
        msgid: text
        for msgid, text in found.items()
        if text != msgid and "%" not in msgid and re.search(r"[a-z]{3}", msgid) and msgid not in ours
    }


def shown(page: str) -> Iterator[str]:
    """What a page says: text between its tags, and what screen readers and scripts are given in attributes."""
    tree = html.fromstring(page)
    for element in tree.iter():
        # A language is called by its own name, and says so.
        if not isinstance(element.tag, str) or element.tag in {"script", "style"} or element.get("lang", "x") == "en":
            continue
        said = [element.text, element.tail, *(text for name, text in element.items() if is_said(str(name)))]
        yield from (" ".join(text.split()) for text in said if text and text.strip())


def is_said(name: str) -> bool:
    return name in {"alt", "title", "aria-label", "placeholder", "content", "value"} or name.startswith("data-")


def links(page: str, address: str) -> Iterator[str]:
    for href in html.fromstring(page).xpath("//a/@href"):
        parts = urlsplit(urljoin(address, str(href)))
        if not parts.netloc and parts.scheme in {"", "http"} and not NO_PAGES.search(parts.path):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def walk(client: TestClient, starts: list[str]) -> Iterator[tuple[str, str]]:
    """(address, page) of what can be reached, one address with a query for each path."""
    todo, seen = list(starts), set[str]()
    while todo and len(seen) < MOST_PAGES:
        address = todo.pop(0)
        if urlsplit(address).path in seen:
            continue
        seen.add(urlsplit(address).path)
        answer = client.get(address, follow_redirects=True)
        if answer.headers["content-type"].startswith("text/html"):
            yield address, answer.text
            todo += links(answer.text, address)


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_no_english_is_left_on_any_page_that_a_resident_reaches(
    client: TestClient, make_report: Callable[..., Report], lang: str
) -> None:
    client.headers["accept-language"] = lang
    report = make_report(category="pothole", answers={"size": "large"}, email="aslak@example.org")
    secret = follow_path(report, secret=SECRET)
    starts = ["/", secret, f"/reports/{report.reference}", "/reports", "/no-such-page", "/follow/ABC/altered"]
    left, pages = [], list(walk(client, starts))
    for address, page in pages:
        assert html.fromstring(page).get("lang") == lang, address
        left += [f"{address}: {text}" for text in shown(page) if text in english(lang)]
        left += [f"{address}: {month}" for month in MONTHS if re.search(rf"\b{month} \d", page)]
    assert not left, "\n".join(left)
    assert len(pages) >= 9, [address for address, _ in pages]


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_mistakes_in_the_form_are_told_in_the_language(client: TestClient, lang: str) -> None:
    client.headers["accept-language"] = lang
    page = form_of(client.get("/").text, "/reports").fill(email="nobody", category="sweeping").send(client).text
    assert 'id="error-summary"' in page
    assert [text for text in shown(page) if text in english(lang)] == []


def test_the_walk_sees_english_where_it_is(client: TestClient) -> None:
    page = client.get("/", headers={"accept-language": "en"}).text
    assert {"Report a fault", "Where is it?"} <= {text for text in shown(page) if text in english("nn")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_choice_of_language_stands_on_every_page_by_own_names(client: TestClient, lang: str) -> None:
    client.headers["accept-language"] = lang
    for address in ("/", "/reports", "/privacy", "/waiting", "/no-such-page", "/staff/sign-in"):
        tree = html.fromstring(client.get(address).text)
        given = {b.get("lang"): b.text_content().strip() for b in tree.xpath("//*[@class='language']//button")}
        assert given == {code: name for code, name in LANGUAGES.items() if code != lang}, address
        (now,) = tree.xpath("//*[@class='language']//summary")
        assert now.text_content().strip().endswith(LANGUAGES[lang])
