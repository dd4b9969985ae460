"""Files of the CDN: what pages do when it answers, refuses, is silent, forges, or all copies are gone."""

from __future__ import annotations

import mimetypes
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.text import environment
from app.web.bundles import contents
from app.web.vendor import VENDOR_FILES

PROJECT = Path(__file__).resolve().parents[2]
PAGE = """{% extends "base.html" %}
{% block leaflet %}{% include "_map_files.html" %}{% endblock %}
{% block main %}{{ ui.page_head("Kart") }}{{ ui.button("Send") }}{% endblock %}"""
TRY_LEAFLET = """() => import("/static/js/leaflet.js").then((module) => module.leaflet())
    .then((L) => L.version, (error) => error.message)"""
# Only the real stylesheet knows this property.
HAS_DESIGNSYSTEMET = (
    "getComputedStyle(document.querySelector('.ds-button')).getPropertyValue('--dsc-button-padding') !== ''"
)
pytestmark = pytest.mark.browser


class Nobody:
    """A municipality without telephones."""

    phones = ()

    def name(self, lang: str) -> str:
        """The same in every language."""
        return f"Tromsø ({lang})"


def page_of_ours() -> bytes:
    """A page with a map, as the frame makes it."""
    return (
        environment("nb")
        .from_string(PAGE)
        .render(
            languages=[("nb", "Norsk"), ("en", "English")],
            staff=None,
            csrf_field=str,
            messages=[],
            municipality=Nobody(),
            request_path="/",
            vendor=VENDOR_FILES.__getitem__,
            static="/static/{}".format,
        )
        .encode()
    )


class Ours(BaseHTTPRequestHandler):
    """Our own server: the page and static/, with or without the local copies."""

    def __init__(self, *args, copies, **named):
        self.copies = copies
        super().__init__(*args, **named)

    def log_message(self, *_args):
        """Quiet."""

    def do_GET(self):
        """One file."""
        path = self.path.partition("?")[0]
        file = PROJECT / path.lstrip("/")
        if path == "/":
            return self.answer(page_of_ours(), "text/html; charset=utf-8")
        if file.is_file() and (self.copies or "vendor/" not in path):
            return self.answer(contents(path.removeprefix("/static/")), mimetypes.guess_type(path)[0])
        return self.send_error(404)

    def answer(self, body, kind):
        """200 with the body."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def opened(browser, cdn, *, copies=True):
    """The page in a browser whose CDN does what `cdn` does with a request."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Ours, copies=copies))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        context = browser.new_context(viewport={"width": 360, "height": 700})
        page = context.new_page()
        page.route("https://cdn.jsdelivr.net/**", cdn)
        page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="commit")
        page.wait_for_selector("h1")
        yield page
        context.close()
    finally:
        server.shutdown()
        server.server_close()


def answers(route):
    """The CDN as it is on a good day, with the local copies for its contents."""
    file = next(file for file in VENDOR_FILES.values() if file.cdn_url == route.request.url)
    route.fulfill(
        path=PROJECT / "static/vendor" / file.local_path,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Content-Type": mimetypes.guess_type(file.local_path)[0],
        },
    )


def forges(route):
    """Somebody has changed the files on the CDN."""
    route.fulfill(body="window.L = {version: 'forged'}; /* */", headers={"Access-Control-Allow-Origin": "*"})


def refuses(route):
    """No way through to the CDN."""
    route.abort()


def stays_silent(route):
    """The connection stands and nothing comes."""


@pytest.mark.parametrize("cdn", [answers, refuses, stays_silent, forges])
def test_the_page_and_its_map_come_whatever_the_cdn_does(browser, cdn):
    with opened(browser, cdn) as page:
        assert page.evaluate(TRY_LEAFLET) == "1.9.4"
        page.wait_for_function(HAS_DESIGNSYSTEMET, timeout=5000)


def test_a_silent_cdn_does_not_keep_the_page_blank(browser):
    with opened(browser, stays_silent) as page:
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length", timeout=2400)
        assert page.evaluate(f"!({HAS_DESIGNSYSTEMET})"), "it was painted only after our own copies had come"


def test_without_any_copy_the_page_keeps_its_shape_and_says_that_there_is_no_map(browser):
    with opened(browser, refuses, copies=False) as page:
        assert "could be loaded neither" in page.evaluate(TRY_LEAFLET)
        button = page.locator(".ds-button").bounding_box()
        assert button["height"] >= 44
        colour = "getComputedStyle(document.querySelector('.ds-button')).color"
        assert page.evaluate(colour) == "rgb(255, 255, 255)"
        assert page.evaluate("document.documentElement.scrollWidth") == 360
